import { createHash } from 'node:crypto';
import {
  approveAct,
  type BusinessDate,
  businessDate,
  cityDate,
  type Database,
  type Fen,
  fen,
  type Principal,
  proposeAct,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { clearingErrors } from '../errors.ts';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { parseCardNo } from '../purses/card-number.ts';
import { holdsOn } from '../terms/dated.ts';
import { concessionErrors } from './errors.ts';
import { sellLines } from './pass-file-sale.ts';
import { listConcessionRules } from './rule.ts';

const ACT = 'sell-pass-file';
const HEADER = 'key,card_no,pass';
const LINE = /^([0-9A-Za-z._-]{1,40}),([0-9]{1,24}),([a-z][a-z0-9-]{0,19})$/;

/** What the payer says of its file: proved before anything is kept of it. */
export interface PassFileManifest {
  readonly payer: string;
  readonly rows: number;
  /** What the payer pays: the price of every row whose pass is sold. */
  readonly totalFen: Fen;
  /** Over the bytes of the file, hexadecimal. */
  readonly sha256: string;
}

export interface PassFile {
  readonly manifest: PassFileManifest;
  /** `key,card_no,pass` and a row for each card. */
  readonly csv: string;
  /** Where the payer’s money has arrived, under the bank's reference: `bank-custody:…` or `bank-receiving:…`. */
  readonly account: string;
  readonly bankReference: string;
  readonly reason: string;
}

export interface StoredPassFile {
  readonly fileId: bigint;
  readonly approvalId: bigint;
  readonly payer: string;
  readonly state: 'proposed' | 'sold' | 'withdrawn';
  readonly lineCount: number;
  readonly totalFen: Fen;
  readonly soldCount: number;
  readonly soldFen: Fen;
  readonly businessDate?: BusinessDate;
}

/** One row and what became of it; neither while the file waits for its second person. */
export interface PassFileLine {
  readonly place: number;
  readonly key: string;
  readonly cardNo: string;
  readonly code: string;
  readonly priceFen: Fen;
  readonly passNo?: bigint;
  readonly refused?: string;
}

/**
 * Takes a file of passes that a payer buys for many cards. Nothing is sold before a second person agrees. The same file again
 * answers what became of it the first time.
 *
 * @throws CityCardError `clearing.concessions.pass-file-wrong` when the bytes are not the manifest's, a row cannot be read, a key
 *   comes twice, or the sum is another; `clearing.account-unknown`
 */
export async function proposePassFile(tx: Transaction, maker: Principal, file: PassFile): Promise<StoredPassFile> {
  const { payer, sha256, totalFen } = file.manifest;
  const rows = readRows(file);
  await tx.query(`select pg_advisory_xact_lock(hashtextextended($1, 8583))`, [`pass-file/${payer}`]);
  const known = await tx.query<{ file_id: bigint }>(
    `select file_id from clearing.pass_file where payer = $1 and sha256 = $2 and state <> 'withdrawn'`,
    [payer, sha256],
  );
  if (known.rows[0] !== undefined) return findPassFile(tx, known.rows[0].file_id);
  const accounts = await tx.query(
    'select from clearing.account a, clearing.participant p where a.account_code = $1 and p.participant_no = $2',
    [file.account, payer],
  );
  if (accounts.rowCount === 0) throw clearingErrors.accountUnknown({ code: file.account });
  const prices = await pricesOn(tx, cityDate(new Date()));
  const priced = rows.map((row) => ({ ...row, priceFen: prices.get(row.code) ?? fen(0) }));
  const sum = priced.reduce((all, { priceFen }) => all + priceFen, 0n);
  if (sum !== totalFen) throw concessionErrors.passFileWrong({ problem: `its rows cost ${sum} fen` });
  const { approvalId } = await proposeAct(tx, maker, {
    act: ACT,
    subject: `pass file ${sha256.slice(0, 16)} of ${payer}`,
    content: contentOf(file.manifest),
  });
  const inserted = await tx.query<{ file_id: bigint }>(
    `insert into clearing.pass_file (payer, account_code, bank_reference, reason, line_count, total_fen, sha256, approval_id, proposed_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning file_id`,
    [payer, file.account, file.bankReference, file.reason, rows.length, totalFen, sha256, approvalId, maker.id],
  );
  const fileId = inserted.rows[0]?.file_id ?? 0n;
  await tx.query(
    `insert into clearing.pass_line (card_no, file_id, place, line_key, code, price_fen)
     select card_no, $1, place, key, code, price
       from unnest($2::text[], $3::text[], $4::text[], $5::bigint[]) with ordinality as l(key, card_no, code, price, place)`,
    [
      fileId,
      priced.map(({ key }) => key),
      priced.map(({ cardNo }) => cardNo),
      priced.map(({ code }) => code),
      priced.map(({ priceFen }) => priceFen),
    ],
  );
  const detail = { payer, rows: rows.length, totalFen: totalFen.toString() };
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject: `pass file ${fileId}`, detail });
  return findPassFile(tx, fileId);
}

/**
 * The second person: each row sells its pass, or says why not. The whole sum is taken from where the payer's money is; what
 * rows that sold nothing would have cost waits for the payer on `unclaimed-refund:<payer>`. Agreeing again changes nothing.
 *
 * @throws CityCardError `clearing.concessions.pass-file-unknown`, `.pass-file-decided`, `.pass-file-wrong` when prices have changed;
 *   `identity.same-person`; `clearing.no-open-business-day`
 */
