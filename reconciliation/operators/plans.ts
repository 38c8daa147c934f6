import type { BusinessDate, Transaction } from '@citycard/common';
import { addDays, cityDate, instantOfCityDigits } from '@citycard/common';
import { claimedBatches } from '@citycard/clearing';
import { daysOfPatience } from '../daily/patience.ts';
import { type KeptPlan, text } from '../matching/plan.ts';
import type { MatchTerms } from '../matching/terms.ts';

/** Totals of one thing on both sides: amount and number of records, on the same day. */
const byName: MatchTerms = {
  passes: [{ name: 'name', on: ['reference'], cardinality: '1-1', certain: true }],
  toleranceFen: 0,
  daysBefore: 0,
  daysAfter: 0,
};

/** Batches said longer ago are not compared anew: whatever was still to come has come, or has long been work for people. */
const LOOK_BACK_DAYS = 40;

/** Totals that terminals said of their batches (message 14) against what we have of them now, loads and purchases apart. */
export const batchTotals: KeptPlan = {
  name: 'batch-totals',
  title: 'Totals of batches as terminals said them up to a day, loads and purchases apart',
  counterpartKind: 'operator',
  everybody: true,
  terms: byName,
  prepare: writeBatches,
  ours: () => batchLines('ours'),
  theirs: () => batchLines('theirs'),
  scopes: () => [{ counterpartKinds: ['operator', 'agent', 'biller'], subject: 'batch ' }],
  endedReason: 'our figures of the batch are those of the terminal now',
};

const batchLines = (side: 'ours' | 'theirs'): string => `
  select reference, ${side}_fen as "amountFen", said_on as day, ${side}_count as records, about from batch_of_look where ${side}_count > 0 order by 1`;

async function writeBatches(tx: Transaction, _everybody: string, day: BusinessDate): Promise<void> {
  const until = addDays(day, -(await daysOfPatience(tx, 'batch-totals')));
  const batches = await claimedBatches(tx, startOf(addDays(until, -LOOK_BACK_DAYS)), startOf(addDays(until, 1)));
  const lines = batches.flatMap(({ ours, claimedAt, ...batch }) =>
    (['loads', 'purchases'] as const).map((what) => ({
      ...batch,
      subject: `batch ${batch.terminalNo} ${batch.batchNo} ${what}`,
      claimedAt,
      ours: ours[what],
      theirs: batch[what],
    })),
  );
  await tx.query(`drop table if exists batch_of_look`);
  await tx.query(
    `create temp table batch_of_look on commit drop as
     select l.subject as reference, l.said_on, l.ours_count, l.ours_fen, l.theirs_count, l.theirs_fen,
            jsonb_build_object('subject', l.subject, 'counterpart', l.merchant, 'day', l.said_on,
              'counterpartKind', coalesce((select kind from clearing.participant p where p.participant_no = l.merchant and p.kind in ('agent', 'biller')), 'operator'),
              'oursFen', l.ours_fen, 'theirsFen', l.theirs_fen,
              'evidence', jsonb_build_object('terminalNo', l.terminal, 'batchNo', l.batch, 'traceNo', l.trace, 'claimedAt', l.claimed_at,
                'ourCount', l.ours_count, 'theirCount', l.theirs_count, 'ourFen', l.ours_fen, 'theirFen', l.theirs_fen)) as about
       from unnest($1::text[], $2::date[], $3::integer[], $4::bigint[], $5::integer[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])
            as l(subject, said_on, ours_count, ours_fen, theirs_count, theirs_fen, merchant, terminal, batch, trace, claimed_at)`,
    [
      lines.map(({ subject }) => subject),
      lines.map(({ claimedAt }) => cityDate(claimedAt)),
      lines.map(({ ours }) => ours.count),
      lines.map(({ ours }) => ours.amount),
      lines.map(({ theirs }) => theirs.count),
      lines.map(({ theirs }) => theirs.amount),
      lines.map(({ merchantNo }) => merchantNo),
      lines.map(({ terminalNo }) => terminalNo),
      lines.map(({ batchNo }) => batchNo),
      lines.map(({ traceNo }) => traceNo),
      lines.map(({ claimedAt }) => claimedAt.toISOString()),
    ],
  );
}

