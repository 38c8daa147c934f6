import { Type } from '@citycard/common';

/** What the routes of this folder answer, for the description of the interface. Amounts are whole fen. */

const LookStanding = Type.Object({
  subject: Type.Enum(['bank', 'operators', 'cards', 'agents', 'billers']),
  date: Type.String(),
  state: Type.Enum(['failed', 'ordered', 'done']),
  lookedAt: Type.Optional(Type.String()),
  found: Type.Integer(),
  opened: Type.Integer(),
  ended: Type.Integer(),
  orderedBy: Type.String(),
  failure: Type.Optional(Type.String()),
});

/** `GET /v1/reconciliation/days` */
export const Looks = Type.Object({ looks: Type.Array(LookStanding) });
