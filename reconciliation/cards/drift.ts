import { type BusinessDate, type Database, type Fen, fen, type Transaction } from '@citycard/common';

/** Why the purse of a card is not what the card holds. What it adds to the purse above the card; below zero: the card holds more. */
export interface DriftCauses {
  /** Purchases the card has paid that are held, or were refused although the card's TAC was right. */
  readonly held: Fen;
  /** Purchases nobody has uploaded, as far as balances tell what they cost. */
  readonly missing: Fen;
  /** Torn or contested purchases that may have been paid. */
  readonly doubtful: Fen;
  /** Torn purchases the company has paid for: the card may have paid them too. */
  readonly covered: Fen;
  /** Loads that may be on the card and are not in the purse. */
  readonly pending: Fen;
}

/** A card whose purse differs from what the card itself said last. */
export interface CardDrift {
  readonly cardNo: string;
  /** What the back office says (the shadow balance). */
  readonly purse: Fen;
  /** What the card said: after its last purchase or load. */
  readonly card: Fen;
  readonly by: 'purchase' | 'load';
  readonly at?: Date;
  readonly offlineCounter?: number;
  /** Purse less card. */
  readonly drift: Fen;
  readonly causes: DriftCauses;
  /** Purchases are missing whose cost no balance tells. */
  readonly unknownMissing: boolean;
  /** Purchases whose balance does not continue that of the one before. */
  readonly breaks: number;
  /** What no cause explains; zero when the drift is explained. */
  readonly unexplained: Fen;
  /** The causes that explain it best, as they are taken off the purse. */
  readonly taken: readonly DriftTaken[];
}

export interface DriftTaken {
  readonly cause: string;
  readonly amount: Fen;
}

interface DriftRow {
  card_no: string;
  purse: bigint;
  card: bigint;
  by: 'purchase' | 'load';
  at: Date | null;
  offline_counter: number | null;
  held: bigint;
  missing: bigint;
  doubtful: bigint;
  covered: bigint;
  pending: bigint;
  unknown_missing: boolean;
  breaks: bigint;
}

/**
 * What came last, load or purchase, is told by balances that continue one another; clocks of terminals are asked only where balances
 * fit neither way, because something is missing, or both ways. So many loads and purchases back one of them is looked for.
 */
const [LOADS_BACK, PURCHASES_BACK] = [10, 100];
/** Outcomes of records that never touched a card of ours, or whose TAC does not prove that they did; 03 stands in the books elsewhere. */
const NOT_ON_THE_CARD = `('01', '02', '03', '09', '0A', '0E')`;
/** Torn, and two with one counter: one of them at most was paid. */
const IN_DOUBT = `('04', '05')`;

