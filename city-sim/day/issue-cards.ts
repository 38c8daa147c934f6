import type { SimulatedBank } from '../bank/bank.ts';
import { VirtualCard } from '../card/virtual-card.ts';
import { askCard } from './card-state.ts';
import { BANK_ACCOUNTS, CARD_DEPOSIT_FEN } from './city.ts';
import { DayFailed } from './errors.ts';
import type { DayEvents } from './events.ts';
import type { Office } from './office.ts';
import { findMachines, runThroughMachine } from './personalisation.ts';
import type { DayPlan } from './plan.ts';
import { notifyOfWire } from './prefund.ts';
import { publishedKey } from './published-keys.ts';
import { isSenior } from './residents.ts';
import { inParallel } from './waiting.ts';

const CLERKS = ['clerk-1', 'clerk-2'] as const;
/** Residents at the counters at one time. */
const WIDTH = 6;
/** Cards of one batch at most. */
const CARDS_PER_BATCH = 10_000;

/** A card in somebody's hand. */
export interface IssuedCard {
  readonly cardNo: string;
  readonly card: VirtualCard;
}

/**
 * Registers the residents, has their cards made, hands them out against a deposit in cash, and brings the cash to the
 * bank. The n-th card by number belongs to the n-th resident of the plan, whichever chip it became.
 */
export async function issueCards(
  office: Office,
  bank: SimulatedBank,
  plan: DayPlan,
  booked: string,
  events: DayEvents,
): Promise<readonly IssuedCard[]> {
  events.phase('residents', plan.cards.length);
  const residentIds = new Map<number, number>();
  await inParallel(plan.cards, WIDTH, async ({ resident }, index) => {
    const clerk = clerkOf(index);
    const { residentId } = await office.post<{ residentId: number }>(clerk, '/v1/residents', { json: resident });
    residentIds.set(index, residentId);
    events.step();
  });

  events.phase('cards personalised', plan.cards.length);
  const cards = await makeCards(office, plan.cards.length, events);

  events.phase('cards issued', plan.cards.length);
  const shifts = new Map<string, number>();
  for (const clerk of CLERKS) {
    const { shiftId } = await office.post<{ shiftId: number }>(clerk, '/v1/shifts');
    shifts.set(clerk, shiftId);
  }
  await inParallel(cards, WIDTH, async ({ cardNo }, index) => {
    const clerk = clerkOf(index);
    await office.post(clerk, `/v1/cards/${cardNo}/issue`, {
      json: { residentId: residentIds.get(index), depositFen: CARD_DEPOSIT_FEN, shiftId: shifts.get(clerk) },
      headers: { 'idempotency-key': `issue-${cardNo}` },
    });
    const resident = plan.cards[index]?.resident;
    if (resident !== undefined && isSenior(resident)) {
      const seen = { category: 'senior', evidence: 'identity-document' };
      await office.post(clerk, `/v1/residents/${residentIds.get(index)}/concessions`, { json: seen });
    }
    events.step();
  });
  for (const [index, clerk] of CLERKS.entries()) {
    const issued = Math.ceil((cards.length - index) / CLERKS.length);
    await closeShift(office, bank, clerk, shifts.get(clerk) ?? 0, issued * CARD_DEPOSIT_FEN, booked);
  }
  return cards;
}

function clerkOf(index: number): (typeof CLERKS)[number] {
  return index % CLERKS.length === 0 ? CLERKS[0] : CLERKS[1];
}

async function makeCards(office: Office, count: number, events: DayEvents): Promise<IssuedCard[]> {
  const transportKey = publishedKey('CHIP');
  const machines = await findMachines(office);
  const made: IssuedCard[] = [];
  while (made.length < count) {
    const size = Math.min(CARDS_PER_BATCH, count - made.length);
    const { batchId } = await office.post<{ batchId: number }>('bureau-1', '/v1/card-batches', {
      json: { product: 'standard', count: size },
    });
    await office.post('bureau-2', `/v1/card-batches/${batchId}/release`);
    const blanks = Array.from({ length: size }, () => new VirtualCard({ transportKey }));
    await runThroughMachine(blanks, machines.cards, () => events.step());
    // A machine that only writes leaves its cards to another reader, and nobody hands out a card that nobody has read.
    const unread = await office.get<readonly unknown[]>('bureau-1', `/v1/card-batches/${batchId}/to-read-back`);
    if (unread.length > 0) await runThroughMachine(blanks, machines.readBack, () => undefined);
    made.push(...blanks.map((card) => ({ cardNo: askCard(card).cardNo, card })));
  }
  return made.sort((a, b) => (a.cardNo < b.cardNo ? -1 : 1));
}

/** The clerk counts the cash and brings it to the bank under the slip. Throws DayFailed when it is over or short. */
async function closeShift(
  office: Office,
  bank: SimulatedBank,
  clerk: string,
  shiftId: number,
  countedFen: number,
  booked: string,
): Promise<void> {
  const { overShortFen, payInSlip } = await office.post<{ overShortFen: number; payInSlip?: string }>(
    clerk,
    `/v1/shifts/${shiftId}/closing`,
    { json: { countedFen }, headers: { 'idempotency-key': `close-${shiftId}` } },
  );
  if (overShortFen !== 0)
    throw new DayFailed(`The cash of ${clerk} should be right; the product says ${overShortFen} fen over.`);
  if (payInSlip === undefined) return;
  await notifyOfWire(office, bank, {
    accountNo: BANK_ACCOUNTS.cardDeposits,
    amountFen: countedFen,
    from: clerk,
    remittance: `PAYIN ${payInSlip}`,
    booked,
  });
}
