import { type BusinessDate, fen, fenToNumber, type Transaction } from '@citycard/common';
import type { FoundDifference } from '../differences/index.ts';
import { keepInStep, type LookResult, together } from '../daily/in-step.ts';

/**
 * Where the figures stand in a QS file (domain.md B.2): a header of 44 characters and CR LF, then merchant 15, settlement date 8, and
 * number 8 and amount 10 of what was confirmed, refused, adjusted and adjusted as refused.
 */
const QS_NUMBER = (nth: number): string => `substr(told, ${70 + 18 * nth}, 8)::bigint`;
const QS_AMOUNT = (nth: number): string => `substr(told, ${78 + 18 * nth}, 10)::bigint`;

interface AnswerRow {
  participant_no: string;
  qs_confirmed: bigint;
  qs_confirmed_fen: bigint;
  qs_records: bigint;
  qs_records_fen: bigint;
  qs_ss_rows: bigint;
  ss_rows: bigint;
  ns_files: bigint;
  our_confirmed: bigint;
  our_confirmed_fen: bigint;
  our_records: bigint;
  our_records_fen: bigint;
  our_files: bigint;
}

/**
 * The answer files of a settlement date as they lie in the outbox, read as the operator reads them, against the records: confirmed is
 * what was accepted when the answer was made, confirmed and refused are the records of the files named in NS, and SS has a row for
 * each that was refused or adjusted. So a mistake in writing them is found before the operator finds it.
 */
export async function lookAtTextAnswers(tx: Transaction, date: BusinessDate): Promise<LookResult> {
  const { rows } = await tx.query<AnswerRow>(
    `with answer as (
       select participant_no, kind, convert_from(content, 'LATIN1') as told from clearing.operator_answer
        where settle_date = $1 and kind in ('SS', 'QS', 'NS')
     ), said as (
       select participant_no,
              coalesce(sum(${QS_NUMBER(0)}) filter (where kind = 'QS'), 0)::bigint as qs_confirmed,
              coalesce(sum(${QS_AMOUNT(0)}) filter (where kind = 'QS'), 0)::bigint as qs_confirmed_fen,
              coalesce(sum(${QS_NUMBER(0)} + ${QS_NUMBER(1)}) filter (where kind = 'QS'), 0)::bigint as qs_records,
              coalesce(sum(${QS_AMOUNT(0)} + ${QS_AMOUNT(1)}) filter (where kind = 'QS'), 0)::bigint as qs_records_fen,
              coalesce(sum(${QS_NUMBER(1)} + ${QS_NUMBER(2)} + ${QS_NUMBER(3)}) filter (where kind = 'QS'), 0)::bigint as qs_ss_rows,
              coalesce(sum(substr(told, 5, 8)::bigint) filter (where kind = 'SS'), 0)::bigint as ss_rows,
              coalesce(sum(substr(told, 5, 8)::bigint) filter (where kind = 'NS'), 0)::bigint as ns_files
         from answer group by 1
     ), file as (
       select participant_no, intake_id, record_count, amount_fen, answered_file_at from clearing.intake
        where source = 'xf' and business_date = $1 and answered_file_at is not null
     ), ours as (
       select f.participant_no, count(*) as our_files, sum(f.record_count)::bigint as our_records, sum(f.amount_fen)::bigint as our_records_fen,
              sum(a.confirmed)::bigint as our_confirmed, sum(a.confirmed_fen)::bigint as our_confirmed_fen
         from file f
        cross join lateral (
          select count(*) as confirmed, coalesce(sum(amount_fen), 0) as confirmed_fen from clearing.purchase_record r
           where r.intake_id = f.intake_id and r.business_date = $1 and r.state = 'accepted' and r.decided_at <= f.answered_file_at) a
        group by 1
     )
     select coalesce(s.participant_no, o.participant_no) as participant_no,
            coalesce(qs_confirmed, 0) as qs_confirmed, coalesce(qs_confirmed_fen, 0) as qs_confirmed_fen, coalesce(qs_records, 0) as qs_records,
            coalesce(qs_records_fen, 0) as qs_records_fen, coalesce(qs_ss_rows, 0) as qs_ss_rows, coalesce(ss_rows, 0) as ss_rows,
            coalesce(ns_files, 0) as ns_files, coalesce(our_confirmed, 0) as our_confirmed, coalesce(our_confirmed_fen, 0) as our_confirmed_fen,
            coalesce(our_records, 0) as our_records, coalesce(our_records_fen, 0) as our_records_fen, coalesce(our_files, 0) as our_files
       from said s full join ours o using (participant_no) order by 1`,
    [date],
  );
  const found = rows.filter(differs).map((row): FoundDifference => {
    const evidence = Object.fromEntries(
      Object.entries(row)
        .filter(([name]) => name !== 'participant_no')
        .map(([name, value]) => [name.replaceAll(/_([a-z])/g, (_, c: string) => c.toUpperCase()), Number(value)]),
    );
    return {
      counterpartKind: 'operator',
      counterpart: row.participant_no,
      businessDay: date,
      subjectKey: 'answers SS QS NS',
      kind: 'amount',
      ours: fen(row.our_confirmed_fen),
      theirs: fen(row.qs_confirmed_fen),
      evidence,
    };
  });
  const scope = { counterpartKinds: ['operator'], subject: 'answers ', businessDay: date } as const;
  return keepInStep(tx, scope, found, 'the answer files say what the records say');
}

