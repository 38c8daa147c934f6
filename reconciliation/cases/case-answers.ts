import { Type } from '@citycard/common';

/** What the routes of this folder answer, for the description of the interface. Amounts are whole fen. */

const ResidentCase = Type.Object({
  caseNo: Type.Integer(),
  kind: Type.String(),
  channel: Type.String(),
  orderNo: Type.Optional(Type.String()),
  cardNo: Type.String(),
  occurredOn: Type.String(),
  amountFen: Type.Integer(),
  participantNo: Type.Optional(Type.String()),
  state: Type.Enum(['with-participant', 'with-company', 'ended']),
  // who of the company, or which channel; never shown to a participant
  openedBy: Type.Optional(Type.String()),
  openedAt: Type.String(),
  answerDueAt: Type.String(),
  endDueAt: Type.String(),
  level: Type.Integer(),
  finding: Type.Optional(Type.String()),
  answer: Type.Optional(Type.String()),
  answeredAt: Type.Optional(Type.String()),
  creditNo: Type.Integer(),
  creditOpen: Type.Boolean(),
  outcome: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String()),
  creditedFen: Type.Optional(Type.Integer()),
  endedBy: Type.Optional(Type.String()),
  endedAt: Type.Optional(Type.String()),
});

const RecordChain = Type.Object({
  from: Type.String(),
  to: Type.String(),
  // never shown to a participant
  purse: Type.Optional(
    Type.Object({ status: Type.String(), balanceFen: Type.String(), pendingCreditFen: Type.String() }),
  ),
  purchases: Type.Array(
    Type.Object({
      businessDate: Type.String(),
      intakeId: Type.String(),
      index: Type.Integer(),
      tappedAt: Type.Union([Type.Null(), Type.String()]),
      participantNo: Type.String(),
      amountFen: Type.String(),
      balanceBeforeFen: Type.String(),
      offlineCounter: Type.Integer(),
      samNo: Type.String(),
      samTransactionNo: Type.String(),
      state: Type.String(),
      reasonCode: Type.Union([Type.Null(), Type.String()]),
      postedDate: Type.Union([Type.Null(), Type.String()]),
      suspect: Type.Boolean(),
    }),
  ),
  loads: Type.Array(
    Type.Object({
      openedAt: Type.String(),
      participantNo: Type.String(),
      terminalNo: Type.String(),
      batchNo: Type.String(),
      traceNo: Type.String(),
      amountFen: Type.String(),
      balanceBeforeFen: Type.String(),
      onlineCounter: Type.Integer(),
      state: Type.String(),
      resolvedBy: Type.Union([Type.Null(), Type.String()]),
      suspect: Type.Boolean(),
    }),
  ),
  bills: Type.Array(
    Type.Object({
      askedAt: Type.String(),
      participantNo: Type.String(),
      paymentId: Type.String(),
      amountFen: Type.String(),
      state: Type.String(),
      settled: Type.Union([Type.Null(), Type.String()]),
      suspect: Type.Boolean(),
    }),
  ),
});

const SaidWords = Type.Object({ words: Type.Optional(Type.String()), contact: Type.Optional(Type.String()) });

const ComplaintFigures = Type.Object({
  participantNo: Type.String(),
  name: Type.String(),
  opened: Type.Integer(),
  answered: Type.Integer(),
  averageHours: Type.Integer(),
  late: Type.Integer(),
  credited: Type.Integer(),
  creditedFen: Type.Integer(),
  refused: Type.Integer(),
  open: Type.Integer(),
});

const CaseDays = Type.Object({ answerDays: Type.Integer(), endDays: Type.Integer() });

/** `GET /v1/cases` */
export const CaseList = Type.Object({ cases: Type.Array(ResidentCase) });

/** `GET /v1/cases/:caseNo` */
export const OneCase = Type.Object({
  ...ResidentCase.properties,
  chains: Type.Optional(Type.Array(Type.Object({ takenAt: Type.String(), content: RecordChain }))),
  events: Type.Optional(
    Type.Array(Type.Object({ at: Type.String(), actor: Type.String(), event: Type.String(), words: Type.String() })),
  ),
});

/** `GET /v1/cases/:caseNo/words` */
export const Words = Type.Object({ said: Type.Array(SaidWords) });

/** `GET /v1/case-figures` */
export const Figures = Type.Object({ until: Type.String(), figures: Type.Array(ComplaintFigures) });

/** `GET /v1/case-days` */
export const Days = Type.Object({
  days: Type.Object({
    'charged-twice': CaseDays,
    'wrong-fare': CaseDays,
    'load-missing': CaseDays,
    'bill-missing': CaseDays,
  }),
});
