/**
 * The one dialect (field table of the domain facts, C.3, with the choices of the terminal interface, section 1):
 * number, name, format, length prefix, largest length. A format without prefix always has exactly that length.
 *
 * - `digits`: packed decimal. Left aligned with a last odd nibble of 0, or right aligned with a first one of 0.
 * - `track`: as `digits`, but nibble D is a separator.
 * - `text`: printable ASCII.
 * - `bytes`: anything.
 *
 * Prefixes are packed decimal: LL one byte, LLL two. They count digits for `digits` and `track`, else bytes.
 */
const fieldTable = [
  [2, 'card number', 'digits', 'LL', 19],
  [3, 'processing code', 'digits', '', 6],
  [4, 'amount', 'digits', '', 12],
  [11, 'trace number', 'digits', '', 6],
  [12, 'local time', 'digits', '', 6],
  [13, 'local date', 'digits', '', 4],
  [14, 'expiry', 'digits', '', 4],
  [15, 'settlement date', 'digits', '', 4],
  [22, 'entry mode', 'digits', '', 3],
  [23, 'card sequence', 'digits right', '', 3],
  [25, 'condition', 'digits', '', 2],
  [26, 'PIN capture', 'digits', '', 2],
  [32, 'acquirer', 'digits', 'LL', 11],
  [35, 'track 2', 'track', 'LL', 37],
  [36, 'track 3', 'track', 'LLL', 104],
  [37, 'reference', 'text', '', 12],
  [38, 'approval', 'text', '', 6],
  [39, 'answer code', 'text', '', 2],
  [41, 'terminal', 'text', '', 8],
  [42, 'merchant', 'text', '', 15],
  [44, 'additional answer', 'text', 'LL', 25],
  [48, 'additional data', 'bytes', 'LLL', 999],
  [49, 'currency', 'text', '', 3],
  [52, 'PIN block', 'bytes', '', 8],
  [53, 'security control', 'digits', '', 16],
  [54, 'balances', 'text', 'LLL', 40],
  [55, 'IC data', 'bytes', 'LLL', 255],
  [58, 'purse data', 'bytes', 'LLL', 999],
  [59, 'terminal data', 'bytes', 'LLL', 999],
  // The interface fixes the first 11 digits; "more digits are accepted and echoed".
  [60, 'batch and network management', 'digits', 'LLL', 999],
  [61, 'original message', 'digits', 'LLL', 29],
  [62, 'reserved 2', 'bytes', 'LLL', 999],
  [63, 'reserved 3', 'bytes', 'LLL', 163],
  [64, 'MAC', 'bytes', '', 8],
] as const;

type Row = (typeof fieldTable)[number];

export type FieldNumber = Row[0];
/** Fields whose value is a text: digits, track data or ASCII. */
export type TextField = Exclude<Row, readonly [number, string, 'bytes', string, number]>[0];
/** Fields whose value is bytes. */
export type BytesField = Extract<Row, readonly [number, string, 'bytes', string, number]>[0];

/** The value of each field: text for digits and ASCII, a buffer for bytes. Field 64 is asked for by `mac` when packing. */
export type FieldValues = { readonly [F in TextField]?: string | undefined } & {
  readonly [F in Exclude<BytesField, 64>]?: Buffer | undefined;
};

export const DIGITS = 1;
export const TRACK = 2;
export const TEXT = 3;
export const BYTES = 4;

const KINDS = { digits: DIGITS, 'digits right': DIGITS, track: TRACK, text: TEXT, bytes: BYTES } as const;
const PREFIX_BYTES = { '': 0, LL: 1, LLL: 2 } as const;

/** The table once more, indexed by field number for the inner loops. Kind 0: not in the table. */
export const kindOf = new Uint8Array(65);
export const prefixBytesOf = new Uint8Array(65);
export const limitOf = new Uint16Array(65);
export const rightAligned = new Uint8Array(65);
export const fieldNumbers: readonly FieldNumber[] = fieldTable.map((row) => row[0]);
/**
 * What reading needs to know of a field in one number, 0 for a field that is not in the table: kind in bits 0–2, bytes of
 * the prefix in bits 3–4, right aligned in bit 5, limit from bit 8.
 */
export const layoutOf = new Int32Array(65);
const names: (string | undefined)[] = [];

for (const [number, name, format, prefix, limit] of fieldTable) {
  kindOf[number] = KINDS[format];
  prefixBytesOf[number] = PREFIX_BYTES[prefix];
  limitOf[number] = limit;
  rightAligned[number] = format === 'digits right' ? 1 : 0;
  layoutOf[number] = KINDS[format] | (PREFIX_BYTES[prefix] << 3) | (format === 'digits right' ? 32 : 0) | (limit << 8);
  names[number] = name;
}

/** The table as it is written, for the catalogue page. */
export const fieldRows: readonly (readonly [number, string, string, string, number])[] = fieldTable;

/** What the field is called, for people; undefined when the dialect has no such field. */
export function fieldName(field: number): string | undefined {
  return names[field];
}
