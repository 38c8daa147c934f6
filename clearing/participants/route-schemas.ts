import { Type } from '@citycard/common';

export const closed = { additionalProperties: false } as const;
export const Params = Type.Object({ participantNo: Type.String({ pattern: '^[0-9A-Za-z.-]{4,15}$' }) });
export const WholeNumber = Type.Integer({ minimum: 1 });
/** One line of text a person wrote. */
export const Line = Type.String({ minLength: 1, maxLength: 200, pattern: '^\\P{Cc}+$' });
export const DateText = Type.String({ format: 'date' });
export const Reason = Type.Object({ reason: Line }, closed);
