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
