import {
  approveAct,
  type BusinessDate,
  type Database,
  type Fen,
  fen,
  type Principal,
  proposeAct,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { post } from '../ledger/posting.ts';
import { codeOfIndustry } from './code.ts';
import { industryErrors } from './errors.ts';
import { fundAccountKind, fundClaim, fundPool } from './fund-accounts.ts';
import { requireFund } from './fund-credits.ts';

const ACT = 'fund-payment';

export interface FundPayment {
  readonly industry: number;
  readonly participantNo: string;
  /** Number of the fund's payment; booked once per industry. */
  readonly reference: string;
  readonly amountFen: Fen;
}

/** What a fund holds for people and what it owes, from the ledger; the two sides are always equal. */
export interface FundPosition {
  readonly code: string;
  readonly poolFen: Fen;
  readonly cardsFen: Fen;
  readonly claimsFen: Fen;
  readonly claims: readonly { readonly participantNo: string; readonly amountFen: Fen }[];
  readonly ok: boolean;
}

/**
 * Proposes to book that a fund has paid a participant itself; nothing of it passes our bank accounts.
 *
 * @throws CityCardError `clearing.industries.unknown`, `.not-of-pattern`, `.fund-owes-less`, `.list-known`
 */
export async function proposeFundPayment(
  tx: Transaction,
  maker: Principal,
  payment: FundPayment,
): Promise<{ approvalId: bigint }> {
  await requireFund(tx, payment.industry);
  const code = codeOfIndustry(payment.industry);
  await refuseMoreThanOwed(tx, payment);
  const subject = `industry ${code} payment ${payment.reference}`;
  const { approvalId } = await proposeAct(tx, maker, { act: ACT, subject, content: contentOf(payment) });
  const { rowCount } = await tx.query(
    `insert into clearing.fund_payment (approval_id, industry, participant_no, reference, amount_fen, proposed_by)
     values ($1, $2, $3, $4, $5, $6) on conflict (industry, reference) do nothing`,
    [approvalId, payment.industry, payment.participantNo, payment.reference, payment.amountFen, maker.id],
  );
  if (rowCount === 0) throw industryErrors.listKnown({ industry: code, reference: payment.reference });
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject, detail: contentOf(payment) });
  return { approvalId };
}

/**
 * The second person has seen the fund's paper: it owes so much less. Approving again changes nothing.
 *
 * @throws CityCardError `clearing.industries.payment-unknown`, `.fund-owes-less`, `identity.same-person`
 */
export async function approveFundPayment(
  tx: Transaction,
  checker: Principal,
  approvalId: bigint,
): Promise<{ bookedDate: BusinessDate }> {
  const today = await currentBusinessDate(tx);
  const { rows } = await tx.query<{
    industry: number;
    participant_no: string;
    reference: string;
    amount_fen: bigint;
    booked_date: BusinessDate | null;
  }>(
    `select industry, participant_no, reference, amount_fen, booked_date::text as booked_date
       from clearing.fund_payment where approval_id = $1 for update`,
    [approvalId],
  );
  const [row] = rows;
  if (row === undefined) throw industryErrors.paymentUnknown();
  const payment = {
    industry: row.industry,
    participantNo: row.participant_no,
    reference: row.reference,
    amountFen: fen(row.amount_fen),
  };
  await approveAct(tx, checker, approvalId, contentOf(payment));
  if (row.booked_date !== null) return { bookedDate: row.booked_date };
  await refuseMoreThanOwed(tx, payment);
  const debit = fundClaim(payment.industry, payment.participantNo);
  const [outcome] = await post(tx, today, [
    {
      key: `fund-payment:${approvalId}`,
      reason: 'paid by the fund itself',
      legs: [{ debit, credit: fundPool(payment.industry), amount: payment.amountFen }],
    },
  ]);
  if (outcome?.outcome !== 'posted') throw new Error(`the ledger answered ${outcome?.outcome ?? 'nothing'}`);
  await tx.query('update clearing.fund_payment set approved_by = $2, booked_date = $3 where approval_id = $1', [
    approvalId,
    checker.id,
    today,
  ]);
  const subject = `industry ${codeOfIndustry(payment.industry)} payment ${payment.reference}`;
  await recordAct(tx, checker, { act: `approve-${ACT}`, subject, detail: contentOf(payment) });
  return { bookedDate: today };
}

const contentOf = ({ industry, participantNo, reference, amountFen }: FundPayment) => ({
  industry,
  participantNo,
  reference,
  amountFen,
});

/** The account is held until the transaction ends, so that two payments do not both find it enough. */
async function refuseMoreThanOwed(tx: Transaction, payment: FundPayment): Promise<void> {
  const { industry, participantNo, amountFen } = payment;
  const { rows } = await tx.query<{ owed: bigint }>(
    'select available_fen as owed from clearing.account where account_code = $1 for update',
    [fundClaim(industry, participantNo)],
  );
  const owedFen = rows[0]?.owed ?? 0n;
  if (owedFen < amountFen) throw industryErrors.fundOwesLess({ participantNo, owedFen, amountFen });
}

/** Where a fund stands now. */
export async function fundPosition(db: Database | Transaction, industry: number): Promise<FundPosition> {
  const code = codeOfIndustry(industry);
  const { rows } = await (db as Database).query<{ pool: bigint; cards: bigint }>(
    `select (select coalesce(sum(debits_posted - credits_posted), 0)::bigint from clearing.account where account_code = $1) as pool,
            (select coalesce(sum(credits_posted - debits_posted), 0)::bigint from clearing.card_account where kind = $2) as cards`,
    [fundPool(industry), fundAccountKind(industry)],
  );
  const claims = await (db as Database).query<{ participant_no: string; amount: bigint }>(
    `select owner as participant_no, credits_posted - debits_posted as amount from clearing.account
      where kind = 'fund-claim' and account_code like $1 order by owner`,
    [`fund-claim:${code}.%`],
  );
  const [pool, cards] = [rows[0]?.pool ?? 0n, rows[0]?.cards ?? 0n];
  const claimed = claims.rows.reduce((sum, { amount }) => sum + amount, 0n);
  return {
    code,
    poolFen: fen(pool),
    cardsFen: fen(cards),
    claimsFen: fen(claimed),
    claims: claims.rows.map(({ participant_no: participantNo, amount }) => ({ participantNo, amountFen: fen(amount) })),
    ok: pool === cards + claimed,
  };
}
