import { Type } from '@citycard/common';

const MaybeText = Type.Union([Type.String(), Type.Null()]);
const MaybeNumber = Type.Union([Type.Integer(), Type.Null()]);

export const Standing = Type.Object({
  participantNo: Type.String(),
  name: Type.String(),
  kind: Type.String(),
  status: Type.String(),
  openDay: MaybeText,
  balances: Type.Array(Type.Object({ kind: Type.String(), postedFen: Type.Integer(), availableFen: Type.Integer() })),
  held: Type.Object({ count: Type.Integer(), amountFen: Type.Integer() }),
  refused: Type.Object({
    count: Type.Integer(),
    amountFen: Type.Integer({ description: 'Of the last 30 days, while an objection can be made' }),
  }),
  openAppeals: Type.Integer(),
});
export const Uploads = Type.Object({
  businessDate: Type.String(),
  files: Type.Array(
    Type.Object({
      fileName: Type.String(),
      sequence: MaybeNumber,
      records: Type.Integer(),
      amountFen: Type.Integer(),
      receivedAt: Type.String(),
      undecided: Type.Integer(),
    }),
  ),
  missingFiles: Type.Array(Type.Object({ from: Type.Integer(), to: Type.Integer() })),
  uploaded: Type.Array(
    Type.Object({
      samNo: Type.String(),
      terminalNo: MaybeText,
      line: MaybeText,
      vehicle: MaybeText,
      records: Type.Integer(),
      amountFen: Type.Integer(),
      accepted: Type.Integer(),
      held: Type.Integer(),
      refused: Type.Integer(),
      lastTapAt: MaybeText,
    }),
  ),
  notUploaded: Type.Array(
    Type.Object({
      samNo: Type.String(),
      terminalNo: MaybeText,
      since: Type.String(),
      line: MaybeText,
      vehicle: MaybeText,
      lastTapAt: MaybeText,
    }),
  ),
  outcomes: Type.Array(
    Type.Object({
      state: Type.String(),
      reasonCode: MaybeText,
      count: Type.Integer(),
      amountFen: Type.Integer(),
    }),
  ),
});
export const Records = Type.Object({
  records: Type.Array(
    Type.Object({
      cardNo: Type.String(),
      businessDate: Type.String(),
      intakeId: Type.Integer(),
      index: Type.Integer(),
      state: Type.String(),
      reasonCode: MaybeText,
      reason: Type.String(),
      detail: MaybeText,
      amountFen: Type.Integer(),
      tappedAt: MaybeText,
      samNo: Type.String(),
      terminalNo: MaybeText,
      fileName: MaybeText,
      decidedAt: MaybeText,
      deadline: MaybeText,
      appealNo: MaybeNumber,
      appealState: MaybeText,
    }),
  ),
  next: Type.Optional(Type.String()),
});
export const Sheets = Type.Object({
  sheets: Type.Array(
    Type.Object({
      sheetNo: Type.String(),
      businessDate: Type.String(),
      periodFrom: Type.String(),
      salesCount: Type.Integer(),
      salesFen: Type.Integer(),
      refundFen: Type.Integer(),
      feeFen: Type.Integer(),
      otherFen: Type.Integer(),
      carriedInFen: Type.Integer(),
      payableFen: Type.Integer(),
      paidFen: Type.Integer(),
      state: Type.String(),
      carryReason: MaybeText,
      settleDate: Type.String(),
    }),
  ),
});
export const Journal = Type.Object({
  lines: Type.Array(
    Type.Object({
      terminalNo: Type.String(),
      batchNo: Type.String(),
      loads: Type.Integer(),
      loadedFen: Type.Integer(),
      pending: Type.Integer(),
      pendingFen: Type.Integer(),
      cancelled: Type.Integer(),
      cancelledFen: Type.Integer(),
    }),
  ),
});
export const Statement = Type.Object({
  openingFen: Type.Integer(),
  closingFen: Type.Integer(),
  lines: Type.Array(
    Type.Object({
      at: Type.String(),
      businessDate: Type.String(),
      side: Type.String(),
      amountFen: Type.Integer(),
      phase: Type.String(),
      reason: Type.String(),
      balanceFen: Type.Integer(),
    }),
  ),
  next: Type.Optional(Type.String()),
});
export const Fees = Type.Object({
  date: Type.String(),
  grossFen: Type.Integer(),
  feeFen: Type.Integer(),
  netFen: Type.Integer(),
  parts: Type.Array(
    Type.Object({
      salesCount: Type.Integer(),
      salesFen: Type.Integer(),
      refundCount: Type.Integer(),
      refundFen: Type.Integer(),
      feeFen: Type.Integer(),
    }),
  ),
});
export const Certificates = Type.Object({
  certificates: Type.Array(
    Type.Object({
      serial: Type.String(),
      kind: Type.String(),
      notBefore: Type.String(),
      notAfter: Type.String(),
      revokedAt: MaybeText,
      renewedBy: MaybeText,
    }),
  ),
});
export const Bills = Type.Object({
  billers: Type.Array(
    Type.Object({
      billerCode: Type.String(),
      byFile: Type.Boolean({ description: 'It exchanges files; nobody asks it' }),
    }),
  ),
  payments: Type.Array(
    Type.Object({
      paymentId: Type.String(),
      billerCode: Type.String(),
      customer: Type.String(),
      reference: Type.String(),
      amountFen: Type.Integer(),
      lateFeeFen: Type.Integer(),
      state: Type.String(),
      receipt: Type.String(),
      meterToken: Type.String(),
      paidAt: Type.String(),
      cancelled: Type.Boolean(),
    }),
  ),
  next: Type.Optional(Type.String()),
  totals: Type.Object({ count: Type.Integer(), amountFen: Type.Integer(), undecided: Type.Integer() }),
});
