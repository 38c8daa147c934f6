import { Type } from '@citycard/common';
import { versionOf } from '../terms/answers.ts';
import { ConcessionDocument } from './document.ts';

/** What the routes of this folder answer, for the description of the interface. Amounts are whole fen. */

const dated = {
  for: Type.Union([Type.Object({ participant: Type.String() }), Type.Object({ industry: Type.String() })]),
  /** Of holders of this category alone; everybody when absent. */
  category: Type.Optional(Type.String()),
  validFrom: Type.String(),
  validTo: Type.Optional(Type.String()),
};
const subsidised = { ...dated, subsidyPercent: Type.Integer() };

const Rule = Type.Union([
  Type.Object({
    ...subsidised,
    kind: Type.Literal('fare'),
    paysPercent: Type.Integer(),
    ridesPerDay: Type.Optional(Type.Integer()),
    ridesPerMonth: Type.Optional(Type.Integer()),
    thenPaysPercent: Type.Integer(),
    maxFullFareFen: Type.Integer(),
    improbableRidesPerDay: Type.Optional(Type.Integer()),
    improbableMinutes: Type.Optional(Type.Integer()),
  }),
  Type.Object({
    ...subsidised,
    kind: Type.Literal('transfer'),
    withinMinutes: Type.Integer(),
    discountFen: Type.Integer(),
    transfers: Type.Integer(),
  }),
  Type.Object({ ...subsidised, kind: Type.Literal('cap'), perDayFen: Type.Integer() }),
  Type.Object({
    ...dated,
    kind: Type.Literal('pass'),
    code: Type.String(),
    days: Type.Integer(),
    rides: Type.Optional(Type.Integer()),
    priceFen: Type.Integer(),
  }),
]);

/** `GET /v1/concession-rules` */
export const RulesInForce = Type.Object({ date: Type.String(), rules: Type.Array(Rule) });

/** `GET /v1/concession-rules/versions` */
export const RuleVersions = Type.Object({ versions: Type.Array(versionOf(ConcessionDocument)) });

/** `GET /v1/pass-apportionments/:number` */
export const Apportionment = Type.Object({
  number: Type.Integer(),
  approvalId: Type.Integer(),
  code: Type.String(),
  month: Type.String({ description: 'YYYY-MM' }),
  passCount: Type.Integer(),
  useCount: Type.Integer(),
  amountFen: Type.Integer(),
  proposedBy: Type.String(),
  approvedBy: Type.Optional(Type.String()),
  shares: Type.Array(
    Type.Object({
      participantNo: Type.String({ description: 'Empty: the company, because nobody ever rode' }),
      useCount: Type.Integer(),
      amountFen: Type.Integer(),
    }),
  ),
  postedDate: Type.Optional(Type.String()),
});

/** `GET /v1/pass-apportionments` */
export const Apportionments = Type.Object({ apportionments: Type.Array(Apportionment) });

/** `GET /v1/cards/:cardNo/concession-rides` */
export const RidesOfCard = Type.Object({
  rides: Type.Array(
    Type.Object({
      tappedAt: Type.String(),
      participantNo: Type.String(),
      line: Type.String(),
      category: Type.String(),
      fullFen: Type.Integer(),
      paidFen: Type.Integer(),
      categoryOffFen: Type.Integer(),
      transferOffFen: Type.Integer(),
      capOffFen: Type.Integer(),
      backFen: Type.Integer(),
      subsidyFen: Type.Integer(),
      postedDate: Type.String(),
      finding: Type.Optional(Type.String()),
    }),
  ),
});
