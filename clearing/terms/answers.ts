import { Type } from '@citycard/common';

/** What the routes of this folder answer, for the description of the interface. Amounts are whole fen. */

const LadderSection = Type.Object({
  from: Type.Optional(Type.String()),
  upTo: Type.Union([Type.Null(), Type.String()]),
  rate: Type.String(),
});

const FeeShare = Type.Object({
  to: Type.Union([Type.Enum(['company', 'operator', 'issuer']), Type.String()]),
  percent: Type.Optional(Type.String()),
  fixedFen: Type.Optional(Type.Integer()),
});

const TermsVersion = Type.Object({
  version: Type.Integer(),
  validFrom: Type.String(),
  state: Type.Enum(['approved', 'proposed', 'withdrawn']),
  proposedBy: Type.String(),
  approvedBy: Type.Optional(Type.String()),
  document: Type.Object({
    note: Type.Optional(Type.String()),
    ended: Type.Optional(
      Type.Array(
        Type.Object({
          recordIndustry: Type.Optional(Type.String()),
          product: Type.Optional(Type.String()),
          deal: Type.Optional(Type.Enum(['purchase', 'load', 'bill'])),
          for: Type.Union([
            Type.Object({ participant: Type.String() }),
            Type.Object({ industry: Type.String() }),
            Type.Object({ everybody: Type.Literal(true) }),
          ]),
        }),
      ),
    ),
    rules: Type.Array(
      Type.Object({
        rounding: Type.Optional(Type.Enum(['line', 'transaction'])),
        recordIndustry: Type.Optional(Type.String()),
        product: Type.Optional(Type.String()),
        deal: Type.Optional(Type.Enum(['purchase', 'load', 'bill'])),
        direction: Type.Optional(Type.Enum(['in', 'out'])),
        rate: Type.Optional(Type.String()),
        ladder: Type.Optional(
          Type.Array(
            Type.Object({
              from: Type.Optional(Type.String()),
              rate: Type.String(),
              upTo: Type.Union([Type.Null(), Type.String()]),
            }),
          ),
        ),
        minFen: Type.Optional(Type.Integer()),
        maxFen: Type.Optional(Type.Integer()),
        feeReturned: Type.Optional(Type.Boolean()),
        period: Type.Optional(Type.Enum(['day', 'month'])),
        shares: Type.Optional(
          Type.Array(
            Type.Object({
              percent: Type.Optional(Type.String()),
              fixedFen: Type.Optional(Type.Integer()),
              to: Type.String(),
            }),
          ),
        ),
        validTo: Type.Optional(Type.String()),
        kind: Type.Enum(['fixed', 'per-count', 'by-amount']),
        validFrom: Type.String(),
        for: Type.Union([
          Type.Object({ participant: Type.String() }),
          Type.Object({ industry: Type.String() }),
          Type.Object({ everybody: Type.Literal(true) }),
        ]),
      }),
    ),
  }),
  documentSha256: Type.String(),
});

const PartExplained = Type.Object({
  tariff: Type.Object({}),
  salesCount: Type.Integer(),
  salesFen: Type.Integer(),
  refundCount: Type.Integer(),
  refundFen: Type.Integer(),
  before: Type.Optional(Type.Object({ count: Type.Integer(), amountFen: Type.Integer(), feeFen: Type.Integer() })),
  sections: Type.Optional(Type.Array(Type.Object({ part: Type.Integer(), rate: Type.String() }))),
  feeFen: Type.Integer(),
  shares: Type.Array(Type.Object({ institution: Type.String(), account: Type.String(), amountFen: Type.Integer() })),
});

/** `GET /v1/fee-tables` */
export const Fees = Type.Object({
  date: Type.String(),
  rules: Type.Array(
    Type.Object({
      version: Type.Optional(Type.Integer()),
      product: Type.Optional(Type.String()),
      deal: Type.Optional(Type.Enum(['purchase', 'load', 'bill'])),
      direction: Type.Optional(Type.Enum(['in', 'out'])),
      kind: Type.Enum(['fixed', 'per-count', 'by-amount']),
      rate: Type.Optional(Type.String()),
      ladder: Type.Optional(Type.Array(LadderSection)),
      minFen: Type.Optional(Type.Integer()),
      maxFen: Type.Optional(Type.Integer()),
      feeReturned: Type.Optional(Type.Boolean()),
      rounding: Type.Optional(Type.Enum(['line', 'transaction'])),
      period: Type.Optional(Type.Enum(['day', 'month'])),
      shares: Type.Optional(Type.Array(FeeShare)),
      validFrom: Type.String(),
      validTo: Type.Optional(Type.String()),
      recordIndustry: Type.Optional(Type.String()),
      for: Type.Union([
        Type.Object({ participant: Type.String() }),
        Type.Object({ industry: Type.String() }),
        Type.Object({ everybody: Type.Literal(true) }),
      ]),
    }),
  ),
});

/** `GET /v1/fee-tables/versions` */
export const Versions = Type.Object({ versions: Type.Array(TermsVersion) });

/** `POST /v1/fee-tables` */
export const ProposedVersion = Type.Object({ version: Type.Integer(), approvalId: Type.Integer() });