function startOf(date: BusinessDate): Date {
  const start = instantOfCityDigits(date.replaceAll('-', ''), '000000');
  if (start === undefined) throw new Error(`${date} has no beginning`);
  return start;
}

/** Every file of a business day that is judged: its header's count and amount against the records that stand for it. */
export const fileRecords: KeptPlan = {
  name: 'file-records',
  title: 'Files of a business day: what their headers say against the records that stand for them',
  counterpartKind: 'operator',
  everybody: true,
  terms: byName,
  ours: (_everybody, day) =>
    `select reference, records_fen as "amountFen", business_date as day, records, about from (${judgedFiles(day)}) f where records > 0 order by 1`,
  theirs: (_everybody, day) =>
    `select reference, amount_fen as "amountFen", business_date as day, record_count as records, about from (${judgedFiles(day)}) f order by 1`,
  scopes: (_everybody, businessDay) => [{ counterpartKinds: ['operator'], subject: 'records of ', businessDay }],
  endedReason: 'every record of the file stands in the books',
};

const judgedFiles = (day: BusinessDate): string => `
  select i.participant_no || ' ' || i.file_name as reference, i.business_date, i.record_count, i.amount_fen, r.records, r.records_fen,
         jsonb_build_object('subject', 'records of ' || i.file_name, 'counterpart', i.participant_no, 'oursFen', r.records_fen, 'theirsFen', i.amount_fen,
           'kinds', '{"only-theirs":"amount"}'::jsonb,
           'evidence', jsonb_build_object('fileName', i.file_name, 'ourRecords', r.records, 'theirRecords', i.record_count, 'ourFen', r.records_fen,
                                          'theirFen', i.amount_fen)) as about
    from clearing.intake i
   cross join lateral (select count(*) as records, coalesce(sum(amount_fen), 0)::bigint as records_fen
                         from clearing.purchase_record p where p.intake_id = i.intake_id and p.business_date = ${text(day)}) r
   where i.business_date = ${text(day)} and i.file_name is not null and i.source in ('ccpf', 'xf')
     and not exists (select from clearing.undecided_intake u where u.business_date = i.business_date and u.intake_id = i.intake_id)`;

/** The files of a day as their operator says it delivered them, against those that came, on whatever day. */
export const operatorFiles: KeptPlan = {
  name: 'operator-files',
  title: 'Files of a day as an operator says it delivered them',
  counterpartKind: 'operator',
  terms: byName,
  ours: (operator, day) =>
    `select i.file_name as reference, i.amount_fen as "amountFen", ${text(day)}::date as day, i.record_count as records,
            jsonb_build_object('subject', 'file ' || i.file_name, 'evidence',
              jsonb_build_object('fileName', i.file_name, 'ourRecords', i.record_count, 'ourFen', i.amount_fen)) as about
       from clearing.intake i
      where i.participant_no = ${text(operator)} and i.file_name is not null
        and (i.file_name in (select file_name from reconciliation.operator_listed_file where participant_no = ${text(operator)} and listed_day = ${text(day)})
             or coalesce(i.header_business_date, i.business_date) = ${text(day)}
                and not exists (select from reconciliation.operator_listed_file l where l.participant_no = ${text(operator)} and l.file_name = i.file_name))
      order by 1`,
  theirs: (operator, day) =>
    `select file_name as reference, amount_fen as "amountFen", listed_day as day, record_count as records,
            jsonb_build_object('subject', 'file ' || file_name, 'evidence',
              jsonb_build_object('fileName', file_name, 'theirRecords', record_count, 'theirFen', amount_fen)) as about
       from reconciliation.operator_listed_file where participant_no = ${text(operator)} and listed_day = ${text(day)} order by 1`,
  scopes: (counterpart, businessDay) => [
    { counterpartKinds: ['operator'], subject: 'file ', counterpart, businessDay },
  ],
  endedReason: 'both sides name the file with the same records and amount',
};
