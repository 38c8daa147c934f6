import {
  type BusinessDate,
  businessDate,
  contentSha256,
  type Fen,
  fen,
  subtractFen,
  type Transaction,
} from '@citycard/common';
import { dayErrors } from '../day/errors.ts';
import type { Evidence } from '../day/evidence.ts';
import { type Movement, movements } from '../day/movements.ts';
import { raiseAlarm } from '../alarms/alarm.ts';
import { openAccount } from '../ledger/accounts.ts';
import { postOrThrow, type Posting } from '../ledger/posting.ts';
import { type Activity, feeOf, pricingLegs } from './fee.ts';
import { listTariffs, tariffInForce } from './tariff-table.ts';

const PENDING = 'operator-pending:';

interface Line extends Activity {
  readonly participantNo: string;
  readonly periodFrom: BusinessDate;
  readonly grossFen: Fen;
  /** The part of gross that moved on the day itself; the rest was held from earlier days. */
  readonly onTheDayFen: Fen;
}

/**
 * Prices the day: every participant's pending account gives up what the ledger says came into it on that day (refused
 * bills and corrections have left it again by then), split into fee and what is payable. What no tariff prices stays
 * pending with a note, and is priced with the first day that has a tariff. Proven against the ledger before it returns.
 *
 * @throws CityCardError `clearing-day.proof-failed`.
 */
export async function priceDay(tx: Transaction, date: BusinessDate): Promise<void> {
  const tariffs = await listTariffs(tx);
  const participants = await participantIndustries(tx);
  const postings: Posting[] = [];
  for (const line of await linesOf(tx, date)) {
    const participant = participants.get(line.participantNo);
    const tariff = participant === undefined ? undefined : tariffInForce(tariffs, participant, date);
    if (tariff === undefined) {
      await hold(tx, date, line);
      continue;
    }
    const feeFen = feeOf(line, tariff);
    await tx.query(
      `insert into clearing.pricing_line (business_date, participant_no, period_from, tariff_id, sales_count, sales_fen,
                                          refund_count, refund_fen, gross_fen, fee_fen, net_fen)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9::bigint, $10::bigint, $9::bigint - $10::bigint)`,
      [
        date,
        line.participantNo,
        line.periodFrom,
        tariff.tariffId,
        line.salesCount,
        line.salesFen,
        line.refundCount,
        line.refundFen,
        line.grossFen,
        feeFen,
      ],
    );
    const legs = pricingLegs(line.participantNo, line.grossFen, feeFen);
    if (legs.length === 0) continue;
    await ensureAccount(tx, `operator-payable:${line.participantNo}`, line.participantNo);
    postings.push({ key: `price:${date}:${line.participantNo}`, reason: `priced for ${date}`, legs });
  }
  await ensureAccount(tx, 'fee-income:main');
  await postOrThrow(tx, date, postings);
  await provePendingIsEmpty(tx, date);
}

/** Opens an account that the platform needs, unless it is there already (on whatever terms its owner opened it). */
export async function ensureAccount(tx: Transaction, code: string, owner?: string): Promise<void> {
  const { rowCount } = await tx.query('select from clearing.account where account_code = $1', [code]);
  if (rowCount === 0) await openAccount(tx, code, owner === undefined ? {} : { owner });
}

async function participantIndustries(
  tx: Transaction,
): Promise<Map<string, { participantNo: string; industry?: number }>> {
  const { rows } = await tx.query<{ participant_no: string; industry: number | null }>(
    'select participant_no, industry from clearing.participant',
  );
  return new Map(
    rows.map(({ participant_no: participantNo, industry }) => [
      participantNo,
      { participantNo, ...(industry !== null && { industry }) },
    ]),
  );
}

async function hold(tx: Transaction, date: BusinessDate, line: Line): Promise<void> {
  await tx.query(
    `insert into clearing.pricing_held (business_date, participant_no, gross_fen, reason)
     values ($1, $2, $3, 'no tariff is in force')`,
    [date, line.participantNo, line.onTheDayFen],
  );
  await raiseAlarm(tx, {
    kind: 'no-tariff-in-force',
    severity: 'warning',
    subject: line.participantNo,
    evidence: { businessDate: date, heldFen: line.grossFen },
  });
}

