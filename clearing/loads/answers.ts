import { Type } from '@citycard/common';

/** What the routes of this folder answer, for the description of the interface. Amounts are whole fen. */

const SetLimit = Type.Object({
  setBy: Type.Optional(Type.String()),
  approvedBy: Type.Optional(Type.String()),
  limitName: Type.Enum(['single', 'daily', 'named-cap', 'anonymous-cap']),
  validFrom: Type.String(),
  amountFen: Type.Optional(Type.Integer()),
});

/** `GET /v1/load-limits` */
export const LimitsInForce = Type.Object({ limits: Type.Array(SetLimit) });
