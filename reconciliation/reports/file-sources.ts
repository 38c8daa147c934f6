import type { Database, NewestSource } from '@citycard/common';

/** Files and messages exchanged with other cities and the bank, for the list of all files. */
export const reconciliationFileSources: readonly NewestSource[] = [
  {
    kind: 'city-file',
    sql: `select f.created_at as at, 'city ' || f.file_name as id, f.direction, f.file_name as name, f.city as party,
                 case when f.direction = 'in' then case when f.kind = 'ccip' and f.answered_by is null then 'under-way' else 'done' end
                      when d.refused_at is not null then 'refused' when d.file_name is not null and d.delivered_at is null then 'waiting'
                      else 'done' end as state,
                 f.record_count::bigint as records, f.record_count::bigint as "recordsDone", f.amount_fen as "amountFen", d.problem as detail
            from reconciliation.city_file f left join reconciliation.city_delivery d using (file_name)`,
  },
  {
    kind: 'refused-city-file',
    sql: `select last_at as at, 'city-refused ' || city || ' ' || file_name || ' ' || code || ' ' || encode(sha256, 'hex') as id, 'in' as direction,
                 file_name as name, city as party, 'refused' as state, null::bigint as records, null::bigint as "recordsDone",
                 null::bigint as "amountFen", sentence as detail
            from reconciliation.city_refused_file`,
  },
  {
    kind: 'bank-message',
    sql: `select received_at as at, 'bank ' || kind || ' ' || message_id as id, 'in' as direction, kind || ' ' || message_id as name,
                 null::text as party, 'done' as state, null::bigint as records, null::bigint as "recordsDone", null::bigint as "amountFen", null::text as detail
            from reconciliation.bank_message`,
  },
  {
    kind: 'refused-bank-message',
    sql: `select last_at as at, 'bank-refused ' || refusal_no as id, 'in' as direction, kind as name, null::text as party,
                 case when taken_at is null then 'refused' else 'done' end as state, null::bigint as records, null::bigint as "recordsDone",
                 null::bigint as "amountFen", sentence as detail
            from reconciliation.bank_refusal`,
  },
];

/** Matches line by line, for the list of all work that takes its time. */
export const reconciliationWorkSources: readonly NewestSource[] = [
  {
    kind: 'match',
    sql: `select ordered_at as at, 'match ' || run_no as id, plan || ' ' || counterpart || ' ' || business_day as name, counterpart as party,
                 case state when 'running' then 'under-way' when 'done' then 'done' when 'failed' then 'failed' else 'waiting' end as state,
                 percent::bigint as done, 100::bigint as total, ordered_by as "by", finished_at as "finishedAt", failure
            from reconciliation.match_run`,
  },
];

/** Files that another city has refused for good: people have to look at them. */
export async function refusedDeliveries(db: Database): Promise<number> {
  const { rows } = await db.query<{ refused: number }>(
    'select count(*)::int as refused from reconciliation.city_delivery where refused_at is not null',
  );
  return rows[0]?.refused ?? 0;
}
