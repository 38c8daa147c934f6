import { type BillerName, PURSE_CAP_FEN } from './city.ts';
import { Dice } from './dice.ts';
import { type IndustryStep, planTrip, planTreatment, planVisit } from './plan-industries.ts';
import { isSenior, makeResident, type Resident } from './residents.ts';

/** Where cards are tapped; bus two and the neighbour deliver by file, the others by message. */
export type Place = 'bus-one' | 'bus-two' | 'taxi' | 'neighbour';

/**
 * What goes wrong with a tap. `recovered`: torn after the debit, put back, proved. `gray-…`: torn and never put back.
 * `duplicate`: uploaded a second time.
 */
export type TapFault = 'recovered' | 'gray-debited' | 'gray-not-debited' | 'duplicate';

export interface TapStep {
  readonly kind: 'tap';
  readonly place: Place;
  /** Which of the readers there. */
  readonly reader: number;
  readonly amountFen: number;
  /** Of a senior, who pays half: the fare of everybody else. */
  readonly fullFareFen?: number;
  /** A CAPP purchase that notes the ride on the card. */
  readonly trip: boolean;
  readonly fault?: TapFault;
}

export interface BillStep {
  readonly kind: 'bill';
  readonly biller: BillerName;
  readonly customer: string;
  readonly reference: string;
  readonly amountFen: number;
  /** The biller takes no payment; the amount comes back by a load from pending credit. */
  readonly refused: boolean;
  /** The part of the amount that is a late fee: as long overdue as it may grow. */
  readonly lateFeeFen: number;
  /** Whether the terminal can write the meter record to the card; when not, the payment is taken back the same way. */
  readonly meter?: 'written' | 'not-written';
}

/**
 * What goes wrong with a load. `answer-lost`: the repeat is answered. `reversed`: the repeat is lost as well, a reversal
 * goes out and the resident starts again. `result-lost`: credited, never reported, proved by the next load. `torn`: card
 * pulled during the credit, put back and proved.
 */
export type LoadFault = 'answer-lost' | 'reversed' | 'result-lost' | 'torn';

export interface LoadStep {
  readonly kind: 'load';
  /** Which of the agents' terminals. */
  readonly terminal: number;
  readonly amountFen: number;
  readonly from: 'cash' | 'bound-account';
  readonly fault?: LoadFault;
}

export type CardStep = TapStep | BillStep | LoadStep | IndustryStep;

/** A card that is reported lost at the end of the day and tapped after: at a terminal that lets it pass, or locks it. */
export interface LostCard {
  readonly card: number;
  readonly passes: boolean;
  readonly amountFen: number;
}

export interface CardPlan {
  readonly resident: Resident;
  readonly steps: readonly CardStep[];
}

/** A card of the neighbouring city. */
export interface VisitorPlan {
  readonly loadFen: number;
  readonly steps: readonly TapStep[];
}

/** A record that no card ever made. */
export interface Forgery {
  /** Whose number it bears. */
  readonly card: number;
  readonly counter: number;
  readonly amountFen: number;
  readonly tac: Buffer;
}

export interface DayPlan {
  readonly seed: number;
  readonly cards: readonly CardPlan[];
  readonly visitors: readonly VisitorPlan[];
  readonly lost: readonly LostCard[];
  readonly forgeries: readonly Forgery[];
  readonly fleet: Fleet;
}

/** Number of readers or terminals of each. */
export interface Fleet {
  readonly busOne: number;
  readonly busTwo: number;
  readonly taxi: number;
  readonly neighbour: number;
  /** Half of them belong to each of the two agents. */
  readonly agents: number;
}

const LOAD_FAULTS: readonly LoadFault[] = ['answer-lost', 'reversed', 'result-lost', 'torn'];
const CAPP_PER_MILLE = 200;
/** Counters that no card of the demo reaches honestly. */
const FORGED_COUNTER = 0xf000;
const BUS_FARES = [100, 100, 100, 120, 150, 200, 300];

/** Every industry is seen at work, however small the day. */
const LEAST_OF_EACH = 3;

/** At least one, and so many in a thousand. */
const share = (of: number, perMille: number): number => Math.max(1, Math.round((of * perMille) / 1000));

type Purchase = Omit<TapStep, 'trip'> | BillStep | IndustryStep;

/**
 * Everything that will happen to money on the day, decided beforehand: the same seed, cards and purchases give the same
 * plan, and no balance in it ever goes below zero. `purchases` counts what cards do; duplicates, forgeries and reports of
 * locked cards come on top. With at least 10 of each, every fault occurs at least once.
 */
