import { Type } from '@citycard/common';

/** What the routes of this folder answer, for the description of the interface. Amounts are whole fen. */

const Refusal = Type.Object({
  refusalNo: Type.Integer(),
  kind: Type.Enum(['camt.053', 'camt.054', 'pain.002']),
  code: Type.String(),
  sentence: Type.String(),
  times: Type.Integer(),
  firstAt: Type.String(),
  lastAt: Type.String(),
  bytes: Type.Integer(),
});

/** `GET /v1/bank/open-items` */
export const OpenItems = Type.Object({
  unmatched: Type.Array(
    Type.Object({
      endToEndId: Type.Optional(Type.String()),
      reason: Type.String(),
      direction: Type.Enum(['debit', 'credit']),
      account: Type.String(),
      reference: Type.String(),
      part: Type.Integer(),
      bookedOn: Type.String(),
      ageDays: Type.Integer(),
      remittance: Type.String(),
      counterparty: Type.String(),
      amountFen: Type.Integer(),
    }),
  ),
  missing: Type.Array(
    Type.Object({
      account: Type.String(),
      reference: Type.String(),
      bookedOn: Type.String(),
      ageDays: Type.Integer(),
      amountFen: Type.Integer(),
    }),
  ),
  heldPages: Type.Array(
    Type.Object({
      account: Type.String(),
      statementId: Type.String(),
      pages: Type.Array(Type.Integer()),
      missing: Type.Array(Type.Integer()),
      lastSeen: Type.Boolean(),
      since: Type.String(),
    }),
  ),
});

/** `GET /v1/bank/refusals` */
export const Refusals = Type.Object({ refusals: Type.Array(Refusal) });

/** `GET /v1/bank/open-items/:account/:reference/:part/suggestions` */
export const Suggestions = Type.Object({
  suggestions: Type.Array(
    Type.Object({
      counterAccount: Type.Optional(Type.String()),
      payment: Type.Optional(Type.String()),
      slips: Type.Optional(Type.Array(Type.String())),
      score: Type.Integer(),
      because: Type.String(),
    }),
  ),
});

/** `GET /v1/bank/reference-rules` */
export const ReferenceRules = Type.Object({
  rules: Type.Array(
    Type.Object({
      ruleNo: Type.Integer(),
      name: Type.String(),
      purpose: Type.String(),
      reads: Type.Enum(['reference', 'payer']),
      begins: Type.String(),
      nameForm: Type.Optional(Type.String()),
      accountName: Type.Optional(Type.String()),
      accountKind: Type.String(),
      arrivesOn: Type.Array(Type.String()),
      place: Type.Integer(),
      active: Type.Boolean(),
      setBy: Type.Optional(Type.String()),
      approvedBy: Type.Optional(Type.String()),
    }),
  ),
});
