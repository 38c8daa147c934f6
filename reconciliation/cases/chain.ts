import { createHash } from 'node:crypto';
import { addDays, type BusinessDate, canonicalJson, type Database, type Transaction } from '@citycard/common';
import type { CaseKind } from './case.ts';

/** A record of a card, as what came of it stands in the books. Amounts in fen, as text. */
interface ChainPurchase {
  readonly businessDate: string;
  readonly intakeId: string;
  readonly index: number;
  readonly tappedAt: Date | null;
  readonly participantNo: string;
  readonly amountFen: string;
  readonly balanceBeforeFen: string;
  readonly offlineCounter: number;
  readonly samNo: string;
  readonly samTransactionNo: string;
  readonly state: string;
  readonly reasonCode: string | null;
  readonly postedDate: string | null;
}

interface ChainLoad {
  readonly openedAt: Date;
  readonly participantNo: string;
  readonly terminalNo: string;
  readonly batchNo: string;
  readonly traceNo: string;
  readonly amountFen: string;
  readonly balanceBeforeFen: string;
  readonly onlineCounter: number;
  readonly state: string;
  readonly resolvedBy: string | null;
}

interface ChainBill {
  readonly askedAt: Date;
  readonly participantNo: string;
  readonly paymentId: string;
  readonly amountFen: string;
  readonly state: string;
  readonly settled: string | null;
}

/** Everything known of a card around a day: records, loads, bills, what it has to its credit, and which of them a case is likely about. */
interface RecordChain {
  readonly from: BusinessDate;
  readonly to: BusinessDate;
  readonly purse: { readonly status: string; readonly balanceFen: string; readonly pendingCreditFen: string };
  readonly purchases: readonly (ChainPurchase & { readonly suspect: boolean })[];
  readonly loads: readonly (ChainLoad & { readonly suspect: boolean })[];
  readonly bills: readonly (ChainBill & { readonly suspect: boolean })[];
}

/** Days looked at before and after the one that was named: people err, and records come late. */
const DAYS_BEFORE = 3;
const DAYS_AFTER = 10;
/** Records of each sort; a card that has more in two weeks is no resident's. */
const LIMIT = 300;
/** Two payments of the same amount to the same company within this time may be one ride. */
const TWICE_MS = 30 * 60_000;

interface Matter {
  readonly kind: CaseKind;
  readonly cardNo: string;
  readonly occurredOn: BusinessDate;
  readonly amountFen: bigint;
}

/** Looks the chain of a card up. Undefined when there is no such card here. */
export async function recordChain(tx: Transaction, matter: Matter): Promise<RecordChain | undefined> {
  const [from, to] = [addDays(matter.occurredOn, -DAYS_BEFORE), addDays(matter.occurredOn, DAYS_AFTER)];
  const { rows: purse } = await tx.query<RecordChain['purse']>(
    `select p.status, (select coalesce(sum(credits_posted - debits_posted), 0)::text from clearing.card_account a where a.card_no = p.card_no and kind = 'purse') as "balanceFen",
            (select coalesce(sum(credits_posted - debits_posted), 0)::text from clearing.card_account a where a.card_no = p.card_no and kind = 'pending-credit') as "pendingCreditFen"
       from clearing.purse p where p.card_no = $1`,
    [matter.cardNo],
  );
  if (purse[0] === undefined) return undefined;
  const range = [matter.cardNo, from, to];
  const { rows: purchases } = await tx.query<ChainPurchase>(
    `select business_date as "businessDate", intake_id::text as "intakeId", record_index as index, tapped_at as "tappedAt", participant_no as "participantNo",
            amount_fen::text as "amountFen", balance_before_fen::text as "balanceBeforeFen", offline_counter as "offlineCounter", sam_no as "samNo",
            sam_transaction_no::text as "samTransactionNo", state, reason_code as "reasonCode", posted_date as "postedDate"
       from clearing.purchase_record where card_no = $1 and business_date between $2 and $3
      order by tapped_at nulls last, business_date, intake_id, record_index limit ${LIMIT}`,
    range,
  );
  const { rows: loads } = await tx.query<ChainLoad>(
    `select opened_at as "openedAt", merchant_no as "participantNo", terminal_no as "terminalNo", batch_no as "batchNo", trace_no as "traceNo", amount_fen::text as "amountFen",
            balance_before_fen::text as "balanceBeforeFen", online_counter as "onlineCounter", state, resolved_by as "resolvedBy"
       from clearing.load where card_no = $1 and city_date between $2 and $3 order by load_id limit ${LIMIT}`,
    range,
  );
  const { rows: bills } = await tx.query<ChainBill>(
    `select b.asked_at as "askedAt", r.participant_no as "participantNo", b.payment_id as "paymentId", b.amount_fen::text as "amountFen", b.state, b.settled
       from clearing.bill_payment b join clearing.biller r using (biller_code)
      where b.card_no = $1 and (b.asked_at at time zone 'Asia/Shanghai')::date between $2 and $3 order by b.asked_at limit ${LIMIT}`,
    range,
  );
  return {
    from,
    to,
    purse: purse[0],
    purchases: purchases.map((each) => ({ ...each, suspect: isSuspectPurchase(each, purchases, matter) })),
    loads: loads.map((each) => ({
      ...each,
      suspect: matter.kind === 'load-missing' && isOn(each.openedAt, matter) && isAmount(each, matter),
    })),
    bills: bills.map((each) => ({
      ...each,
      suspect: matter.kind === 'bill-missing' && isOn(each.askedAt, matter) && isAmount(each, matter),
    })),
  };
}

