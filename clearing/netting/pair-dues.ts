import type { Movement } from '../day/movements.ts';
import { NO_CHANGE, type OwnAccounts, type PairChange, type PairMethod } from './counterparties.ts';
import { type Carried, type Day, finished, NOTHING, type Part } from './due.ts';
import { roleOfPart } from './parts.ts';
import type { Party } from './positions.ts';

/** How what was carried for a counterparty is settled with it now; undefined when it joins the rest. */
export const pairOf = ({ counterparty }: Carried, day: Day): PairMethod | undefined =>
  counterparty === undefined ? undefined : day.pairMethod(counterparty);

interface Pair extends PairChange {
  readonly counterparty: Party;
  readonly carried: readonly Carried[];
  /** Of the money the participant paid us, what settles what it owes here. */
  readonly paidFen: bigint;
}

const sumOf = (carried: readonly Carried[]): bigint => carried.reduce((sum, { amountFen }) => sum + amountFen, 0n);

/** What it owes the other by itself: below zero of a difference, or the direction of its own where nothing is set off. */
const isOwing = ({ part, amountFen }: Carried): boolean => part === '72' || (part !== '71' && amountFen < 0n);

/**
 * What is between the participant and each counterparty by itself; money it paid us settles what it owes, while it reaches.
 *
 * @param isCity a city owes on one account and is owed on the other; anybody else has both on one
 */
export function pairsWith(day: Day, all: readonly Carried[], receivedFen: bigint, isCity: boolean): Pair[] {
  const carried = all.filter((each) => pairOf(each, day) !== undefined);
  const names = new Set([...day.pairs.keys(), ...carried.flatMap(({ counterparty }) => counterparty ?? [])]);
  let left = receivedFen;
  return [...names].sort().map((counterparty): Pair => {
    const own = carried.filter((each) => each.counterparty === counterparty);
    const method = day.pairs.get(counterparty)?.method ?? day.pairMethod(counterparty) ?? 'bilateral';
    const change = day.pairs.get(counterparty) ?? { method, ...NO_CHANGE };
    const pair = { ...change, counterparty, carried: own, paidFen: 0n };
    const owing =
      method === 'gross'
        ? -owingFen(pair, isCity) - sumOf(own.filter(isOwing))
        : -(change.mainFen + change.secondFen + sumOf(own));
    const paidFen = owing <= 0n ? 0n : owing < left ? owing : left;
    left -= paidFen;
    return { ...pair, paidFen };
  });
}

/** What came to be owed to the other on the day, as a sheet has it: at most zero. */
const owingFen = ({ mainFen, mainInFen, secondFen }: PairChange, isCity: boolean): bigint =>
  isCity ? secondFen : mainFen - mainInFen;

/** The sheets of a pair: one of the difference, or two, each direction by itself. Those with nothing on them are left out. */
export function pairParts(pairs: readonly Pair[], { main, second }: OwnAccounts, day: Day, isCity: boolean): Part[] {
  return pairs.flatMap((pair): Part[] => {
    const { counterparty, mainFen, secondFen, paidFen, carried } = pair;
    const sheet = (part: '61' | '71' | '72', paysFrom: string, otherFen: bigint, own: readonly Carried[]): Part => ({
      ...finished({ ...NOTHING, part, paysFrom, otherFen }, day, own),
      counterparty,
    });
    const parts =
      pair.method === 'bilateral'
        ? [sheet('61', main, mainFen + secondFen + paidFen, carried)]
        : [
            sheet(
              '71',
              main,
              mainFen + secondFen - owingFen(pair, isCity),
              carried.filter((each) => !isOwing(each)),
            ),
            sheet(
              '72',
              (isCity ? second : undefined) ?? main,
              owingFen(pair, isCity) + paidFen,
              carried.filter(isOwing),
            ),
          ];
    return parts.filter((part) => part.otherFen !== 0n || part.carriedInFen !== 0n);
  });
}

/** What a participant paid us of what it owes, as the bank's entries say: it settles sheets of fees and refunds before all else. */
export const receivedFen = (accounts: readonly (string | undefined)[], moved: readonly Movement[]): bigint =>
  moved.reduce(
    (sum, { credit, purpose, amountFen }) => (purpose === 'bank' && accounts.includes(credit) ? sum + amountFen : sum),
    0n,
  );

/** How much of what we owe a city is set off against what it owes us: within each pair that is netted by itself, and within the rest. */
export function cityOffset(
  { main, second }: OwnAccounts,
  changed: { readonly main: bigint; readonly second: bigint },
  day: Day,
  open: readonly Carried[],
): bigint {
  const offset = (mainFen: bigint, secondFen: bigint, carried: readonly Carried[]): bigint => {
    const owed = mainFen + sumOf(carried.filter(({ amountFen }) => amountFen > 0n));
    const owing = -secondFen - sumOf(carried.filter(({ amountFen }) => amountFen < 0n));
    const amount = owed < owing ? owed : owing;
    return amount > 0n ? amount : 0n;
  };
  const pairs = pairsWith(day, open, receivedFen([main, second], day.moved), true);
  let [restMain, restSecond, total] = [changed.main, changed.second, 0n];
  for (const { method, mainFen, secondFen, paidFen, carried } of pairs) {
    restMain -= mainFen;
    restSecond -= secondFen + paidFen;
    if (method === 'bilateral') total += offset(mainFen, secondFen + paidFen, carried);
  }
  const rest = open.filter((each) => pairOf(each, day) === undefined);
  return total + offset(restMain, restSecond, rest);
}

/** Whether what is carried on a city's sheets by account stands on the account that it owes on. */
export const isCityOwing = ({ part, amountFen }: Carried): boolean => {
  const role = roleOfPart(part);
  return role === 'owing' || (amountFen < 0n && (role === 'main' || role === 'pair'));
};
