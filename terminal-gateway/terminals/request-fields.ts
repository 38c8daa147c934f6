import { Type } from '@citycard/common';
import { terminalFunctions } from './estate.ts';

/** Fields of requests about terminals, as the interface writes them. */
export const TerminalNo = Type.String({ pattern: '^[0-9A-Za-z]{8}$' });
export const ParticipantNo = Type.String({ pattern: '^[0-9A-Za-z.-]{4,15}$' });
export const Industry = Type.Integer({ minimum: 1, maximum: 255 });
export const SamNo = Type.String({ pattern: '^[0-9]{12}$' });
export const Functions = Type.Array(Type.Union(terminalFunctions.map((name) => Type.Literal(name))), {
  uniqueItems: true,
});
export const Mac = Type.Union([Type.Literal('ecb'), Type.Literal('x9.19')]);
export const Model = Type.String({ pattern: '^[0-9A-Za-z.-]{2,32}$' });
export const SoftwareVersion = Type.String({ pattern: '^[0-9A-Za-z.+_-]{1,32}$' });
export const GroupName = Type.String({ pattern: '^[0-9A-Za-z._-]{1,32}$' });
export const Reason = Type.String({ minLength: 3, maxLength: 200 });
export const CheckValue = Type.String({ pattern: '^[0-9A-Fa-f]{6}$' });
/** Numbers of rows; larger ones would not fit a bigint. */
export const RowNo = Type.String({ pattern: '^[0-9]{1,18}$' });
