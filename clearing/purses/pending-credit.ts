import {
  approveAct,
  type BusinessDate,
  contentSha256,
  type Fen,
  fen,
  type Principal,
  proposeAct,
  recordAct,
  sumFen,
  type Transaction,
} from '@citycard/common';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { post, type Posting } from '../ledger/posting.ts';
import { clearingErrors } from '../errors.ts';
import { loadErrors } from '../loads/errors.ts';
import { type CardNo, parseCardNo } from './card-number.ts';
import { findPurses } from './purse.ts';

const ACT = 'book-credit-file';
/** Legs of one posting set; the transaction takes as many sets as the file needs. */
const LINES_AT_ONCE = 500;

/** One credit: an amount for a card, under a key the payer never uses for anything else. */
export interface CreditLine {
  readonly key: string;
  readonly cardNo: string;
  readonly amountFen: Fen;
}

/** Credits of one payer (an employer, an office that pays subsidies), covered by money on a bank account. */
export interface CreditFile {
  readonly payer: string;
  /** Where the payer's money has arrived, under the bank's reference; booking the file books that as well: `bank-custody:…` or `bank-receiving:…`. */
  readonly account: string;
  readonly bankReference: string;
  readonly reason: string;
  readonly lines: readonly CreditLine[];
}

export interface StoredCreditFile {
  readonly fileId: bigint;
  readonly approvalId: bigint;
  readonly payer: string;
  readonly state: 'proposed' | 'booked' | 'withdrawn';
  readonly lineCount: number;
  readonly totalFen: Fen;
  readonly businessDate: BusinessDate | undefined;
}

/**
 * Takes a file of credits, whole or not at all; nothing is booked before a second person agrees. The same file again
 * answers what became of it the first time.
 *
 * @throws CityCardError `clearing.loads.credit-lines` naming the first line that is wrong: no card of ours, one that is history,
 *   a key twice, or a key that another file has brought
 */
export async function proposeCredits(tx: Transaction, maker: Principal, file: CreditFile): Promise<StoredCreditFile> {
  const sha256 = contentSha256(file);
  await tx.query(`select pg_advisory_xact_lock(hashtextextended($1, 8583))`, [`credit-file/${file.payer}`]);
  const { rows } = await tx.query<{ file_id: bigint }>(
    'select file_id from clearing.credit_file where payer = $1 and sha256 = $2',
    [file.payer, sha256],
  );
  if (rows[0] !== undefined) return findCreditFile(tx, rows[0].file_id);
  await assertLines(tx, file);
  const totalFen = sumFen(file.lines.map(({ amountFen }) => amountFen));
  const content = contentOf(file.payer, sha256);
  const subject = `credit file ${sha256.toString('hex').slice(0, 16)} of ${file.payer}`;
  const { approvalId } = await proposeAct(tx, maker, { act: ACT, subject, content });
  const inserted = await tx.query<{ file_id: bigint }>(
    `insert into clearing.credit_file (payer, account_code, bank_reference, reason, line_count, total_fen, sha256, approval_id, proposed_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning file_id`,
    [
      file.payer,
      file.account,
      file.bankReference,
      file.reason,
      file.lines.length,
      totalFen,
      sha256,
      approvalId,
      maker.id,
    ],
  );
  const fileId = inserted.rows[0]?.file_id;
  if (fileId === undefined) throw new Error('a row just written cannot be found');
  await tx.query(
    `insert into clearing.credit_line (payer, line_key, file_id, place, card_no, amount_fen)
     select $1, key, $2, place, card, amount from unnest($3::text[], $4::text[], $5::bigint[]) with ordinality as l(key, card, amount, place)`,
    [
      file.payer,
      fileId,
      file.lines.map(({ key }) => key),
      file.lines.map(({ cardNo }) => cardNo),
      file.lines.map(({ amountFen }) => amountFen),
    ],
  );
  await recordAct(tx, maker, {
    act: `propose-${ACT}`,
    subject: `credit file ${fileId}`,
    detail: { payer: file.payer, lineCount: file.lines.length, totalFen: totalFen.toString() },
  });
  return findCreditFile(tx, fileId);
}

/**
 * The second person: every line becomes pending credit (补登) of its card, paid out by message 8 at any load terminal.
 * Agreeing again changes nothing.
 *
 * @throws CityCardError `clearing.loads.credit-file-unknown`, `.credit-file-decided`;
 *   `identity.approval-unknown`, `.same-person`; `clearing.no-open-business-day`
 */
