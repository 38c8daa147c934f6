import { Type } from '@citycard/common';
import { DAY_STATES } from '../day/transitions.ts';

/** What the routes of this folder answer, for the description of the interface. Amounts are whole fen. */

const ObligationLine = Type.Object({
  participantNo: Type.String(),
  sheetsFen: Type.Integer(),
  openFen: Type.Integer(),
  inTransitFen: Type.Integer(),
  paidFen: Type.Integer(),
  returnedFen: Type.Integer(),
  ledger: Type.Object({ inTransitFen: Type.Integer(), paidFen: Type.Integer(), returnedFen: Type.Integer() }),
  ok: Type.Boolean(),
});

const BankMovement = Type.Object({
  bankReference: Type.String(),
  part: Type.Integer(),
  amountFen: Type.Integer(),
  bookedAt: Type.String(),
});

/** `GET /v1/settlement/payments/:endToEndId` */
export const Payment = Type.Object({
  endToEndId: Type.String(),
  sheetNo: Type.String(),
  participantNo: Type.String(),
  attempt: Type.Integer(),
  messageId: Type.String(),
  businessDate: Type.String(),
  requestedDate: Type.String(),
  state: Type.Enum(['rejected', 'posted', 'pending', 'short']),
  amountFen: Type.Integer(),
  inTransitFen: Type.Integer(),
  paidFen: Type.Integer(),
  givenUpFen: Type.Integer(),
  returnedFen: Type.Integer(),
  reason: Type.Optional(Type.String()),
  bookings: Type.Array(BankMovement),
  returns: Type.Array(
    Type.Object({
      bankReference: Type.String(),
      part: Type.Integer(),
      amountFen: Type.Integer(),
      bookedAt: Type.String(),
      reason: Type.String(),
      reasonCode: Type.Optional(Type.String()),
    }),
  ),
});

const PaymentHold = Type.Object({
  participantNo: Type.String(),
  since: Type.String(),
  causedBy: Type.Optional(Type.String()),
  reason: Type.String(),
});

const SettlementAccount = Type.Object({
  accountNo: Type.String(),
  bankLineNo: Type.String(),
  accountName: Type.String(),
});

export const SettlementSheet = Type.Object({
  sheetNo: Type.String(),
  businessDate: Type.String(),
  participantNo: Type.String(),
  name: Type.String(),
  paysFrom: Type.String(),
  part: Type.Enum(['1', '21', '22', '23', '31', '32', '41', '42', '51', '52', '61', '71', '72']),
  counterparty: Type.Optional(Type.String()),
  rhythm: Type.String(),
  periodFrom: Type.String(),
  salesCount: Type.Integer(),
  salesFen: Type.Integer(),
  refundCount: Type.Integer(),
  refundFen: Type.Integer(),
  feeFen: Type.Integer(),
  otherFen: Type.Integer(),
  carriedInFen: Type.Integer(),
  payableFen: Type.Integer(),
  paidFen: Type.Integer(),
  disposition: Type.Enum(['pay', 'carry']),
  carryReason: Type.Optional(Type.String()),
  settlementAccount: Type.Optional(SettlementAccount),
  settleDate: Type.String(),
  state: Type.Enum(['approved', 'instructed', 'made', 'carried', 'rejected', 'paid']),
  carriedInto: Type.Optional(Type.String()),
  maker: Type.Optional(Type.String()),
  checker: Type.Optional(Type.String()),
});

/** `POST /v1/clearing-days/:date/approval` */
export const Proposed = Type.Object({ approvalId: Type.Integer() });

/** `POST /v1/clearing-days/:date/approval/:approvalId` */
export const ApprovedDay = Type.Object({
  state: Type.Enum([...DAY_STATES]),
  maker: Type.String(),
  checker: Type.String(),
});

/** `POST /v1/clearing-days/:date/reinstruction/:approvalId` */
export const Reinstructed = Type.Object({ messageId: Type.Optional(Type.String()) });

/** `POST /v1/clearing-days/:date/carry/:approvalId` */
export const CarriedSheets = Type.Object({ carried: Type.Array(Type.String()) });

/** `GET /v1/settlement/obligations` */
export const Obligations = Type.Object({ ok: Type.Boolean(), obligations: Type.Array(ObligationLine) });

/** `GET /v1/settlement/payments` */
export const Payments = Type.Object({ payments: Type.Array(Payment) });

/** `POST /v1/settlement/payments/:endToEndId/give-up/:approvalId` */
export const GivenUp = Type.Object({
  endToEndId: Type.String(),
  state: Type.Enum(['rejected', 'posted', 'pending', 'short']),
});

/** `GET /v1/settlement/holds` */
export const Holds = Type.Object({ holds: Type.Array(PaymentHold) });

/** `POST /v1/settlement/holds/:participantNo/release/:approvalId` */
export const Released = Type.Object({ participantNo: Type.String(), maker: Type.String(), checker: Type.String() });

/** `GET /v1/settlement/sheets` */
export const Sheets = Type.Object({
  sheets: Type.Array(SettlementSheet),
  next: Type.Union([Type.Null(), Type.String()]),
});

/** `GET /v1/settlement/sheets/:sheetNo` */
export const OneSheet = Type.Object({
  ...SettlementSheet.properties,
  takenIn: Type.Array(
    Type.Object({
      sheetNo: Type.String(),
      businessDate: Type.String(),
      payableFen: Type.Integer(),
      paidFen: Type.Integer(),
    }),
  ),
  payments: Type.Array(Payment),
});
