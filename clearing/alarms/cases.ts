import { type Database, transact, type Transaction } from '@citycard/common';
import { GROUPED_BY_SUBJECT } from '../supervision/rules.ts';
import type { Alarm, AlarmSeverity } from './alarm.ts';
import { alarmErrors } from './errors.ts';

export type CaseState = 'open' | 'acknowledged' | 'closed';

/** All that one thing has raised, as one line. */
export interface AlarmCase {
  readonly caseNo: bigint;
  readonly kind: string;
  /** What it is about when cases of the kind are told apart by that. */
  readonly subject?: string;
  readonly severity: AlarmSeverity;
  readonly state: CaseState;
  readonly alarmCount: bigint;
  readonly firstAt: Date;
  readonly lastAt: Date;
  /** How far up the roster it has gone. */
  readonly level: number;
  readonly acknowledgedBy?: string;
  readonly acknowledgedAt?: Date;
  readonly closedBy?: string;
  readonly closedAt?: Date;
  readonly finding?: string;
}

/** Alarms gathered in one transaction. */
const BATCH = 5_000;
/** Open cases of one kind that are told apart by subject; what is beyond them is gathered in one more, or people drown in messages. */
const MOST_APART = 50;

/**
 * Gathers alarms that were raised since into cases: one open case for a kind (and subject, where a kind is told apart by it and
 * not too many are open), however many alarms. Whoever raises an alarm waits for nobody: gathering comes afterwards. Answers how many were gathered.
 */
export async function gatherAlarms(db: Database): Promise<number> {
  return transact(db, async (tx) => {
    const { rows } = await tx.query<{ gathered: bigint }>(
      `with fresh as materialized (
         select alarm_id, kind, case when kind = any($1) then subject else '' end as own_key, severity, raised_at
           from clearing.alarm where case_no is null order by alarm_id limit $2 for update skip locked
       ), apart as (
         select kind, group_key from clearing.alarm_case where state <> 'closed' and kind = any($1)
       ), crowded as (
         select kind from (table apart union select kind, own_key from fresh) u group by 1 having count(*) > $3
       ), placed as materialized (
         select *, case when kind in (table crowded) and (kind, own_key) not in (table apart) then '' else own_key end as group_key from fresh
       ), gathered as (
         insert into clearing.alarm_case as c (kind, group_key, severity, alarm_count, first_at, last_at)
         select kind, group_key, (array['notice', 'warning', 'critical'])[max(array_position(array['notice', 'warning', 'critical'], severity))],
                count(*), min(raised_at), max(raised_at)
           from placed group by 1, 2 order by 1, 2
         on conflict (kind, group_key) where state <> 'closed' do update
           set alarm_count = c.alarm_count + excluded.alarm_count, last_at = greatest(c.last_at, excluded.last_at),
               severity = (array['notice', 'warning', 'critical'])[greatest(array_position(array['notice', 'warning', 'critical'], c.severity),
                                                                            array_position(array['notice', 'warning', 'critical'], excluded.severity))]
         returning case_no, kind, group_key
       ), marked as (
         update clearing.alarm a set case_no = g.case_no from placed f join gathered g using (kind, group_key) where a.alarm_id = f.alarm_id returning 1
       ) select count(*) as gathered from marked`,
      [GROUPED_BY_SUBJECT, BATCH, MOST_APART],
    );
    return Number(rows[0]?.gathered ?? 0n);
  });
}

const COLUMNS = `case_no as "caseNo", kind, nullif(group_key, '') as subject, severity, state, alarm_count as "alarmCount", first_at as "firstAt",
  last_at as "lastAt", level, acknowledged_by as "acknowledgedBy", acknowledged_at as "acknowledgedAt", closed_by as "closedBy",
  closed_at as "closedAt", finding`;

type CaseRow = { readonly [K in keyof AlarmCase]-?: AlarmCase[K] | null };

/** Without the fields that are null. */
const fromRow = (row: CaseRow): AlarmCase =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as unknown as AlarmCase;

/** Cases in these states, those that moved last first. */
export async function listCases(db: Database, states: readonly CaseState[], limit = 200): Promise<AlarmCase[]> {
  const { rows } = await db.query<CaseRow>(
    `select ${COLUMNS} from clearing.alarm_case where state = any($1) order by last_at desc, case_no desc limit $2`,
    [states, limit],
  );
  return rows.map(fromRow);
}

/** What was done with a case, by people and by the clock. */
export interface CaseAct {
  readonly act: 'acknowledge' | 'answer' | 'close' | 'escalate';
  readonly actor: string;
  readonly actedAt: Date;
  readonly words: string;
}

/** A case with its acts and its newest alarms, the evidence. @throws CityCardError `alarms.case-unknown` */
export async function showCase(
  db: Database,
  caseNo: bigint,
): Promise<AlarmCase & { readonly acts: readonly CaseAct[]; readonly alarms: readonly Alarm[] }> {
  const found = await readCase(db, caseNo);
  const acts = await db.query<CaseAct>(
    `select act, actor, acted_at as "actedAt", words from clearing.alarm_case_act where case_no = $1 order by act_no`,
    [caseNo],
  );
  const alarms = await db.query<Alarm>(
    `select alarm_id as "alarmId", kind, severity, subject, evidence, raised_at as "raisedAt"
       from clearing.alarm where case_no = $1 order by alarm_id desc limit 50`,
    [caseNo],
  );
  return { ...found, acts: acts.rows, alarms: alarms.rows };
}

async function readCase(db: Database | Transaction, caseNo: bigint, lock = ''): Promise<AlarmCase> {
  const { rows } = await (db as Database).query<CaseRow>(
    `select ${COLUMNS} from clearing.alarm_case where case_no = $1 ${lock}`,
    [caseNo],
  );
  if (rows[0] === undefined) throw alarmErrors.caseUnknown({ caseNo });
  return fromRow(rows[0]);
}

/** The case, ours until the transaction ends. @throws CityCardError `alarms.case-unknown` */
export const lockCase = (tx: Transaction, caseNo: bigint): Promise<AlarmCase> => readCase(tx, caseNo, 'for update');

/** Writes down what was done with a case whose row is ours. */
export async function recordCaseAct(
  tx: Transaction,
  caseNo: bigint,
  act: CaseAct['act'],
  actor: string,
  words = '',
): Promise<void> {
  await tx.query(
    `insert into clearing.alarm_case_act (case_no, act_no, act, actor, words)
     select $1, coalesce(max(act_no), 0) + 1, $2, $3, $4 from clearing.alarm_case_act where case_no = $1`,
    [caseNo, act, actor, words],
  );
}
