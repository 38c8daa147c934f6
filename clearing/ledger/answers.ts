import { Type } from '@citycard/common';

/** What the routes of this folder answer, for the description of the interface. Amounts are whole fen. */

const LedgerFault = Type.Object({
  what: Type.String(),
  chunkNo: Type.Optional(Type.Integer()),
  position: Type.Optional(Type.Integer()),
  cardNo: Type.Optional(Type.String()),
  postingKey: Type.Optional(Type.String()),
  leg: Type.Optional(Type.Integer()),
  account: Type.Optional(Type.String()),
});

const TrialBalanceRow = Type.Object({
  kind: Type.String(),
  code: Type.Optional(Type.String()),
  debitFen: Type.Integer(),
  creditFen: Type.Integer(),
  balanceFen: Type.Integer(),
});

const StatementLine = Type.Object({
  at: Type.String(),
  businessDate: Type.String(),
  key: Type.String(),
  leg: Type.Integer(),
  counterAccount: Type.String(),
  card: Type.Optional(Type.String()),
  side: Type.Enum(['debit', 'credit']),
  amountFen: Type.Integer(),
  phase: Type.Enum(['post', 'posted', 'pending', 'void']),
  reason: Type.String(),
  balanceFen: Type.Integer(),
});

const LedgerVerification = Type.Object({
  ok: Type.Boolean(),
  chunks: Type.Integer(),
  transfers: Type.Integer(),
  firstFault: Type.Optional(LedgerFault),
  head: Type.String(),
});

const VerificationRun = Type.Object({
  verificationNo: Type.Integer(),
  since: Type.Optional(Type.String()),
  orderedBy: Type.String(),
  orderedAt: Type.String(),
  state: Type.Enum(['failed', 'ordered', 'running', 'done', 'withdrawn']),
  chunksDone: Type.Integer(),
  chunksTotal: Type.Optional(Type.Integer()),
  finishedAt: Type.Optional(Type.String()),
  outcome: Type.Optional(LedgerVerification),
  failure: Type.Optional(Type.String()),
});

/** `GET /v1/ledger/verification` */
export const Verification = Type.Object({
  ok: Type.Boolean(),
  chunks: Type.Integer(),
  transfers: Type.Integer(),
  firstFault: Type.Optional(LedgerFault),
  head: Type.String(),
});

/** `GET /v1/ledger/trial-balance` */
export const Balances = Type.Object({
  rows: Type.Array(TrialBalanceRow),
  sumFen: Type.Integer(),
  chunkNo: Type.Integer(),
});

/** `GET /v1/ledger/statement` */
export const OneStatement = Type.Object({
  account: Type.String(),
  card: Type.Optional(Type.String()),
  normalSide: Type.Enum(['debit', 'credit']),
  openingFen: Type.Integer(),
  closingFen: Type.Integer(),
  lines: Type.Array(StatementLine),
  next: Type.Optional(Type.String()),
});

/** `GET /v1/ledger/accounts/:code` */
export const OneAccount = Type.Object({
  code: Type.String(),
  postedFen: Type.Integer(),
  availableFen: Type.Integer(),
  pendingDebitsFen: Type.Integer(),
  pendingCreditsFen: Type.Integer(),
  availableYuan: Type.String(),
});

/** `GET /v1/ledger/archives` */
export const Archives = Type.Object({
  archives: Type.Array(
    Type.Object({
      year: Type.Integer(),
      transfers: Type.Integer(),
      chunks: Type.Integer(),
      fileSha256: Type.String(),
      seal: Type.String(),
      sealChunk: Type.Integer(),
    }),
  ),
});

/** `GET /v1/ledger/verifications` */
export const Runs = Type.Object({ verifications: Type.Array(VerificationRun) });

/** `POST /v1/ledger/verifications` */
export const OneRun = Type.Object({
  verificationNo: Type.Integer(),
  since: Type.Optional(Type.String()),
  orderedBy: Type.String(),
  orderedAt: Type.String(),
  state: Type.Enum(['failed', 'ordered', 'running', 'done', 'withdrawn']),
  chunksDone: Type.Integer(),
  chunksTotal: Type.Optional(Type.Integer()),
  finishedAt: Type.Optional(Type.String()),
  outcome: Type.Optional(LedgerVerification),
  failure: Type.Optional(Type.String()),
});
