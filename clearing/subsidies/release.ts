import { allocate, type BusinessDate, fen, type Transaction } from '@citycard/common';
import { raiseAlarm } from '../alarms/alarm.ts';
import { postOrThrow } from '../ledger/posting.ts';
import { ensureAccount } from '../pricing/price-day.ts';

/** The account on which the finance bureau owes what a claim asks for; its transfer says `SUBSIDY <number>`. */
export const receivableOfClaim = (claimNo: bigint): string => `concession-receivable:${claimNo}`;

/** The account on which an operator is owed subsidies that the bureau has not paid yet. */
export const subsidyPayable = (participantNo: string): string => `subsidy-payable:${participantNo}`;

/**
 * Makes payable to operators what the finance bureau has paid of approved claims until now: never more, so that no float is
 * lent to anybody. A part payment is divided by what each operator still waits for, by the largest remainder.
 */
export async function releaseSubsidies(tx: Transaction, date: BusinessDate): Promise<void> {
  const { rows } = await tx.query<{ claim_no: bigint; amount_fen: bigint; paid_fen: bigint; owed_fen: bigint }>(
    `select c.claim_no, c.amount_fen, c.paid_fen, a.debits_posted - a.credits_posted as owed_fen
       from clearing.subsidy_claim c join clearing.account a on a.account_code = 'concession-receivable:' || c.claim_no
      where c.state = 'approved' order by c.claim_no for update of c`,
  );
  for (const claim of rows) {
    const received = claim.owed_fen < 0n ? claim.amount_fen : claim.amount_fen - claim.owed_fen;
    if (received <= claim.paid_fen) continue;
    await release(tx, date, claim.claim_no, { received, newly: received - claim.paid_fen });
    if (claim.owed_fen < 0n)
      await raiseAlarm(tx, {
        kind: 'subsidy-overpaid',
        severity: 'warning',
        subject: `claim ${claim.claim_no}`,
        evidence: { overpaidFen: -claim.owed_fen },
      });
  }
}

async function release(
  tx: Transaction,
  date: BusinessDate,
  claimNo: bigint,
  { received, newly }: { readonly received: bigint; readonly newly: bigint },
): Promise<void> {
  const { rows: shares } = await tx.query<{ participant_no: string; left_fen: bigint }>(
    `select participant_no, amount_fen - paid_fen as left_fen from clearing.subsidy_share
      where claim_no = $1 order by participant_no for update`,
    [claimNo],
  );
  const parts = allocate(
    fen(newly),
    shares.map((share) => share.left_fen),
  );
  const paid = shares.flatMap(({ participant_no: participantNo }, index) => {
    const amount = parts[index] ?? fen(0);
    return amount > 0n ? [{ participantNo, amount }] : [];
  });
  for (const { participantNo } of paid) await ensureAccount(tx, `operator-payable:${participantNo}`, participantNo);
  const legs = paid.map(({ participantNo, amount }) => ({
    debit: subsidyPayable(participantNo),
    credit: `operator-payable:${participantNo}`,
    amount,
  }));
  const key = `subsidy:${claimNo}:${received}`;
  await postOrThrow(tx, date, [{ key, reason: `paid by the finance bureau for claim ${claimNo}`, legs }]);
  await tx.query(
    `update clearing.subsidy_share s set paid_fen = s.paid_fen + p.amount
       from unnest($2::text[], $3::bigint[]) as p(participant_no, amount)
      where s.claim_no = $1 and s.participant_no = p.participant_no`,
    [claimNo, paid.map(({ participantNo }) => participantNo), paid.map(({ amount }) => amount)],
  );
  await tx.query(
    `update clearing.subsidy_claim set paid_fen = $2, state = case when amount_fen = $2 then 'paid' else state end where claim_no = $1`,
    [claimNo, received],
  );
}