/** `POST /v1/fee-tables/:version/approval` */
export const ApprovedVersion = Type.Object({
  version: Type.Integer(),
  validFrom: Type.String(),
  state: Type.Enum(['approved', 'proposed', 'withdrawn']),
  proposedBy: Type.String(),
  approvedBy: Type.Optional(Type.String()),
  document: Type.Object({
    note: Type.Optional(Type.String()),
    ended: Type.Optional(
      Type.Array(
        Type.Object({
          recordIndustry: Type.Optional(Type.String()),
          product: Type.Optional(Type.String()),
          deal: Type.Optional(Type.Enum(['purchase', 'load', 'bill'])),
          for: Type.Union([
            Type.Object({ participant: Type.String() }),
            Type.Object({ industry: Type.String() }),
            Type.Object({ everybody: Type.Literal(true) }),
          ]),
        }),
      ),
    ),
    rules: Type.Array(
      Type.Object({
        rounding: Type.Optional(Type.Enum(['line', 'transaction'])),
        recordIndustry: Type.Optional(Type.String()),
        product: Type.Optional(Type.String()),
        deal: Type.Optional(Type.Enum(['purchase', 'load', 'bill'])),
        direction: Type.Optional(Type.Enum(['in', 'out'])),
        rate: Type.Optional(Type.String()),
        ladder: Type.Optional(
          Type.Array(
            Type.Object({
              from: Type.Optional(Type.String()),
              rate: Type.String(),
              upTo: Type.Union([Type.Null(), Type.String()]),
            }),
          ),
        ),
        minFen: Type.Optional(Type.Integer()),
        maxFen: Type.Optional(Type.Integer()),
        feeReturned: Type.Optional(Type.Boolean()),
        period: Type.Optional(Type.Enum(['day', 'month'])),
        shares: Type.Optional(
          Type.Array(
            Type.Object({
              percent: Type.Optional(Type.String()),
              fixedFen: Type.Optional(Type.Integer()),
              to: Type.String(),
            }),
          ),
        ),
        validTo: Type.Optional(Type.String()),
        kind: Type.Enum(['fixed', 'per-count', 'by-amount']),
        validFrom: Type.String(),
        for: Type.Union([
          Type.Object({ participant: Type.String() }),
          Type.Object({ industry: Type.String() }),
          Type.Object({ everybody: Type.Literal(true) }),
        ]),
      }),
    ),
  }),
  documentSha256: Type.String(),
});

/** `GET /v1/clearing-days/:date/pricing/:participantNo` */
export const Pricing = Type.Object({
  date: Type.String(),
  participantNo: Type.String(),
  grossFen: Type.Integer(),
  feeFen: Type.Integer(),
  netFen: Type.Integer(),
  parts: Type.Array(PartExplained),
});

/** `GET /v1/settlement-terms` */
export const Terms = Type.Object({
  date: Type.String(),
  rules: Type.Array(
    Type.Object({
      mode: Type.Union([Type.Literal(1), Type.Literal(4), Type.Literal(2), Type.Literal(3)]),
      netting: Type.Enum(['multilateral', 'bilateral', 'gross']),
      rhythm: Type.Union([
        Type.Object({ monthEnd: Type.Optional(Type.Boolean()), days: Type.Integer(), every: Type.Literal('days') }),
        Type.Object({
          monthEnd: Type.Optional(Type.Boolean()),
          every: Type.Literal('amount'),
          limitFen: Type.Integer(),
        }),
        Type.Object({ every: Type.Literal('week'), weekdays: Type.Array(Type.Integer()) }),
        Type.Object({ days: Type.Array(Type.Integer()), every: Type.Literal('month') }),
        Type.Object({ every: Type.Literal('quarter') }),
      ]),
      refundRhythm: Type.Optional(
        Type.Union([
          Type.Object({ monthEnd: Type.Optional(Type.Boolean()), days: Type.Integer(), every: Type.Literal('days') }),
          Type.Object({
            monthEnd: Type.Optional(Type.Boolean()),
            every: Type.Literal('amount'),
            limitFen: Type.Integer(),
          }),
          Type.Object({ every: Type.Literal('week'), weekdays: Type.Array(Type.Integer()) }),
          Type.Object({ days: Type.Array(Type.Integer()), every: Type.Literal('month') }),
          Type.Object({ every: Type.Literal('quarter') }),
        ]),
      ),
      feeRhythm: Type.Optional(
        Type.Union([
          Type.Object({ monthEnd: Type.Optional(Type.Boolean()), days: Type.Integer(), every: Type.Literal('days') }),
          Type.Object({
            monthEnd: Type.Optional(Type.Boolean()),
            every: Type.Literal('amount'),
            limitFen: Type.Integer(),
          }),
          Type.Object({ every: Type.Literal('week'), weekdays: Type.Array(Type.Integer()) }),
          Type.Object({ days: Type.Array(Type.Integer()), every: Type.Literal('month') }),
          Type.Object({ every: Type.Literal('quarter') }),
        ]),
      ),
      thresholdFen: Type.Integer(),
      carryAtMostDays: Type.Optional(Type.Integer()),
      payAfterWorkingDays: Type.Integer(),
      validFrom: Type.String(),
      validTo: Type.Optional(Type.String()),
      for: Type.Union([
        Type.Object({ participant: Type.String() }),
        Type.Object({ industry: Type.String() }),
        Type.Object({ everybody: Type.Literal(true) }),
      ]),
    }),
  ),
});

/** `GET /v1/holiday-years` */
export const HolidayYears = Type.Object({
  years: Type.Array(
    Type.Object({
      holidays: Type.Array(Type.Array(Type.String())),
      madeUp: Type.Array(Type.String()),
      year: Type.Integer(),
    }),
  ),
  versions: Type.Array(TermsVersion),
});
