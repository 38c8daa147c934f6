import { Type } from '@citycard/common';
import { LOAD_LIMIT_NAMES } from './limits.ts';

/** What the routes of this folder answer, for the description of the interface. Amounts are whole fen. */

const SetLimit = Type.Object({
  setBy: Type.Optional(Type.String()),
  approvedBy: Type.Optional(Type.String()),
  limitName: Type.Enum([...LOAD_LIMIT_NAMES]),
  validFrom: Type.String(),
  amountFen: Type.Optional(Type.Integer()),
});

/** `GET /v1/load-limits`: what was set, and what may be set. */
export const LimitsInForce = Type.Object({
  limits: Type.Array(SetLimit),
  names: Type.Array(SetLimit.properties.limitName),
});
