import { type Database, numberArray } from '@citycard/common';
import { RECORD_LENGTH } from '../purchases/purchase-record.ts';
import type { PassPart } from './pass-parts.ts';
import { prepared } from '../prepared.ts';

/** Where a record has its application serial, and its amount (terminal-interface.md §3, "Purchase record"). */
const SERIAL_AT = 4;
const SERIAL_LENGTH = 10;
const AMOUNT_AT = 26;
/** Contents read by one statement. */
const RECORDS_AT_ONCE = 65_536;

const PIECES = `
select substring(c.bytes from (greatest(w.first * 64::bigint - c.start, 0) + 1)::integer
                         for (least(w.last * 64::bigint - c.start, 262144) - greatest(w.first * 64::bigint - c.start, 0))::integer) as bytes,
       case when c.lines is not null then
       substring(c.lines from (greatest(w.first - c.start / 64, 0) * (octet_length(c.lines) * 64::bigint / octet_length(c.bytes)) + 1)::integer
                         for ((least(w.last - c.start / 64, 4096) - greatest(w.first - c.start / 64, 0))
                              * (octet_length(c.lines) * 64::bigint / octet_length(c.bytes)))::integer) end as lines
  from unnest($1::bigint[], $2::integer[], $3::integer[]) with ordinality as w(content_id, first, last, place)
  join clearing.received_content c on c.content_id = w.content_id
   and c.start < w.last * 64::bigint and c.start > w.first * 64::bigint - 262144
 order by w.place, c.start`;

interface Lines {
  /** Arrival of the first record these are the lines of. */
  readonly first: number;
  readonly text: Buffer | null;
  /** Characters of a line. */
  readonly width: number;
}

/** The records of a pass as they were received, one behind the other in the order of arrival. */
export interface PassContent {
  readonly bytes: Buffer;
  /** Arrival of the first record of each part. */
  readonly starts: readonly number[];
  /** What the records of each part move, in fen. */
  readonly fen: readonly number[];
  /** The line of text a record was converted from. */
  lineOf(arrival: number): string | undefined;
}

export async function readContent(db: Database, parts: readonly PassPart[]): Promise<PassContent> {
  const lengths = parts.map(({ from, to }) => to - from);
  const starts = lengths.map((_, n) => lengths.slice(0, n).reduce((sum, length) => sum + length, 0));
  const bytes = Buffer.alloc(lengths.reduce((sum, length) => sum + length, 0) * RECORD_LENGTH);
  const lines: Lines[] = [];
  let end = 0;
  for (const group of groups(parts)) {
    for (const piece of await readPieces(db, group)) {
      const count = piece.bytes.length / RECORD_LENGTH;
      lines.push({ first: end / RECORD_LENGTH, text: piece.lines, width: (piece.lines?.length ?? 0) / count });
      end += piece.bytes.copy(bytes, end);
    }
  }
  if (end !== bytes.length) throw new Error(`of ${bytes.length} bytes of undecided records ${end} are there`);
  const fen = parts.map((_, n) => fenOf(bytes, starts[n] ?? 0, lengths[n] ?? 0));
  return { bytes, starts, fen, lineOf: (arrival) => lineOf(lines, arrival) };
}

/** Parts with a few ten thousand records each time. */
function* groups(parts: readonly PassPart[]): Generator<PassPart[]> {
  let group: PassPart[] = [];
  let records = 0;
  for (const part of parts.flatMap(inPieces)) {
    group.push(part);
    records += part.to - part.from;
    if (records < RECORDS_AT_ONCE) continue;
    yield group;
    [group, records] = [[], 0];
  }
  if (group.length > 0) yield group;
}

function inPieces(part: PassPart): PassPart[] {
  const pieces: PassPart[] = [];
  for (let from = part.from; from < part.to; from += RECORDS_AT_ONCE) {
    pieces.push({ ...part, from, to: Math.min(from + RECORDS_AT_ONCE, part.to) });
  }
  return pieces;
}

async function readPieces(
  db: Database,
  parts: readonly PassPart[],
): Promise<{ bytes: Buffer; lines: Buffer | null }[]> {
  const { rows } = await db.query<{ bytes: Buffer; lines: Buffer | null }>(prepared('purchase-pieces', PIECES), [
    numberArray(parts.map(({ contentId }) => contentId)),
    numberArray(parts.map(({ from }) => from)),
    numberArray(parts.map(({ to }) => to)),
  ]);
  return rows;
}

function fenOf(bytes: Buffer, first: number, count: number): number {
  let fen = 0;
  for (let n = first; n < first + count; n += 1) fen += bytes.readUInt32BE(n * RECORD_LENGTH + AMOUNT_AT);
  return fen;
}

function lineOf(lines: readonly Lines[], arrival: number): string | undefined {
  const piece = lines[lastAtOrBefore(lines, ({ first }) => first, arrival)];
  if (piece === undefined || piece.text === null) return undefined;
  const at = (arrival - piece.first) * piece.width;
  return piece.text.toString('latin1', at, at + piece.width);
}

/** Place of the last of these, which ascend, that is not above a number. */
export function lastAtOrBefore<T>(items: readonly T[], of: (item: T) => number, number: number): number {
  let [low, high] = [0, items.length];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && of(item) <= number) low = middle;
    else high = middle;
  }
  return low;
}

/** The arrivals in the order of their serials; those of one card in their own order. */
export function byCard(bytes: Buffer): Uint32Array {
  const count = bytes.length / RECORD_LENGTH;
  const order = Uint32Array.from({ length: count }, (_, arrival) => arrival);
  // Ten bytes as two numbers that are compared without looking at the bytes again.
  const high = new Float64Array(count);
  const low = new Uint32Array(count);
  for (let arrival = 0; arrival < count; arrival += 1) {
    const at = arrival * RECORD_LENGTH + SERIAL_AT;
    high[arrival] = bytes.readUIntBE(at, 6);
    low[arrival] = bytes.readUInt32BE(at + 6);
  }
  const of = (numbers: Float64Array | Uint32Array, arrival: number) => numbers[arrival] ?? 0;
  return order.sort((a, b) => of(high, a) - of(high, b) || of(low, a) - of(low, b) || a - b);
}

/** Whether two records are of one card. */
export function sameCard(bytes: Buffer, one: number, other: number): boolean {
  const [a, b] = [one * RECORD_LENGTH + SERIAL_AT, other * RECORD_LENGTH + SERIAL_AT];
  return bytes.compare(bytes, b, b + SERIAL_LENGTH, a, a + SERIAL_LENGTH) === 0;
}
