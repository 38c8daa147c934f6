import { createHash } from 'node:crypto';
import {
  businessDate,
  type Database,
  type Fen,
  fen,
  type Principal,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { verifyDetachedCms } from '../certificates/index.ts';
import { csv } from '../reports/csv.ts';
import { findBiller } from './biller.ts';
import { billErrors } from './errors.ts';

const HEADER = 'customer,reference,dueFen,dueDate,text';
const LINE = /^([!-+\--~]{1,20}),([!-+\--~]{1,16}),([0-9]{1,12}),([0-9]{4}-[0-9]{2}-[0-9]{2}),([^,"]{0,40})$/;
/** `<biller>-<yyyymmdd>-<sequence, 8 digits>.bills.csv` */
const NAME = /^([0-9A-Z]{4})-[0-9]{8}-[0-9]{8}\.bills\.csv$/;
const MOST_LINES = 1_000_000;

interface FiledLine {
  readonly customer: string;
  readonly reference: string;
  readonly dueFen: Fen;
  readonly dueDate: string;
  readonly note: string;
}

export interface TakenBillFile {
  readonly name: string;
  readonly lines: number;
  readonly amountFen: Fen;
  /** True when the same file was taken before. */
  readonly repeated: boolean;
}

/** The biller of a code, when it exchanges files and the partner is it. */
async function fileBillerOf(db: Database | Transaction, actor: Principal, billerCode: string) {
  const biller = await findBiller(db, billerCode);
  if (biller === undefined) throw billErrors.billerUnknown({ billerCode });
  if (actor.participantNo !== undefined && actor.participantNo !== biller.participantNo)
    throw billErrors.notYours({ billerCode });
  if (biller.baseUrl !== undefined) throw billErrors.byFileOnly({ billerCode });
  return biller;
}

/**
 * Takes a biller's file of open bills, whole or not at all. It replaces what that biller had delivered and nobody has paid;
 * a bill that was paid stays paid, whatever later files say. The same file again is answered as before.
 *
 * @throws CityCardError `clearing.bills.biller-unknown`, `.not-yours`, `.by-file-only`, `.file-refused`, `.file-known`
 */
export async function takeBillFile(
  tx: Transaction,
  partner: Principal,
  billerCode: string,
  file: { readonly name: string; readonly content: Buffer; readonly signature: Buffer },
): Promise<TakenBillFile> {
  const { participantNo } = await fileBillerOf(tx, partner, billerCode);
  const { name, content, signature } = file;
  const refused = (problem: string) => billErrors.fileRefused({ name, problem });
  if (NAME.exec(name)?.[1] !== billerCode)
    throw refused(`its name is not ${billerCode}-<yyyymmdd>-<sequence, 8 digits>.bills.csv`);
  const verdict = await verifyDetachedCms(tx, {
    content,
    signatureDer: signature,
    expectedCn: participantNo,
    at: new Date(),
  });
  if (!verdict.ok) throw refused(verdict.reason);
  const lines = readLines(content, refused);
  const amountFen = fen(lines.reduce((sum, line) => sum + line.dueFen, 0n));
  const sha256 = createHash('sha256').update(content).digest('hex');
  const taken = await tx.query(
    `insert into clearing.bill_file (biller_code, name, sha256, line_count, amount_fen) values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [billerCode, name, sha256, lines.length, amountFen],
  );
  const answer = { name, lines: lines.length, amountFen };
  if (taken.rowCount === 0) {
    const known = await tx.query(
      `select from clearing.bill_file where biller_code = $1 and name = $2 and sha256 = $3`,
      [billerCode, name, sha256],
    );
    if (known.rowCount === 0) throw billErrors.fileKnown({ name });
    return { ...answer, repeated: true };
  }
  await tx.query('delete from clearing.filed_bill where biller_code = $1 and paid_by is null', [billerCode]);
  await tx.query(
    `insert into clearing.filed_bill (biller_code, customer, reference, due_fen, due_date, note, file_name)
     select $1, l.* , $2 from unnest($3::text[], $4::text[], $5::bigint[], $6::date[], $7::text[]) as l
     on conflict (biller_code, customer, reference) do nothing`,
    [
      billerCode,
      name,
      lines.map(({ customer }) => customer),
      lines.map(({ reference }) => reference),
      lines.map(({ dueFen }) => dueFen),
      lines.map(({ dueDate }) => dueDate),
      lines.map(({ note }) => note),
    ],
  );
  await recordAct(tx, partner, { act: 'deliver-bills', subject: name, detail: { lines: lines.length, sha256 } });
  return { ...answer, repeated: false };
}

function readLines(content: Buffer, refused: (problem: string) => Error): FiledLine[] {
  const text = content.toString('utf8').replace('\uFEFF', '');
  if (text.includes('\uFFFD')) throw refused('it is not UTF-8');
  const [header, ...rest] = text.split(/\r?\n/);
  if (rest.at(-1) === '') rest.pop();
  if (header !== HEADER) throw refused(`its first line is not ${HEADER}`);
  if (rest.length > MOST_LINES) throw refused(`it has more than ${MOST_LINES} lines`);
  const keys = new Set<string>();
  return rest.map((line, at) => {
    const read = LINE.exec(line);
    if (read === null || read[3] === undefined || /^0+$/.test(read[3])) throw refused(`line ${at + 2} is no open bill`);
    const [, customer = '', reference = '', due, dueDate = '', note = ''] = read;
    try {
      businessDate(dueDate);
    } catch {
      throw refused(`line ${at + 2} is due on a day that does not exist`);
    }
    const key = `${customer},${reference}`;
    if (keys.has(key)) throw refused(`line ${at + 2} repeats a bill of this file`);
    keys.add(key);
    return { customer, reference, dueFen: fen(due), dueDate, note };
  });
}

/** What a biller was paid on a day of the city, for it to book: CSV, in the order of payment ids. */
export async function paymentFile(db: Database, reader: Principal, billerCode: string, date: string): Promise<string> {
  await fileBillerOf(db, reader, billerCode);
  const { rows } = await db.query<{
    payment_id: string;
    customer: string;
    bill_reference: string;
    amount_fen: bigint;
    late_fee_fen: bigint;
    receipt: string;
  }>(
    `select payment_id, customer, bill_reference, amount_fen, late_fee_fen, receipt from clearing.bill_payment
      where biller_code = $1 and state = 'paid' and (decided_at at time zone 'Asia/Shanghai')::date = $2 order by payment_id`,
    [billerCode, date],
  );
  return csv(
    ['paymentId', 'customer', 'reference', 'amountFen', 'lateFeeFen', 'receipt'],
    rows.map((row) => [
      row.payment_id,
      row.customer,
      row.bill_reference,
      row.amount_fen,
      row.late_fee_fen,
      row.receipt,
    ]),
  );
}
