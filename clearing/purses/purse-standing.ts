import { type Database, type Fen, fen, type Transaction } from '@citycard/common';
import { clearingErrors } from '../errors.ts';
import { CARD_ACCOUNT_KINDS } from '../ledger/accounts.ts';
import { type CardNo, issuerCity } from './card-number.ts';
import type { PurseStatus } from './purse.ts';

/** What the back office knows of a card's money, and whether anything is known to be missing. */
export interface PurseStanding {
  readonly status: PurseStatus;
  /** The shadow balance: posted. */
  readonly balanceFen: Fen;
  readonly pendingCreditFen: Fen;
  readonly onlineFen: Fen;
  readonly depositFen: Fen;
  /** Loads the card may have been credited with; nobody has proof of them yet. */
  readonly openLoadFen: Fen;
  /** Purchases of the card that are received and not judged, or held. */
  readonly openPurchases: { readonly count: number; readonly amountFen: Fen };
  /** Debits of cancelled loads that nobody knows the end of. */
  readonly tornCancellations: number;
  /** The highest offline counter of a purchase with a right TAC; undefined before the first. */
  readonly highestOfflineCounter: number | undefined;
  /** Purchases the card has made that nobody has uploaded yet, as far as counters tell. */
  readonly missingPurchases: number;
  /** Purchases whose balance does not continue that of the purchase before, loads between counted in. */
  readonly balanceBreaks: number;
  /** Nothing is missing, held, open, torn or contradicted: the shadow balance is what the card has, as far as anybody can know. */
  readonly whole: boolean;
}

interface StandingRow {
  status: PurseStatus;
  balance: bigint;
  pending_credit: bigint;
  online: bigint;
  deposit: bigint;
  open_load: bigint;
  torn_cancellations: bigint;
  open_count: bigint;
  open_fen: bigint;
  highest: number | null;
  known: bigint;
  breaks: bigint;
}

/** One card, so every part is a walk over the keys of one partition. */
const STANDING = `
select p.status, a.balance, a.pending_credit, a.online, a.deposit, a.open_load, x.torn_cancellations,
       r.open_count, r.open_fen, i.highest, i.known, b.breaks
  from clearing.purse p
  join lateral (
    select sum(credits_posted - debits_posted) filter (where kind = 'purse')::bigint as balance,
           sum(credits_posted - debits_posted) filter (where kind = 'pending-credit')::bigint as pending_credit,
           sum(credits_posted - debits_posted) filter (where kind = 'online')::bigint as online,
           sum(credits_posted - debits_posted) filter (where kind = 'card-deposit')::bigint as deposit,
           sum(credits_pending) filter (where kind = 'purse')::bigint as open_load
      from clearing.card_account c where c.card_no = p.card_no and c.kind = any($3)) a on true
  cross join lateral (
    select count(*) as open_count, coalesce(sum(amount_fen), 0)::bigint as open_fen
      from (select amount_fen from clearing.purchase_record c where c.card_no = p.card_no and state = 'suspicious'
            union all select amount_fen from clearing.undecided_records(p.card_no)) c) r
  cross join lateral (
    select count(*) as torn_cancellations from clearing.load_cancellation c where c.card_no = p.card_no and state = 'debiting') x
  cross join lateral (
    select max(offline_counter) as highest, count(*) filter (where $4::integer is null or offline_counter < $4) as known
      from clearing.purchase_identity c where c.card_no = p.card_no and c.issuer_city = $2) i
  cross join lateral (
    select count(*) as breaks from clearing.chain_break c where c.card_no = p.card_no and kinds && array['balance', 'amount']) b
 where p.card_no = $1`;

/**
 * How a card's money stands. With the card in hand its own offline counter tells how many purchases it made; without,
 * only gaps below the highest one seen are known. (domain.md A.2)
 *
 * @throws CityCardError `clearing.purse-unknown`.
 */
export async function purseStanding(
  db: Database | Transaction,
  card: CardNo,
  cardCounter?: number,
): Promise<PurseStanding> {
  const { rows } = await (db as Database).query<StandingRow>(STANDING, [
    card,
    issuerCity(card),
    CARD_ACCOUNT_KINDS,
    cardCounter ?? null,
  ]);
  const row = rows[0];
  if (row === undefined) throw clearingErrors.purseUnknown();
  const made = cardCounter ?? (row.highest ?? -1) + 1;
  const missingPurchases = made - Number(row.known);
  const nothingOpen = row.open_count === 0n && row.open_load === 0n && row.torn_cancellations === 0n;
  return {
    status: row.status,
    balanceFen: fen(row.balance),
    pendingCreditFen: fen(row.pending_credit),
    onlineFen: fen(row.online),
    depositFen: fen(row.deposit),
    openLoadFen: fen(row.open_load),
    openPurchases: { count: Number(row.open_count), amountFen: fen(row.open_fen) },
    tornCancellations: Number(row.torn_cancellations),
    highestOfflineCounter: row.highest ?? undefined,
    missingPurchases,
    balanceBreaks: Number(row.breaks),
    whole: missingPurchases === 0 && row.breaks === 0n && nothingOpen,
  };
}