export function planDay(size: { seed: number; cards: number; purchases: number }): DayPlan {
  const { seed } = size;
  const fleet = fleetFor(size);
  const order = new Dice(seed, 'who').shuffle(Array.from({ length: size.cards }, (_, index) => index));
  const chosen = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) => order[(from + at) % order.length] ?? 0);

  const passes = Math.min(share(size.purchases, 1), Math.ceil(size.cards / 3));
  const locks = Math.min(share(size.purchases, 1), Math.ceil(size.cards / 3));
  const fares = new Dice(seed, 'lost');
  const lost = [
    ...chosen(0, passes).map((card) => ({ card, passes: true, amountFen: fares.pick(BUS_FARES) })),
    ...chosen(passes, locks).map((card) => ({ card, passes: false, amountFen: fares.pick(BUS_FARES) })),
  ];

  const faults = new Map<number, LoadFault[]>();
  let next = passes + locks;
  for (const fault of LOAD_FAULTS) {
    for (const card of chosen(next, share(size.cards, 8))) {
      faults.set(card, [...(faults.get(card) ?? []), fault]);
      next += 1;
    }
  }

  const { residents, visitors } = planPurchases(size, fleet, passes);
  const people = new Dice(seed, 'residents');
  const cards = Array.from({ length: size.cards }, (_, card) => {
    const resident = makeResident(card, people);
    const purchases = residents.get(card) ?? [];
    const steps = planCard(
      new Dice(seed, `card ${card}`),
      fleet,
      isSenior(resident) ? purchases.map(atHalfFare) : purchases,
      faults.get(card) ?? [],
      lost.filter((each) => each.card === card && each.passes).reduce((sum, each) => sum + each.amountFen, 0),
    );
    return { resident, steps };
  });
  return { seed, cards, visitors, lost, forgeries: planForgeries(size), fleet };
}

/** What a senior pays: half in buses of this city, the same everywhere else. */
function atHalfFare(purchase: Purchase): Purchase {
  if (purchase.kind !== 'tap' || (purchase.place !== 'bus-one' && purchase.place !== 'bus-two')) return purchase;
  return { ...purchase, amountFen: Math.floor(purchase.amountFen / 2), fullFareFen: purchase.amountFen };
}

/** Enough readers that no queue forms, few enough that each has something to do. */
function fleetFor({ cards, purchases }: { cards: number; purchases: number }): Fleet {
  const readers = (each: number) => Math.min(8, Math.max(2, Math.ceil(purchases / each)));
  return {
    busOne: readers(700),
    busTwo: readers(1000),
    taxi: readers(1200),
    neighbour: 1,
    agents: Math.min(8, Math.max(2, 2 * Math.ceil(cards / 100))),
  };
}

/** Which purchases there are and who makes them, in the order they were thought up. */
function planPurchases(size: { seed: number; cards: number; purchases: number }, fleet: Fleet, lostAndUsed: number) {
  const { seed, purchases } = size;
  const dice = new Dice(seed, 'purchases');
  const residents = new Map<number, Purchase[]>();
  const give = (purchase: Purchase) => {
    const card = dice.below(size.cards);
    residents.set(card, [...(residents.get(card) ?? []), purchase]);
  };
  const times = (count: number, what: (index: number) => void) => {
    for (let index = 0; index < count; index += 1) what(index);
  };

  const foreign = share(purchases, 15);
  const visitors = planVisitors(dice, fleet, foreign);
  const abroad = share(purchases, 15);
  times(abroad, () => give({ kind: 'tap', place: 'neighbour', reader: 0, amountFen: dice.pick(BUS_FARES) }));
  const water = share(purchases, 10);
  times(water, (index) => give(bill(dice, 'water', index)));
  const gas = share(purchases, 1);
  times(gas, (index) => give(bill(dice, 'gas', index, { refused: true })));
  const few = Math.max(LEAST_OF_EACH, share(purchases, 1));
  const meters = [share(purchases, 2), few] as const;
  times(meters[0], (index) => give(bill(dice, 'gas', gas + index, { meter: 'written' })));
  times(meters[1], (index) => give(bill(dice, 'gas', gas + meters[0] + index, { meter: 'not-written' })));
  const atKiosk = ['cableTv', 'telecom', 'electricity', 'trafficPolice'] as const;
  for (const biller of atKiosk) times(few, (index) => give(bill(dice, biller, index)));
  times(few, () => give(planTrip(dice)));
  times(few, () => give(planVisit(dice)));
  for (const place of ['hospital', 'socialSecurity'] as const) times(few, () => give(planTreatment(dice, place)));
  const industries = meters[0] + meters[1] + few * (atKiosk.length + 4);
  const torn = {
    recovered: share(purchases, 4),
    'gray-debited': share(purchases, 2),
    'gray-not-debited': share(purchases, 2),
  };
  for (const fault of ['recovered', 'gray-debited', 'gray-not-debited'] as const) {
    times(torn[fault], () => give({ ...ordinaryTap(dice, fleet), fault }));
  }

  const special =
    foreign +
    abroad +
    water +
    gas +
    industries +
    lostAndUsed +
    torn.recovered +
    torn['gray-debited'] +
    torn['gray-not-debited'];
  const ordinary = Math.max(1, purchases - special);
  const duplicates = Math.min(ordinary, share(purchases, 5));
  times(ordinary, (index) => {
    const tap = ordinaryTap(dice, fleet);
    give(index < duplicates ? { ...tap, fault: 'duplicate' } : tap);
  });
  return { residents, visitors };
}

