import type { X509Certificate } from 'node:crypto';
import {
  type CardNo,
  CCIR_ROW_LENGTH,
  type CcirRow,
  decodeCcirRow,
  decodeFileHeader,
  decodePurchaseRecord,
  fileNameOf,
  HEADER_LENGTH,
  type PurchaseFileHeader,
  RECORD_LENGTH,
} from '@citycard/clearing';
import type { Fen } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import { type AcceptanceCase, type Bench, CaseFailed } from '../case.ts';
import { type Delivered, type ExchangeFolder, requireSigned } from '../partner/delivery.ts';
import { faultsOfRecord } from '../terminal/records.ts';
import type { OurCity, OurFile } from './our-city.ts';

export interface CityBench extends Bench {
  readonly folder: ExchangeFolder;
  readonly us: OurCity;
  /** Test cards of the candidate: the first travels, the second gets into a conflict. */
  readonly cards: readonly [CardNo, CardNo];
  readonly certificate: X509Certificate;
  readonly hsm: HsmClient;
  /** Files of the candidate in this run by kind and sequence: a sequence stands for one content. */
  readonly seen: Map<string, Buffer>;
  /** Records that have travelled in its files: each travels once. */
  readonly travelled: Set<string>;
}

export type CityCase = AcceptanceCase<CityBench>;

export const PAGE = 'terminal-interface.md §3, "Inter-city files"';
export const ACCEPTED = '00';
export const HELD = '0F';

/** A file of ours that has to be taken. */
export async function deliverTaken(bench: CityBench, file: OurFile, why = 'it is right'): Promise<void> {
  await bench.folder.send(file);
  if ((await bench.folder.note(file.name, bench.limitMs)) !== 'taken')
    throw new CaseFailed(`${file.name} was refused, though ${why}.`);
}

/** A file of ours that has to be refused whole. */
export async function deliverRefused(bench: CityBench, file: OurFile, why: string): Promise<void> {
  await bench.folder.send(file);
  if ((await bench.folder.note(file.name, bench.limitMs)) !== 'refused')
    throw new CaseFailed(`${file.name} was taken, though ${why}.`);
}

/** Outcomes a row may have; several where the page leaves it to the city. */
export type Wanted = string | readonly string[];

/** The answer to a CCIP of ours: one row for each record, in order, with these outcomes. */
export async function requireAnswer(bench: CityBench, sent: OurFile, wanted: readonly Wanted[]): Promise<Delivered> {
  const { delivered, rows } = await nextAnswer(bench);
  const { name } = delivered;
  if (rows.length !== wanted.length)
    throw new CaseFailed(`${name} has ${rows.length} rows, ${sent.name} had ${wanted.length} records.`);
  for (const [at, row] of rows.entries()) {
    if (row.ccipSequence !== sent.sequence || row.index !== at)
      throw new CaseFailed(
        `${name}, row ${at + 1} is of record ${row.index} of file ${row.ccipSequence}; record ${at} of file ${sent.sequence} is its turn.`,
      );
    requireOutcome(name, row, wanted[at] ?? ACCEPTED, amountIn(sent, at));
  }
  return delivered;
}

/** Row by row: the outcome, and that exactly an accepted row accepts the amount of its record. */
export function requireOutcome(name: string, row: CcirRow, wanted: Wanted, amountFen: Fen): void {
  const codes = typeof wanted === 'string' ? [wanted] : wanted;
  const where = `${name}, record ${row.index} of file ${row.ccipSequence}`;
  if (!codes.includes(row.outcome))
    throw new CaseFailed(`${where} is answered ${row.outcome}, ${codes.join(' or ')} is right.`);
  const right = row.outcome === ACCEPTED ? amountFen : 0n;
  if (row.acceptedFen !== right)
    throw new CaseFailed(`${where} is answered ${row.outcome} with ${row.acceptedFen} fen, ${right} fen is right.`);
}

export function amountIn(sent: OurFile, at: number): Fen {
  const from = HEADER_LENGTH + at * RECORD_LENGTH;
  return decodePurchaseRecord(sent.content.subarray(from, from + RECORD_LENGTH)).amountFen;
}

/** The next `.ccir`, held to everything the page says of the file itself. */
export async function nextAnswer(
  bench: CityBench,
  what = 'An answer (.ccir) with its signature (.p7s)',
): Promise<{ delivered: Delivered; rows: CcirRow[] }> {
  const delivered = await bench.folder.next('.ccir', what, bench.limitMs);
  const { name, content } = delivered;
  const header = openFile(bench, delivered, 'CCIR', CCIR_ROW_LENGTH);
  const rows = split(content, CCIR_ROW_LENGTH).map((raw, at) => {
    const row = decodeCcirRow(raw);
    if (row === undefined)
      throw new CaseFailed(`${name}, row ${at + 1}: its outcome is no code, or bytes 13–15 are not zero.`);
    return row;
  });
  const total = rows.reduce((sum, row) => sum + row.acceptedFen, 0n);
  if (total !== header.totalFen)
    throw new CaseFailed(`${name}: the header says ${header.totalFen} fen, the rows accept ${total} fen.`);
  await bench.folder.answer(name, { outcome: 'taken' });
  return { delivered, rows };
}

