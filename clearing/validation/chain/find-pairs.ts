import type { BusinessDate, Database } from '@citycard/common';
import { prepared } from '../../prepared.ts';
import type { RecordRef } from '../received-purchase.ts';
import type { ChainWork } from './chain-work.ts';
import type { Link, LoadBetween } from './neighbours.ts';

/** Two purchases of a card that follow one another, as far as anybody knows, where something may be odd. */
export interface OddPair {
  readonly cardNo: string;
  /** Undefined for the first purchase known. */
  readonly before: Link | undefined;
  readonly after: Link;
  readonly afterRef: RecordRef;
  readonly loads: readonly LoadBetween[];
}

/** What was found before where these records stand now. */
export interface OldFinding {
  readonly kind: 'gap' | 'break';
  readonly cardNo: string;
  /** First counter of a gap, counter of the purchase that broke the chain. */
  readonly counter: number;
  /** Last counter of a gap. */
  readonly to: number;
  readonly noticedAt: Date;
}

/**
 * Every record looked at has a neighbour below and one above in its card's chain. One step in the index of counters finds the
 * record itself, the one before when it is known and the next, with what each left on the card: nearly all records simply
 * continue and are passed over. Answered are the others (a counter is missing, the balance is another, time goes back, there are
 * loads about) and those where something was found before; what lies behind a gap is found in a second step. Each look-up is a lateral one with a limit, so that no plan reads a table whole, whatever it believes
 * of the tables; cards on trial are left out last, for few are left by then.
 */
