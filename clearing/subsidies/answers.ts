import { Type } from '@citycard/common';

/** What the routes of this folder answer, for the description of the interface. Amounts are whole fen. */

const Share = Type.Object({
  participantNo: Type.String(),
  rideCount: Type.Integer(),
  amountFen: Type.Integer(),
  paidFen: Type.Integer(),
});

/** `GET /v1/subsidy-claims/:claimNo` */
export const Claim = Type.Object({
  claimNo: Type.Integer(),
  month: Type.String({ description: 'YYYY-MM' }),
  category: Type.String(),
  state: Type.Enum(['proposed', 'approved', 'paid', 'withdrawn']),
  rideCount: Type.Integer(),
  amountFen: Type.Integer(),
  excludedCount: Type.Integer(),
  excludedFen: Type.Integer(),
  improbableCount: Type.Integer(),
  improbableFen: Type.Integer(),
  reclaimedCount: Type.Integer(),
  reclaimedFen: Type.Integer(),
  linesSha256: Type.String(),
  approvalId: Type.Integer(),
  proposedBy: Type.String(),
  approvedBy: Type.Optional(Type.String()),
  postedDate: Type.Optional(Type.String()),
  paidFen: Type.Integer(),
  shares: Type.Array(Share),
});

/** `GET /v1/subsidy-claims` */
export const Claims = Type.Object({ claims: Type.Array(Claim) });

/** `GET /v1/subsidy-claims/:claimNo/lines` */
export const Lines = Type.Object({
  lines: Type.Array(
    Type.Object({
      cardNo: Type.String(),
      businessDate: Type.String(),
      intakeId: Type.Integer(),
      index: Type.Integer(),
      participantNo: Type.String(),
      tappedAt: Type.String(),
      fullFen: Type.Integer(),
      paidFen: Type.Integer(),
      subsidyFen: Type.Integer(),
      excluded: Type.Optional(Type.Enum(['not-entitled', 'fare-too-high'])),
      improbable: Type.Optional(Type.Enum(['rides-per-day', 'two-at-once'])),
      reclaims: Type.Optional(Type.Integer({ description: 'The claim a ride is taken off for' })),
    }),
  ),
  next: Type.Optional(Type.String()),
});

/** `GET /v1/subsidy-claims/:claimNo/verification` */
export const Verification = Type.Object({
  ok: Type.Boolean(),
  differingRides: Type.Array(
    Type.Object({
      cardNo: Type.String(),
      businessDate: Type.String(),
      intakeId: Type.Integer(),
      recordIndex: Type.Integer(),
    }),
  ),
  changedLines: Type.Integer(),
});