/** Nothing more of this kind comes for a while. */
export async function requireQuiet(bench: CityBench, extension: string, sentence: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, bench.quietMs));
  const [name] = await bench.folder.lying(extension);
  if (name !== undefined) throw new CaseFailed(`${name} came: ${sentence}.`);
}

/** A `.ccip` of the candidate, held to the byte. */
export interface TheirFile {
  readonly delivered: Delivered;
  readonly header: PurchaseFileHeader;
  readonly records: readonly Buffer[];
}

/** The next `.ccip`: file, totals, signature, and every record a purchase there with one of our test cards. */
export async function nextPurchases(bench: CityBench): Promise<TheirFile> {
  const delivered = await bench.folder.next(
    '.ccip',
    'A purchase file (.ccip) with its signature (.p7s)',
    bench.limitMs,
  );
  const { name, content } = delivered;
  const header = openFile(bench, delivered, 'CCIP', RECORD_LENGTH);
  const records = split(content, RECORD_LENGTH);
  if (records.length === 0) throw new CaseFailed(`${name} has no record.`);
  const total = records.reduce((sum, raw) => sum + decodePurchaseRecord(raw).amountFen, 0n);
  if (total !== header.totalFen)
    throw new CaseFailed(`${name}: the header says ${header.totalFen} fen, the records are ${total} fen.`);
  for (const [at, raw] of records.entries()) {
    const { issuerCity, samNo } = decodePurchaseRecord(raw);
    if (issuerCity !== bench.us.home)
      throw new CaseFailed(`${name}, record ${at + 1}: its issuer city is ${issuerCity}, not ${bench.us.home}.`);
    const [fault] = await faultsOfRecord(bench.hsm, raw, { samNo, now: new Date() });
    if (fault !== undefined) throw new CaseFailed(`${name}, record ${at + 1}: ${fault}.`);
    const travelled = raw.subarray(2, 51).toString('hex');
    if (bench.travelled.has(travelled))
      throw new CaseFailed(`${name}, record ${at + 1} has travelled before; each purchase travels once.`);
    bench.travelled.add(travelled);
  }
  return { delivered, header, records };
}

/** Rows that accept every record of a file of theirs. */
export function acceptAll({ header, records }: TheirFile): CcirRow[] {
  return records.map((raw, index) => ({
    ccipSequence: header.sequence,
    index,
    outcome: ACCEPTED,
    acceptedFen: decodePurchaseRecord(raw).amountFen,
  }));
}

/** Signature, header, name, length and sequence of a file of the candidate. */
function openFile(
  bench: CityBench,
  delivered: Delivered,
  magic: 'CCIP' | 'CCIR',
  recordLength: number,
): PurchaseFileHeader {
  const { name, content } = delivered;
  const { home, partner } = bench.us;
  requireSigned(delivered, bench.certificate, partner);
  const read = decodeFileHeader(content, magic);
  if (!read.ok) throw new CaseFailed(`${name}: ${read.problem}.`);
  const { header } = read;
  if (header.sender !== partner + home)
    throw new CaseFailed(`${name}: header bytes 8–15 say ${header.sender}, ${partner}${home} is right.`);
  if (fileNameOf(header) !== name) throw new CaseFailed(`${name}: by its header the file is ${fileNameOf(header)}.`);
  if (content.length !== HEADER_LENGTH + header.count * recordLength)
    throw new CaseFailed(`${name}: the header counts ${header.count}, its length is ${content.length} bytes.`);
  const key = `${magic} ${header.sequence}`;
  const known = bench.seen.get(key);
  if (known !== undefined && !known.equals(content))
    throw new CaseFailed(`${name}: sequence ${header.sequence} was used with other content.`);
  const last = [...bench.seen.keys()].filter((one) => one.startsWith(magic)).map((one) => Number(one.slice(5)));
  if (known === undefined && header.sequence <= Math.max(0, ...last))
    throw new CaseFailed(`${name}: sequence ${header.sequence} came after ${Math.max(...last)}.`);
  bench.seen.set(key, content);
  return header;
}

function split(content: Buffer, length: number): Buffer[] {
  return Array.from({ length: Math.floor((content.length - HEADER_LENGTH) / length) }, (_, at) =>
    content.subarray(HEADER_LENGTH + at * length, HEADER_LENGTH + (at + 1) * length),
  );
}
