import { type Database, numberArray } from '@citycard/common';
import { RECORD_LENGTH } from '../purchases/purchase-record.ts';
import type { PassPart } from './pass-parts.ts';
import { prepared } from '../prepared.ts';
import { sortedInMemory, type SortedRecords } from './sorted-records.ts';
import { SortedRuns } from './sorted-runs.ts';
import { TemporaryFile } from './temporary-file.ts';

/** Where a record has its amount (terminal-interface.md §3, "Purchase record"). */
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
  /** The text, or where it begins in the file of lines. */
  readonly text: Buffer | number | null;
  /** Characters of a line. */
  readonly width: number;
}

/** The records of a pass. */
export interface PassContent {
  readonly records: SortedRecords;
  /** Arrival of the first record of each part. */
  readonly starts: readonly number[];
  /** What the records of each part move, in fen. */
  readonly fen: readonly number[];
}

/** Reads and sorts the records of a pass: in memory when they are no more than `inMemory`, else by runs of so many on disk. */
export async function readContent(db: Database, parts: readonly PassPart[], inMemory: number): Promise<PassContent> {
  const lengths = parts.map(({ from, to }) => to - from);
  const starts: number[] = [];
  let length = 0;
  for (const own of lengths) {
    starts.push(length);
    length += own;
  }
  const fen = new Array<number>(parts.length).fill(0);
  const inRuns = length > inMemory;
  const texts = inRuns ? new TemporaryFile() : undefined;
  const lines: Lines[] = [];
  const lineAt = (arrival: number) => lineOf(lines, texts, arrival);
  const runs = inRuns ? new SortedRuns(lineAt, () => texts?.close()) : undefined;
  try {
    const run = Buffer.alloc(Math.min(length, inMemory) * RECORD_LENGTH);
    let [sorted, end] = [0, 0];
    for (const group of groups(parts)) {
      for (const piece of await readPieces(db, group)) {
        const first = sorted + end / RECORD_LENGTH;
        addFen(fen, starts, piece.bytes, first);
        const width = (piece.lines?.length ?? 0) / (piece.bytes.length / RECORD_LENGTH);
        lines.push({ first, text: piece.lines && texts ? texts.length : piece.lines, width });
        if (piece.lines !== null) await texts?.append(piece.lines);
        for (let done = 0; done < piece.bytes.length;) {
          if (end === run.length) {
            await runs?.add(run);
            [sorted, end] = [sorted + end / RECORD_LENGTH, 0];
          }
          const copied = piece.bytes.copy(run, end, done);
          [done, end] = [done + copied, end + copied];
        }
      }
    }
    if (sorted * RECORD_LENGTH + end !== length * RECORD_LENGTH)
      throw new Error(`of ${length} undecided records ${sorted + end / RECORD_LENGTH} are there`);
    if (runs === undefined) return { records: sortedInMemory(run, lineAt), starts, fen };
    await runs.add(run.subarray(0, end));
    return { records: runs, starts, fen };
  } catch (error) {
    runs?.close();
    throw error;
  }
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

/** Adds what records move to the sums of their parts. */
function addFen(fen: number[], starts: readonly number[], bytes: Buffer, first: number): void {
  let part = lastAtOrBefore(starts, (start) => start, first);
  let next = starts[part + 1] ?? Infinity;
  for (let n = 0; n < bytes.length / RECORD_LENGTH; n += 1) {
    while (first + n >= next) next = starts[(part += 1) + 1] ?? Infinity;
    fen[part] = (fen[part] ?? 0) + bytes.readUInt32BE(n * RECORD_LENGTH + AMOUNT_AT);
  }
}

function lineOf(lines: readonly Lines[], texts: TemporaryFile | undefined, arrival: number): string | undefined {
  const piece = lines[lastAtOrBefore(lines, ({ first }) => first, arrival)];
  if (piece === undefined || piece.text === null) return undefined;
  const at = (arrival - piece.first) * piece.width;
  if (typeof piece.text === 'number') return texts?.read(piece.text + at, piece.width).toString('latin1');
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