const ODD_RECORDS = `
with looked as materialized (
  select r.card_no, r.business_date, r.intake_id, r.record_index, r.offline_counter, r.balance_before_fen, r.amount_fen, r.tapped_at
    from unnest($1::date[], $2::bigint[], $3::integer[], $4::integer[]) as w(d, i, f, t)
   cross join lateral (select * from clearing.purchase_record r
                        where r.business_date = w.d and r.intake_id = w.i and r.record_index >= w.f and r.record_index < w.t
                          and r.issuer_city = $5 and r.flag <> 3 and r.state in ('accepted', 'suspicious', 'rejected') offset 0) r
   cross join lateral (
     select coalesce(bool_or(i.offline_counter = r.offline_counter - 1 and i.balance_before_fen - i.amount_fen = r.balance_before_fen
                             and i.tapped_at <= r.tapped_at + $6 * interval '1 millisecond'), false)
              or r.offline_counter = 0 as continues,
            coalesce(bool_and(i.offline_counter <= r.offline_counter
                              or i.balance_before_fen = r.balance_before_fen - r.amount_fen and i.balance_before_fen >= i.amount_fen
                                 and i.tapped_at >= r.tapped_at - $6 * interval '1 millisecond'), false) as goes_on,
            min(i.tapped_at) - $6 * interval '1 millisecond' as since, max(i.tapped_at) + $6 * interval '1 millisecond' as until
       from clearing.purchase_identity i
      where i.card_no = r.card_no and i.issuer_city = $5 and i.offline_counter between r.offline_counter - 1 and r.offline_counter + 1) n
   where not (n.continues and n.goes_on and r.balance_before_fen >= r.amount_fen)
      or exists (select from clearing.chain_gap g where g.card_no = r.card_no and g.from_counter <= r.offline_counter and g.to_counter >= r.offline_counter)
      or exists (select from clearing.chain_break b where b.card_no = r.card_no and b.offline_counter between r.offline_counter and r.offline_counter + 1)
      or exists (select from clearing.load o where o.card_no = r.card_no and o.state <> 'void' and o.opened_at between n.since and n.until)
)
select f.* from (
  select l.card_no, l.business_date, l.intake_id, l.record_index, l.offline_counter, l.balance_before_fen, l.amount_fen, l.tapped_at,
         case when lo.tapped_at is not null then coalesce(a.low[1], f.low[1]) end::integer as low, lo.balance_before_fen as low_balance,
         lo.amount_fen as low_amount, lo.tapped_at as low_at,
         a.high[1]::integer as high, hi.balance_before_fen as high_balance, hi.amount_fen as high_amount, hi.tapped_at as high_at,
         a.high[2] as high_intake, a.high[3]::integer as high_index, date '2000-01-01' + a.high[4]::integer as high_date,
         o.loads, g.from_counter, g.to_counter, g.noticed_at as gap_noticed_at, b.breaks
    from looked l
   cross join lateral (
     select bool_or(n.offline_counter = l.offline_counter and n.intake_id = l.intake_id and n.record_index = l.record_index) as own,
            min(n.place) filter (where n.offline_counter < l.offline_counter) as low,
            min(n.place) filter (where n.offline_counter > l.offline_counter) as high
       from (select i.offline_counter, i.intake_id, i.record_index,
                    array[i.offline_counter, i.intake_id, i.record_index, i.business_date - date '2000-01-01'] as place
               from clearing.purchase_identity i
              where i.card_no = l.card_no and i.issuer_city = $5 and i.offline_counter >= l.offline_counter - 1
              order by i.offline_counter limit 3) n) a
    left join lateral (
     select array[i.offline_counter, i.intake_id, i.record_index, i.business_date - date '2000-01-01'] as low
       from clearing.purchase_identity i
      where a.low is null and l.offline_counter > 0
        and i.card_no = l.card_no and i.issuer_city = $5 and i.offline_counter < l.offline_counter
      order by i.offline_counter desc limit 1) f on true
    left join lateral (
     select r.balance_before_fen, r.amount_fen, r.tapped_at from clearing.purchase_record r
      where r.card_no = l.card_no and r.business_date = date '2000-01-01' + (coalesce(a.low, f.low))[4]::integer
        and r.intake_id = (coalesce(a.low, f.low))[2] and r.record_index = (coalesce(a.low, f.low))[3]::integer limit 1) lo on true
    left join lateral (
     select r.balance_before_fen, r.amount_fen, r.tapped_at from clearing.purchase_record r
      where r.card_no = l.card_no and r.business_date = date '2000-01-01' + a.high[4]::integer
        and r.intake_id = a.high[2] and r.record_index = a.high[3]::integer limit 1) hi on true
    left join lateral (
     select jsonb_agg(jsonb_build_array(o.amount_fen::text, o.opened_at, o.state = 'posted') order by o.online_counter, o.opened_at) as loads
       from clearing.load o
      where o.card_no = l.card_no and o.state <> 'void' and o.opened_at >= coalesce(lo.tapped_at, l.tapped_at) - $6 * interval '1 millisecond'
        and o.opened_at <= coalesce(hi.tapped_at, l.tapped_at) + $6 * interval '1 millisecond') o on true
    left join lateral (
     select g.from_counter, g.to_counter, g.noticed_at from clearing.chain_gap g
      where g.card_no = l.card_no and g.from_counter <= l.offline_counter order by g.from_counter desc limit 1) g
      on g.to_counter >= l.offline_counter
    left join lateral (
     select jsonb_agg(jsonb_build_array(b.offline_counter, b.noticed_at)) as breaks from clearing.chain_break b
      where b.card_no = l.card_no and b.offline_counter in (l.offline_counter, a.high[1])) b on true
   where a.own
     and (g.from_counter is not null or b.breaks is not null or o.loads is not null
          or (a.low is null and l.offline_counter > 0) or a.high[1] > l.offline_counter + 1
          or l.balance_before_fen <> lo.balance_before_fen - lo.amount_fen or l.balance_before_fen < l.amount_fen
          or l.tapped_at < lo.tapped_at - $6 * interval '1 millisecond'
          or hi.balance_before_fen <> l.balance_before_fen - l.amount_fen or hi.balance_before_fen < hi.amount_fen
          or hi.tapped_at < l.tapped_at - $6 * interval '1 millisecond')
  offset 0) f
 where (select not p.sandbox from clearing.purse p where p.card_no = f.card_no)`;

