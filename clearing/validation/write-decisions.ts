import type { BusinessDate, Transaction } from '@citycard/common';
import { NEXT_STATES } from '../purchases/reason-codes.ts';
import type { Decision, Remembered } from './judge.ts';
import { codeOf } from './outcome.ts';
import { prepared } from '../prepared.ts';

/** Somebody else decided one of these records meanwhile; the caller's transaction must end, and may be tried afresh. */
export class Overtaken extends Error {}

/** A decision as it is written: the ledger has spoken, and accepted purchases know their day. */
export interface FinalDecision extends Decision {
  /** Day of the posting; null for records that are not accepted and for reports of locked cards. */
  readonly postedDate: BusinessDate | null;
}

/**
 * Guarded by what every record was when it was judged, so that a decision never falls on a record that has moved on. The
 * row is found by its whole primary key: one index look-up per record in one partition.
 */
const UPDATE_RECORDS = `
update clearing.purchase_record r
   set state = d.state, reason_code = d.code, detail = d.detail, decided_at = now(), posted_date = d.posted_date
  from unnest($1::text[], $2::date[], $3::bigint[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::date[], $9::text[], $10::text[])
       as d(card_no, business_date, intake_id, record_index, state, code, detail, posted_date, from_state, from_code)
 where r.card_no = d.card_no and r.business_date = d.business_date and r.intake_id = d.intake_id
   and r.record_index = d.record_index and r.state = d.from_state and r.reason_code is not distinct from d.from_code`;

/**
 * Changes what was decided about records that have been judged before, and writes a line of their history.
 *
 * @throws Overtaken when one of the records does not stand where it stood.
 */
export async function writeDecisions(
  tx: Transaction,
  decisions: readonly FinalDecision[],
  decidedBy: string,
): Promise<void> {
  if (decisions.length === 0) return;
  assertAllowed(decisions);
  const written = await tx.query(prepared('purchase-decide', UPDATE_RECORDS), [
    ...refColumns(decisions),
    decisions.map(({ outcome }) => outcome.state),
    decisions.map(({ outcome }) => codeOf(outcome)),
    decisions.map(({ outcome }) => outcome.detail ?? null),
    decisions.map(({ postedDate }) => postedDate),
    decisions.map(({ from }) => from.state),
    decisions.map(({ from }) => from.code),
  ]);
  if (written.rowCount !== decisions.length) throw new Overtaken();
  await writeHistory(tx, decisions, decidedBy);
}

/** @throws when a decision leads where its record's state never leads */
export function assertAllowed(decisions: readonly Decision[]): void {
  for (const { from, outcome } of decisions) {
    if (!NEXT_STATES[from.state].includes(outcome.state)) {
      throw new Error(`a purchase record that is ${from.state} never becomes ${outcome.state}`);
    }
  }
}

/** A line of history for every decision but that of a record accepted at once. */
export async function writeHistory(
  tx: Transaction,
  decisions: readonly FinalDecision[],
  decidedBy: string,
): Promise<void> {
  const told = decisions.filter(({ from, outcome }) => from.state !== 'received' || outcome.state !== 'accepted');
  if (told.length === 0) return;
  await tx.query(
    `insert into clearing.purchase_history
       (card_no, business_date, intake_id, record_index, changed_at, state, reason_code, detail, decided_by)
     select card_no, business_date, intake_id, record_index, clock_timestamp(), state, code, detail, $8
       from unnest($1::text[], $2::date[], $3::bigint[], $4::integer[], $5::text[], $6::text[], $7::text[])
            as d(card_no, business_date, intake_id, record_index, state, code, detail)`,
    [
      ...refColumns(told),
      told.map(({ outcome }) => outcome.state),
      told.map(({ outcome }) => codeOf(outcome)),
      told.map(({ outcome }) => outcome.detail ?? null),
      decidedBy,
    ],
  );
}

/** Remembers right records by their keys, or, when a key is taken, beside those that have it. */
export async function writeRemembered(
  tx: Transaction,
  table: 'purchase_identity' | 'purchase_conflict',
  remembered: readonly Remembered[],
): Promise<void> {
  if (remembered.length === 0) return;
  const refs = remembered.map(({ purchase }) => ({ ref: purchase.ref }));
  await tx.query(
    `insert into clearing.${table}
       (card_no, business_date, intake_id, record_index, issuer_city, offline_counter, sam_no, sam_transaction_no, content_sha256)
     select * from unnest($1::text[], $2::date[], $3::bigint[], $4::integer[], $5::text[], $6::integer[], $7::text[], $8::bigint[],
                          $9::bytea[])`,
    [
      ...refColumns(refs),
      remembered.map(({ purchase }) => purchase.record.issuerCity),
      remembered.map(({ purchase }) => purchase.record.offlineCounter),
      remembered.map(({ purchase }) => purchase.record.samNo),
      remembered.map(({ purchase }) => purchase.record.samTransactionNo),
      remembered.map(({ content }) => content),
    ],
  );
}

function refColumns(items: readonly Pick<Decision, 'ref'>[]): unknown[][] {
  return [
    items.map(({ ref }) => ref.cardNo),
    items.map(({ ref }) => ref.businessDate),
    items.map(({ ref }) => ref.intakeId),
    items.map(({ ref }) => ref.index),
  ];
}