export async function approveCredits(tx: Transaction, checker: Principal, fileId: bigint): Promise<StoredCreditFile> {
  const date = await currentBusinessDate(tx);
  const row = await lockFile(tx, fileId);
  if (row.state === 'withdrawn') throw loadErrors.creditFileDecided({ fileId, state: row.state });
  const approval = await approveAct(tx, checker, row.approval_id, contentOf(row.payer, row.sha256));
  if (row.state === 'booked') return findCreditFile(tx, fileId);
  const { rows: lines } = await tx.query<{ line_key: string; card_no: CardNo; amount_fen: bigint }>(
    'select line_key, card_no, amount_fen from clearing.credit_line where file_id = $1 order by place',
    [fileId],
  );
  for (let from = 0; from < lines.length; from += LINES_AT_ONCE) {
    const postings = lines.slice(from, from + LINES_AT_ONCE).map((line): Posting => ({
      cardNo: line.card_no,
      key: `credit:${row.payer}:${line.line_key}`,
      reason: row.reason,
      legs: [{ debit: row.account_code, credit: 'pending-credit', amount: fen(line.amount_fen) }],
    }));
    for (const [at, result] of (await post(tx, date, postings)).entries()) {
      if (result.outcome !== 'posted') throw clearingErrors.postingRefused({ key: postings[at]?.key, ...result });
    }
  }
  await tx.query(
    `update clearing.credit_file set state = 'booked', approved_by = $2, business_date = $3, decided_at = clock_timestamp()
      where file_id = $1`,
    [fileId, approval.checker, date],
  );
  await recordAct(tx, checker, { act: `approve-${ACT}`, subject: `credit file ${fileId}` });
  return findCreditFile(tx, fileId);
}

/**
 * Gives a proposed file up; its lines may come again in another.
 *
 * @throws CityCardError `clearing.loads.credit-file-unknown`, `.credit-file-decided`
 */
export async function withdrawCredits(tx: Transaction, actor: Principal, fileId: bigint): Promise<StoredCreditFile> {
  const row = await lockFile(tx, fileId);
  if (row.state !== 'proposed') throw loadErrors.creditFileDecided({ fileId, state: row.state });
  await tx.query('delete from clearing.credit_line where file_id = $1', [fileId]);
  await tx.query(
    `update clearing.credit_file set state = 'withdrawn', decided_at = clock_timestamp() where file_id = $1`,
    [fileId],
  );
  await recordAct(tx, actor, { act: 'withdraw-credit-file', subject: `credit file ${fileId}` });
  return findCreditFile(tx, fileId);
}

/** What became of a file. @throws CityCardError `clearing.loads.credit-file-unknown` */
export async function findCreditFile(tx: Transaction, fileId: bigint): Promise<StoredCreditFile> {
  const { rows } = await tx.query<{
    approval_id: bigint;
    payer: string;
    state: StoredCreditFile['state'];
    line_count: number;
    total_fen: bigint;
    business_date: BusinessDate | null;
  }>(
    'select approval_id, payer, state, line_count, total_fen, business_date from clearing.credit_file where file_id = $1',
    [fileId],
  );
  const row = rows[0];
  if (row === undefined) throw loadErrors.creditFileUnknown({ fileId });
  return {
    fileId,
    approvalId: row.approval_id,
    payer: row.payer,
    state: row.state,
    lineCount: row.line_count,
    totalFen: fen(row.total_fen),
    businessDate: row.business_date ?? undefined,
  };
}

interface FileRow {
  payer: string;
  account_code: string;
  reason: string;
  state: StoredCreditFile['state'];
  approval_id: bigint;
  sha256: Buffer;
}

async function lockFile(tx: Transaction, fileId: bigint): Promise<FileRow> {
  const { rows } = await tx.query<FileRow>(
    `select payer, account_code, reason, state, approval_id, sha256
       from clearing.credit_file where file_id = $1 for update`,
    [fileId],
  );
  if (rows[0] === undefined) throw loadErrors.creditFileUnknown({ fileId });
  return rows[0];
}

const contentOf = (payer: string, sha256: Buffer): Record<string, unknown> => ({
  payer,
  sha256: sha256.toString('hex'),
});

/** Purses that are history take no credit any more: it would wait for a card that cannot be loaded. */
const HISTORY = ['replaced', 'returned'];

async function assertLines(tx: Transaction, { payer, account, lines }: CreditFile): Promise<void> {
  const { rowCount } = await tx.query(
    'select from clearing.account a, clearing.participant p where a.account_code = $1 and p.participant_no = $2',
    [account, payer],
  );
  if (rowCount === 0) throw clearingErrors.accountUnknown({ code: account });
  const cards = lines.map(({ cardNo }) => parseCardNo(cardNo));
  const purses = await findPurses(
    tx,
    cards.flatMap((card) => card ?? []),
  );
  const { rows } = await tx.query<{ line_key: string }>(
    'select line_key from clearing.credit_line where payer = $1 and line_key = any($2)',
    [payer, lines.map(({ key }) => key)],
  );
  const known = new Set(rows.map(({ line_key: key }) => key));
  const seen = new Set<string>();
  const wrong = lines.flatMap(({ key, amountFen }, at) => {
    const card = cards[at];
    const purse = card === undefined ? undefined : purses.get(card);
    const problem =
      amountFen <= 0n
        ? 'the amount is not above zero'
        : purse === undefined
          ? 'there is no such card'
          : HISTORY.includes(purse.status)
            ? `the card is ${purse.status}`
            : seen.has(key)
              ? `the key ${key} comes twice`
              : known.has(key)
                ? `the key ${key} came before`
                : undefined;
    seen.add(key);
    return problem === undefined ? [] : [`line ${at + 1}: ${problem}`];
  });
  if (wrong.length > 0)
    throw loadErrors.creditLines({ lines: wrong.length, first: wrong[0], all: wrong.slice(0, 100) });
}