/** What each card of `looked` said last, and its purse; only those in use have a card to compare with. */
const LAST_WORDS = `
  last_purchase as (
    select l.card_no, i.offline_counter, i.tapped_at, i.balance_before_fen as before_fen, i.balance_before_fen - i.amount_fen as after_fen
      from looked l cross join lateral (
        select i.offline_counter, coalesce(i.tapped_at, r.tapped_at) as tapped_at,
               coalesce(i.balance_before_fen, r.balance_before_fen) as balance_before_fen, coalesce(i.amount_fen, r.amount_fen) as amount_fen
          from clearing.purchase_identity i
          left join clearing.purchase_record r on i.balance_before_fen is null and r.card_no = i.card_no and r.business_date = i.business_date
           and r.intake_id = i.intake_id and r.record_index = i.record_index
         where i.card_no = l.card_no order by i.offline_counter desc limit 1) i
  ), last_load as (
    select l.card_no, o.opened_at, o.balance_before_fen as before_fen, o.balance_before_fen + o.amount_fen as after_fen
      from looked l cross join lateral (
        select opened_at, balance_before_fen, amount_fen from clearing.load
         where card_no = l.card_no and state = 'posted' order by online_counter desc, load_id desc limit 1) o
  ), words as (
    select l.card_no, a.credits_posted - a.debits_posted as purse, p.offline_counter, p.tapped_at, o.opened_at,
           p.after_fen as after_purchase, o.after_fen as after_load,
           case when p.card_no is null then true when o.card_no is null then false
                when f.load_follows <> f.purchase_follows then f.load_follows else o.opened_at > p.tapped_at end as load_last
      from looked l
      join clearing.purse u on u.card_no = l.card_no and u.status not in ('replaced', 'returned') and not u.sandbox
      join clearing.card_account a on a.card_no = l.card_no and a.kind = 'purse'
      left join last_purchase p on p.card_no = l.card_no
      left join last_load o on o.card_no = l.card_no
      left join lateral (
        select exists (select from (select m.balance_before_fen as before_fen, sum(m.amount_fen) over (order by m.online_counter desc, m.load_id desc) as added
                                      from (select balance_before_fen, amount_fen, online_counter, load_id from clearing.load
                                             where card_no = l.card_no and state = 'posted' order by online_counter desc, load_id desc limit ${LOADS_BACK}) m) m
                        where m.before_fen = p.after_fen and p.after_fen + m.added = o.after_fen) as load_follows,
               exists (select from (select q.balance_before_fen as before_fen, sum(q.amount_fen) over (order by q.offline_counter desc) as spent
                                      from (select balance_before_fen, amount_fen, offline_counter from clearing.purchase_identity
                                             where card_no = l.card_no order by offline_counter desc limit ${PURCHASES_BACK}) q) q
                        where q.before_fen = o.after_fen and o.after_fen - q.spent = p.after_fen) as purchase_follows) f
        on p.card_no is not null and o.card_no is not null
     where p.card_no is not null or o.card_no is not null
  ), said as (
    select card_no, purse, case when load_last then after_load else after_purchase end as card,
           case when load_last then 'load' else 'purchase' end as by,
           case when load_last then opened_at else tapped_at end as at, offline_counter
      from words
  )`;

/** The causes of those that differ, each found through the card's own index. */
const CAUSES = `
  select s.*, coalesce(h.held, 0)::bigint as held, coalesce(h.doubtful, 0)::bigint as doubtful, coalesce(g.missing, 0)::bigint as missing,
         coalesce(g.unknown_missing, false) as unknown_missing, coalesce(b.breaks, 0) as breaks, coalesce(w.covered, 0)::bigint as covered,
         coalesce(q.pending, 0)::bigint as pending
    from said s
   cross join lateral (
     select sum(amount_fen) filter (where reason_code not in ${IN_DOUBT}) as held,
            sum(amount_fen) filter (where reason_code in ${IN_DOUBT} and state = 'suspicious') as doubtful
       from clearing.purchase_record
      where card_no = s.card_no and state in ('routed', 'suspicious', 'rejected') and reason_code not in ${NOT_ON_THE_CARD}) h
   cross join lateral (
     select sum(spent_fen) as missing, bool_or(spent_fen is null) as unknown_missing from clearing.chain_gap where card_no = s.card_no) g
   cross join lateral (select count(*) as breaks from clearing.chain_break where card_no = s.card_no) b
   cross join lateral (
     select sum(amount_fen) as covered from clearing.ledger_transfer
      where card_no = s.card_no and credit_account = 'purse' and starts_with(debit_account, 'write-off:') and phase = 'posted') w
   cross join lateral (
     select sum(amount_fen) as pending from clearing.load where card_no = s.card_no and state = 'pending') q
   where s.purse <> s.card`;

/** Cards that had a purchase or a load on a day, and those whose drift is still open. */
export const CARDS_OF_A_DAY = `looked as materialized (
    select card_no from clearing.purchase_record where business_date = $1 and length(card_no) = 19
    union select card_no from clearing.load
     where opened_at >= $1::date::timestamp at time zone 'Asia/Shanghai' and opened_at < ($1::date + 1)::timestamp at time zone 'Asia/Shanghai'
    union select counterpart from reconciliation.difference where counterpart_kind = 'card' and state = 'open' and subject_key = 'balance'
  )`;

/**
 * Puts down what each card of a day said last beside its purse, in `card_words` (for the rest of the transaction), and answers those
 * that differ.
 */
