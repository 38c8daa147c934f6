import { addDays, type BusinessDate, businessDate, cityDate, type Transaction } from '@citycard/common';
import { cardNo, concessionsOn, endConcession, grantConcession } from '@citycard/clearing';
import type { CardState } from '../cards/life-cycle.ts';
import { noteOnCard } from '../cards/history.ts';
import { type Category, SUB_TYPE_OF } from './categories.ts';
import { concessionErrors } from './errors.ts';

/** Cards whose holder rides with them, or will again. */
const CARRYING: readonly CardState[] = ['issued', 'active', 'lost-reported', 'lost-confirmed', 'blocked', 'expired'];

/** The concession of a card goes with its holder to the next card. */
export async function moveConcession(tx: Transaction, from: string, to: string): Promise<void> {
  const today = cityDate(new Date());
  const running = (await concessionsOn(tx, [cardNo(from)], today)).get(from);
  if (running === undefined) return;
  await endConcession(tx, cardNo(from), today);
  await grantConcession(tx, cardNo(to), { ...running, validFrom: today });
}

/**
 * Lets the cards of a resident ride at a reduced fare until a day, in the books of clearing.
 *
 * @throws card-issuer.concessions.not-of-product for a card whose product does not carry it
 */
export async function grantToCards(
  tx: Transaction,
  residentId: bigint,
  grant: {
    readonly category: Category;
    readonly validFrom: BusinessDate;
    readonly validTo: BusinessDate;
    readonly by: string;
  },
): Promise<string[]> {
  const cards = await carryingCards(tx, residentId);
  for (const card of cards) {
    if (!card.concessions.includes(SUB_TYPE_OF[grant.category]))
      throw concessionErrors.notOfProduct({ product: card.product, category: grant.category });
    await grantConcession(tx, cardNo(card.cardNo), grant);
    const why = `${grant.category} until ${grant.validTo}`;
    await noteOnCard(tx, card.cardNo, { step: 'grant-concession', by: grant.by, why });
  }
  return cards.map((card) => card.cardNo);
}

/** The cards of a resident pay full fare from a day on; nothing else about them changes. */
export async function endOnCards(
  tx: Transaction,
  residentId: bigint,
  from: BusinessDate,
  by: string,
  why: string,
): Promise<void> {
  for (const card of await carryingCards(tx, residentId)) {
    await endConcession(tx, cardNo(card.cardNo), from);
    await noteOnCard(tx, card.cardNo, { step: 'end-concession', by, why: `full fare from ${from}: ${why}` });
  }
}

/** In the books of clearing, the cards of a resident have had no concession from a day on; the cards' histories say nothing of it. */
export async function endInBooks(tx: Transaction, residentId: bigint, from: BusinessDate): Promise<void> {
  for (const card of await carryingCards(tx, residentId)) await endConcession(tx, cardNo(card.cardNo), from);
}

/** A card given to somebody who has a concession carries it from that day on. */
export async function grantOnIssue(tx: Transaction, residentId: bigint, number: string): Promise<void> {
  const today = cityDate(new Date());
  const { rows } = await tx.query<{ category: Category; valid_to: string }>(
    `select n.category, n.valid_to from issuer.concession n
      where n.resident_id = $1 and n.ended_on is null and n.valid_from <= $2 and n.valid_to >= $2`,
    [residentId, today],
  );
  const running = rows[0];
  if (running === undefined) return;
  const carrying = (await carryingCards(tx, residentId)).find((card) => card.cardNo === number);
  if (carrying === undefined || !carrying.concessions.includes(SUB_TYPE_OF[running.category])) return;
  await grantConcession(tx, cardNo(number), {
    category: running.category,
    validFrom: today,
    validTo: businessDate(running.valid_to),
  });
}

interface Carrying {
  readonly cardNo: string;
  readonly product: string;
  readonly concessions: readonly number[];
}

async function carryingCards(tx: Transaction, residentId: bigint): Promise<Carrying[]> {
  const { rows } = await tx.query<Carrying>(
    `select c.card_no as "cardNo", c.product, p.concessions
       from issuer.card c join issuer.card_product p using (product)
      where c.resident_id = $1 and c.state = any($2) order by c.card_no`,
    [residentId, CARRYING],
  );
  return rows;
}

/** The last day of a concession verified today, so many months long. */
export function lastDayAfter(today: BusinessDate, months: number): BusinessDate {
  const [year = 0, month = 1, day = 1] = today.split('-').map(Number);
  const there = new Date(Date.UTC(year, month - 1 + months, 1));
  const daysThere = new Date(Date.UTC(there.getUTCFullYear(), there.getUTCMonth() + 1, 0)).getUTCDate();
  there.setUTCDate(Math.min(day, daysThere));
  return addDays(businessDate(there.toISOString().slice(0, 10)), -1);
}
