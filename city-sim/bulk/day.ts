/** A company whose readers took the taps of a day. */
export interface BulkOperator {
  /** 15 characters */
  readonly participantNo: string;
  readonly industry: number;
  /** Its part of the taps, relative to the others' parts. */
  readonly weight: number;
  /** 12 digits each; none belongs to two companies */
  readonly samNumbers: readonly string[];
}

/** A day of taps that follows from its seed: the same day gives the same records, to the byte. */
export interface BulkDay {
  readonly seed: number;
  /** Cards that travel, numbered from 1. */
  readonly cards: number;
  readonly records: number;
  /** Root of the TAC keys of the city, 16 bytes as hex. */
  readonly tacRoot: string;
  readonly homeCity: string;
  readonly neighbourCity: string;
  /** Two digits behind the city code in card numbers. */
  readonly issuer: string;
  readonly operators: readonly BulkOperator[];
  /** First and last moment of taps, milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** What is on every card in the morning. */
  readonly loadedFen: number;
  /** One card in so many has its load from an agent the back office has not heard of yet. */
  readonly unfundedEvery: number;
}

/** What a slot of the day holds. Only a purchase and a gray one use up a counter of the card. */
export const SLOT = {
  purchase: 'purchase',
  /** A record of this company sent before, sent again. */
  repeated: 'repeated',
  wrongTac: 'wrong TAC',
  gray: 'gray',
  foreign: 'foreign',
  unknownCard: 'unknown card',
  foreignSam: 'SAM of another',
} as const;
export type Slot = (typeof SLOT)[keyof typeof SLOT];

/** Of ten thousand slots so many begin at this one and go up to the next; what is left is purchases. */
const SHARES: readonly (readonly [upTo: number, slot: Slot])[] = [
  [40, SLOT.repeated],
  [50, SLOT.wrongTac],
  [60, SLOT.gray],
  [110, SLOT.foreign],
  [112, SLOT.unknownCard],
  [114, SLOT.foreignSam],
];
const SHARES_OF = 10_000;

/** Counters and balances are counted up from the morning for every tap: beyond this many taps of a card it takes too long. */
const MOST_ROUNDS = 20;

/** Fares in fen. */
const LOWEST_FARE = 100;
const FARE_STEP = 50;
const FARES = 7;

/** A tap: whose, the how-manieth of the card, and what the card said before it. */
export interface Tap {
  readonly slot: Slot;
  /** From 1. */
  readonly card: number;
  readonly counter: number;
  readonly balanceFen: number;
  readonly amountFen: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** 32 bits that are the tap's own. */
  readonly dice: number;
}

/** 32 bits that depend on all bits of the numbers given (the finaliser of MurmurHash3 after each). */
function mix(seed: number, a: number, b: number): number {
  let hash = seed;
  for (const word of [a, b]) {
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}

const slotOf = (dice: number): Slot => SHARES.find(([upTo]) => dice % SHARES_OF < upTo)?.[1] ?? SLOT.purchase;
const amountOf = (dice: number): number => LOWEST_FARE + FARE_STEP * (Math.floor(dice / SHARES_OF) % FARES);
const pays = (slot: Slot): boolean => slot === SLOT.purchase || slot === SLOT.gray;

/** Whether the back office has heard of the load of this card. */
export const isFunded = (day: Pick<BulkDay, 'unfundedEvery'>, card: number): boolean => card % day.unfundedEvery !== 0;

/**
 * The plan of a day: every card taps once in each round, in an order that is another in each round, and each company gets the
 * same places of every round. So taps of a card are spread over companies and hours, and whatever is asked of a tap follows
 * from its place, without any memory.
 */
export class BulkPlan {
  readonly day: BulkDay;
  readonly #rounds: number;
  readonly #step: number;
  /** Where the places of each company begin; one more than there are companies. */
  readonly #borders: readonly number[];

  /** @throws RangeError for more taps than {@link MOST_ROUNDS} of every card */
  constructor(day: BulkDay) {
    this.day = day;
    this.#rounds = Math.ceil(day.records / day.cards);
    if (this.#rounds > MOST_ROUNDS) {
      throw new RangeError(`${day.records} taps of ${day.cards} cards are more than ${MOST_ROUNDS} of each`);
    }
    this.#step = stepFor(day.cards);
    const whole = day.operators.reduce((sum, { weight }) => sum + weight, 0);
    let before = 0;
    this.#borders = [0, ...day.operators.map(({ weight }) => Math.floor(((before += weight) * day.cards) / whole))];
  }

  /** How many taps a company has. */
  countOf(operator: number): number {
    let count = 0;
    for (let round = 0; round < this.#rounds; round += 1) {
      const [from, to] = this.#places(operator, round);
      count += to - from;
    }
    return count;
  }

  /** The taps of a company in the order of their time. */
  *tapsOf(operator: number): Generator<Tap> {
    const { cards, from: start, to: end } = this.day;
    const roundMs = (end - start) / this.#rounds;
    for (let round = 0; round < this.#rounds; round += 1) {
      const [from, to] = this.#places(operator, round);
      for (let place = from; place < to; place += 1) {
        const card = ((place * this.#step + mix(this.day.seed, round, 0)) % cards) + 1;
        const at = start + Math.floor(roundMs * (round + (place - from) / (to - from)));
        yield this.#tap(card, round, at);
      }
    }
  }

  #places(operator: number, round: number): readonly [number, number] {
    const { cards, records } = this.day;
    const taps = Math.min(cards, records - round * cards);
    const at = (border: number) => Math.floor(((this.#borders[border] ?? 0) * taps) / cards);
    return [at(operator), at(operator + 1)];
  }

  #tap(card: number, round: number, at: number): Tap {
    let counter = 0;
    let balanceFen = this.day.loadedFen;
    for (let earlier = 0; earlier < round; earlier += 1) {
      const dice = mix(this.day.seed, card, earlier);
      if (!pays(slotOf(dice))) continue;
      counter += 1;
      balanceFen -= amountOf(dice);
    }
    const dice = mix(this.day.seed, card, round);
    return { slot: slotOf(dice), card, counter, balanceFen, amountFen: amountOf(dice), at, dice };
  }
}

/** A step that visits every place once before it comes back: no divisor in common with the number of places. */
function stepFor(places: number): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  for (let step = Math.floor(places * 0.618) + 1; ; step += 1) if (divisor(step, places) === 1) return step;
}
