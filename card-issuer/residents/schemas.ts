import { Type } from '@citycard/common';
import { type DocumentKindName, documentKindNames } from './documents.ts';
import { type ItemName, itemNames, type Producer, producers } from './items.ts';

export const Id = Type.String({ pattern: '^[1-9][0-9]{0,17}$' });
export const ResidentNumber = Type.Integer({ minimum: 1 });
export const Purpose = Type.String({ minLength: 1, maxLength: 200, description: 'Why; the resident can ask for it' });
export const DateText = Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' });
// Unions over lists have no static type of their own; the lists' types are theirs.
export const DocumentKind = Type.Unsafe<DocumentKindName>(
  Type.Union(documentKindNames.map((kind) => Type.Literal(kind))),
);
export const Item = Type.Unsafe<ItemName>(Type.Union(itemNames.map((name) => Type.Literal(name))));
export const Source = Type.Unsafe<Producer>(Type.Union(producers.map((name) => Type.Literal(name))));

const strict = { additionalProperties: false };
const Name = Type.String({ minLength: 1, maxLength: 60 });

/** The body of `POST /v1/residents/search`: one criterion, and why. */
export const SearchBody = Type.Union([
  Type.Object({ idNumber: Type.String({ minLength: 15, maxLength: 18 }), purpose: Purpose }, strict),
  Type.Object(
    { documentKind: DocumentKind, documentNo: Type.String({ minLength: 1, maxLength: 40 }), purpose: Purpose },
    strict,
  ),
  Type.Object({ name: Name, birthDate: Type.Optional(DateText), purpose: Purpose }, strict),
  Type.Object({ phone: Type.String({ minLength: 5, maxLength: 20 }), purpose: Purpose }, strict),
]);

export const DisclosureBody = Type.Object(
  { purpose: Purpose, items: Type.Array(Item, { minItems: 1, maxItems: itemNames.length }) },
  strict,
);

/** Items to change; null takes a value away. The source is who said it: this office unless named. */
export const CorrectionBody = Type.Object(
  {
    changes: Type.Array(
      Type.Object(
        { item: Item, value: Type.Union([Type.String({ minLength: 1, maxLength: 1000 }), Type.Null()]) },
        strict,
      ),
      { minItems: 1, maxItems: itemNames.length },
    ),
    source: Type.Optional(Source),
    reason: Type.String({ minLength: 1, maxLength: 200 }),
  },
  strict,
);

const statement = {
  date: DateText,
  reason: Type.String({ minLength: 1, maxLength: 60 }),
  source: Type.Optional(Source),
};
export const MoveBody = Type.Object(
  { direction: Type.Union([Type.Literal('out'), Type.Literal('in')]), ...statement },
  strict,
);
export const DeathBody = Type.Object(statement, strict);

export const MergeBody = Type.Object(
  { survivor: ResidentNumber, merged: ResidentNumber, reason: Type.String({ minLength: 1, maxLength: 200 }) },
  strict,
);
export const PairBody = Type.Object({ residents: Type.Tuple([ResidentNumber, ResidentNumber]) }, strict);
