import {
  addDays,
  type BusinessDate,
  businessDate,
  cityDate,
  type Database,
  type Principal,
  recordAct,
  transact,
  type Transaction,
} from '@citycard/common';
import { cardRule } from '../cards/rules.ts';
import { issuerErrors } from '../errors.ts';
import type { Category, Evidence, Method } from './categories.ts';
import { concessionErrors } from './errors.ts';
import { endOnCards, grantToCards, lastDayAfter } from './on-card.ts';

/** What entitles a resident to a reduced fare. */
export interface Concession {
  readonly category: Category;
  readonly evidence: Evidence;
  readonly method: Method;
  readonly verifiedBy: string;
  readonly verifiedAt: Date;
  readonly validFrom: BusinessDate;
  readonly validTo: BusinessDate;
  /** From this day on the full fare; absent while it runs. */
  readonly endedOn?: BusinessDate;
  readonly endReason?: string;
}

export interface Verification {
  readonly residentId: bigint;
  readonly category: Category;
  readonly evidence: Evidence;
  readonly method: Method;
  /** Left out: as long as the rule allows; never longer. */
  readonly validTo?: BusinessDate;
}

/**
 * Notes that somebody has verified a resident's entitlement, for the first time or again, and lets the resident's cards ride
 * at the reduced fare until the last day. A resident has one concession at a time; another category takes its place.
 *
 * @throws card-issuer.resident-unknown; card-issuer.concessions.holder-not-living, .ends-before-today, .not-of-product
 */
export async function verifyConcession(
  tx: Transaction,
  actor: Principal,
  { residentId, category, evidence, method, validTo: asked }: Verification,
): Promise<{ validTo: BusinessDate; cards: string[] }> {
  const { rows } = await tx.query<{ state: string }>(
    'select state from issuer.resident where resident_id = $1 for update',
    [residentId],
  );
  const resident = rows[0];
  if (resident === undefined) throw issuerErrors.residentUnknown();
  if (resident.state !== 'living') throw concessionErrors.holderNotLiving({ state: resident.state });
  const today = cityDate(new Date());
  const latest = lastDayAfter(today, Number(await cardRule(tx, 'concession-months', today)));
  const validTo = asked ?? latest;
  if (validTo < today || validTo > latest) throw concessionErrors.endsBeforeToday({ latest });

  await tx.query(
    `update issuer.concession set ended_on = $2, end_reason = case category when $3 then 'verified again' else 'another category' end
      where resident_id = $1 and ended_on is null`,
    [residentId, today, category],
  );
  await tx.query(
    `insert into issuer.concession (resident_id, category, evidence, method, verified_by, valid_from, valid_to)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [residentId, category, evidence, method, actor.id, today, validTo],
  );
  const cards = await grantToCards(tx, residentId, { category, validFrom: today, validTo, by: actor.id });
  return { validTo, cards };
}

/**
 * Ends a concession before its day. @throws card-issuer.concessions.none-running
 */
export async function withdrawConcession(
  tx: Transaction,
  actor: Principal,
  residentId: bigint,
  reason: string,
): Promise<void> {
  const today = cityDate(new Date());
  const ended = await tx.query(
    `update issuer.concession set ended_on = $2, end_reason = $3 where resident_id = $1 and ended_on is null`,
    [residentId, today, reason],
  );
  if (ended.rowCount === 0) throw concessionErrors.noneRunning();
  await endOnCards(tx, residentId, today, actor.id, reason);
  await recordAct(tx, actor, { act: 'withdraw-concession', subject: `resident ${residentId}`, detail: { reason } });
}

/** Everything a resident was ever granted, newest first. */
export async function concessionsOf(db: Database | Transaction, residentId: bigint): Promise<Concession[]> {
  const { rows } = await db.query<{
    category: Category;
    evidence: Evidence;
    method: Method;
    verified_by: string;
    verified_at: Date;
    valid_from: string;
    valid_to: string;
    ended_on: string | null;
    end_reason: string | null;
  }>(
    `select category, evidence, method, verified_by, verified_at, valid_from, valid_to, ended_on, end_reason
       from issuer.concession where resident_id = $1 order by concession_no desc`,
    [residentId],
  );
  return rows.map((row) => ({
    category: row.category,
    evidence: row.evidence,
    method: row.method,
    verifiedBy: row.verified_by,
    verifiedAt: row.verified_at,
    validFrom: businessDate(row.valid_from),
    validTo: businessDate(row.valid_to),
    ...(row.ended_on !== null && { endedOn: businessDate(row.ended_on) }),
    ...(row.end_reason !== null && { endReason: row.end_reason }),
  }));
}

/** Endings of one transaction. */
const AT_ONCE = 500;

/**
 * Ends the concessions that nobody verified again in time: from the day after their last the cards pay full fare and work
 * as before. Does nothing when it is called again. Answers how many there were.
 */
export async function endUnverified(db: Database, today: BusinessDate): Promise<number> {
  let total = 0;
  for (;;) {
    const ended = await transact(db, async (tx) => {
      const { rows } = await tx.query<{ resident_id: bigint; valid_to: string }>(
        `update issuer.concession c set ended_on = c.valid_to + 1, end_reason = 'not verified again'
           from (select resident_id, concession_no from issuer.concession where ended_on is null and valid_to < $1
                  order by valid_to limit ${AT_ONCE} for update skip locked) due
          where c.resident_id = due.resident_id and c.concession_no = due.concession_no
         returning c.resident_id, c.valid_to`,
        [today],
      );
      for (const row of rows) {
        const from = addDays(businessDate(row.valid_to), 1);
        await endOnCards(tx, row.resident_id, from, 'system', 'not verified again');
      }
      return rows.length;
    });
    total += ended;
    if (ended < AT_ONCE) return total;
  }
}
