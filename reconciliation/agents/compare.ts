import { declareEqual } from '@citycard/clearing';
import { type BusinessDate, fen, type Transaction } from '@citycard/common';
import type { DifferenceKind, FoundDifference } from '../differences/index.ts';
import { keepInStep, type LookResult } from '../daily/in-step.ts';

/**
 * Both sides of every load that either side names: theirs on their date, ours on the same, and what the other side has on the day
 * before or after, for the two clocks do not pass midnight together. `theirs`: the agent has it and has not cancelled it.
 */
const SIDES = `
  theirs as (
    select terminal_no, batch_no, trace_no, card_no, count(*) filter (where kind = 'load') as loads,
           count(*) filter (where kind = 'cancel') as cancels, max(amount_fen) as most_fen, min(amount_fen) as least_fen,
           min(line_no) as line_no, bool_or(city_date = $2) as today
      from reconciliation.agent_line
     where participant_no = $1 and city_date between $2::date - 1 and $2::date + 1 group by 1, 2, 3, 4
  ), ours as (
    select l.terminal_no, l.batch_no, l.trace_no, l.card_no, l.load_id, l.amount_fen, l.state, l.resolved_by, l.online_counter,
           l.city_date = $2 as today, coalesce(c.state = 'posted', false) as cancelled
      from clearing.load l
      left join clearing.load_cancellation c on c.card_no = l.card_no and c.load_id = l.load_id
     where l.merchant_no = $1 and l.kind = 'agent-cash' and l.city_date between $2::date - 1 and $2::date + 1
       and l.opened_at >= ($2::date - 2)::timestamp at time zone 'Asia/Shanghai' and l.opened_at < ($2::date + 3)::timestamp at time zone 'Asia/Shanghai'
  ), side as (
    select terminal_no, batch_no, trace_no, card_no, o.load_id, o.amount_fen as ours_fen, coalesce(o.state, 'none') as our_state, o.resolved_by,
           o.online_counter, coalesce(o.cancelled, false) as our_cancelled, t.line_no, coalesce(t.loads, 0) as loads, coalesce(t.cancels, 0) as cancels,
           t.most_fen, t.least_fen, coalesce(o.state = 'posted' and not o.cancelled, false) as we_have,
           coalesce(t.loads, 0) > coalesce(t.cancels, 0) as they_have, coalesce(o.today, false) as ours_today,
           coalesce(t.today, false) as theirs_today
      from ours o full join theirs t using (terminal_no, batch_no, trace_no, card_no)
     where o.today or t.today
  ), judged as (
    select *, case when loads > 1 and loads > cancels + 1 then 'duplicate'
                   when our_state = 'pending' then 'in-doubt'
                   when we_have and they_have and (most_fen <> ours_fen or least_fen <> ours_fen) then 'amount'
                   when we_have and they_have then null
                   when we_have and cancels > 0 then 'cancelled-theirs'
                   when we_have then 'only-ours'
                   when they_have and our_cancelled then 'cancelled-ours'
                   when they_have then 'only-theirs' end as kind
      from side
  )`;

interface JudgedRow {
  terminal_no: string;
  batch_no: string;
  trace_no: string;
  card_no: string;
  load_id: bigint | null;
  ours_fen: bigint | null;
  our_state: string;
  online_counter: number | null;
  our_cancelled: boolean;
  line_no: number | null;
  loads: bigint;
  cancels: bigint;
  most_fen: bigint | null;
  kind: DifferenceKind;
}

/** What every subject key of an agent's loads begins with. */
export const LOAD_SUBJECT = 'load ';

/**
 * Compares an agent's day file with our loads of that date: equal, only ours, only theirs, other amount, twice, ours in doubt, cancelled
 * on one side alone. Puts down the totals of both sides, and closes the file when no line is open. Comparing again changes nothing
 * that is decided.
 */
export async function compareStatement(
  tx: Transaction,
  participantNo: string,
  date: BusinessDate,
): Promise<LookResult> {
  const { rows } = await tx.query<JudgedRow>(
    `with ${SIDES} select * from judged where kind is not null and (ours_today or load_id is null) order by terminal_no, batch_no, trace_no, card_no`,
    [participantNo, date],
  );
  const found = rows.map((row) => differenceOf(participantNo, date, row));
  const scope = {
    counterpartKinds: ['agent'],
    subject: LOAD_SUBJECT,
    counterpart: participantNo,
    businessDay: date,
  } as const;
  const result = await keepInStep(tx, scope, found, 'both sides have the load alike');
  await tx.query(
    `with ${SIDES}, ours_total as (
       select count(*) filter (where state = 'posted') as loads, coalesce(sum(amount_fen) filter (where state = 'posted'), 0) as loads_fen,
              count(*) filter (where cancelled) as cancels, coalesce(sum(amount_fen) filter (where cancelled), 0) as cancels_fen
         from ours where today)
     update reconciliation.agent_statement s
        set our_load_count = o.loads, our_load_fen = o.loads_fen, our_cancel_count = o.cancels, our_cancel_fen = o.cancels_fen,
            equal_count = (select count(*) from judged where kind is null and theirs_today), compared_at = clock_timestamp()
       from ours_total o where s.participant_no = $1 and s.city_date = $2`,
    [participantNo, date],
  );
  await closeIfNothingIsOpen(tx, participantNo, date);
  return result;
}

function differenceOf(participantNo: string, date: BusinessDate, row: JudgedRow): FoundDifference {
  const { terminal_no: terminalNo, batch_no: batchNo, trace_no: traceNo, card_no: cardNo, kind } = row;
  return {
    counterpartKind: 'agent',
    counterpart: participantNo,
    businessDay: date,
    subjectKey: `${LOAD_SUBJECT}${terminalNo} ${batchNo} ${traceNo} ${cardNo}`,
    kind,
    ...(row.ours_fen !== null && { ours: fen(row.ours_fen) }),
    ...(row.most_fen !== null && { theirs: fen(row.most_fen) }),
    evidence: {
      terminalNo,
      batchNo,
      traceNo,
      cardNo,
      ourState: row.our_cancelled ? 'cancelled' : row.our_state,
      ...(row.load_id !== null && { loadId: row.load_id.toString() }),
      ...(row.online_counter !== null && { onlineCounter: row.online_counter }),
      ...(row.line_no !== null && { line: row.line_no }),
      theirLoads: Number(row.loads),
      theirCancellations: Number(row.cancels),
    },
  };
}

/** A file without open lines is closed; whether the participant is settled for the day follows (domain.md B.7). */
export async function closeIfNothingIsOpen(
  tx: Transaction,
  participantNo: string,
  date: BusinessDate,
): Promise<boolean> {
  const { rows } = await tx.query<{ closed: boolean }>(
    `update reconciliation.agent_statement s
        set closed_at = case when o.open then null else coalesce(s.closed_at, clock_timestamp()) end
       from (select exists (select from reconciliation.difference where counterpart_kind = 'agent' and counterpart = $1 and business_day = $2
                               and starts_with(subject_key, $3) and state = 'open') as open) o
      where s.participant_no = $1 and s.city_date = $2 returning closed_at is not null as closed`,
    [participantNo, date, LOAD_SUBJECT],
  );
  const closed = rows[0]?.closed ?? false;
  await declareEqual(tx, participantNo, date, closed);
  return closed;
}
