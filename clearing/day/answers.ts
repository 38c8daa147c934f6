import { Type } from '@citycard/common';
import { SettlementSheet } from '../settlement/answers.ts';
import { DAY_STATES } from './transitions.ts';

/** What the routes of this folder answer, for the description of the interface. Amounts are whole fen. */

const DayState = Type.Enum([...DAY_STATES]);

const BusinessDay = Type.Object({
  date: Type.String(),
  state: DayState,
  openedAt: Type.String(),
  cutOffAt: Type.Optional(Type.String()),
  closedAt: Type.Optional(Type.String()),
});

const StageRecord = Type.Object({
  stage: DayState,
  evidence: Type.Record(Type.String(), Type.Unknown()),
  evidenceSha256: Type.String(),
  completedAt: Type.String(),
});

const Position = Type.Object({
  party: Type.String(),
  receivesFen: Type.Integer(),
  givesFen: Type.Integer(),
  netFen: Type.Integer(),
});

const Obligation = Type.Object({ from: Type.String(), to: Type.String(), amountFen: Type.Integer() });

const PaymentMessage = Type.Object({
  messageId: Type.String(),
  businessDate: Type.String(),
  requestedDate: Type.String(),
  count: Type.Integer(),
  amountFen: Type.Integer(),
  xmlSha256: Type.String(),
});

const BankAccountPosition = Type.Object({
  account: Type.String(),
  ledgerFen: Type.Integer(),
  statementFen: Type.Optional(Type.Integer()),
  differenceFen: Type.Optional(Type.Integer()),
});

const CountAndAmount = Type.Object({ count: Type.Integer(), amountFen: Type.Integer() });

const OutcomeTotal = Type.Object({
  reasons: Type.Record(Type.String(), CountAndAmount),
  count: Type.Integer(),
  amountFen: Type.Integer(),
});

const IndustryLine = Type.Object({
  code: Type.String(),
  name: Type.String(),
  pattern: Type.String(),
  purchaseCount: Type.Integer(),
  purchaseFen: Type.Integer(),
  refundFen: Type.Integer(),
  feeFen: Type.Integer(),
  netFen: Type.Integer(),
  elsewhereFen: Type.Integer(),
  visitCount: Type.Integer(),
  fundFen: Type.Integer(),
  findingCount: Type.Integer(),
});

const ConcessionLine = Type.Object({
  category: Type.String(),
  rideCount: Type.Integer(),
  fullFen: Type.Integer(),
  paidFen: Type.Integer(),
  backFen: Type.Integer(),
  subsidyFen: Type.Integer(),
});

const CalendarDay = Type.Object({
  date: Type.String(),
  kind: Type.Enum(['working', 'made-up', 'weekend', 'holiday', 'unknown']),
});

/** `GET /v1/clearing-days` */
export const Days = Type.Object({ days: Type.Array(BusinessDay) });

/** `GET /v1/clearing-days/:date` */
export const Day = Type.Object({
  stages: Type.Array(StageRecord),
  sheets: Type.Array(SettlementSheet),
  sheetsSha256: Type.String(),
  positions: Type.Array(Position),
  obligations: Type.Array(Obligation),
  settlements: Type.Array(Obligation),
  messages: Type.Array(PaymentMessage),
  ...BusinessDay.properties,
});

/** `POST /v1/clearing-days/:date/cut-off` */
export const Cut = Type.Object({
  state: DayState,
  nextDate: Type.String(),
  repeated: Type.Boolean(),
});

/** `GET /v1/float/:date` */
export const FloatOfDay = Type.Object({
  date: Type.String(),
  owed: Type.Object({
    purse: Type.Integer(),
    online: Type.Integer(),
    'pending-credit': Type.Integer(),
    'migrated-balance': Type.Integer(),
    'agent-prefund': Type.Integer(),
    'operator-pending': Type.Integer(),
    'operator-payable': Type.Integer(),
    'biller-payable': Type.Integer(),
    'city-payable': Type.Integer(),
    suspense: Type.Integer(),
    'unclaimed-refund': Type.Integer(),
    'pass-unearned': Type.Integer(),
    'subsidy-payable': Type.Integer(),
    rounding: Type.Integer(),
    'fee-income-not-withdrawn': Type.Integer(),
  }),
  owedFen: Type.Integer(),
  receivable: Type.Object({
    'city-receivable': Type.Integer(),
    'concession-receivable': Type.Integer(),
    'write-off': Type.Integer(),
  }),
  receivableFen: Type.Integer(),
  reserve: Type.Object({
    'bank-custody': Type.Integer(),
    'bank-receiving': Type.Integer(),
    'bank-paying': Type.Integer(),
    'settlement-in-transit': Type.Integer(),
  }),
  reserveFen: Type.Integer(),
  uncoveredMigrations: Type.Record(Type.String(), Type.Integer()),
  uncoveredMigrationsFen: Type.Integer(),
  cashFen: Type.Integer(),
  differenceFen: Type.Integer(),
  unexplainedFen: Type.Integer(),
  deposits: Type.Object({
    owedFen: Type.Integer(),
    bankFen: Type.Integer(),
    cashFen: Type.Integer(),
    differenceFen: Type.Integer(),
  }),
  ownFundsFen: Type.Integer(),
  bankAccounts: Type.Array(BankAccountPosition),
  ok: Type.Boolean(),
});

/** `GET /v1/days/:date/summary` */
export const Summary = Type.Object({
  businessDate: Type.String(),
  state: DayState,
  purchases: Type.Object({
    rejected: OutcomeTotal,
    accepted: OutcomeTotal,
    duplicate: OutcomeTotal,
    suspicious: OutcomeTotal,
    routed: OutcomeTotal,
    received: OutcomeTotal,
  }),
  paidFromEarlierDays: CountAndAmount,
  loads: Type.Object({ posted: CountAndAmount, pending: CountAndAmount, void: CountAndAmount }),
  net: Type.Array(Position),
  sheets: Type.Array(
    Type.Object({
      sheetNo: Type.String(),
      participantNo: Type.String(),
      name: Type.String(),
      salesCount: Type.Integer(),
      salesFen: Type.Integer(),
      refundFen: Type.Integer(),
      feeFen: Type.Integer(),
      otherFen: Type.Integer(),
      carriedInFen: Type.Integer(),
      payableFen: Type.Integer(),
      disposition: Type.Enum(['pay', 'carry']),
      carryReason: Type.Optional(Type.String()),
      state: Type.String(),
    }),
  ),
  industries: Type.Array(IndustryLine),
  concessions: Type.Array(ConcessionLine),
  checks: Type.Object({
    ledger: Type.Object({ ok: Type.Boolean(), sumFen: Type.Integer() }),
    netting: Type.Object({ ok: Type.Boolean(), sumFen: Type.Integer() }),
    float: Type.Object({ ok: Type.Boolean(), differenceFen: Type.Integer(), depositsDifferenceFen: Type.Integer() }),
    stages: Type.Array(DayState),
  }),
});

/** `GET /v1/working-days` */
export const WorkingDays = Type.Object({ announcedUntil: Type.String(), days: Type.Array(CalendarDay) });
