import { type BusinessDate, type Database } from '@citycard/common';
import { decodePurchaseRecord } from '../../purchases/purchase-record.ts';
import type { PurchaseState } from '../../purchases/reason-codes.ts';
import { validationErrors } from '../errors.ts';
import { type RecordRef, refOf, type RefRow } from '../received-purchase.ts';

/** A record as people see it who decide about it. */
export interface SeenRecord {
  readonly ref: RecordRef;
  readonly participantNo: string;
  readonly state: PurchaseState;
  readonly reasonCode: string | null;
  readonly detail: string | null;
  readonly offlineCounter: number;
  readonly balanceBeforeFen: bigint;
  readonly amountFen: bigint;
  readonly samNo: string;
  readonly samTransactionNo: bigint;
  readonly tappedAt: Date | undefined;
  readonly flag: number;
  readonly postedDate: BusinessDate | null;
}

/** A record with everything beside it that helps to decide. */
export interface RecordStory {
  readonly record: SeenRecord;
  readonly history: readonly unknown[];
  /** Records of the card with the same counter or transaction, and the purchases with the counters before and after. */
  readonly beside: readonly SeenRecord[];
  /** Loads of the card on the days around it. */
  readonly loads: readonly unknown[];
  readonly decisions: readonly unknown[];
}

interface SeenRow extends RefRow {
  raw: Buffer;
  participant_no: string;
  state: PurchaseState;
  reason_code: string | null;
  detail: string | null;
  posted_date: BusinessDate | null;
}

const COLUMNS = `r.card_no, r.business_date, r.intake_id, r.record_index, r.raw, r.participant_no, r.state, r.reason_code, r.detail, r.posted_date`;

/** Purchases by their keys: those of the identity and of conflicts, and what is held under the same counter. */
const BESIDE = `
with found as (
  select card_no, business_date, intake_id, record_index from clearing.purchase_identity
   where card_no = $1 and issuer_city = $2 and offline_counter between $3::integer - 1 and $3::integer + 1
  union
  select card_no, business_date, intake_id, record_index from clearing.purchase_identity
   where card_no = $1 and issuer_city = $2 and sam_no = $4 and sam_transaction_no = $5
  union
  select card_no, business_date, intake_id, record_index from clearing.purchase_conflict
   where card_no = $1 and issuer_city = $2 and (offline_counter = $3 or sam_no = $4 and sam_transaction_no = $5)
  union
  select card_no, business_date, intake_id, record_index from clearing.purchase_record
   where card_no = $1 and issuer_city = $2 and offline_counter = $3 and state in ('routed', 'suspicious')
)
select ${COLUMNS} from found f
  join clearing.purchase_record r on r.card_no = f.card_no and r.business_date = f.business_date and r.intake_id = f.intake_id
   and r.record_index = f.record_index
 order by r.offline_counter, r.business_date, r.intake_id, r.record_index`;

/**
 * What is known of a judged record and of what stands beside it.
 *
 * @throws CityCardError `clearing-validation.record-unknown`
 */
export async function recordStory(db: Database, ref: RecordRef): Promise<RecordStory> {
  const key = [ref.cardNo, ref.businessDate, ref.intakeId, ref.index];
  const place = 'card_no = $1 and business_date = $2 and intake_id = $3 and record_index = $4';
  const { rows } = await db.query<SeenRow>(
    `select ${COLUMNS} from clearing.purchase_record r
      where r.card_no = $1 and r.business_date = $2 and r.intake_id = $3 and r.record_index = $4`,
    key,
  );
  const [row] = rows;
  if (row === undefined) throw validationErrors.recordUnknown();
  const { issuerCity, offlineCounter, samNo, samTransactionNo, tappedAt } = decodePurchaseRecord(row.raw);
  const beside = await db.query<SeenRow>(BESIDE, [ref.cardNo, issuerCity, offlineCounter, samNo, samTransactionNo]);
  const history = await db.query(
    `select changed_at as "changedAt", state, reason_code as "reasonCode", detail, decided_by as "decidedBy"
       from clearing.purchase_history where ${place} order by changed_at`,
    key,
  );
  const loads = await db.query(
    `select load_id as "loadId", online_counter as "onlineCounter", balance_before_fen as "balanceBeforeFen", amount_fen as "amountFen",
            state, opened_at as "openedAt"
       from clearing.load where card_no = $1 and opened_at between $2::timestamptz - interval '3 days' and $2::timestamptz + interval '3 days'
      order by online_counter, opened_at limit 100`,
    [ref.cardNo, tappedAt ?? null],
  );
  const decisions = await db.query(
    `select approval_id as "approvalId", outcome, reason_code as "reasonCode", payer, evidence, proposed_by as "proposedBy",
            proposed_at as "proposedAt", approved_by as "approvedBy", decided_at as "decidedAt"
       from clearing.held_decision where ${place} order by proposed_at`,
    key,
  );
  return {
    record: seen(row),
    history: history.rows,
    beside: beside.rows
      .filter((other) => other.intake_id !== ref.intakeId || other.record_index !== ref.index)
      .map(seen),
    loads: loads.rows,
    decisions: decisions.rows,
  };
}

function seen(row: SeenRow): SeenRecord {
  const { offlineCounter, balanceBeforeFen, amountFen, samNo, samTransactionNo, tappedAt, flag } = decodePurchaseRecord(
    row.raw,
  );
  return {
    ref: refOf(row),
    participantNo: row.participant_no,
    state: row.state,
    reasonCode: row.reason_code,
    detail: row.detail,
    offlineCounter,
    balanceBeforeFen,
    amountFen,
    samNo,
    samTransactionNo: BigInt(samTransactionNo),
    tappedAt,
    flag,
    postedDate: row.posted_date,
  };
}
