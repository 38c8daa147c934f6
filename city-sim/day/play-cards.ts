import type { VirtualCard } from '../card/virtual-card.ts';
import type { PartnerCity } from '../partner-city/partner-city.ts';
import { RECORD_FLAG, encodeRecord, type PurchaseRecord } from '../purchase/record.ts';
import { momentOf } from '../bytes/moment.ts';
import { payBill } from './bills.ts';
import { HOME_CITY, PARTIES } from './city.ts';
import type { Equipment } from './equip.ts';
import { DayFailed } from './errors.ts';
import type { DayEvents } from './events.ts';
import { playIndustry } from './industries.ts';
import type { IssuedCard } from './issue-cards.ts';
import { Loads } from './loads.ts';
import type { Office } from './office.ts';
import type { DayPlan, Forgery, LostCard } from './plan.ts';
import type { DayRecord } from './record.ts';
import { Rides } from './rides.ts';
import type { Station } from './station.ts';
import { inParallel } from './waiting.ts';

/** Cards under way at one time. */
const WIDTH = 16;

/** Everything and everybody the cards meet on their day. */
export interface Streets {
  readonly office: Office;
  readonly plan: DayPlan;
  readonly equipment: Equipment;
  readonly neighbour: PartnerCity;
  readonly cards: readonly IssuedCard[];
  readonly record: DayRecord;
  readonly clock: () => Date;
  readonly events: DayEvents;
}

/**
 * Lets every card have its day: its own steps in order, cards side by side. Then cards are lost, forged records slip in,
 * records go up twice, and all terminals empty themselves.
 */
export async function playCards(streets: Streets): Promise<void> {
  const { plan, equipment, neighbour, cards, record, events } = streets;
  const steps = [...plan.cards, ...plan.visitors].reduce((sum, each) => sum + each.steps.length, 0);
  events.phase('loads and taps', steps + plan.lost.length);
  const rides = new Rides(equipment, neighbour, record);
  const loads = new Loads(equipment, record);
  await loseSomeAnswers(equipment, record);
  await inParallel(cards, WIDTH, async ({ cardNo, card }, index) => {
    for (const step of plan.cards[index]?.steps ?? []) {
      if (step.kind === 'load') await loads.load(cardNo, card, step);
      else if (step.kind === 'bill') await payBill(equipment, rides, cardNo, card, step);
      else if (step.kind === 'tap') rides.tap(cardNo, card, step);
      else playIndustry(equipment, rides, card, step);
      events.step();
    }
  });
  for (const [index, visitor] of plan.visitors.entries()) {
    const card = neighbour.issueCard(index + 1, visitor.loadFen);
    for (const step of visitor.steps) {
      rides.tap(`visitor ${index + 1}`, card, step);
      events.step();
    }
  }
  const { tourism, tollEntry, tollExit, hospital, socialSecurity } = equipment;
  const stations = [...equipment.busOne, ...equipment.taxi];
  for (const station of [...stations, tourism, tollEntry, tollExit, hospital, socialSecurity]) await station.empty();
  await loseCards(streets, rides);
  await forgeRecords(streets, rides);
  await rides.uploadDuplicates();
  for (const station of stations) await station.empty();
}

/** The first upload of every other bus loses its answer; the terminal sends it again. */
async function loseSomeAnswers({ busOne }: Equipment, record: DayRecord): Promise<void> {
  for (const [index, station] of busOne.entries()) {
    if (index % 2 !== 0) continue;
    record.countFault('upload answer lost');
    await station.run((terminal) => {
      terminal.loseNextAnswers(1);
      return Promise.resolve();
    });
  }
}

/** Cards are reported lost, the first bus fetches the list and confirms it, and somebody taps the cards there all the same. */
async function loseCards({ office, plan, equipment, cards, events }: Streets, rides: Rides): Promise<void> {
  const station = firstBus(equipment);
  for (const card of new Set(plan.lost.map((lost) => lost.card))) {
    await office.post('clerk-1', `/v1/cards/${cardAt(cards, { card }).cardNo}/loss-report`, { json: { by: 'phone' } });
  }
  const fetched = await station.run((terminal) => terminal.fetchHotlist());
  if (fetched.kind !== 'answered' || fetched.code !== '00')
    throw new DayFailed('The first bus could not fetch the hotlist.');
  for (const lost of plan.lost) {
    rides.tapLost(cardAt(cards, lost).card, station, lost.amountFen, lost.passes);
    events.step();
  }
  await station.empty();
}

/** Records that no card made go up from the first bus, the message at first with a wrong MAC, which changes nothing. */
async function forgeRecords({ plan, equipment, cards, record, clock }: Streets, rides: Rides): Promise<void> {
  const station = firstBus(equipment);
  const forged = plan.forgeries.map((forgery, index) => {
    const { cardNo } = cardAt(cards, forgery);
    const made = forge(forgery, index, cardNo, station, clock());
    rides.note(made, { origin: 'forged', way: '0320', participantNo: station.participantNo, cardPaid: false });
    return encodeRecord(made);
  });
  await station.run(async (terminal) => {
    terminal.spoilNextMacs(1);
    const answer = (await terminal.upload(forged)).at(-1)?.answer;
    if (answer?.kind !== 'answered' || answer.code !== 'A0')
      throw new DayFailed('A message with a wrong MAC should be answered A0.');
    record.countFault('wrong MAC');
    await terminal.signOn('001');
    await terminal.flush();
  });
}

function forge(forgery: Forgery, index: number, cardNo: string, station: Station, now: Date): PurchaseRecord {
  return {
    flag: RECORD_FLAG.complete,
    testCard: false,
    issuerCity: HOME_CITY,
    applicationSerial: `0${cardNo}`,
    mainType: 1,
    subType: 0,
    type: 0x06,
    keyIndex: 1,
    keyVersion: 1,
    algorithmByte: 0,
    counter: forgery.counter,
    balanceFen: forgery.amountFen,
    amountFen: forgery.amountFen,
    samNo: station.reader.samNo,
    transaction: 0xf000_0000 + index,
    moment: momentOf(now),
    tac: forgery.tac,
    hotlistVersion: 0,
    industry: PARTIES.busOne.industry ?? 1,
    industryData: Buffer.alloc(8),
  };
}

function firstBus({ busOne }: Equipment): Station {
  const [station] = busOne;
  if (!station) throw new DayFailed('Bus company one has no bus.');
  return station;
}

function cardAt(cards: readonly IssuedCard[], { card }: Pick<LostCard, 'card'>): { cardNo: string; card: VirtualCard } {
  const found = cards[card];
  if (!found) throw new DayFailed(`There is no card ${card}.`);
  return found;
}
