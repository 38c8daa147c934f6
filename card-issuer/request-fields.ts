import { type idempotent, Type } from '@citycard/common';

/** What requests of many routes name, each written once. */
export const CardNumber = Type.String({ pattern: '^[0-9]{19}$' });
export const CardParams = Type.Object({ cardNo: CardNumber });
export const ResidentParams = Type.Object({ residentId: Type.String({ pattern: '^[0-9]{1,18}$' }) });
/** A reader as its clerk calls it. */
export const ReaderName = Type.String({ minLength: 1, maxLength: 40 });
export const ShiftId = Type.Integer({ minimum: 1 });
export const AmountFen = Type.Integer({ minimum: 0, maximum: 100_000_000 });

export type HttpRequest = Parameters<typeof idempotent>[1];