function ordinaryTap(dice: Dice, fleet: Fleet): Omit<TapStep, 'trip'> {
  const at = dice.below(100);
  if (at < 45)
    return { kind: 'tap', place: 'bus-one', reader: dice.below(fleet.busOne), amountFen: dice.pick(BUS_FARES) };
  if (at < 75)
    return { kind: 'tap', place: 'bus-two', reader: dice.below(fleet.busTwo), amountFen: dice.pick(BUS_FARES) };
  return { kind: 'tap', place: 'taxi', reader: dice.below(fleet.taxi), amountFen: 700 + 10 * dice.below(230) };
}

const SIGNS: Readonly<Record<BillerName, string>> = {
  water: 'W',
  gas: 'G',
  cableTv: 'C',
  telecom: 'T',
  electricity: 'E',
  trafficPolice: 'F',
};

/** Every other fine is so long overdue that as much again is due; its decision has a number of 16 digits. */
function bill(
  dice: Dice,
  biller: BillerName,
  index: number,
  what: Partial<Pick<BillStep, 'refused' | 'meter'>> = {},
): BillStep {
  const number = String(index + 1).padStart(6, '0');
  const sign = SIGNS[biller];
  const principalFen = dice.between(800, 6000);
  const isFine = biller === 'trafficPolice';
  const lateFeeFen = isFine && index % 2 === 0 ? principalFen : 0;
  return {
    kind: 'bill',
    biller,
    customer: `TEST${sign}${number}`,
    reference: isFine ? `3799990000${number}` : `${sign}BILL${number}`,
    amountFen: principalFen + lateFeeFen,
    lateFeeFen,
    refused: what.refused ?? false,
    ...(what.meter !== undefined && { meter: what.meter }),
  };
}

function planVisitors(dice: Dice, fleet: Fleet, taps: number): VisitorPlan[] {
  const tapsPerVisitor = 4;
  return Array.from({ length: Math.ceil(taps / tapsPerVisitor) }, (_, visitor) => {
    const count = Math.min(tapsPerVisitor, taps - visitor * tapsPerVisitor);
    const steps = Array.from({ length: count }, () => ({ ...ordinaryTap(dice, fleet), trip: false }));
    const spentFen = steps.reduce((sum, step) => sum + step.amountFen, 0);
    return { steps, loadFen: Math.ceil(spentFen / 1000) * 1000 + 1000 };
  });
}

function planForgeries({ seed, cards, purchases }: { seed: number; cards: number; purchases: number }): Forgery[] {
  const dice = new Dice(seed, 'forgeries');
  return Array.from({ length: share(purchases, 1) }, (_, index) => ({
    card: dice.below(cards),
    counter: FORGED_COUNTER + (index % 0x0f00),
    amountFen: dice.pick(BUS_FARES),
    tac: dice.bytes(4),
  }));
}

/** One card's day in order: its purchases shuffled, with loads wherever the balance would not do. */
function planCard(
  dice: Dice,
  fleet: Fleet,
  purchases: readonly Purchase[],
  faults: readonly LoadFault[],
  keepFen: number,
): CardStep[] {
  const steps: CardStep[] = [];
  let balanceFen = 0;
  const load = (fault?: LoadFault) => {
    const amountFen = 1000 * dice.between(2, 10);
    if (balanceFen + amountFen > PURSE_CAP_FEN) throw new RangeError('the plan would load a purse beyond its cap');
    const terminal = dice.below(fleet.agents);
    steps.push({ kind: 'load', terminal, amountFen, from: 'cash', ...(fault && { fault }) });
    balanceFen += amountFen;
    // Only a further load proves it, and taps must not depend on money that is not proved.
    if (fault === 'result-lost') load();
  };
  const ensure = (fen: number) => {
    while (balanceFen < fen) load();
  };
  for (const fault of faults) load(fault);
  if (faults.length === 0) load();
  for (const purchase of dice.shuffle(purchases)) {
    ensure(purchase.amountFen);
    if (purchase.kind !== 'tap') steps.push(purchase);
    else steps.push({ ...purchase, trip: purchase.place !== 'taxi' && dice.perMille(CAPP_PER_MILLE) });
    if (purchase.kind === 'tap' && purchase.fault === 'gray-not-debited') continue;
    balanceFen -= purchase.amountFen;
    if (purchase.kind !== 'bill' || (!purchase.refused && purchase.meter !== 'not-written')) continue;
    const terminal = dice.below(fleet.agents);
    steps.push({ kind: 'load', terminal, amountFen: purchase.amountFen, from: 'bound-account' });
    balanceFen += purchase.amountFen;
  }
  ensure(keepFen);
  return steps;
}
