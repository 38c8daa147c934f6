import type { BusinessDate } from '@citycard/common';
import { type KeptPlan, text } from '../matching/plan.ts';

/**
 * Where the figures stand in a QS file (domain.md B.2): a header of 44 characters and CR LF, then merchant 15, settlement date 8, and
 * number 8 and amount 10 of what was confirmed, refused, adjusted and adjusted as refused.
 */
const QS_NUMBER = (nth: number): string => `substr(told, ${70 + 18 * nth}, 8)::bigint`;
const QS_AMOUNT = (nth: number): string => `substr(told, ${78 + 18 * nth}, 10)::bigint`;
const SUM_OF_QS = (what: string): string => `coalesce(sum(${what}) filter (where kind = 'QS'), 0)::bigint`;

/** What the answer files of a settlement date say to each operator, read as it reads them, beside the records. */
const answered = (day: BusinessDate): string => `
  with answer as (
    select participant_no, kind, convert_from(content, 'LATIN1') as told from clearing.operator_answer
     where settle_date = ${text(day)} and kind in ('SS', 'QS', 'NS')
  ), said as (
    select participant_no, ${SUM_OF_QS(QS_NUMBER(0))} as qs_confirmed, ${SUM_OF_QS(QS_AMOUNT(0))} as qs_confirmed_fen,
           ${SUM_OF_QS(`${QS_NUMBER(0)} + ${QS_NUMBER(1)}`)} as qs_records, ${SUM_OF_QS(`${QS_AMOUNT(0)} + ${QS_AMOUNT(1)}`)} as qs_records_fen,
           ${SUM_OF_QS(`${QS_NUMBER(1)} + ${QS_NUMBER(2)} + ${QS_NUMBER(3)}`)} as qs_ss_rows,
           coalesce(sum(substr(told, 5, 8)::bigint) filter (where kind = 'SS'), 0)::bigint as ss_rows,
           coalesce(sum(substr(told, 5, 8)::bigint) filter (where kind = 'NS'), 0)::bigint as ns_files
      from answer group by 1
  ), file as (
    select participant_no, intake_id, record_count, amount_fen, answered_file_at from clearing.intake
     where source = 'xf' and business_date = ${text(day)} and answered_file_at is not null
  ), stands as (
    select f.participant_no, count(*) as our_files, sum(f.record_count)::bigint as our_records, sum(f.amount_fen)::bigint as our_records_fen,
           sum(a.confirmed)::bigint as our_confirmed, sum(a.confirmed_fen)::bigint as our_confirmed_fen
      from file f
     cross join lateral (
       select count(*) as confirmed, coalesce(sum(amount_fen), 0) as confirmed_fen from clearing.purchase_record r
        where r.intake_id = f.intake_id and r.business_date = ${text(day)} and r.state = 'accepted' and r.decided_at <= f.answered_file_at) a
     group by 1
  ), figure as (
    select participant_no, coalesce(qs_confirmed, 0) as qs_confirmed, coalesce(qs_confirmed_fen, 0) as qs_confirmed_fen,
           coalesce(qs_records, 0) as qs_records, coalesce(qs_records_fen, 0) as qs_records_fen, coalesce(qs_ss_rows, 0) as qs_ss_rows,
           coalesce(ss_rows, 0) as ss_rows, coalesce(ns_files, 0) as ns_files, coalesce(our_confirmed, 0) as our_confirmed,
           coalesce(our_confirmed_fen, 0) as our_confirmed_fen, coalesce(our_records, 0) as our_records,
           coalesce(our_records_fen, 0) as our_records_fen, coalesce(our_files, 0) as our_files
      from said full join stands using (participant_no)
  )`;

/** What has to be the same: amount and number on our side and on theirs. Confirmed is what was accepted when the answer was made. */
const FIGURES = [
  { name: 'confirmed', ours: 'our_confirmed_fen, our_confirmed', theirs: 'qs_confirmed_fen, qs_confirmed' },
  { name: 'received', ours: 'our_records_fen, our_records', theirs: 'qs_records_fen, qs_records' },
  { name: 'rows of SS', ours: '0, ss_rows', theirs: '0, qs_ss_rows' },
  { name: 'files of NS', ours: '0, our_files', theirs: '0, ns_files' },
] as const;

const figuresOf = (day: BusinessDate, side: 'ours' | 'theirs'): string => `${answered(day)}
  select f.participant_no || ' ' || v.name as reference, v.amount as "amountFen", ${text(day)}::date as day, v.records,
         jsonb_build_object('subject', 'answers SS QS NS', 'counterpart', f.participant_no, 'oursFen', our_confirmed_fen, 'theirsFen', qs_confirmed_fen,
           'evidence', jsonb_build_object('qsConfirmed', qs_confirmed, 'qsConfirmedFen', qs_confirmed_fen, 'qsRecords', qs_records,
             'qsRecordsFen', qs_records_fen, 'qsSsRows', qs_ss_rows, 'ssRows', ss_rows, 'nsFiles', ns_files, 'ourConfirmed', our_confirmed,
             'ourConfirmedFen', our_confirmed_fen, 'ourRecords', our_records, 'ourRecordsFen', our_records_fen, 'ourFiles', our_files)) as about
    from figure f
   cross join lateral (values ${FIGURES.map((figure) => `('${figure.name}', ${figure[side]})`).join(', ')}) as v(name, amount, records)
   order by 1`;

/**
 * The answer files of a settlement date as they lie in the outbox against the records: confirmed and refused are the records of the
 * files named in NS, and SS has a row for each that was refused or adjusted. So a mistake in writing them is found before the operator
 * finds it.
 */
export const answerFiles: KeptPlan = {
  name: 'answer-files',
  title: 'Answer files SS, QS and NS of a settlement date as operators read them, against the records',
  counterpartKind: 'operator',
  everybody: true,
  terms: {
    passes: [{ name: 'figure', on: ['reference'], cardinality: '1-1', certain: true }],
    toleranceFen: 0,
    daysBefore: 0,
    daysAfter: 0,
  },
  ours: (_everybody, day) => figuresOf(day, 'ours'),
  theirs: (_everybody, day) => figuresOf(day, 'theirs'),
  scopes: (_everybody, businessDay) => [{ counterpartKinds: ['operator'], subject: 'answers ', businessDay }],
  endedReason: 'the answer files say what the records say',
};
