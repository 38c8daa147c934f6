import { declareEqual } from '@citycard/clearing';
import type { BusinessDate, Transaction } from '@citycard/common';
import type { LookResult } from '../daily/in-step.ts';
import { lookByPlan } from '../matching/look-by-plan.ts';
import { agentLoads, LOAD_SUBJECT } from './plan.ts';

/**
 * Matches an agent's day file with our loads of that date, puts down the totals of both sides, and closes the file when no line is
 * open. Comparing again changes nothing that is decided.
 */
export async function compareStatement(
  tx: Transaction,
  participantNo: string,
  date: BusinessDate,
): Promise<LookResult> {
  const { found, opened, ended, states } = await lookByPlan(tx, agentLoads, date, participantNo);
  await tx.query(
    `update reconciliation.agent_statement s
        set our_load_count = o.loads, our_load_fen = o.loads_fen, our_cancel_count = o.cancels, our_cancel_fen = o.cancels_fen,
            equal_count = $3, compared_at = clock_timestamp()
       from (select count(*) filter (where l.state = 'posted') as loads, coalesce(sum(l.amount_fen) filter (where l.state = 'posted'), 0) as loads_fen,
                    count(*) filter (where c.state = 'posted') as cancels, coalesce(sum(l.amount_fen) filter (where c.state = 'posted'), 0) as cancels_fen
               from clearing.load l
               left join clearing.load_cancellation c on c.card_no = l.card_no and c.load_id = l.load_id
              where l.merchant_no = $1 and l.kind = 'agent-cash' and l.city_date = $2
                and l.opened_at >= ($2::date - 1)::timestamp at time zone 'Asia/Shanghai'
                and l.opened_at < ($2::date + 2)::timestamp at time zone 'Asia/Shanghai') o
      where s.participant_no = $1 and s.city_date = $2`,
    [participantNo, date, states.equal?.results ?? 0],
  );
  await closeIfNothingIsOpen(tx, participantNo, date);
  return { found, opened, ended };
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