const CITY_OFFSET_MS = 8 * 3_600_000;
const isOn = (at: Date | null, { occurredOn }: Matter): boolean =>
  at !== null && new Date(at.getTime() + CITY_OFFSET_MS).toISOString().startsWith(occurredOn);
const isAmount = ({ amountFen }: { readonly amountFen: string }, matter: Matter): boolean =>
  matter.amountFen === 0n || BigInt(amountFen) === matter.amountFen;

/** Of a fare said to be wrong, what was paid on the day; of one paid twice, the later one of two like each other. */
function isSuspectPurchase(own: ChainPurchase, all: readonly ChainPurchase[], matter: Matter): boolean {
  if (!isOn(own.tappedAt, matter) || own.state === 'duplicate') return false;
  if (matter.kind === 'wrong-fare') return isAmount(own, matter);
  if (matter.kind !== 'charged-twice' || !isAmount(own, matter)) return false;
  const at = own.tappedAt?.getTime() ?? 0;
  return all.some(
    (other) =>
      other !== own &&
      other.state !== 'duplicate' &&
      other.participantNo === own.participantNo &&
      other.amountFen === own.amountFen &&
      other.tappedAt !== null &&
      other.offlineCounter < own.offlineCounter &&
      at - other.tappedAt.getTime() <= TWICE_MS &&
      at >= other.tappedAt.getTime(),
  );
}

/** The participant whose records the case is about: that of the newest suspect, when it is one that answers here. */
export async function answeringParticipant(tx: Transaction, chain: RecordChain): Promise<string | undefined> {
  const suspects = [...chain.purchases, ...chain.loads, ...chain.bills].filter(({ suspect }) => suspect);
  const no = suspects.at(-1)?.participantNo;
  if (no === undefined) return undefined;
  return (await isAnswering(tx, no)) ? no : undefined;
}

/** Whether it is an operator, agent or biller here: another city answers disputes, not cases. */
export async function isAnswering(tx: Transaction, participantNo: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select from clearing.participant where participant_no = $1 and kind in ('operator', 'agent', 'biller')`,
    [participantNo],
  );
  return rowCount === 1;
}

/** Attaches the chain to a case, unless the newest one attached says the same. Answers whether it was. */
export async function attachChain(tx: Transaction, caseNo: bigint, chain: RecordChain): Promise<boolean> {
  const content = canonicalJson(JSON.parse(JSON.stringify(chain)));
  const { rowCount } = await tx.query(
    `insert into reconciliation.resident_case_chain (case_no, chain_no, content, sha256)
     select $1, coalesce(max(chain_no), 0) + 1, $2::jsonb, $3 from reconciliation.resident_case_chain where case_no = $1
     having $3 is distinct from (select sha256 from reconciliation.resident_case_chain where case_no = $1 order by chain_no desc limit 1)`,
    [caseNo, content, createHash('sha256').update(content).digest()],
  );
  return rowCount === 1;
}

/** What was found about a case, the newest first. */
export async function chainsOf(
  db: Database | Transaction,
  caseNo: bigint,
): Promise<{ takenAt: Date; content: RecordChain }[]> {
  const { rows } = await (db as Database).query<{ takenAt: Date; content: RecordChain }>(
    'select taken_at as "takenAt", content from reconciliation.resident_case_chain where case_no = $1 order by chain_no desc',
    [caseNo],
  );
  return rows;
}
