import {
  approveAct,
  type BusinessDate,
  businessDate,
  cityDate,
  contentSha256,
  type Fen,
  fen,
  type Principal,
  proposeAct,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { type Posting, postOrThrow } from '../ledger/posting.ts';
import { cardNo as readCardNo } from '../purses/card-number.ts';
import { codeOfIndustry } from './code.ts';
import { industryErrors } from './errors.ts';
import { fundAccountKind, fundPool } from './fund-accounts.ts';
import { industryOn } from './in-force.ts';

const ACT = 'fund-credits';
/** Postings of one call to the ledger. */
const AT_ONCE = 1_000;

export interface FundCredit {
  readonly cardNo: string;
  readonly amountFen: Fen;
}

export interface FundCreditList {
  readonly industry: number;
  /** The fund's own number of the list; once per industry. */
  readonly reference: string;
  readonly lines: readonly FundCredit[];
}

export async function requireFund(tx: Transaction, industry: number): Promise<void> {
  const { document } = await industryOn(tx, industry, cityDate(new Date()));
  if (document.pattern === 'fund') return;
  throw industryErrors.notOfPattern({
    industry: codeOfIndustry(industry),
    pattern: document.pattern,
    what: 'fund',
  });
}

/**
 * Hands in what a fund credits to cards. Nothing is booked until a second person confirms the list by its hash.
 *
 * @throws CityCardError `clearing.industries.unknown`, `.not-of-pattern`, `.cards-unknown`, `.list-known`
 */
export async function orderFundCredits(
  tx: Transaction,
  maker: Principal,
  { industry, reference, lines }: FundCreditList,
): Promise<{ listNo: bigint; approvalId: bigint; lines: number; amountFen: Fen }> {
  await requireFund(tx, industry);
  await refuseUnknownCards(tx, lines);
  const code = codeOfIndustry(industry);
  const amountFen = fen(lines.reduce((sum, line) => sum + line.amountFen, 0n));
  const sha256 = contentSha256(lines).toString('hex');
  const { approvalId } = await proposeAct(tx, maker, {
    act: ACT,
    subject: `industry ${code} list ${reference}`,
    content: { industry, reference, sha256 },
  });
  const { rows } = await tx.query<{ list_no: bigint }>(
    `insert into clearing.fund_credit_list (industry, reference, line_count, amount_fen, sha256, approval_id, ordered_by)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (industry, reference) do nothing returning list_no`,
    [industry, reference, lines.length, amountFen, sha256, approvalId, maker.id],
  );
  const [row] = rows;
  if (row === undefined) throw industryErrors.listKnown({ industry: code, reference });
  await tx.query(
    `insert into clearing.fund_credit (card_no, list_no, line_no, amount_fen)
     select card_no, $1, line_no, amount_fen from unnest($2::text[], $3::bigint[]) with ordinality as l(card_no, amount_fen, line_no)`,
    [row.list_no, lines.map(({ cardNo }) => cardNo), lines.map((line) => line.amountFen)],
  );
  await recordAct(tx, maker, {
    act: `order-${ACT}`,
    subject: `industry ${code} list ${reference}`,
    detail: { lines: lines.length, amountFen, sha256 },
  });
  return { listNo: row.list_no, approvalId, lines: lines.length, amountFen };
}

async function refuseUnknownCards(tx: Transaction, lines: readonly FundCredit[]): Promise<void> {
  const { rows } = await tx.query<{ line: bigint }>(
    `select l.line from unnest($1::text[]) with ordinality as l(card_no, line)
      where not exists (select from clearing.purse p where p.card_no = l.card_no) order by l.line`,
    [lines.map(({ cardNo }) => cardNo)],
  );
  const [first] = rows;
  if (first !== undefined) throw industryErrors.cardsUnknown({ count: rows.length, line: first.line });
}

/**
 * The second person confirms a list, and all of it is booked in this transaction: from the fund's pool to each card's
 * account of the fund, which is opened where it is missing. Confirming again changes nothing.
 *
 * @throws CityCardError `clearing.industries.list-unknown`, `identity.same-person`
 */
export async function approveFundCredits(
  tx: Transaction,
  checker: Principal,
  listNo: bigint,
): Promise<{ listNo: bigint; bookedDate: BusinessDate }> {
  const today = await currentBusinessDate(tx);
  const { rows } = await tx.query<{
    industry: number;
    reference: string;
    sha256: string;
    approval_id: bigint;
    booked_date: string | null;
  }>(
    'select industry, reference, sha256, approval_id, booked_date from clearing.fund_credit_list where list_no = $1 for update',
    [listNo],
  );
  const [list] = rows;
  if (list === undefined) throw industryErrors.listUnknown();
  const { industry, reference, sha256 } = list;
  await approveAct(tx, checker, list.approval_id, { industry, reference, sha256 });
  if (list.booked_date !== null) return { listNo, bookedDate: businessDate(list.booked_date) };
  await tx.query(
    `insert into clearing.card_account (card_no, kind) select distinct card_no, $2 from clearing.fund_credit where list_no = $1
     on conflict (card_no, kind) do nothing`,
    [listNo, fundAccountKind(industry)],
  );
  const postings = await postingsOf(tx, listNo, industry);
  for (let from = 0; from < postings.length; from += AT_ONCE)
    await postOrThrow(tx, today, postings.slice(from, from + AT_ONCE));
  await tx.query('update clearing.fund_credit_list set approved_by = $2, booked_date = $3 where list_no = $1', [
    listNo,
    checker.id,
    today,
  ]);
  await recordAct(tx, checker, {
    act: `approve-${ACT}`,
    subject: `industry ${codeOfIndustry(industry)} list ${reference}`,
    detail: { sha256 },
  });
  return { listNo, bookedDate: today };
}

async function postingsOf(tx: Transaction, listNo: bigint, industry: number): Promise<Posting[]> {
  const { rows } = await tx.query<{ card_no: string; line_no: number; amount_fen: bigint }>(
    'select card_no, line_no, amount_fen from clearing.fund_credit where list_no = $1 order by line_no',
    [listNo],
  );
  return rows.map((row) => ({
    cardNo: readCardNo(row.card_no),
    key: `fund-credit:${listNo}:${row.line_no}`,
    reason: 'credit of a fund',
    legs: [{ debit: fundPool(industry), credit: fundAccountKind(industry), amount: fen(row.amount_fen) }],
  }));
}