/** What there is to price: the day's activity per participant, with that of earlier days still held. */
async function linesOf(tx: Transaction, date: BusinessDate): Promise<Line[]> {
  const { rows } = await tx.query<{ participant_no: string; since: string }>(
    `select h.participant_no, min(h.business_date) as since from clearing.pricing_held h
      where not exists (select from clearing.pricing_line l
                         where l.participant_no = h.participant_no and l.business_date > h.business_date)
      group by 1`,
  );
  const heldSince = new Map(rows.map((row) => [row.participant_no, businessDate(row.since)]));
  const earliest = [...heldSince.values(), date].sort()[0] ?? date;
  const all = await movements(tx, earliest, date);
  const names = new Set(all.flatMap(({ debit, credit }) => [debit, credit]).filter((code) => code.startsWith(PENDING)));
  return [...names]
    .sort()
    .map((account) => {
      const participantNo = account.slice(PENDING.length);
      const periodFrom = heldSince.get(participantNo) ?? date;
      const activity = activityOf(
        account,
        all.filter((movement) => movement.date >= periodFrom),
      );
      const onTheDay = activityOf(
        account,
        all.filter((movement) => movement.date === date),
      );
      return {
        participantNo,
        periodFrom,
        ...activity,
        grossFen: subtractFen(activity.salesFen, activity.refundFen),
        onTheDayFen: subtractFen(onTheDay.salesFen, onTheDay.refundFen),
      };
    })
    .filter((line) => line.salesCount + line.refundCount > 0n);
}

function activityOf(account: string, period: readonly Movement[]): Activity {
  let [salesCount, sales, refundCount, refunds] = [0n, 0n, 0n, 0n];
  for (const { debit, credit, count, amountFen } of period) {
    if (credit === account) [salesCount, sales] = [salesCount + count, sales + amountFen];
    if (debit === account) [refundCount, refunds] = [refundCount + count, refunds + amountFen];
  }
  return { salesCount, salesFen: fen(sales), refundCount, refundFen: fen(refunds) };
}

/**
 * The proof: with the days after this one taken away, every pending account holds exactly what is held for want of a
 * tariff. It starts from the balances, the lines start from the transfers, so neither can hide a fault of the other.
 */
async function provePendingIsEmpty(tx: Transaction, date: BusinessDate): Promise<void> {
  const { rows } = await tx.query<{ account_code: string; left: bigint; held: bigint }>(
    `with later as (
       select account, sum(amount)::bigint as amount from (
         select credit_account as account, amount_fen as amount from clearing.ledger_transfer
          where business_date > $1 and phase in ('posted', 'post') and credit_account like 'operator-pending:%'
         union all
         select debit_account, -amount_fen from clearing.ledger_transfer
          where business_date > $1 and phase in ('posted', 'post') and debit_account like 'operator-pending:%') t
        group by account
     ), held as (
       select 'operator-pending:' || h.participant_no as account, sum(h.gross_fen)::bigint as amount from clearing.pricing_held h
        where not exists (select from clearing.pricing_line l
                           where l.participant_no = h.participant_no and l.business_date > h.business_date)
        group by 1
     )
     select a.account_code, a.credits_posted - a.debits_posted - coalesce(l.amount, 0) as left, coalesce(h.amount, 0) as held
       from clearing.account a left join later l on l.account = a.account_code left join held h on h.account = a.account_code
      where a.kind = 'operator-pending'
        and a.credits_posted - a.debits_posted - coalesce(l.amount, 0) <> coalesce(h.amount, 0)`,
    [date],
  );
  const wrong = rows[0];
  if (wrong !== undefined) {
    const detail = `${wrong.account_code} still holds ${wrong.left} fen, of which ${wrong.held} wait for a tariff`;
    throw dayErrors.proofFailed({ proof: 'priced amounts equal the pending accounts', date, detail });
  }
}

/** What pricing recorded, counted from the stored lines. */
export async function pricingEvidence(tx: Transaction, date: BusinessDate): Promise<Evidence> {
  const lines = await tx.query<{ participant_no: string; gross_fen: bigint; fee_fen: bigint; net_fen: bigint }>(
    `select participant_no, period_from, tariff_id, sales_count, sales_fen, refund_count, refund_fen, gross_fen, fee_fen, net_fen
       from clearing.pricing_line where business_date = $1 order by participant_no`,
    [date],
  );
  const held = await tx.query<{ participant_no: string; gross_fen: bigint }>(
    'select participant_no, gross_fen from clearing.pricing_held where business_date = $1 order by participant_no',
    [date],
  );
  const total = (name: 'gross_fen' | 'fee_fen' | 'net_fen') => lines.rows.reduce((sum, row) => sum + row[name], 0n);
  return {
    lines: lines.rows.length,
    grossFen: total('gross_fen'),
    feeFen: total('fee_fen'),
    netFen: total('net_fen'),
    linesSha256: contentSha256(lines.rows).toString('hex'),
    held: held.rows.map((row) => ({ participantNo: row.participant_no, grossFen: row.gross_fen })),
  };
}
