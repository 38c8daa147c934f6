import type { NewestSource } from '@citycard/common';

/** Files of departments, former issuers and groups, for the list of all files: their names and counts, nothing of their content. */
export const issuerFileSources: readonly NewestSource[] = [
  {
    kind: 'population-file',
    sql: `select f.carried_at as at, 'population ' || department || ' ' || direction || ' ' || sequence as id,
                 case direction when 'to-city' then 'in' else 'out' end as direction, department || ' ' || sequence as name, department as party,
                 case state when 'acknowledged' then 'done' when 'received' then 'under-way' else 'waiting' end as state,
                 row_count::bigint as records, null::bigint as "recordsDone", null::bigint as "amountFen", null::text as detail
            from issuer.population_file f`,
  },
  {
    kind: 'old-cards',
    sql: `select staged_at as at, 'legacy ' || import_id as id, 'in' as direction, participant_no || ' ' || file_sequence as name,
                 participant_no as party, case state when 'staged' then 'waiting' when 'accepted' then 'done' else 'refused' end as state,
                 row_count::bigint as records, good_count::bigint as "recordsDone", total_fen as "amountFen", null::text as detail
            from issuer.legacy_import`,
  },
  {
    kind: 'group-file',
    sql: `select handed_in_at as at, 'group ' || group_id || ' ' || encode(file_sha256, 'hex') as id, 'in' as direction, 'group ' || group_id as name,
                 null::text as party, 'done' as state, row_count::bigint as records, good_count::bigint as "recordsDone", null::bigint as "amountFen",
                 null::text as detail
            from issuer.group_file`,
  },
];

/** Imports of residents and batches of cards, for the list of all work that takes its time. */
export const issuerWorkSources: readonly NewestSource[] = [
  {
    kind: 'resident-import',
    sql: `select i.started_at as at, 'residents ' || i.import_id as id, i.name, null::text as party,
                 case i.state when 'staging' then 'waiting' when 'admitting' then 'under-way' when 'done' then 'done' else 'given-up' end as state,
                 b.done, b.total, i.started_by as "by", i.finished_at as "finishedAt", null::text as failure
            from issuer.resident_import i
            cross join lateral (
              select coalesce(sum(accepted + known), 0)::bigint as done, coalesce(sum(staged), 0)::bigint as total
                from issuer.resident_import_bucket where import_id = i.import_id) b`,
  },
  {
    kind: 'card-batch',
    sql: `select b.prepared_at as at, 'batch ' || b.batch_id as id, b.product || ' ' || b.batch_id as name, null::text as party,
                 case when b.state = 'cancelled' then 'given-up' when b.waiting = 0 and b.state = 'released' then 'done'
                      when b.state = 'released' then 'under-way' else 'waiting' end as state,
                 (b.card_count - b.waiting)::bigint as done, b.card_count::bigint as total, b.prepared_by as "by", null::timestamptz as "finishedAt",
                 null::text as failure
            from issuer.card_batch b`,
  },
];
