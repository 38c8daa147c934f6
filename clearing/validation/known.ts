import { type Database, numberArray, textArray, type Transaction } from '@citycard/common';
import { FLAG } from '../purchases/purchase-record.ts';
import type { PurchaseState } from '../purchases/reason-codes.ts';
import { prepared } from '../prepared.ts';
import { type ReceivedPurchase, type RecordRef, refOf, type RefRow } from './received-purchase.ts';

/** The two keys of a purchase, each unique on its own for the card's life (terminal-interface.md §3, "Sameness"). */
export interface PurchaseKeys {
  readonly counter: string;
  readonly transaction: string;
}

interface KeyFields {
  readonly cardNo: string;
  readonly issuerCity: string;
  readonly offlineCounter: number;
  readonly samNo: string;
  readonly samTransactionNo: number | bigint;
}

export function keysOf(fields: KeyFields): PurchaseKeys {
  const card = `${fields.issuerCity}|${fields.cardNo}`;
  return {
    counter: `${card}|${fields.offlineCounter}`,
    transaction: `${card}|${fields.samNo}|${fields.samTransactionNo}`,
  };
}

/** What records judged earlier have to do with a set. */
export interface Earlier {
  readonly known: readonly KnownRow[];
  readonly openGrays: readonly OpenGrayRow[];
  /** Keys ({@link lockKey}) of reports of locked cards that are known already. */
  readonly locks: ReadonlySet<string>;
}

/** What makes a report of a locked card the same report: serial, SAM, date and time. */
export function lockKey(cardNo: string, samNo: string, tappedAt: Date | undefined): string {
  return `${cardNo}|${samNo}|${tappedAt?.getTime()}`;
}

/** A stored record with a right TAC. */
export interface KnownRow {
  readonly ref: RecordRef;
  readonly keys: PurchaseKeys;
  readonly content: Buffer;
  readonly state: PurchaseState;
  readonly code: string | null;
}

interface IdentityRow extends RefRow {
  issuer_city: string;
  offline_counter: number;
  sam_no: string;
  sam_transaction_no: bigint;
  content_sha256: Buffer;
  state: PurchaseState;
  reason_code: string | null;
}

const IDENTITY_COLUMNS = `i.card_no, i.business_date, i.intake_id, i.record_index, i.issuer_city, i.offline_counter, i.sam_no,
       i.sam_transaction_no, i.content_sha256, r.state, r.reason_code`;
const ITS_RECORD = `join clearing.purchase_record r
    on r.card_no = i.card_no and r.business_date = i.business_date and r.intake_id = i.intake_id and r.record_index = i.record_index`;

/**
 * Records with a right TAC that share a key with one of these. Two index look-ups per record rather than one join with OR,
 * which would read all purchases of a card's life; clashes are few, so those of a card are read whole.
 */
const FIND_KNOWN = `
with asked as (
  select distinct * from unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::bigint[])
    as a(card_no, issuer_city, offline_counter, sam_no, sam_transaction_no)
), found as (
  select i.* from asked a join clearing.purchase_identity i
      on i.card_no = a.card_no and i.issuer_city = a.issuer_city and i.offline_counter = a.offline_counter
  union
  select i.* from asked a join clearing.purchase_identity i
      on i.card_no = a.card_no and i.issuer_city = a.issuer_city and i.sam_no = a.sam_no
     and i.sam_transaction_no = a.sam_transaction_no
)
select ${IDENTITY_COLUMNS} from found i ${ITS_RECORD}
union all
select ${IDENTITY_COLUMNS} from clearing.purchase_conflict i ${ITS_RECORD} where i.card_no = any($1)`;

export async function readKnown(tx: Transaction, purchases: readonly ReceivedPurchase[]): Promise<KnownRow[]> {
  if (purchases.length === 0) return [];
  const { rows } = await tx.query<IdentityRow>(prepared('purchase-known', FIND_KNOWN), [
    textArray(purchases.map(({ ref }) => ref.cardNo)),
    textArray(purchases.map(({ record }) => record.issuerCity)),
    numberArray(purchases.map(({ record }) => record.offlineCounter)),
    textArray(purchases.map(({ record }) => record.samNo)),
    numberArray(purchases.map(({ record }) => record.samTransactionNo)),
  ]);
  return rows.map((row) => ({
    ref: refOf(row),
    keys: keysOf(namedKeys(row)),
    content: row.content_sha256,
    state: row.state,
    code: row.reason_code,
  }));
}

const FIND_OPEN_GRAYS = `
select distinct r.card_no, r.business_date, r.intake_id, r.record_index, r.issuer_city, r.offline_counter, r.sam_no,
  r.sam_transaction_no
  from unnest($1::text[], $2::integer[]) as a(card_no, offline_counter)
  join clearing.purchase_record r
  on r.card_no = a.card_no and r.offline_counter = a.offline_counter
  and r.state = 'suspicious' and r.reason_code = '05'`;

/** A gray record that is held. */
export interface OpenGrayRow {
  readonly ref: RecordRef;
  readonly keys: PurchaseKeys;
}

export async function readOpenGrays(
  db: Database | Transaction,
  purchases: readonly ReceivedPurchase[],
): Promise<OpenGrayRow[]> {
  const { rows } = await (db as Database).query<RefRow & Omit<IdentityRow, keyof RefRow>>(
    prepared('purchase-open-grays', FIND_OPEN_GRAYS),
    [
      textArray(purchases.map(({ ref }) => ref.cardNo)),
      numberArray(purchases.map(({ record }) => record.offlineCounter)),
    ],
  );
  return rows.map((row) => ({ ref: refOf(row), keys: keysOf(namedKeys(row)) }));
}

export async function readLocks(tx: Transaction, purchases: readonly ReceivedPurchase[]): Promise<Set<string>> {
  const locks = purchases.filter(({ record }) => record.flag === FLAG.cardLocked && record.tappedAt !== undefined);
  if (locks.length === 0) return new Set();
  const { rows } = await tx.query<{ card_no: string; sam_no: string; tapped_at: Date }>(
    `select distinct r.card_no, r.sam_no, r.tapped_at
       from unnest($1::text[], $2::text[], $3::timestamptz[]) as asked(card_no, sam_no, tapped_at)
       join clearing.purchase_record r
         on r.card_no = asked.card_no and r.sam_no = asked.sam_no and r.tapped_at = asked.tapped_at
        and r.flag = 3 and r.state = 'accepted'`,
    [
      locks.map(({ ref }) => ref.cardNo),
      locks.map(({ record }) => record.samNo),
      locks.map(({ record }) => record.tappedAt),
    ],
  );
  return new Set(rows.map((row) => lockKey(row.card_no, row.sam_no, row.tapped_at)));
}

function namedKeys(row: Omit<IdentityRow, 'content_sha256' | 'state' | 'reason_code'>): KeyFields {
  return {
    cardNo: row.card_no,
    issuerCity: row.issuer_city,
    offlineCounter: row.offline_counter,
    samNo: row.sam_no,
    samTransactionNo: row.sam_transaction_no,
  };
}