interface FoundRow {
  card_no: string;
  business_date: BusinessDate;
  intake_id: bigint;
  record_index: number;
  offline_counter: number;
  balance_before_fen: bigint;
  amount_fen: bigint;
  tapped_at: Date;
  low: number | null;
  low_balance: bigint;
  low_amount: bigint;
  low_at: Date;
  high: number | null;
  high_balance: bigint;
  high_amount: bigint;
  high_at: Date;
  high_intake: bigint;
  high_index: number;
  high_date: BusinessDate;
  loads: [string, string, boolean][] | null;
  from_counter: number | null;
  to_counter: number;
  gap_noticed_at: Date;
  breaks: [number, string][] | null;
}

/** What is odd about the chains of these records' cards, and what was found there before; each once. */
export async function findPairs(
  db: Database,
  work: readonly ChainWork[],
  city: string,
  toleranceMs: number,
): Promise<{ readonly pairs: readonly OddPair[]; readonly old: readonly OldFinding[] }> {
  const { rows } = await db.query<FoundRow>(prepared('purchase-chain-odd', ODD_RECORDS), [
    work.map(({ date }) => date),
    work.map(({ intakeId }) => intakeId),
    work.map(({ from }) => from),
    work.map(({ to }) => to),
    city,
    toleranceMs,
  ]);
  // Two records that follow one another both tell of the step between them.
  const pairs = new Map<string, OddPair>();
  const old = new Map<string, OldFinding>();
  for (const row of rows) {
    for (const pair of pairsOf(row, toleranceMs)) pairs.set(`${pair.cardNo} ${pair.after.counter}`, pair);
    for (const finding of findingsOf(row)) old.set(`${finding.kind} ${finding.cardNo} ${finding.counter}`, finding);
  }
  return { pairs: [...pairs.values()], old: [...old.values()] };
}

function pairsOf(row: FoundRow, toleranceMs: number): OddPair[] {
  const { card_no: cardNo } = row;
  const own: Link = {
    counter: row.offline_counter,
    balanceBeforeFen: row.balance_before_fen,
    amountFen: row.amount_fen,
    tappedAt: row.tapped_at,
  };
  const low: Link | undefined =
    row.low === null
      ? undefined
      : { counter: row.low, balanceBeforeFen: row.low_balance, amountFen: row.low_amount, tappedAt: row.low_at };
  const loads = (row.loads ?? []).map(([amount, openedAt, posted]) => ({
    amountFen: BigInt(amount),
    openedAt: new Date(openedAt),
    posted,
  }));
  const about = (from: Date | undefined, to: Date) =>
    loads.filter(
      ({ openedAt }) =>
        from !== undefined &&
        openedAt.getTime() >= from.getTime() - toleranceMs &&
        openedAt.getTime() <= to.getTime() + toleranceMs,
    );
  const ref = { cardNo, businessDate: row.business_date, intakeId: row.intake_id, index: row.record_index };
  const below = { cardNo, before: low, after: own, afterRef: ref, loads: about(low?.tappedAt, own.tappedAt) };
  if (row.high === null) return [below];
  const high: Link = {
    counter: row.high,
    balanceBeforeFen: row.high_balance,
    amountFen: row.high_amount,
    tappedAt: row.high_at,
  };
  const highRef = { cardNo, businessDate: row.high_date, intakeId: row.high_intake, index: row.high_index };
  return [below, { cardNo, before: own, after: high, afterRef: highRef, loads: about(own.tappedAt, high.tappedAt) }];
}

function findingsOf(row: FoundRow): OldFinding[] {
  const { card_no: cardNo, from_counter: from, to_counter: to } = row;
  const gap: OldFinding[] =
    from === null ? [] : [{ kind: 'gap', cardNo, counter: from, to, noticedAt: row.gap_noticed_at }];
  return [
    ...gap,
    ...(row.breaks ?? []).map(([counter, noticedAt]): OldFinding => {
      return { kind: 'break', cardNo, counter, to: counter, noticedAt: new Date(noticedAt) };
    }),
  ];
}
