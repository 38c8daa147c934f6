import { type TSchema, Type } from '@citycard/common';
import { HolidayDocument } from '../calendar/holiday-document.ts';
import { Rhythm } from '../netting/rhythm.ts';
import { SettlementDocument } from '../netting/settlement-terms.ts';
import { FeeDocument } from '../pricing/fee-document.ts';
import { SubjectDocument } from './subject.ts';

/** What the routes of this folder answer, for the description of the interface. Amounts are whole fen. */

/** A document of two people with what became of it. */
export const versionOf = <D extends TSchema>(document: D) =>
  Type.Object({
    version: Type.Integer(),
    validFrom: Type.String(),
    state: Type.Enum(['approved', 'proposed', 'returned', 'withdrawn']),
    approvalId: Type.Integer(),
    returned: Type.Optional(Type.Object({ by: Type.String(), reason: Type.String() })),
    proposedBy: Type.String(),
    approvedBy: Type.Optional(Type.String()),
    document,
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

/** `GET /v1/fee-tables`: rules as documents name them, and which document brought each. */
export const Fees = Type.Object({
  date: Type.String(),
  rules: Type.Array(
    Type.Object({ ...FeeDocument.properties.rules.items.properties, version: Type.Optional(Type.Integer()) }),
  ),
});

/** `GET /v1/fee-tables/versions` */
export const FeeVersions = Type.Object({ versions: Type.Array(versionOf(FeeDocument)) });

/** `POST /v1/fee-tables` */
export const ProposedVersion = Type.Object({ version: Type.Integer(), approvalId: Type.Integer() });

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
      for: SubjectDocument,
      mode: Type.Integer({ minimum: 1, maximum: 4 }),
      netting: Type.Enum(['multilateral', 'bilateral', 'gross']),
      rhythm: Rhythm,
      refundRhythm: Type.Optional(Rhythm),
      feeRhythm: Type.Optional(Rhythm),
      thresholdFen: Type.Integer(),
      carryAtMostDays: Type.Optional(Type.Integer()),
      payAfterWorkingDays: Type.Integer(),
      validFrom: Type.String(),
      validTo: Type.Optional(Type.String()),
    }),
  ),
});

/** `GET /v1/settlement-terms/versions` */
export const SettlementVersions = Type.Object({ versions: Type.Array(versionOf(SettlementDocument)) });

/** `GET /v1/holiday-years` */
export const HolidayYears = Type.Object({
  years: Type.Array(Type.Omit(HolidayDocument, ['notice'])),
  versions: Type.Array(versionOf(HolidayDocument)),
});
