import type { Transaction } from '@citycard/common';
import { PIECE_BYTES, storedPieces, storePieces } from '../intake/content.ts';
import { Refused } from '../intake/file-checks.ts';
import { RECORD_LENGTH } from '../purchases/purchase-record.ts';
import { HOME_CITY } from '../purses/card-number.ts';
import { linesOf } from './lines.ts';
import type { XfName } from './xf-name.ts';
import { convertXfLine, HOTLIST_OFFSET, XF_LONG, XF_SHORT, type XfRecord } from './xf-record.ts';

/** `XF` ‖ industry N2 ‖ record count N8 ‖ record length N8 ‖ 24 × `F`. */
const HEADER = /^XF([0-9]{2})([0-9]{8})([0-9]{8})F{24}$/;

/**
 * Converts a stored XF file into records of its own content, each with its line, and sums them up. The file is read a piece at
 * a time.
 *
 * @throws Refused `header`, `length` and `line`, the last naming line (the header is line 1) and field
 */
export async function convertXf(
  tx: Transaction,
  file: { readonly from: bigint; readonly to: bigint; readonly name: XfName; readonly homeCity?: string },
): Promise<{ records: number; amountFen: bigint }> {
  const lines = linesOf(bytesOf(tx, file.from));
  const first = await lines.next();
  const { count, width } = readHeader(first.done === true ? '' : first.value, file.name);
  const terms = {
    merchant: file.name.merchant,
    industry: Number(file.name.industry),
    width,
    homeCity: file.homeCity ?? HOME_CITY,
  };
  let records = 0;
  let amountFen = 0n;
  let batch: { line: string; record: XfRecord }[] = [];
  const store = async () => {
    await storeBatch(tx, file.to, (records - batch.length) * RECORD_LENGTH, batch);
    batch = [];
  };
  for await (const line of lines) {
    const record = convertXfLine(line, terms);
    if ('problem' in record) throw new Refused('line', `line ${records + 2}: ${record.problem}`);
    records += 1;
    if (records > count) throw new Refused('length', `the header says ${count} records; the file goes on behind them`);
    amountFen += BigInt(record.amountFen);
    batch.push({ line, record });
    if (batch.length * RECORD_LENGTH === PIECE_BYTES) await store();
  }
  if (records !== count) throw new Refused('length', `the header says ${count} records; the file holds ${records}`);
  await store();
  return { records, amountFen };
}

async function* bytesOf(tx: Transaction, contentId: bigint): AsyncGenerator<Buffer> {
  for await (const { bytes } of storedPieces(tx, contentId)) yield bytes;
}

function readHeader(line: string, name: XfName): { count: number; width: number } {
  const [, industry, count, width] = HEADER.exec(line) ?? [];
  if (industry === undefined) {
    throw new Refused(
      'header',
      'line 1 is not XF, industry of 2 digits, record count of 8, record length of 8 and 24 F',
    );
  }
  if (industry !== name.industry) {
    throw new Refused('name-and-header-differ', `the name says industry ${name.industry}; the header ${industry}`);
  }
  const length = Number(width);
  if (length !== XF_SHORT && length !== XF_LONG) {
    throw new Refused('header', `line 1 says records of ${length} characters; they have ${XF_SHORT} or ${XF_LONG}`);
  }
  return { count: Number(count), width: length };
}

async function storeBatch(
  tx: Transaction,
  contentId: bigint,
  start: number,
  batch: readonly { readonly line: string; readonly record: XfRecord }[],
): Promise<void> {
  if (batch.length === 0) return;
  const versions = await confirmedVersions(
    tx,
    batch.map(({ record }) => record),
  );
  batch.forEach(({ record }, place) => record.raw.writeUInt32BE(versions.get(place) ?? 0, HOTLIST_OFFSET));
  const bytes = Buffer.concat(batch.map(({ record }) => record.raw));
  const lines = Buffer.from(batch.map(({ line }) => line).join(''), 'latin1');
  await storePieces(tx, contentId, [{ start, bytes, lines }]);
}

/** The hotlist version each record's terminal had last confirmed by then (message 391); the terminal is the one its SAM was in. */
async function confirmedVersions(tx: Transaction, records: readonly XfRecord[]): Promise<Map<number, number>> {
  const { rows } = await tx.query<{ place: bigint; version: bigint }>(
    `select a.place, c.version
       from unnest($1::text[], $2::timestamptz[]) with ordinality as a(sam_no, tapped_at, place)
      cross join lateral (select terminal_no from clearing.sam_assignment s
                           where s.sam_no = a.sam_no and s.valid_from <= a.tapped_at
                             and (s.valid_to is null or a.tapped_at < s.valid_to) limit 1) t
      cross join lateral (select version from clearing.hotlist_confirmation h
                           where h.terminal_no = t.terminal_no and h.confirmed_at <= a.tapped_at
                           order by h.confirmed_at desc, h.version desc limit 1) c`,
    [records.map(({ samNo }) => samNo), records.map(({ tappedAt }) => tappedAt ?? null)],
  );
  return new Map(rows.map(({ place, version }) => [Number(place) - 1, Number(version)]));
}