export async function wordsOfDay(tx: Transaction, date: BusinessDate): Promise<readonly CardDrift[]> {
  await tx.query('drop table if exists card_words');
  await tx.query(
    `create temp table card_words on commit drop as with ${CARDS_OF_A_DAY.replaceAll('$1', `'${date}'`)}, ${LAST_WORDS} select * from said`,
  );
  const { rows } = await tx.query<DriftRow>(`with said as (select * from card_words) ${CAUSES} order by s.card_no`);
  return rows.map(driftOf);
}

/** The drift of one card now; undefined when there is none, or nothing to compare. */
export async function driftOfCard(db: Database | Transaction, cardNo: string): Promise<CardDrift | undefined> {
  const { rows } = await (db as Database).query<DriftRow>(
    `with looked as materialized (select $1::text as card_no), ${LAST_WORDS} ${CAUSES}`,
    [cardNo],
  );
  return rows[0] && driftOf(rows[0]);
}

function driftOf(row: DriftRow): CardDrift {
  const { held, missing, doubtful, covered, pending } = row;
  const drift = row.purse - row.card;
  return {
    cardNo: row.card_no,
    purse: fen(row.purse),
    card: fen(row.card),
    by: row.by,
    ...(row.at !== null && { at: row.at }),
    ...(row.offline_counter !== null && { offlineCounter: row.offline_counter }),
    drift: fen(drift),
    causes: {
      held: fen(held),
      missing: fen(missing),
      doubtful: fen(doubtful),
      covered: fen(covered),
      pending: fen(-pending),
    },
    unknownMissing: row.unknown_missing,
    breaks: Number(row.breaks),
    ...explained(drift, { held, missing, doubtful, covered, pending: -pending }, row.unknown_missing),
  };
}

/** Causes that certainly happened; each of the others may have happened or not. */
const CERTAIN = ['held', 'missing'] as const;
const MAYBE = ['doubtful', 'covered', 'pending'] as const;
type Cause = keyof DriftCauses;

/** The causes by which a drift is explained best, and what is left of it. */
function explained(
  drift: bigint,
  causes: Readonly<Record<Cause, bigint>>,
  unknownMissing: boolean,
): Pick<CardDrift, 'unexplained' | 'taken'> {
  const certain = CERTAIN.filter((cause) => causes[cause] !== 0n);
  const maybe = MAYBE.filter((cause) => causes[cause] !== 0n);
  const rest = certain.reduce((left, cause) => left - causes[cause], drift);
  const { left, happened } = bestOf(
    rest,
    maybe.map((cause) => causes[cause]),
    unknownMissing,
  );
  const taken: DriftTaken[] = [...certain, ...maybe.filter((_, at) => happened[at])].map((cause) => ({
    cause,
    amount: fen(causes[cause]),
  }));
  const unknown = unknownMissing && left >= 0n;
  if (unknown && left > 0n) taken.push({ cause: 'missing of unknown cost', amount: fen(left) });
  return { unexplained: fen(unknown ? 0n : left), taken };
}

/**
 * Which of the causes that may or may not have happened leave least of a drift. Missing purchases of unknown cost explain whatever the
 * card holds less, so then the least that is not below zero.
 */
export function bestOf(
  certain: bigint,
  maybe: readonly bigint[],
  unknownMissing: boolean,
): { readonly left: bigint; readonly happened: readonly boolean[] } {
  const ways = maybe.reduce<{ left: bigint; happened: readonly boolean[] }[]>(
    (all, cause) =>
      all.flatMap(({ left, happened }) => [
        { left, happened: [...happened, false] },
        { left: left - cause, happened: [...happened, true] },
      ]),
    [{ left: certain, happened: [] }],
  );
  const above = unknownMissing ? ways.filter(({ left }) => left >= 0n) : [];
  const size = ({ left }: { readonly left: bigint }): bigint => (left < 0n ? -left : left);
  const [first, ...others] = above.length > 0 ? above : ways;
  if (first === undefined) throw new Error('there is always the way in which nothing happened');
  return others.reduce((least, way) => (size(way) < size(least) ? way : least), first);
}
