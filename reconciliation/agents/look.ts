import { declareEqual } from '@citycard/clearing';
import { addDays, type BusinessDate, fen, type Transaction } from '@citycard/common';
import type { FoundDifference } from '../differences/index.ts';
import { keepInStep, type LookResult, together } from '../daily/in-step.ts';
import { patienceInForce } from '../daily/patience.ts';
import { compareStatement } from './compare.ts';

/** Files are compared again for so long after their day; what is open then is compared until it is not. */
const AGAIN_FOR_DAYS = 3;
/** An agent that delivered nothing for longer is no news; its differences stay open. */
const MISSING_FOR_DAYS = 31;

/** Compares files anew that something may have happened to, and puts down files that have not come. */
export async function lookAtAgents(tx: Transaction, date: BusinessDate): Promise<LookResult> {
  const { rows } = await tx.query<{ participant_no: string; city_date: BusinessDate }>(
    `select participant_no, city_date from reconciliation.agent_statement
      where city_date between $1::date - ${AGAIN_FOR_DAYS} and $1 or closed_at is null order by participant_no, city_date`,
    [date],
  );
  const results: LookResult[] = [];
  for (const { participant_no: no, city_date: day } of rows) results.push(await compareStatement(tx, no, day));
  await declareQuietDays(tx, date);
  const patience = await patienceInForce(tx);
  return together(...results, await lookForMissingFiles(tx, addDays(date, -patience['agent-file'])));
}

/** Days on which an agent loaded cards and whose file it has not delivered, once files have been expected from it at all. */
async function lookForMissingFiles(tx: Transaction, until: BusinessDate): Promise<LookResult> {
  const { rows } = await tx.query<{
    participant_no: string;
    city_date: BusinessDate;
    loads: bigint;
    loads_fen: bigint;
  }>(
    `select l.merchant_no as participant_no, l.city_date, count(*) as loads, sum(l.amount_fen)::bigint as loads_fen
       from clearing.load l
       join clearing.participant p on p.participant_no = l.merchant_no and p.kind = 'agent'
      where l.opened_at >= ($1::date - ${MISSING_FOR_DAYS})::timestamp at time zone 'Asia/Shanghai' and l.city_date <= $1
        and l.city_date > $1::date - ${MISSING_FOR_DAYS} and l.kind = 'agent-cash' and l.state = 'posted'
        and (exists (select from reconciliation.agent_statement s where s.participant_no = l.merchant_no and s.city_date < l.city_date)
             or exists (select from clearing.settle_after_equal e where e.participant_no = l.merchant_no and e.valid_from <= l.city_date
                           and coalesce(e.ended_on, l.city_date) >= l.city_date))
        and not exists (select from reconciliation.agent_statement s where s.participant_no = l.merchant_no and s.city_date = l.city_date)
      group by 1, 2 order by 1, 2`,
    [until],
  );
  const found = rows.map((row): FoundDifference => ({
    counterpartKind: 'agent',
    counterpart: row.participant_no,
    businessDay: row.city_date,
    subjectKey: 'day file',
    kind: 'late',
    ours: fen(row.loads_fen),
    evidence: { ourLoads: Number(row.loads) },
  }));
  return keepInStep(tx, { counterpartKinds: ['agent'], subject: 'day file' }, found, 'the day file has come');
}

/** An agent that loaded nothing on a day and delivered no file of it is equal for that day; its settlement waits for others only. */
async function declareQuietDays(tx: Transaction, date: BusinessDate): Promise<void> {
  const { rows } = await tx.query<{ participant_no: string; day: BusinessDate }>(
    `select s.participant_no, d.business_date as day
       from clearing.settle_after_equal s
       join clearing.participant p on p.participant_no = s.participant_no and p.kind = 'agent'
       join clearing.business_day d on d.business_date between greatest(s.valid_from, $1::date - ${MISSING_FOR_DAYS}) and $1
      where s.ended_on is null and d.business_date < (now() at time zone 'Asia/Shanghai')::date
        and not exists (select from clearing.equal_day e where e.participant_no = s.participant_no and e.business_date = d.business_date)
        and not exists (select from reconciliation.agent_statement a where a.participant_no = s.participant_no and a.city_date = d.business_date)
        and not exists (select from clearing.load l where l.merchant_no = s.participant_no and l.city_date = d.business_date
                           and l.opened_at >= (d.business_date - 1)::timestamp at time zone 'Asia/Shanghai'
                           and l.opened_at < (d.business_date + 2)::timestamp at time zone 'Asia/Shanghai')`,
    [date],
  );
  for (const { participant_no: no, day } of rows) await declareEqual(tx, no, day, true);
}
