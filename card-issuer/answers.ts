import { Type } from '@citycard/common';

/**
 * What a route answers, for the description of the interface. It says nothing to the type checker: handlers answer bigints and
 * dates, which become numbers and texts on their way out.
 */
export const answers = (body: object, status = 200): object => ({ response: { [status]: body } });

/** Whole fen. */
export const FenAnswer = Type.Integer({ description: 'fen' });
/** A number of ours (resident, shift, receipt). */
export const Numbered = Type.Integer();
/** An instant, ISO 8601. */
export const Moment = Type.String({ format: 'date-time' });
/** A date of the city, YYYY-MM-DD. */
export const Day = Type.String({ format: 'date' });
