import { Type } from '@citycard/common';
import { DocumentKind } from './schemas.ts';
import { type ItemName, items } from './items.ts';

/** One optional text per item of the dictionary; its form is checked by the dictionary, which says what is wrong. */
export const ItemTexts = Type.Partial(
  Type.Object(
    Object.fromEntries(
      Object.entries(items).map(([name, { title, length }]) => [
        name,
        Type.String({ minLength: 1, maxLength: length, description: title }),
      ]),
    ) as Record<ItemName, ReturnType<typeof Type.String>>,
    { additionalProperties: false },
  ),
);

/** The body of `POST /v1/residents`. */
export const RegistrationBody = Type.Object(
  {
    idNumber: Type.Optional(Type.String({ pattern: '^([0-9]{15}|[0-9]{17}[0-9Xx])$' })),
    document: Type.Optional(
      Type.Object(
        { kind: DocumentKind, number: Type.String({ minLength: 1, maxLength: 40 }) },
        { additionalProperties: false },
      ),
    ),
    name: Type.String({ minLength: 1, maxLength: 60 }),
    population: Type.Union([Type.Literal('permanent'), Type.Literal('floating')]),
    residencePermitNo: Type.Optional(Type.String({ minLength: 1, maxLength: 32 })),
    phone: Type.Optional(Type.String({ pattern: '^[0-9+ -]{5,20}$' })),
    address: Type.Optional(Type.String({ maxLength: 200 })),
    items: Type.Optional(ItemTexts),
  },
  { additionalProperties: false },
);
