import { type Static, Type } from '@citycard/common';

const closed = { additionalProperties: false } as const;
const Name = Type.String({ minLength: 1, maxLength: 40 });
const Rate = Type.String({ pattern: '^[0-9]{1,12}(\\.[0-9]{1,6})?$' });
const Fen = Type.Integer({ minimum: 0, maximum: 100_000_000 });

const Kind = Type.Union([Type.Literal('operator'), Type.Literal('agent'), Type.Literal('biller')]);

/** A stretch of the 8 bytes of industry data: BCD digits, an unsigned number (big-endian) or GB 18030 text. */
const DataField = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,29}$' }),
    bytes: Type.Integer({ minimum: 1, maximum: 8 }),
    form: Type.Union([Type.Literal('bcd'), Type.Literal('number'), Type.Literal('text')]),
    meaning: Type.String({ minLength: 1, maxLength: 200 }),
  },
  closed,
);
export type DataField = Static<typeof DataField>;

/** What participants of the industry pay us: a row of the tariff table, from the version's first day on. */
const Fee = Type.Object(
  {
    kind: Type.Union([Type.Literal('per-count'), Type.Literal('by-amount'), Type.Literal('fixed')]),
    rate: Type.Optional(Rate),
    ladder: Type.Optional(
      Type.Array(
        Type.Object({ upTo: Type.Union([Type.String({ pattern: '^[0-9]{1,18}$' }), Type.Null()]), rate: Rate }, closed),
        { minItems: 1, maxItems: 20 },
      ),
    ),
    minFen: Type.Optional(Fen),
    maxFen: Type.Optional(Fen),
    feeReturned: Type.Optional(Type.Boolean()),
  },
  closed,
);

/** What a receipt says. `{amount}`, `{customer}`, `{reference}`, `{receipt}`, `{token}`, `{lateFee}` and `{date}` are filled in. */
const Receipt = Type.Object(
  { title: Name, lines: Type.Array(Type.String({ minLength: 1, maxLength: 80 }), { minItems: 1, maxItems: 12 }) },
  closed,
);

const general = {
  nameChinese: Name,
  nameEnglish: Name,
  /** Who may sell or collect in this industry. */
  participants: Type.Object({ kinds: Type.Array(Kind, { minItems: 1, uniqueItems: true }) }, closed),
  fee: Type.Optional(Fee),
  data: Type.Array(DataField, { maxItems: 8 }),
  receipt: Receipt,
};

/** What a text typed by people must look like, before anybody is asked about it. */
const TypedText = (longest: number) =>
  Type.Object(
    {
      nameChinese: Name,
      nameEnglish: Name,
      characters: Type.Union([Type.Literal('digits'), Type.Literal('letters-and-digits'), Type.Literal('printable')]),
      shortest: Type.Integer({ minimum: 1, maximum: longest }),
      longest: Type.Integer({ minimum: 1, maximum: longest }),
    },
    closed,
  );

/** A late fee that we work out; billers that state their own are believed. */
const LateFee = Type.Object(
  {
    graceDays: Type.Integer({ minimum: 0, maximum: 365 }),
    /** Of the principal, per day behind the grace days. */
    partsPerMillionPerDay: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    /** Never more than this part of the principal. */
    capPartsPerMillion: Type.Integer({ minimum: 1, maximum: 10_000_000 }),
  },
  closed,
);

const billing = {
  customer: TypedText(20),
  reference: TypedText(16),
  lateFee: Type.Optional(LateFee),
  cancellation: Type.Object(
    { allowed: Type.Boolean(), withinDays: Type.Integer({ minimum: 0, maximum: 365 }) },
    closed,
  ),
  biller: Type.Object(
    {
      exchange: Type.Union([Type.Literal('http'), Type.Literal('file')]),
      timeoutMs: Type.Integer({ minimum: 100, maximum: 8_000 }),
    },
    closed,
  ),
};

const Station = Type.Object(
  {
    station: Type.String({ pattern: '^[0-9]{4}$' }),
    nameChinese: Name,
    /** Along the road, from its beginning. */
    metres: Type.Integer({ minimum: 0, maximum: 10_000_000 }),
  },
  closed,
);
const VehicleClass = Type.Object(
  { vehicleClass: Type.Integer({ minimum: 1, maximum: 255 }), fenPerKilometre: Rate, minFen: Fen },
  closed,
);

const OfflinePurchase = Type.Object({ ...general, pattern: Type.Literal('offline-purchase') }, closed);
const Distance = Type.Object(
  {
    ...general,
    pattern: Type.Literal('distance'),
    stations: Type.Array(Station, { minItems: 2, maxItems: 2000 }),
    vehicleClasses: Type.Array(VehicleClass, { minItems: 1, maxItems: 50 }),
    /** Fares are rounded half up to a multiple of this. */
    roundedToFen: Type.Integer({ minimum: 1, maximum: 10_000 }),
    /** Who entered and has not left after so long is shown to the operator. */
    longestTripHours: Type.Integer({ minimum: 1, maximum: 240 }),
  },
  closed,
);
const Bill = Type.Object({ ...general, ...billing, pattern: Type.Literal('bill') }, closed);
const Meter = Type.Object(
  {
    ...general,
    ...billing,
    pattern: Type.Literal('meter'),
    meter: Type.Object(
      {
        /** `token`: the biller answers 20 digits to type in. `card`: the terminal writes the card, and confirms or undoes. */
        by: Type.Union([Type.Literal('token'), Type.Literal('card')]),
        /** A payment whose write nobody reports is shown after so long. */
        reportedWithinHours: Type.Integer({ minimum: 1, maximum: 720 }),
      },
      closed,
    ),
  },
  closed,
);
const Entitlement = Type.Object({ ...general, pattern: Type.Literal('entitlement') }, closed);
const Fund = Type.Object(
  { ...general, pattern: Type.Literal('fund'), fund: Type.Object({ nameChinese: Name, nameEnglish: Name }, closed) },
  closed,
);

/** Everything about an industry that is not code (docs/industries.md). */
export const IndustryDocument = Type.Union([OfflinePurchase, Distance, Bill, Meter, Entitlement, Fund]);
export type IndustryDocument = Static<typeof IndustryDocument>;
export type Pattern = IndustryDocument['pattern'];
export type DocumentOf<P extends Pattern> = Extract<IndustryDocument, { readonly pattern: P }>;
export type BillDocument = DocumentOf<'bill'> | DocumentOf<'meter'>;
export type TypedText = BillDocument['customer'];
