import { addDays, type BusinessDate, type Database, transact } from '@citycard/common';
import { raiseAlarm } from '../../alarms/alarm.ts';
import { HOME_CITY } from '../../purses/card-number.ts';
import { type PurchaseState, REASON } from '../../purchases/reason-codes.ts';
import { held, type Outcome, rejected } from '../outcome.ts';
import { refOf, type RefRow } from '../received-purchase.ts';
import type { ValidationRules } from '../rules.ts';
import { type FinalDecision, writeDecisions } from '../write-decisions.ts';
import { BEYOND_CAP } from './beyond-cap.ts';

const BY = 'rule';

interface SilentRow extends RefRow {
  issuer_city: string;
  state: PurchaseState;
  reason_code: string | null;
}

/**
 * What waits for other cities, the oldest first; `routed`: they have said nothing, else they or a rule have held it. What a city has
 * accepted beyond its position cap waits for room, not for its word.
 */
const SILENT = `
select card_no, business_date, intake_id, record_index, issuer_city, state, reason_code from clearing.purchase_record r
 where issuer_city <> '${HOME_CITY}' and business_date <= $1
   and (state = 'routed' or $2 and state = 'suspicious' and reason_code = '${REASON.heldForInspection}')
   and not ${BEYOND_CAP}
 order by business_date, intake_id, record_index limit $3`;

/**
 * Ends the wait for cities that do not answer, by the rules of the day: first the record is held, so that people may refuse it
 * (the city may still answer), at last it is refused. Resolves to how many were decided; call it until that is 0.
 *
 * @throws Overtaken when a city answered about one of them at the same moment; nothing is written then.
 */
export async function resolveSilentCities(
  db: Database,
  { silentCityDays }: ValidationRules,
  today: BusinessDate,
  limit: number,
): Promise<number> {
  const { held: heldAfter, refused: refusedAfter } = silentCityDays;
  let decided = 0;
  if (refusedAfter !== undefined) {
    decided += await decide(db, { until: addDays(today, -refusedAfter), andHeld: true, limit }, (city) =>
      rejected(REASON.notAllowed, `city ${city} has not decided within ${refusedAfter} days`),
    );
  }
  if (heldAfter !== undefined) {
    decided += await decide(db, { until: addDays(today, -heldAfter), andHeld: false, limit }, (city) =>
      held(REASON.heldForInspection, `city ${city} has not answered within ${heldAfter} days`),
    );
  }
  return decided;
}

async function decide(
  db: Database,
  { until, andHeld, limit }: { readonly until: BusinessDate; readonly andHeld: boolean; readonly limit: number },
  outcomeOf: (city: string) => Outcome,
): Promise<number> {
  const { rows } = await db.query<SilentRow>(SILENT, [until, andHeld, limit]);
  const decisions = rows.map((row): FinalDecision => {
    const from = { state: row.state, code: row.reason_code };
    return { ref: refOf(row), from, outcome: outcomeOf(row.issuer_city), postedDate: null };
  });
  if (decisions.length > 0) await transact(db, (tx) => writeDecisions(tx, decisions, BY));
  return decisions.length;
}

/** Tells people, once a day and city, what a city has not answered for too long. Resolves to how many cities. */
export async function alarmSilentCities(
  db: Database,
  { silentCityDays }: ValidationRules,
  today: BusinessDate,
): Promise<number> {
  if (silentCityDays.alarm === undefined) return 0;
  const until = addDays(today, -silentCityDays.alarm);
  return transact(db, async (tx) => {
    const { rows } = await tx.query<{ city: string; count: bigint; amount_fen: bigint; oldest: string }>(
      `select r.issuer_city as city, count(*) as count, sum(r.amount_fen)::bigint as amount_fen, min(r.business_date) as oldest
         from clearing.purchase_record r
        where r.state = 'routed' and r.business_date <= $1 and not ${BEYOND_CAP}
          and not exists (select from clearing.alarm a where a.kind = 'city-does-not-answer' and a.subject = r.issuer_city || ' on ' || $2::date)
        group by 1 order by 1`,
      [until, today],
    );
    for (const { city, count, amount_fen: amountFen, oldest } of rows) {
      const evidence = { city, count, amountFen, oldest };
      await raiseAlarm(tx, {
        kind: 'city-does-not-answer',
        severity: 'warning',
        subject: `${city} on ${today}`,
        evidence,
      });
    }
    return rows.length;
  });
}
