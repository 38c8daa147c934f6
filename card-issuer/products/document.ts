import { type Static, Type } from '@citycard/common';

/** `bytes` bytes as upper-case hexadecimal digits. */
const hex = (bytes: number) => Type.String({ pattern: `^[0-9A-F]{${2 * bytes}}$` });
const closed = { additionalProperties: false } as const;
const octet = Type.Integer({ minimum: 0, maximum: 255 });
/** FMCOS access byte XY: allowed while Y ≤ security state ≤ X. F0 is free, F1 after authentication, EF never. */
const Access = hex(1);
const Title = Type.String({ minLength: 1, maxLength: 60 });
/** Name of a root key in the HSM, without the suffix of the SM4 profile. */
const RootName = Type.String({ pattern: '^[A-Z][A-Z0-9-]{1,23}$' });

/** A stretch of a file: fixed bytes, zeros, or a value of the card or the city. */
const Content = Type.Union([
  Type.Object({ constant: Type.String({ pattern: '^([0-9A-F]{2}){1,255}$' }) }, closed),
  Type.Object({ zeros: Type.Integer({ minimum: 1, maximum: 255 }) }, closed),
  Type.Object(
    {
      value: Type.Union([
        Type.Literal('city'),
        Type.Literal('applicationSerial'),
        Type.Literal('validFrom'),
        Type.Literal('validTo'),
        Type.Literal('mainType'),
        Type.Literal('subType'),
      ]),
    },
    closed,
  ),
]);
export type Content = Static<typeof Content>;

/** Short file identifiers are the low byte: 01 to 1E. */
const FileId = Type.String({ pattern: '^00(0[1-9A-F]|1[0-9A-E])$' });
const records = {
  records: Type.Integer({ minimum: 1, maximum: 250 }),
  recordLength: Type.Integer({ minimum: 1, maximum: 250 }),
};

const File = Type.Union([
  Type.Object(
    {
      kind: Type.Literal('binary'),
      id: FileId,
      size: Type.Integer({ minimum: 1, maximum: 4096 }),
      /** `mac`: updates need secure messaging once the card is personalised. */
      protection: Type.Union([Type.Literal('none'), Type.Literal('mac')]),
      read: Access,
      update: Access,
      content: Type.Optional(Type.Array(Content, { minItems: 1, maxItems: 40 })),
    },
    closed,
  ),
  Type.Object({ kind: Type.Literal('fixed'), id: FileId, ...records, read: Access, update: Access }, closed),
  Type.Object({ kind: Type.Literal('cyclic'), id: FileId, ...records, read: Access, update: Access }, closed),
  /** `log`: short file identifier of the cyclic file the purse writes its transactions to. */
  Type.Object({ kind: Type.Literal('purse'), id: FileId, use: Access, log: hex(1) }, closed),
]);
export type ProductFile = Static<typeof File>;

const keyFields = {
  id: hex(1),
  index: Type.Optional(Type.Integer({ minimum: 1, maximum: 255 })),
  root: RootName,
  use: Access,
  change: Access,
};
const Key = Type.Union([
  Type.Object({ ...keyFields, version: Type.Integer({ minimum: 1, maximum: 255 }) }, closed),
  /** A key that authenticates: the security state it opens, and its tries. */
  Type.Object(
    {
      ...keyFields,
      opensState: Type.Integer({ minimum: 1, maximum: 15 }),
      tries: Type.Integer({ minimum: 1, maximum: 15 }),
    },
    closed,
  ),
]);
export type ProductKey = Static<typeof Key>;

const KeyFile = Type.Object(
  { size: Type.Integer({ minimum: 21, maximum: 4096 }), shortId: hex(1), write: Access },
  closed,
);

/**
 * A PIN of the card: the security state a right one opens, and its tries. Its first digits are random and known to nobody;
 * the holder sets a PIN at a counter.
 */
const Pin = Type.Object(
  {
    opensState: Type.Integer({ minimum: 1, maximum: 15 }),
    tries: Type.Integer({ minimum: 1, maximum: 15 }),
  },
  closed,
);
export type ProductPin = Static<typeof Pin>;

const Application = Type.Object(
  {
    title: Title,
    /** File identifier of the directory. */
    id: Type.String({ pattern: '^[0-9A-F]{4}$' }),
    aid: Type.String({ pattern: '^([0-9A-F]{2}){5,16}$' }),
    size: Type.Integer({ minimum: 1, maximum: 65_535 }),
    create: Access,
    erase: Access,
    applicationId: hex(1),
    keyFile: KeyFile,
    keys: Type.Array(Key, { minItems: 1, maxItems: 32 }),
    pin: Type.Optional(Pin),
    files: Type.Array(File, { maxItems: 30 }),
  },
  closed,
);
export type Application = Static<typeof Application>;

/**
 * A card product: everything that is written to a chip, and the terms its cards are issued on. What a personalisation
 * session sends follows from this document and the data of one card alone (docs/card-production.md).
 */
export const ProductDocument = Type.Object(
  {
    format: Type.Literal(1),
    title: Title,
    /** Kind of blank chip in the stock. */
    chipKind: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$' }),
    algorithm: Type.Union([Type.Literal('3des'), Type.Literal('sm4')]),
    validityYears: Type.Integer({ minimum: 1, maximum: 20 }),
    purseCapFen: Type.Integer({ minimum: 1, maximum: 100_000_000 }),
    depositFen: Type.Integer({ minimum: 0, maximum: 100_000_000 }),
    mainType: octet,
    subType: octet,
    /** Sub types (concession categories) that cards of this product may carry. */
    concessions: Type.Array(octet, { maxItems: 64 }),
    masterFile: Type.Object({ keyFile: KeyFile, keys: Type.Array(Key, { minItems: 1, maxItems: 8 }) }, closed),
    applications: Type.Array(Application, { minItems: 1, maxItems: 8 }),
  },
  closed,
);
export type ProductDocument = Static<typeof ProductDocument>;
