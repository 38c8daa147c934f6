import type { Database } from '@citycard/common';

/** Makes the table anew that benchmarks COPY purchases into: the columns of a purchase record, and such keys. */
export async function makeCopyTable(db: Database, ...keys: readonly string[]): Promise<void> {
  await db.query(`
    drop table if exists public.bench_purchase;
    create table public.bench_purchase (
      card_no text not null, business_date date not null, intake_id bigint not null, record_index integer not null,
      raw bytea not null, issuer_city text not null, offline_counter integer not null, balance_before_fen bigint not null,
      amount_fen bigint not null, sam_no text not null, sam_transaction_no bigint not null, tapped_at timestamptz,
      flag smallint not null, industry smallint not null, hotlist_version bigint not null, participant_no text not null,
      ${keys.join(', ')})`);
}
