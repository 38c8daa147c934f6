import { type BusinessDate, businessDate, type Database } from '@citycard/common';
import { DAY_STATES, type DayState } from './transitions.ts';

/** A stage a day has reached, and when. */
export interface ReachedStage {
  readonly stage: Exclude<DayState, 'open'>;
  readonly at: Date;
}

/** A day that is not closed, as whoever watches the night has to know it. */
export interface NightDay {
  readonly date: BusinessDate;
  readonly state: DayState;
  /** Since when it is in this state. */
  readonly since: Date;
  readonly reached: readonly ReachedStage[];
  /** Records it was cut off with; of an open day those so far. */
  readonly records: number;
  /** Records nobody has judged yet. */
  readonly undecided: number;
  /** Why it stopped, when an alarm said so since it is in this state. */
  readonly stopped: { readonly code: string; readonly sentence: string; readonly at: Date } | undefined;
  /** When its sheets were proposed, while nobody has confirmed them. */
  readonly proposed: { readonly at: Date; readonly by: string } | undefined;
  /** Payments the bank refused, and those that are out; the earliest day on which the bank is asked to pay. */
  readonly refusedPayments: number;
  readonly openPayments: number;
  readonly payOn: BusinessDate | undefined;
}

/** How long stages took on a past day, in seconds, and how many records it had. */
export interface PastDay {
  readonly date: BusinessDate;
  readonly records: number;
  readonly cutOffAt: Date;
  readonly seconds: Readonly<Partial<Record<DayState, number>>>;
}

/** What people look back at to guess how long tonight takes. */
const PAST_DAYS = 14;

interface DayRow {
  business_date: string;
  state: DayState;
  opened_at: Date;
  records: bigint;
  undecided: bigint;
  stages: [Exclude<DayState, 'open'>, string][];
  stop_code: string | null;
  stop_sentence: string | null;
  stopped_at: Date | null;
  proposed_at: Date | null;
  proposed_by: string | null;
  refused: bigint;
  pending: bigint;
  pay_on: string | null;
}

/** Days that are not closed, oldest first. */
export async function nightDays(db: Database): Promise<NightDay[]> {
  const { rows } = await db.query<DayRow>(
    `select d.business_date, d.state, d.opened_at, coalesce(i.records, 0)::bigint as records,
            coalesce((select record_count from clearing.undecided_day u where u.business_date = d.business_date), 0)::bigint as undecided,
            coalesce(s.stages, '[]') as stages, a.code as stop_code, a.sentence as stop_sentence, a.raised_at as stopped_at,
            p.made_at as proposed_at, p.maker as proposed_by, coalesce(pay.refused, 0)::bigint as refused, coalesce(pay.pending, 0)::bigint as pending,
            (select min(settle_date) from clearing.settlement_sheet t where t.business_date = d.business_date and t.disposition = 'pay') as pay_on
       from clearing.business_day d
       left join lateral (select sum(record_count) as records from clearing.intake i where i.business_date = d.business_date) i on true
       left join lateral (
         select jsonb_agg(jsonb_build_array(stage, completed_at) order by completed_at) as stages, max(completed_at) as last_at
           from clearing.day_stage where business_date = d.business_date) s on true
       left join lateral (
         select evidence->>'code' as code, evidence->>'sentence' as sentence, raised_at from clearing.alarm
          where kind = 'clearing-day-stopped' and subject like d.business_date || ' %' and raised_at >= coalesce(s.last_at, d.opened_at)
          order by raised_at desc limit 1) a on true
       left join lateral (
         select made_at, maker from platform.approval
          where act = 'settlement-approval' and subject = d.business_date::text and checker is null order by made_at desc limit 1) p on d.state = 'netted'
       left join lateral (
         select count(*) filter (where t.state = 'rejected') as refused, count(*) filter (where t.state = 'instructed') as pending
           from clearing.settlement_sheet t where t.business_date = d.business_date) pay on true
      where d.state <> 'closed' order by d.business_date`,
  );
  return rows.map((row) => {
    const reached = row.stages.map(([stage, at]) => ({ stage, at: new Date(at) }));
    const { stop_code: code, stop_sentence: sentence, stopped_at: at } = row;
    return {
      date: businessDate(row.business_date),
      state: row.state,
      since: reached.at(-1)?.at ?? row.opened_at,
      reached,
      records: Number(row.records),
      undecided: Number(row.undecided),
      stopped: code === null || at === null ? undefined : { code, sentence: sentence ?? '', at },
      proposed:
        row.proposed_at === null || row.proposed_by === null ? undefined : { at: row.proposed_at, by: row.proposed_by },
      refusedPayments: Number(row.refused),
      openPayments: Number(row.pending),
      payOn: row.pay_on === null ? undefined : businessDate(row.pay_on),
    };
  });
}

/** The last days that were instructed, newest first: how long each stage took from the one before. */
export async function pastPace(db: Database): Promise<PastDay[]> {
  const { rows } = await db.query<{
    business_date: string;
    records: bigint;
    cut_off_at: Date;
    seconds: Partial<Record<DayState, number>>;
  }>(
    `select s.business_date, max(s.records)::bigint as records, min(s.completed_at) as cut_off_at,
            jsonb_object_agg(s.stage, s.seconds) filter (where s.seconds is not null) as seconds
       from (select business_date, stage, completed_at,
                    extract(epoch from completed_at - lag(completed_at) over (partition by business_date order by completed_at))::float8 as seconds,
                    case stage when 'cut-off' then coalesce((evidence::jsonb->>'records')::bigint, 0) else 0 end as records
               from clearing.day_stage
              where business_date in (
                select business_date from clearing.business_day where state in ('instructed', 'settled', 'closed')
                 order by business_date desc limit ${PAST_DAYS})) s
      group by s.business_date order by s.business_date desc`,
  );
  return rows.map((row) => ({
    date: businessDate(row.business_date),
    records: Number(row.records),
    cutOffAt: row.cut_off_at,
    seconds: row.seconds ?? {},
  }));
}

/** Stages after the cut-off, in their order, up to the one in which the bank is instructed. */
export const STAGES_TO_BANK: readonly Exclude<DayState, 'open' | 'cut-off'>[] = DAY_STATES.slice(
  DAY_STATES.indexOf('validated'),
  DAY_STATES.indexOf('instructed') + 1,
) as Exclude<DayState, 'open' | 'cut-off'>[];
