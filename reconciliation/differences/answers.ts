import { Type } from '@citycard/common';
import { COUNTERPART_KINDS, OWNER_ROLES } from './difference.ts';

/** What the routes of this folder answer, for the description of the interface. Amounts are whole fen. */

const Difference = Type.Object({
  differenceNo: Type.Integer(),
  counterpartKind: Type.String(),
  counterpart: Type.String(),
  businessDay: Type.String(),
  subjectKey: Type.String(),
  kind: Type.String(),
  occurrence: Type.Integer(),
  oursFen: Type.Optional(Type.Integer()),
  theirsFen: Type.Optional(Type.Integer()),
  adjustedFen: Type.Optional(Type.Integer()),
  evidence: Type.Record(Type.String(), Type.Unknown()),
  foundOn: Type.String(),
  dueOn: Type.String(),
  ownerRole: Type.Optional(Type.String()),
  owner: Type.Optional(Type.String()),
  version: Type.Integer(),
  state: Type.Enum(['open', 'ended']),
  endedOn: Type.Optional(Type.String()),
  endedBy: Type.Optional(Type.Enum(['match', 'rule', 'people'])),
  reason: Type.Optional(Type.String()),
  postingKey: Type.Optional(Type.String()),
  decidedBy: Type.Optional(Type.String()),
  approvedBy: Type.Optional(Type.String()),
  ageDays: Type.Optional(Type.Integer()),
  overdue: Type.Optional(Type.Boolean()),
});

const OpenSummary = Type.Object({
  counterpartKind: Type.String(),
  counterpart: Type.String(),
  kind: Type.String(),
  open: Type.Integer(),
  toTwoDays: Type.Integer(),
  toWeek: Type.Integer(),
  toMonth: Type.Integer(),
  older: Type.Integer(),
  overdue: Type.Integer(),
  oldest: Type.String(),
  oursFen: Type.Integer(),
  theirsFen: Type.Integer(),
});

const ClosingLine = Type.Object({
  counterpartKind: Type.String(),
  counterpart: Type.String(),
  kind: Type.String(),
  openBefore: Type.Integer(),
  found: Type.Integer(),
  endedByMatch: Type.Integer(),
  endedByRule: Type.Integer(),
  endedByPeople: Type.Integer(),
  booked: Type.Integer(),
  adjustedFen: Type.Integer(),
  openAfter: Type.Integer(),
});

const EndedLine = Type.Object({
  differenceNo: Type.Integer(),
  counterpartKind: Type.String(),
  counterpart: Type.String(),
  businessDay: Type.String(),
  subjectKey: Type.String(),
  kind: Type.String(),
  endedOn: Type.String(),
  endedBy: Type.String(),
  reason: Type.String(),
  postingKey: Type.String(),
  adjustedFen: Type.Integer(),
  decidedBy: Type.String(),
  approvedBy: Type.String(),
});

/** `GET /v1/differences` */
export const Differences = Type.Object({ differences: Type.Array(Difference), next: Type.Optional(Type.Integer()) });

/** `GET /v1/differences/summary` */
export const OpenByAge = Type.Object({ today: Type.String(), lines: Type.Array(OpenSummary) });

/** `GET /v1/differences/closing` */
export const Closing = Type.Object({
  lines: Type.Array(ClosingLine),
  ended: Type.Array(EndedLine),
  endedInAll: Type.Integer(),
  from: Type.String(),
  to: Type.String(),
});

/** `GET /v1/differences/:differenceNo` */
export const OneDifference = Type.Object({
  ...Difference.properties,
  events: Type.Array(
    Type.Object({
      at: Type.String(),
      actor: Type.String(),
      event: Type.String(),
      words: Type.String(),
      detail: Type.Unknown(),
      approvalId: Type.Union([Type.Integer(), Type.Null()]),
    }),
  ),
});

/** `POST /v1/differences/:differenceNo/decision` */
export const Proposed = Type.Object({ approvalId: Type.Integer() });

/** `GET /v1/difference-rules`: the rules, and for whom and by whose work there may be others. */
export const RulesInForce = Type.Object({
  counterpartKinds: Type.Array(Type.Enum([...COUNTERPART_KINDS])),
  ownerRoles: Type.Array(Type.Enum([...OWNER_ROLES])),
  rules: Type.Array(
    Type.Object({
      ruleNo: Type.Integer(),
      counterpartKind: Type.String(),
      kind: Type.String(),
      ownerRole: Type.String(),
      dueDays: Type.Integer(),
      tolerateFen: Type.Integer(),
      /** Nobody: it came with the product. */
      setBy: Type.Union([Type.Null(), Type.String()]),
      approvedBy: Type.Union([Type.Null(), Type.String()]),
      setAt: Type.String(),
    }),
  ),
});
