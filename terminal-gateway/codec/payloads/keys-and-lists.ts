import { fen, type Fen } from '@citycard/common';
import {
  asciiDigits,
  bcd,
  counted,
  fenBinary,
  Misfit,
  opaque,
  record,
  text,
  uint,
  words,
  type Part,
  type ValueOf,
} from '../parts.ts';
import { EncodingError } from '../problem.ts';

/** Field 62 of a sign-on answer (terminal interface, section 2): keys under the terminal master key, each with its check value. */
export const workingKeys = record({
  pikUnderTmk: opaque(16),
  pikKcv: opaque(4),
  makUnderTmk: opaque(16),
  makKcv: opaque(4),
});
export type WorkingKeys = ValueOf<typeof workingKeys>;

/** Field 63 of a sign-on. */
export const operator = text(3);

/** Field 62 of 361 and 391: the version the terminal has adopted. */
export const adoptedVersion = record({ version: uint(4) });

/** Field 62 of 360. */
export const parameterRequest = record({ version: uint(4), blockIndex: uint(2) });

/** What a terminal is told about its limits; only what is to change need be there. */
export interface TerminalParameters {
  readonly loadMaximumFen?: Fen;
  readonly purseCapFen?: Fen;
  readonly uploadIntervalSeconds?: number;
  readonly recordAgeLimitDays?: number;
  readonly hotlistIntervalSeconds?: number;
}

const parameterTags: readonly { key: keyof TerminalParameters; tag: number; part: Part<number> | Part<Fen> }[] = [
  { key: 'loadMaximumFen', tag: 0x01, part: fenBinary(4) },
  { key: 'purseCapFen', tag: 0x02, part: fenBinary(4) },
  { key: 'uploadIntervalSeconds', tag: 0x03, part: uint(4) },
  { key: 'recordAgeLimitDays', tag: 0x04, part: uint(2) },
  { key: 'hotlistIntervalSeconds', tag: 0x05, part: uint(4) },
];

/** Tag 1 ‖ length 1 ‖ value, to the end. Unknown tags are skipped. */
const parameters: Part<TerminalParameters> = {
  size: undefined,
  format: 'tag 1 ‖ length 1 ‖ value; unknown tags are skipped',
  parts: parameterTags.map(({ key, tag, part }) => ({
    name: `tag 0${tag} ${words(key)}`,
    part: part as Part<unknown>,
  })),
  decode(bytes) {
    const values: Record<string, unknown> = {};
    for (let offset = 0; offset < bytes.length;) {
      const tag = bytes.toString('hex', offset, offset + 1);
      const length = bytes[offset + 1];
      const value = bytes.subarray(offset + 2, offset + 2 + (length ?? 0));
      if (length === undefined || value.length < length)
        return new Misfit('ends inside the value').inside(`tag ${tag}`);
      offset += 2 + length;
      const known = parameterTags.find((row) => row.tag === Number.parseInt(tag, 16));
      if (known === undefined) continue;
      if (length !== known.part.size)
        return new Misfit(`has ${length} bytes, not ${known.part.size}`).inside(`tag ${tag}`);
      values[known.key] = known.part.decode(value);
    }
    return values;
  },
  encode(values, path) {
    const pieces: Buffer[] = [];
    for (const { key, tag, part } of parameterTags) {
      const value = values[key];
      if (value === undefined) continue;
      const bytes = (part as Part<unknown>).encode(value, `${path} / ${key}`);
      pieces.push(Buffer.of(tag, bytes.length), bytes);
    }
    return Buffer.concat(pieces);
  },
};

/** Field 62 of the answer to 360. `lastFlag` 1 ends the set. */
export const parameterBlock = record({
  version: uint(4),
  blockIndex: uint(2),
  lastFlag: uint(1, [0, 1]),
  parameters,
});
export type ParameterBlock = ValueOf<typeof parameterBlock>;

/** Field 62 of 390: the index counts entries after the version held (0 = from the start). */
export const hotlistRequest = record({ versionHeld: uint(4), nextIndex: uint(4) });

export const HOTLIST_ADD = 1;
export const HOTLIST_REMOVE = 2;

const hotlistEntry = record({ action: uint(1, [HOTLIST_ADD, HOTLIST_REMOVE]), applicationSerial: bcd(10) });
export type HotlistPageEntry = ValueOf<typeof hotlistEntry>;

/** 999 bytes of field 62, less version 4, index 4, more 1, count 1, in entries of 11. */
export const HOTLIST_PAGE_ENTRIES = 89;

/** Field 62 of the answer to 390. */
export const hotlistPage = record({
  currentVersion: uint(4),
  nextIndex: uint(4),
  more: uint(1, [0, 1]),
  entries: counted(hotlistEntry, 'entry', HOTLIST_PAGE_ENTRIES),
});
export type HotlistPage = ValueOf<typeof hotlistPage>;

const AMOUNT_DIGITS = asciiDigits(12);
const BALANCE_ROWS = [
  { key: 'ledgerFen', head: '0201156' },
  { key: 'availableFen', head: '1001156' },
] as const;

export interface PurseBalances {
  readonly ledgerFen: Fen;
  readonly availableFen: Fen;
}

/** Field 54 of a balance answer: twice balance type 2 ‖ `01` ‖ currency `156` ‖ sign C or D ‖ amount n12. */
export const purseBalances: Part<PurseBalances> = {
  size: 40,
  format: `twice balance type ‖ 01 ‖ 156 ‖ C or D ‖ amount n12: ${BALANCE_ROWS.map(({ head }) => head).join('…, ')}…`,
  decode(bytes) {
    if (bytes.length !== 40) return new Misfit(`has ${bytes.length} characters, not 40`);
    const amounts: Fen[] = [];
    for (const [index, { head }] of BALANCE_ROWS.entries()) {
      const row = bytes.toString('latin1', 20 * index, 20 * index + 20);
      const sign = row[7];
      if (!row.startsWith(head)) return new Misfit(`does not begin with ${head}`).inside(`balance ${index + 1}`);
      if (sign !== 'C' && sign !== 'D') return new Misfit('sign is not C or D').inside(`balance ${index + 1}`);
      const digits = AMOUNT_DIGITS.decode(Buffer.from(row.slice(8), 'latin1'));
      if (digits instanceof Misfit) return digits.inside(`balance ${index + 1}`);
      amounts.push(fen(sign === 'D' ? -BigInt(digits) : BigInt(digits)));
    }
    const [ledgerFen = fen(0), availableFen = fen(0)] = amounts;
    return { ledgerFen, availableFen };
  },
  encode(value, path) {
    return Buffer.from(
      BALANCE_ROWS.map(({ key, head }) => {
        const amount = value[key];
        const digits = (amount < 0n ? -amount : amount).toString().padStart(12, '0');
        if (digits.length > 12) throw new EncodingError(`${path} / ${key}`, `${amount} fen does not fit 12 digits`);
        return `${head}${amount < 0n ? 'D' : 'C'}${digits}`;
      }).join(''),
      'latin1',
    );
  },
};