export async function approvePassFile(tx: Transaction, checker: Principal, fileId: bigint): Promise<StoredPassFile> {
  const date = await currentBusinessDate(tx);
  const row = await lockPassFile(tx, fileId);
  if (row.state === 'withdrawn') throw concessionErrors.passFileDecided({ fileId, state: row.state });
  const { payer, sha256 } = row;
  const manifest = { payer, sha256, rows: row.line_count, totalFen: fen(row.total_fen) };
  const approval = await approveAct(tx, checker, row.approval_id, contentOf(manifest));
  if (row.state === 'sold') return findPassFile(tx, fileId);
  const sold = await sellLines(tx, date, { fileId, payer, account: row.account_code, clerk: row.proposed_by });
  await tx.query(
    `update clearing.pass_file set state = 'sold', approved_by = $2, business_date = $3, sold_count = $4, sold_fen = $5,
            decided_at = clock_timestamp() where file_id = $1`,
    [fileId, approval.checker, date, sold.count, sold.amountFen],
  );
  const detail = { sold: sold.count, soldFen: sold.amountFen.toString() };
  await recordAct(tx, checker, { act: ACT, subject: `pass file ${fileId}`, detail });
  return findPassFile(tx, fileId);
}

/** Gives a proposed file up. @throws CityCardError `clearing.concessions.pass-file-unknown`, `.pass-file-decided` */
export async function withdrawPassFile(tx: Transaction, actor: Principal, fileId: bigint): Promise<StoredPassFile> {
  const row = await lockPassFile(tx, fileId);
  if (row.state !== 'proposed') throw concessionErrors.passFileDecided({ fileId, state: row.state });
  await tx.query(
    `update clearing.pass_file set state = 'withdrawn', decided_at = clock_timestamp() where file_id = $1`,
    [fileId],
  );
  await recordAct(tx, actor, { act: 'withdraw-pass-file', subject: `pass file ${fileId}` });
  return findPassFile(tx, fileId);
}

/** What became of a file. @throws CityCardError `clearing.concessions.pass-file-unknown` */
export async function findPassFile(db: Database | Transaction, fileId: bigint): Promise<StoredPassFile> {
  const { rows } = await (db as Database).query<FileRow>('select * from clearing.pass_file where file_id = $1', [
    fileId,
  ]);
  const [row] = rows;
  if (row === undefined) throw concessionErrors.passFileUnknown({ fileId });
  return {
    fileId,
    approvalId: row.approval_id,
    payer: row.payer,
    state: row.state,
    lineCount: row.line_count,
    totalFen: fen(row.total_fen),
    soldCount: row.sold_count,
    soldFen: fen(row.sold_fen),
    ...(row.business_date !== null && { businessDate: businessDate(row.business_date) }),
  };
}

/** The rows of a file in order, each with its outcome. */
export async function passFileLines(db: Database, fileId: bigint): Promise<PassFileLine[]> {
  await findPassFile(db, fileId);
  const { rows } = await db.query<{
    place: number;
    line_key: string;
    card_no: string;
    code: string;
    price_fen: bigint;
    pass_no: bigint | null;
    refused: string | null;
  }>('select * from clearing.pass_line where file_id = $1 order by place', [fileId]);
  return rows.map((row) => ({
    place: row.place,
    key: row.line_key,
    cardNo: row.card_no,
    code: row.code,
    priceFen: fen(row.price_fen),
    ...(row.pass_no !== null && { passNo: row.pass_no }),
    ...(row.refused !== null && { refused: row.refused }),
  }));
}

interface FileRow {
  payer: string;
  account_code: string;
  sha256: string;
  state: StoredPassFile['state'];
  approval_id: bigint;
  line_count: number;
  total_fen: bigint;
  sold_count: number;
  sold_fen: bigint;
  proposed_by: string;
  business_date: string | null;
}

async function lockPassFile(tx: Transaction, fileId: bigint): Promise<FileRow> {
  const { rows } = await tx.query<FileRow>('select * from clearing.pass_file where file_id = $1 for update', [fileId]);
  const [row] = rows;
  if (row === undefined) throw concessionErrors.passFileUnknown({ fileId });
  return row;
}

const contentOf = ({ payer, rows, totalFen, sha256 }: PassFileManifest) => ({
  payer,
  rows,
  totalFen: totalFen.toString(),
  sha256,
});

/** What each pass costs that is sold on a day. */
async function pricesOn(tx: Transaction, day: BusinessDate): Promise<Map<string, Fen>> {
  const prices = new Map<string, Fen>();
  for (const rule of await listConcessionRules(tx))
    if (rule.kind === 'pass' && holdsOn(rule, day) && !prices.has(rule.category))
      prices.set(rule.category, rule.priceFen);
  return prices;
}

function readRows({ manifest, csv }: PassFile): { key: string; cardNo: string; code: string }[] {
  const wrong = (problem: string) => concessionErrors.passFileWrong({ problem });
  if (createHash('sha256').update(csv, 'utf8').digest('hex') !== manifest.sha256) throw wrong('its SHA-256 is another');
  const [header, ...lines] = csv.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (header !== HEADER) throw wrong(`its first line is not ${HEADER}`);
  const keys = new Set<string>();
  const rows = lines.flatMap((line, at) => {
    if (line === '') return [];
    const [, key, cardNo, code] = LINE.exec(line) ?? [];
    if (key === undefined || cardNo === undefined || code === undefined)
      throw wrong(`line ${at + 2} is not a key, a card number and a pass`);
    if (keys.has(key)) throw wrong(`line ${at + 2} has the key ${key} again`);
    keys.add(key);
    return [{ key, cardNo: parseCardNo(cardNo) ?? cardNo, code }];
  });
  if (rows.length !== manifest.rows) throw wrong(`it has ${rows.length} rows`);
  return rows;
}
