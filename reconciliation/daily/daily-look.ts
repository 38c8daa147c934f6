import { raiseAlarmOnce } from '@citycard/clearing';
import { type BusinessDate, type Database, type Logger, transact, type Transaction } from '@citycard/common';
import { lookAtAgents } from '../agents/look.ts';
import { lookAtBank } from '../bank/look.ts';
import { lookAtBillers } from '../billers/look.ts';
import { lookAtCards } from '../cards/look.ts';
import { lookAtOperators } from '../operators/look.ts';
import type { LookResult } from './in-step.ts';

/** What is looked at day by day. Cities exchange files and have looks of their own. */
export const LOOK_SUBJECTS = ['operators', 'cards', 'agents', 'billers', 'bank'] as const;
export type LookSubject = (typeof LOOK_SUBJECTS)[number];

const LOOKS: Readonly<Record<LookSubject, (tx: Transaction, date: BusinessDate) => Promise<LookResult>>> = {
  operators: lookAtOperators,
  cards: lookAtCards,
  agents: lookAtAgents,
  billers: lookAtBillers,
  bank: lookAtBank,
};

/**
 * Looks at one subject for one day, whole or not at all, and notes what came of it. One look at a subject at a time; looking again
 * changes nothing that has not changed outside.
 */
export async function lookAt(db: Database, subject: LookSubject, date: BusinessDate): Promise<LookResult> {
  return transact(db, async (tx) => {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('reconciliation look ' || $1, 0))`, [subject]);
    // Look-ups by index in large numbers: compiling them costs more than it saves.
    await tx.query('set local jit = off');
    const result = await LOOKS[subject](tx, date);
    await tx.query(
      `insert into reconciliation.looked_at as l (subject, business_date, state, looked_at, found, opened, ended)
       values ($1, $2, 'done', clock_timestamp(), $3, $4, $5)
       on conflict (subject, business_date) do update
         set state = 'done', looked_at = excluded.looked_at, found = excluded.found, opened = l.opened + excluded.opened,
             ended = l.ended + excluded.ended, failure = null`,
      [subject, date, result.found, result.opened, result.ended],
    );
    return result;
  });
}

/** One subject of one day as work. */
export interface OrderedLook {
  readonly subject: LookSubject;
  readonly date: BusinessDate;
}

/** Orders the looks of a day once more. */
export async function orderLooks(tx: Transaction, date: BusinessDate, orderedBy: string): Promise<void> {
  await tx.query(
    `insert into reconciliation.looked_at (subject, business_date, state, ordered_by)
     select s, $2, 'ordered', $3 from unnest($1::text[]) as s
     on conflict (subject, business_date) do update set state = 'ordered', ordered_by = excluded.ordered_by, failure = null`,
    [LOOK_SUBJECTS, date, orderedBy],
  );
}

/** Agents, billers and the bank are looked at again while their day's files and messages come in. */
const AGAIN_MINUTES = 60;

/**
 * What there is to look at: operators and cards once the records of a business day are judged; agents, billers and the bank for the
 * day that is over, every hour; billers as soon as a statement has come; and whatever was ordered or failed. What is due follows from what is stored alone.
 */
export async function dueLooks(db: Database): Promise<OrderedLook[]> {
  const { rows } = await db.query<{ subject: LookSubject; business_date: BusinessDate }>(
    `with judged as (
       select s.subject, d.business_date
         from clearing.business_day d cross join unnest(array['operators', 'cards']) as s(subject)
        where d.state not in ('open', 'cut-off') and d.business_date > (now() at time zone 'Asia/Shanghai')::date - 31
          and not exists (select from reconciliation.looked_at l where l.subject = s.subject and l.business_date = d.business_date)
     ), over as (
       select s.subject, (now() at time zone 'Asia/Shanghai')::date - 1 as business_date
         from unnest(array['agents', 'billers', 'bank']) as s(subject)
        where not exists (select from reconciliation.looked_at l
                           where l.subject = s.subject and l.business_date = (now() at time zone 'Asia/Shanghai')::date - 1
                             and l.looked_at > now() - make_interval(mins => ${AGAIN_MINUTES}))
     ), came as (
       select 'billers' as subject, s.booked_on as business_date
         from clearing.bill_statement s
        where s.received_at > now() - interval '2 days'
          and not exists (select from reconciliation.bill_check c where c.biller_code = s.biller_code and c.booked_on = s.booked_on)
     )
     select subject, business_date from judged
      union select subject, business_date from over
      union select subject, business_date from came
      union select subject, business_date from reconciliation.looked_at where state <> 'done'
      order by business_date, subject`,
  );
  return rows.map(({ subject, business_date: date }) => ({ subject, date }));
}

/** Looks, and notes a failure where it can be seen; it is tried again with the next looks. */
export async function lookOrNote(
  deps: { readonly db: Database; readonly logger: Logger },
  { subject, date }: OrderedLook,
): Promise<LookResult | undefined> {
  try {
    return await lookAt(deps.db, subject, date);
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    deps.logger.warn({ err: error, subject, date }, 'a look of reconciliation failed, will be tried again');
    await transact(deps.db, async (tx) => {
      await tx.query(
        `insert into reconciliation.looked_at (subject, business_date, state, failure) values ($1, $2, 'failed', $3)
       on conflict (subject, business_date) do update set state = 'failed', failure = excluded.failure`,
        [subject, date, failure.slice(0, 1000) || 'no reason given'],
      );
      const evidence = { failure: failure.slice(0, 1000) };
      await raiseAlarmOnce(tx, {
        kind: 'reconciliation-look-failed',
        severity: 'warning',
        subject: `${subject} ${date}`,
        evidence,
      });
    });
    return undefined;
  }
}

/** How far each subject of a day is, and what was found. */
export interface LookStanding {
  readonly subject: LookSubject;
  readonly date: BusinessDate;
  readonly state: 'ordered' | 'done' | 'failed';
  readonly lookedAt?: string;
  /** Differences found by the last look; opened and ended by all of them. */
  readonly found: number;
  readonly opened: number;
  readonly ended: number;
  readonly orderedBy: string;
  readonly failure?: string;
}

/** The looks of a day, or the newest of all. */
export async function lookStandings(db: Database, date?: BusinessDate): Promise<LookStanding[]> {
  const { rows } = await db.query<{
    subject: LookSubject;
    business_date: BusinessDate;
    state: LookStanding['state'];
    looked_at: Date | null;
    found: bigint;
    opened: bigint;
    ended: bigint;
    ordered_by: string;
    failure: string | null;
  }>(
    `select * from reconciliation.looked_at where $1::date is null or business_date = $1 order by business_date desc, subject limit 200`,
    [date ?? null],
  );
  return rows.map((row) => ({
    subject: row.subject,
    date: row.business_date,
    state: row.state,
    ...(row.looked_at !== null && { lookedAt: row.looked_at.toISOString() }),
    found: Number(row.found),
    opened: Number(row.opened),
    ended: Number(row.ended),
    orderedBy: row.ordered_by,
    ...(row.failure !== null && { failure: row.failure }),
  }));
}
