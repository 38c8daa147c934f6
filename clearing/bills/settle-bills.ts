import { type BusinessDate, businessDate, type Database, fen, transact, type Transaction } from '@citycard/common';
import { raiseAlarm } from '../alarms/alarm.ts';
import { openAccount } from '../ledger/accounts.ts';
import { findOpenBusinessDate } from '../ledger/business-day.ts';
import { post, type Posting, type PostingOutcome } from '../ledger/posting.ts';
import { prepared } from '../prepared.ts';
import type { CardNo } from '../purses/card-number.ts';

/** Payments settled in one transaction: a large day takes several, none holds locks for long. */
const SETTLED_AT_ONCE = 500;

/** Refunds for cards whose account another city keeps. */
export const UNCLAIMED = 'unclaimed-refund:main';

interface Settleable {
  card_no: CardNo;
  sam_no: string;
  sam_transaction_no: bigint;
  payment_id: string;
  amount_fen: bigint;
  state: 'paid' | 'refused';
  collected_by: string;
  biller_participant: string | null;
  has_account: boolean;
  purchase: 'accepted' | 'rejected';
  /** The day the purchase was posted on, while that day still takes purchases. */
  taking_date: string | null;
}

/**
 * Sends the money of decided bills where it belongs once their purchase is accepted, which put it on the pending account
 * of the terminal's participant: to the biller when paid, to the card's pending credit when refused, once. A refused bill of
 * a card whose account another city keeps is an unclaimed refund. A purchase that is refused in the end moves nothing; when its
 * bill was paid, that is an alarm. Run it after every validation pass and before pricing;
 * it does nothing when no business day is open.
 * Money moves on the business day of its purchase while that day still takes purchases.
 *
 * @returns how many payments were settled
 */
export async function settleBills(db: Database, options: { cardNo?: string } = {}): Promise<{ settled: number }> {
  for (let settled = 0; ;) {
    const step = await transact(db, (tx) => settleSome(tx, options.cardNo));
    settled += step;
    if (step < SETTLED_AT_ONCE) return { settled };
  }
}

/** Only purchases with a right TAC have an identity, and at most one record has this one. */
const SETTLEABLE = `
select b.card_no, b.sam_no, b.sam_transaction_no, b.payment_id, b.amount_fen, b.state, r.participant_no as collected_by,
        (select participant_no from clearing.biller where biller_code = b.biller_code) as biller_participant,
        exists (select from clearing.card_account a where a.card_no = b.card_no and a.kind = 'pending-credit') as has_account,
        r.state as purchase,
        (select d.business_date from clearing.business_day d where d.business_date = r.posted_date and d.state in ('open', 'cut-off') for share) as taking_date
   from clearing.bill_payment b
   join clearing.purchase_identity i on i.card_no = b.card_no and i.issuer_city = b.issuer_city and i.sam_no = b.sam_no
    and i.sam_transaction_no = b.sam_transaction_no
   join clearing.purchase_record r on r.card_no = i.card_no and r.business_date = i.business_date and r.intake_id = i.intake_id
    and r.record_index = i.record_index and r.amount_fen = b.amount_fen
  where b.settled is null and b.state <> 'asked' and r.state in ('accepted', 'rejected') and ($1::text is null or b.card_no = $1)
  order by b.card_no, b.sam_no, b.sam_transaction_no
  limit ${SETTLED_AT_ONCE} for update of b skip locked`;

async function settleSome(tx: Transaction, cardNo: string | undefined): Promise<number> {
  const date = await findOpenBusinessDate(tx);
  if (date === undefined) return 0;
  const { rows } = await tx.query<Settleable>(prepared('bills-settleable', SETTLEABLE), [cardNo ?? null]);
  const moving = rows.flatMap((row) => {
    const posting = row.purchase === 'accepted' ? postingOf(row) : undefined;
    return posting === undefined ? [] : [{ row, posting }];
  });
  if (moving.some(({ posting }) => posting.legs.some((leg) => leg.credit === UNCLAIMED)))
    await openAccount(tx, UNCLAIMED);
  const stuck = new Set<Settleable>();
  for (const { row, posting, outcome } of await postByDay(tx, date, moving)) {
    if (outcome?.outcome === 'posted' || outcome?.outcome === 'repeat') continue;
    stuck.add(row);
    await raiseAlarm(tx, {
      kind: 'bill-not-settled',
      severity: 'critical',
      subject: `card ${row.card_no} bill payment ${row.payment_id}`,
      evidence: { key: posting.key, ...outcome },
    });
  }
  // The biller has taken payment, and the purchase that was to pay for it is refused (a hot-listed card, say).
  for (const row of rows.filter(({ purchase, state }) => purchase === 'rejected' && state === 'paid')) {
    await raiseAlarm(tx, {
      kind: 'bill-paid-purchase-refused',
      severity: 'critical',
      subject: `card ${row.card_no} bill payment ${row.payment_id}`,
      evidence: { amountFen: row.amount_fen.toString(), collectedBy: row.collected_by },
    });
  }
  const done = rows.filter((row) => !stuck.has(row));
  await tx.query(
    `update clearing.bill_payment b
        set settled = case when d.accepted then case b.state when 'paid' then 'biller' else 'card' end
                           else case b.state when 'paid' then 'loss' else 'void' end end,
            settled_at = now()
       from unnest($1::text[], $2::text[], $3::bigint[], $4::boolean[]) as d(card_no, sam_no, sam_transaction_no, accepted)
      where b.card_no = d.card_no and b.sam_no = d.sam_no and b.sam_transaction_no = d.sam_transaction_no`,
    [
      done.map((row) => row.card_no),
      done.map((row) => row.sam_no),
      done.map((row) => row.sam_transaction_no),
      done.map((row) => row.purchase === 'accepted'),
    ],
  );
  return done.length;
}

/** Posts each on the day of its purchase where that still takes purchases, else on the open one: one settlement has both. */
async function postByDay(
  tx: Transaction,
  open: BusinessDate,
  moving: readonly { readonly row: Settleable; readonly posting: Posting }[],
) {
  const dayOf = ({ row }: { readonly row: Settleable }) =>
    row.taking_date === null ? open : businessDate(row.taking_date);
  const posted: { row: Settleable; posting: Posting; outcome: PostingOutcome | undefined }[] = [];
  for (const day of new Set(moving.map(dayOf))) {
    const ofDay = moving.filter((one) => dayOf(one) === day);
    const outcomes = await post(
      tx,
      day,
      ofDay.map(({ posting }) => posting),
    );
    posted.push(...ofDay.map((one, at) => ({ ...one, outcome: outcomes[at] })));
  }
  return posted;
}

/** The money is on the pending account of whose terminal it was; undefined when it is where it belongs already. */
function postingOf(row: Settleable): Posting | undefined {
  if (row.amount_fen === 0n) return undefined;
  const amount = fen(row.amount_fen);
  const debit = `operator-pending:${row.collected_by}`;
  const key = `bill:${row.payment_id}`;
  if (row.state === 'refused') {
    const reason = 'bill refused by the biller';
    return row.has_account
      ? { cardNo: row.card_no, key, reason, legs: [{ debit, credit: 'pending-credit', amount }] }
      : { key, reason, legs: [{ debit, credit: UNCLAIMED, amount }] };
  }
  const biller = row.biller_participant;
  if (biller === null || biller === row.collected_by) return undefined;
  return {
    key,
    reason: 'bill collected for the biller',
    legs: [{ debit, credit: `operator-pending:${biller}`, amount }],
  };
}
