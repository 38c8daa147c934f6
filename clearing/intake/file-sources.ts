import type { NewestSource } from '@citycard/common';

/**
 * Files that came in and went out, for the list of all files: purchase files and where their records are, uploads under way or
 * refused, answers to operators, what the bank is told, files of billers, credits and passes. No personal data stands in any.
 */
export const clearingFileSources: readonly NewestSource[] = [
  {
    kind: 'purchase-file',
    sql: `select i.received_at as at, 'intake ' || i.intake_id as id, 'in' as direction, i.file_name as name, i.participant_no as party,
                 case when u.intake_id is null then 'done' else 'under-way' end as state, i.record_count::bigint as records,
                 (i.record_count - coalesce(u.record_count - u.next_index, 0))::bigint as "recordsDone", i.amount_fen as "amountFen", null::text as detail
            from clearing.intake i
            left join clearing.undecided_intake u on u.business_date = i.business_date and u.intake_id = i.intake_id
           where i.file_name is not null and i.source in ('ccpf', 'xf')`,
  },
  {
    kind: 'upload',
    sql: `select opened_at as at, 'upload ' || upload_id as id, 'in' as direction, file_name as name, participant_no as party,
                 case state when 'receiving' then 'under-way' when 'refused' then 'refused' when 'abandoned' then 'refused' else 'done' end as state,
                 null::bigint as records, null::bigint as "recordsDone", null::bigint as "amountFen",
                 coalesce(refusal_detail, round(100.0 * received_bytes / greatest(bytes, 1)) || ' %') as detail
            from clearing.upload`,
  },
  {
    kind: 'answer',
    sql: `select made_at as at, 'answer ' || participant_no || ' ' || file_name as id, 'out' as direction, file_name as name,
                 participant_no as party, case when put_at is null then 'waiting' else 'done' end as state,
                 null::bigint as records, null::bigint as "recordsDone", null::bigint as "amountFen", kind as detail
            from clearing.operator_answer`,
  },
  {
    kind: 'payment-order',
    sql: `select m.made_at as at, 'payments ' || m.message_id as id, 'out' as direction, m.message_id as name, null::text as party,
                 case when p.refused > 0 then 'refused' when p.open > 0 then 'waiting' else 'done' end as state,
                 m.payment_count::bigint as records, (m.payment_count - p.open)::bigint as "recordsDone", m.amount_fen as "amountFen", null::text as detail
            from clearing.payment_message m
            cross join lateral (
              select count(*) filter (where state = 'pending') as open, count(*) filter (where state = 'rejected') as refused
                from clearing.payment where message_id = m.message_id) p`,
  },
  {
    kind: 'bill-file',
    sql: `select received_at as at, 'bills ' || biller_code || ' ' || name as id, 'in' as direction, name, biller_code as party, 'done' as state,
                 line_count::bigint as records, line_count::bigint as "recordsDone", amount_fen as "amountFen", null::text as detail from clearing.bill_file`,
  },
  {
    kind: 'credit-file',
    sql: `select proposed_at as at, 'credits ' || file_id as id, 'in' as direction, 'credits ' || file_id as name, payer as party,
                 case state when 'proposed' then 'waiting' when 'booked' then 'done' else 'refused' end as state,
                 line_count::bigint as records, case state when 'booked' then line_count else 0 end::bigint as "recordsDone", total_fen as "amountFen", reason as detail
            from clearing.credit_file`,
  },
];

/** Work that takes its time, for the list of all of it: report sets of closed days and periods, proofs of the ledger, validation. */
export const clearingWorkSources: readonly NewestSource[] = [
  {
    kind: 'reports',
    sql: `select ordered_at as at, 'reports ' || period as id, period as name, null::text as party,
                 case state when 'ordered' then 'waiting' when 'making' then 'under-way' when 'made' then 'done' else 'failed' end as state,
                 files_done::bigint as done, files_total::bigint as total, ordered_by as "by", finished_at as "finishedAt", failure
            from clearing.report_set`,
  },
  {
    kind: 'ledger-proof',
    sql: `select ordered_at as at, 'proof ' || verification_no as id, '#' || verification_no || coalesce(' ≥ ' || since, '') as name, null::text as party,
                 case state when 'ordered' then 'waiting' when 'running' then 'under-way' when 'withdrawn' then 'given-up'
                            when 'done' then case when outcome->>'ok' = 'false' then 'failed' else 'done' end else 'failed' end as state,
                 chunks_done as done, coalesce(chunks_total, 0) as total, ordered_by as "by", finished_at as "finishedAt",
                 coalesce(failure, outcome->>'firstFault') as failure from clearing.ledger_verification`,
  },
  {
    // The days that are not closed: what came in for each, and how much of it validation has decided.
    kind: 'validation',
    sql: `select d.opened_at as at, 'validation ' || d.business_date as id, d.business_date::text as name, null::text as party,
                 case when u.undecided = 0 then case when d.state = 'open' then 'waiting' else 'done' end else 'under-way' end as state,
                 i.records - u.undecided as done, i.records as total, '' as "by", v.completed_at as "finishedAt", null::text as failure
            from clearing.business_day d
            cross join lateral (select coalesce(sum(record_count), 0)::bigint as records from clearing.intake i where i.business_date = d.business_date) i
            cross join lateral (select coalesce(sum(record_count), 0)::bigint as undecided from clearing.undecided_day u where u.business_date = d.business_date) u
            left join clearing.day_stage v on v.business_date = d.business_date and v.stage = 'validated'
           where d.state <> 'closed'`,
  },
];
