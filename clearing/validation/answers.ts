import { Type } from '@citycard/common';
import { RULE_NAMES } from './rules.ts';

/** What the routes of this folder answer, for the description of the interface. Amounts are whole fen. */

const RecordRef = Type.Object({
  cardNo: Type.String(),
  businessDate: Type.String(),
  intakeId: Type.Integer(),
  index: Type.Integer(),
});

const SeenRecord = Type.Object({
  ref: RecordRef,
  participantNo: Type.String(),
  state: Type.Enum(['rejected', 'accepted', 'duplicate', 'suspicious', 'routed', 'received']),
  reasonCode: Type.Union([Type.Null(), Type.String()]),
  detail: Type.Union([Type.Null(), Type.String()]),
  offlineCounter: Type.Integer(),
  balanceBeforeFen: Type.Integer(),
  amountFen: Type.Integer(),
  samNo: Type.String(),
  samTransactionNo: Type.Integer(),
  tappedAt: Type.Optional(Type.String()),
  flag: Type.Integer(),
  postedDate: Type.Union([Type.Null(), Type.String()]),
});

const MissingPurchases = Type.Object({
  cardNo: Type.String(),
  applicationSerial: Type.String(),
  fromCounter: Type.Integer(),
  toCounter: Type.Integer(),
  afterAt: Type.Optional(Type.String()),
  beforeAt: Type.Optional(Type.String()),
  spentFen: Type.Optional(Type.Integer()),
  noticedAt: Type.String(),
});

const ChainBreak = Type.Object({
  cardNo: Type.String(),
  offlineCounter: Type.Integer(),
  kinds: Type.Array(Type.String()),
  expectedFen: Type.Union([Type.Null(), Type.Integer()]),
  foundFen: Type.Integer(),
  intakeId: Type.Integer(),
  index: Type.Integer(),
  noticedAt: Type.String(),
});

const SetRule = Type.Object({
  setBy: Type.Optional(Type.String()),
  approvedBy: Type.Optional(Type.String()),
  ruleName: Type.Enum([...RULE_NAMES]),
  validFrom: Type.String(),
  value: Type.Optional(Type.Integer()),
});

/** `GET /v1/held-purchases` */
export const HeldRecords = Type.Object({
  records: Type.Array(
    Type.Object({
      participantNo: Type.String(),
      issuerCity: Type.String(),
      amountFen: Type.Integer(),
      state: Type.Enum(['suspicious', 'routed', 'received']),
      reasonCode: Type.Union([
        Type.Enum(['01', '02', '03', '04', '05', '06', '07', '08', '09', '0A', '0B', '0C', '0D', '0E', '0F', '10']),
        Type.Null(),
      ]),
      detail: Type.Union([Type.Null(), Type.String()]),
      cardNo: Type.String(),
      businessDate: Type.String(),
      intakeId: Type.Integer(),
      index: Type.Integer(),
    }),
  ),
  next: Type.Union([Type.Null(), Type.String()]),
});

/** `GET /v1/held-purchases/:cardNo/:businessDate/:intakeId/:index` */
export const Story = Type.Object({
  record: SeenRecord,
  history: Type.Array(
    Type.Object({
      changedAt: Type.String(),
      state: Type.String(),
      reasonCode: Type.Union([Type.String(), Type.Null()]),
      detail: Type.Union([Type.String(), Type.Null()]),
      decidedBy: Type.String(),
    }),
  ),
  beside: Type.Array(SeenRecord),
  loads: Type.Array(
    Type.Object({
      loadId: Type.Integer(),
      onlineCounter: Type.Integer(),
      balanceBeforeFen: Type.Integer(),
      amountFen: Type.Integer(),
      state: Type.String(),
      openedAt: Type.String(),
    }),
  ),
  decisions: Type.Array(
    Type.Object({
      approvalId: Type.Integer(),
      outcome: Type.String(),
      reasonCode: Type.Union([Type.String(), Type.Null()]),
      payer: Type.Union([Type.String(), Type.Null()]),
      evidence: Type.String(),
      proposedBy: Type.String(),
      proposedAt: Type.String(),
      approvedBy: Type.Union([Type.String(), Type.Null()]),
      decidedAt: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
});

/** `POST ${path}/decision` */
export const Proposed = Type.Object({ approvalId: Type.Integer() });

/** `GET /v1/missing-purchases` */
export const Missing = Type.Object({
  missing: Type.Array(MissingPurchases),
  next: Type.Union([Type.Null(), Type.String()]),
});

/** `GET /v1/chain-breaks` */
export const Breaks = Type.Object({ breaks: Type.Array(ChainBreak), next: Type.Union([Type.Null(), Type.String()]) });

/** `GET /v1/validation-rules`: what was set, and what may be set; an optional rule may be taken away. */
export const NumbersInForce = Type.Object({
  rules: Type.Array(SetRule),
  names: Type.Array(Type.Object({ ruleName: SetRule.properties.ruleName, optional: Type.Boolean() })),
});

/** `GET /v1/clearing-days/:date/purchases` */
export const DayRecords = Type.Object({
  records: Type.Array(
    Type.Object({
      participantNo: Type.String(),
      state: Type.Enum(['rejected', 'accepted', 'duplicate', 'suspicious', 'routed', 'received']),
      reasonCode: Type.Union([Type.Null(), Type.String()]),
      amountFen: Type.Integer(),
      tappedAt: Type.Union([Type.Null(), Type.String()]),
      samNo: Type.String(),
      fileName: Type.Union([Type.Null(), Type.String()]),
      terminalNo: Type.Union([Type.Null(), Type.String()]),
      postedDate: Type.Union([Type.Null(), Type.String()]),
      cardNo: Type.String(),
      businessDate: Type.String(),
      intakeId: Type.Integer(),
      index: Type.Integer(),
    }),
  ),
  next: Type.Union([Type.Null(), Type.String()]),
});
