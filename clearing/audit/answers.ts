import { Type } from '@citycard/common';

/** What the routes of this folder answer, for the description of the interface. Amounts are whole fen. */

const Stratum = Type.Object({
  name: Type.String(),
  size: Type.Integer(),
  participantNo: Type.Optional(Type.String()),
  industry: Type.Optional(Type.Integer()),
  minFen: Type.Optional(Type.Integer()),
  maxFen: Type.Optional(Type.Integer()),
});

const SampleDefinition = Type.Object({
  from: Type.String(),
  to: Type.String(),
  seed: Type.String(),
  strata: Type.Array(Stratum),
});

const SampleItem = Type.Object({
  stratum: Type.String(),
  cardNo: Type.String(),
  businessDate: Type.String(),
  intakeId: Type.String(),
  recordIndex: Type.Integer(),
});

/** `POST /v1/audit/inquiries` */
export const OneInquiry = Type.Object({
  inquiryNo: Type.Integer(),
  subject: Type.String(),
  question: Type.String(),
  deadline: Type.String(),
  askedBy: Type.String(),
  askedAt: Type.String(),
  finding: Type.Union([Type.String(), Type.Null()]),
  closedBy: Type.Union([Type.String(), Type.Null()]),
  closedAt: Type.Union([Type.String(), Type.Null()]),
  overdue: Type.Boolean(),
  answers: Type.Array(Type.Object({ answer: Type.String(), answeredBy: Type.String(), answeredAt: Type.String() })),
});

/** `GET /v1/acts/verification` */
export const ActsVerified = Type.Union([
  Type.Object({ ok: Type.Literal(true), lines: Type.Integer() }),
  Type.Object({ ok: Type.Literal(false), brokenAt: Type.Integer() }),
]);

/** `GET /v1/audit/view` */
export const View = Type.Object({
  at: Type.String(),
  chunkNo: Type.Integer(),
  sumFen: Type.Integer(),
  trialBalance: Type.Array(
    Type.Object({
      kind: Type.String(),
      code: Type.Optional(Type.String()),
      debitFen: Type.Integer(),
      creditFen: Type.Integer(),
      balanceFen: Type.Integer(),
    }),
  ),
  days: Type.Array(
    Type.Object({
      businessDate: Type.String(),
      state: Type.String(),
      since: Type.Union([Type.String(), Type.Null()]),
      evidenceSha256: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
  actLog: Type.Union([
    Type.Object({ sequence: Type.Integer(), at: Type.String(), sha256: Type.String() }),
    Type.Null(),
  ]),
  lastReceipt: Type.Union([Type.String(), Type.Null()]),
  hotlistVersion: Type.Integer(),
  alarms: Type.Integer(),
  certificatesInForce: Type.Integer(),
});

/** `POST /v1/audit/samples` */
export const OneSample = Type.Object({
  sampleNo: Type.Integer(),
  definition: SampleDefinition,
  items: Type.Array(SampleItem),
  drawnBy: Type.String(),
  drawnAt: Type.String(),
});

/** `GET /v1/audit/samples` */
export const Samples = Type.Object({
  samples: Type.Array(
    Type.Object({
      sampleNo: Type.Integer(),
      definition: SampleDefinition,
      drawnBy: Type.String(),
      drawnAt: Type.String(),
      records: Type.Integer(),
    }),
  ),
});

/** `GET /v1/audit/inquiries` */
export const Inquiries = Type.Object({ inquiries: Type.Array(OneInquiry) });
