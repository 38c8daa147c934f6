import type { Transaction } from '@citycard/common';
import type { RecordRef } from '../received-purchase.ts';

/** For a query: true of records `r` that their city has accepted and that wait for room below its position cap. */
export const BEYOND_CAP = `exists (select from clearing.accepted_beyond_cap w where w.card_no = r.card_no and w.business_date = r.business_date
         and w.intake_id = r.intake_id and w.record_index = r.record_index)`;

/**
 * Puts down that a city has accepted these records beyond its position cap. From now on they wait until they are booked: neither a
 * rule about cities that do not answer nor people who decide in a city's place end them.
 */
export async function keepBeyondCap(tx: Transaction, refs: readonly RecordRef[]): Promise<void> {
  await tx.query(
    `insert into clearing.accepted_beyond_cap (card_no, business_date, intake_id, record_index)
     select * from unnest($1::text[], $2::date[], $3::bigint[], $4::integer[]) on conflict do nothing`,
    columnsOf(refs),
  );
}

/** There was room for them. */
export async function endBeyondCap(tx: Transaction, refs: readonly RecordRef[]): Promise<void> {
  await tx.query(
    `delete from clearing.accepted_beyond_cap w using unnest($1::text[], $2::date[], $3::bigint[], $4::integer[])
        as d (card_no, business_date, intake_id, record_index)
      where (w.card_no, w.business_date, w.intake_id, w.record_index) = (d.card_no, d.business_date, d.intake_id, d.record_index)`,
    columnsOf(refs),
  );
}

const columnsOf = (refs: readonly RecordRef[]): unknown[] => [
  refs.map(({ cardNo }) => cardNo),
  refs.map(({ businessDate }) => businessDate),
  refs.map(({ intakeId }) => intakeId),
  refs.map(({ index }) => index),
];