const differs = (row: AnswerRow): boolean =>
  row.qs_confirmed !== row.our_confirmed ||
  row.qs_confirmed_fen !== row.our_confirmed_fen ||
  row.qs_records !== row.our_records ||
  row.qs_records_fen !== row.our_records_fen ||
  row.qs_ss_rows !== row.ss_rows ||
  row.ns_files !== row.our_files;

/** Every file of a business day that is judged: its header's count and amount against the records that stand for it. */
export async function lookAtFileRecords(tx: Transaction, date: BusinessDate): Promise<LookResult> {
  const { rows } = await tx.query<{
    participant_no: string;
    file_name: string;
    record_count: bigint;
    amount_fen: bigint;
    records: bigint;
    records_fen: bigint;
  }>(
    `select i.participant_no, i.file_name, i.record_count::bigint as record_count, i.amount_fen, r.records, r.records_fen
       from clearing.intake i
      cross join lateral (select count(*) as records, coalesce(sum(amount_fen), 0)::bigint as records_fen
                            from clearing.purchase_record p where p.intake_id = i.intake_id and p.business_date = $1) r
      where i.business_date = $1 and i.file_name is not null and i.source in ('ccpf', 'xf')
        and not exists (select from clearing.undecided_intake u where u.business_date = i.business_date and u.intake_id = i.intake_id)
        and (i.record_count, i.amount_fen) <> (r.records, r.records_fen) order by 1, 2`,
    [date],
  );
  const found = rows.map((row): FoundDifference => ({
    counterpartKind: 'operator',
    counterpart: row.participant_no,
    businessDay: date,
    subjectKey: `records of ${row.file_name}`,
    kind: 'amount',
    ours: fen(row.records_fen),
    theirs: fen(row.amount_fen),
    evidence: {
      fileName: row.file_name,
      ourRecords: Number(row.records),
      theirRecords: Number(row.record_count),
      ourFen: fenToNumber(fen(row.records_fen)),
      theirFen: fenToNumber(fen(row.amount_fen)),
    },
  }));
  const scope = { counterpartKinds: ['operator'], subject: 'records of ', businessDay: date } as const;
  return keepInStep(tx, scope, found, 'every record of the file stands in the books');
}

/** Both looks at what operators delivered and were answered. */
export async function lookAtDepotFiles(tx: Transaction, date: BusinessDate): Promise<LookResult> {
  return together(await lookAtFileRecords(tx, date), await lookAtTextAnswers(tx, date));
}
