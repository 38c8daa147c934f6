import type { BusinessDate } from '@citycard/common';
import { type KeptPlan, text } from '../matching/plan.ts';

/** What every subject key of an agent's loads begins with. */
export const LOAD_SUBJECT = 'load ';

/**
 * What either side has of the loads of a date. Theirs and ours on the day before or after stand beside, for the two clocks do not pass
 * midnight together: a line of another day is taken only where the other side names it today. What a side has cancelled it has not.
 */
const known = (agent: string, day: BusinessDate): string => `
  said as (
    select terminal_no, batch_no, trace_no, card_no, count(*) filter (where kind = 'load') as loads,
           count(*) filter (where kind = 'cancel') as cancels, bool_or(city_date = ${text(day)}) as today
      from reconciliation.agent_line
     where participant_no = ${text(agent)} and city_date between ${text(day)}::date - 1 and ${text(day)}::date + 1 group by 1, 2, 3, 4
  ), booked as (
    select l.terminal_no, l.batch_no, l.trace_no, l.card_no, l.load_id, l.amount_fen, l.state, l.online_counter, l.city_date,
           l.city_date = ${text(day)} as today, coalesce(c.state = 'posted', false) as cancelled
      from clearing.load l
      left join clearing.load_cancellation c on c.card_no = l.card_no and c.load_id = l.load_id
     where l.merchant_no = ${text(agent)} and l.kind = 'agent-cash'
       and l.city_date between ${text(day)}::date - 1 and ${text(day)}::date + 1
       and l.opened_at >= (${text(day)}::date - 2)::timestamp at time zone 'Asia/Shanghai'
       and l.opened_at < (${text(day)}::date + 3)::timestamp at time zone 'Asia/Shanghai'
  )`;
const KEYS = 'terminal_no, batch_no, trace_no, card_no';
const REFERENCE = `terminal_no || ' ' || batch_no || ' ' || trace_no || ' ' || card_no`;
/** The same words on both sides, so that a difference found from either is the same one. */
const EVIDENCE = `jsonb_strip_nulls(jsonb_build_object('terminalNo', terminal_no, 'batchNo', batch_no, 'traceNo', trace_no, 'cardNo', card_no,
    'ourState', case when b.cancelled then 'cancelled' else coalesce(b.state, 'none') end, 'loadId', b.load_id::text,
    'onlineCounter', b.online_counter, 'theirLoads', coalesce(s.loads, 0), 'theirCancellations', coalesce(s.cancels, 0)))`;

/** Loads of a day as an agent has them (domain.md B.7): its day file against what cards have proved. */
export const agentLoads: KeptPlan = {
  name: 'agent-loads',
  title: 'Loads of a day as an agent has them: its day file, without what was cancelled',
  counterpartKind: 'agent',
  terms: {
    passes: [{ name: 'reference', on: ['reference'], cardinality: '1-1', certain: true }],
    toleranceFen: 0,
    daysBefore: 1,
    daysAfter: 1,
  },
  ours: (agent, day) =>
    `with ${known(agent, day)}
     select ${REFERENCE} as reference, card_no as card, terminal_no as terminal, b.amount_fen as "amountFen", b.city_date as day,
            b.state = 'pending' as doubt,
            jsonb_build_object('subject', '${LOAD_SUBJECT}' || ${REFERENCE}, 'evidence', ${EVIDENCE}, 'kinds',
              case when not b.today then '{"only-ours":null,"amount":null,"in-doubt":null,"late":null}'::jsonb
                   when coalesce(s.cancels, 0) > 0 then '{"only-ours":"cancelled-theirs"}' else '{}' end) as about
       from booked b left join said s using (${KEYS})
      where (b.state = 'posted' and not b.cancelled or b.state = 'pending') and (b.today or s.today)
      order by 1`,
  theirs: (agent, day) =>
    `with ${known(agent, day)}, line as (
       select ${KEYS}, city_date, amount_fen, line_no, row_number() over (partition by ${KEYS} order by city_date, line_no) as nth
         from reconciliation.agent_line
        where participant_no = ${text(agent)} and kind = 'load' and city_date between ${text(day)}::date - 1 and ${text(day)}::date + 1
     )
     select ${REFERENCE} as reference, card_no as card, terminal_no as terminal, l.amount_fen as "amountFen", l.city_date as day,
            false as doubt,
            jsonb_build_object('subject', '${LOAD_SUBJECT}' || ${REFERENCE}, 'evidence', ${EVIDENCE} || jsonb_build_object('line', l.line_no), 'kinds',
              case when l.city_date <> ${text(day)} then '{"only-theirs":null}'::jsonb
                   when b.cancelled then '{"only-theirs":"cancelled-ours"}' else '{}' end) as about
       from line l join said s using (${KEYS}) left join booked b using (${KEYS})
      where l.nth > s.cancels and (l.city_date = ${text(day)} or b.today)
      order by 1, l.city_date, l.line_no`,
  scopes: (counterpart, businessDay) => [
    { counterpartKinds: ['agent'], subject: LOAD_SUBJECT, counterpart, businessDay },
  ],
  endedReason: 'both sides have the load alike',
};
