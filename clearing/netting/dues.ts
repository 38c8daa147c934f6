import { type BusinessDate, fen, formatYuan } from '@citycard/common';
import type { Movement } from '../day/movements.ts';
import type { Posting } from '../ledger/posting.ts';
import type { OwnAccounts, PairChange } from './counterparties.ts';
import { type PartCode, type PartRole, PARTS_OF_MODE, roleOfPart } from './parts.ts';
import type { Party } from './positions.ts';
import { daysBetween, isSettlementDay, type Rhythm, rhythmText } from './rhythm.ts';
import type { SettlementTerms } from './settlement-terms.ts';

/** What was sold, given back and charged in a period. */
interface Turnover {
  readonly periodFrom: BusinessDate;
  readonly salesCount: bigint;
  readonly salesFen: bigint;
  readonly refundCount: bigint;
  readonly refundFen: bigint;
  readonly feeFen: bigint;
}

/** What pricing says of a participant's day; zeros when it had nothing to price. */
export interface DayLine extends Turnover {
  readonly netFen: bigint;
}

/** What an earlier sheet carried forward, and from which day on. */
export interface Carried {
  readonly sheetNo: string;
  readonly part: PartCode;
  /** With whom it is settled, of part 61. */
  readonly counterparty?: Party;
  readonly amountFen: bigint;
  readonly since: BusinessDate;
}

/** One sheet's worth: what is due to a participant for one part, and why it is not paid with this day when it is not. */
export interface Due extends Turnover {
  readonly part: PartCode;
  /** With whom it is settled, of part 61. */
  readonly counterparty?: Party;
  /** The account of ours that owes it. */
  readonly paysFrom: string;
  readonly otherFen: bigint;
  readonly carriedInFen: bigint;
  readonly payableFen: bigint;
  /** The sheets that are carried into this one. */
  readonly carriedSheets: readonly string[];
  readonly rhythm: string;
  /** Set when the terms say to wait; what else may stand in the way of a payment is for settlement to say. */
  readonly waits?: string;
}

export interface DueParticipant {
  readonly participantNo: string;
  readonly kind: string;
  readonly cityCode?: string;
}

export interface Dues {
  readonly dues: readonly Due[];
  /** What is set off between the participant's own accounts with us. */
  readonly postings: readonly Posting[];
}

/**
 * What a netted day makes due to a participant, in the parts its terms keep apart (domain.md F.4). What waits for its
 * settlement day or is below the threshold is due with a reason to wait, and is carried into the next sheet of its part.
 *
 * Unless its terms are gross, a biller's bill money joins its other payable and a city's receivable is set off against its
 * payable, by a posting `net:<date>:<participant>`; with each counterparty that is settled by itself apart from the rest.
 */
export function duesOf(
  participant: DueParticipant,
  day: {
    readonly date: BusinessDate;
    readonly line: DayLine | undefined;
    readonly moved: readonly Movement[];
    readonly carried: readonly Carried[];
    readonly terms: Omit<SettlementTerms, 'subject'>;
    /** What changed between the participant and each counterparty it is settled with by itself. */
    readonly pairs: ReadonlyMap<Party, PairChange>;
    /** Whether what was carried for a counterparty is still settled with it. */
    readonly isPair: (counterparty: Party) => boolean;
  },
): Dues {
  const accounts = accountsOf(participant);
  const change = (account: string) =>
    day.moved.reduce(
      (sum, { debit, credit, amountFen }) =>
        sum + (credit === account ? amountFen : 0n) - (debit === account ? amountFen : 0n),
      0n,
    );
  const touched = day.moved.some(
    ({ debit, credit }) =>
      accounts.main === debit || accounts.main === credit || accounts.second === debit || accounts.second === credit,
  );
  const open = day.carried.filter(({ amountFen }) => amountFen !== 0n);
  if (!touched && open.length === 0 && day.pairs.size === 0) return { dues: [], postings: [] };

  const changed = { main: change(accounts.main), second: accounts.second === undefined ? 0n : change(accounts.second) };
  const gross = day.terms.netting === 'gross' && accounts.second !== undefined;
  const parts = gross
    ? grossParts(participant, accounts, changed, day, open)
    : nettedParts(accounts, changed.main + changed.second, day, open);
  return {
    dues: parts.map((part) => withTerms(part, day)),
    postings: gross ? [] : setOff(participant, accounts, changed, day, open),
  };
}

/** The accounts of a participant with us; the second is a biller's bill money, a city's receivable. */
export function accountsOf({ participantNo, kind, cityCode }: DueParticipant): OwnAccounts {
  if (kind === 'city') return { main: `city-payable:${cityCode}`, second: `city-receivable:${cityCode}` };
  return {
    main: `operator-payable:${participantNo}`,
    second: `biller-payable:${participantNo}`,
    pending: `operator-pending:${participantNo}`,
  };
}

type Part = Omit<Due, 'rhythm' | 'waits'>;
type Day = Parameters<typeof duesOf>[1];

type Unfinished = Omit<Part, 'periodFrom' | 'carriedInFen' | 'payableFen' | 'carriedSheets'>;
type Sums = Omit<Unfinished, 'part' | 'paysFrom'>;

const NOTHING = { salesCount: 0n, salesFen: 0n, refundCount: 0n, refundFen: 0n, feeFen: 0n };

/**
 * Everything in the parts of the mode: sales (with what moved beside pricing), refunds and fees; and one part for each
 * counterparty that is settled by itself.
 */
function nettedParts({ main, second }: OwnAccounts, changeFen: bigint, day: Day, all: readonly Carried[]): Part[] {
  const open = all.filter((carried) => !isOfPair(carried, day));
  const codes = PARTS_OF_MODE[day.terms.mode];
  const { line } = day;
  const parts = new Map<PartCode, Sums>();
  const add = (part: PartCode, more: Partial<typeof NOTHING & { otherFen: bigint }>) => {
    const sum = parts.get(part) ?? { ...NOTHING, otherFen: 0n };
    parts.set(part, { ...sum, ...more });
  };
  // What was carried in a part that these terms do not have joins the sales.
  const partOf = ({ part }: Carried): PartCode => {
    const role = roleOfPart(part);
    return role === 'refunds' || role === 'fees' ? codes[role] : codes.main;
  };
  const ownOf = (part: PartCode) => open.filter((carried) => partOf(carried) === part);
  let left = receivedFen([main], day.moved);
  const settledBy = (role: 'refunds' | 'fees', todayFen: bigint): bigint => {
    if (codes[role] === codes.main) return 0n;
    const owing = todayFen - ownOf(codes[role]).reduce((sum, { amountFen }) => sum + amountFen, 0n);
    const paid = owing <= 0n ? 0n : owing < left ? owing : left;
    left -= paid;
    return paid;
  };
  const paid = {
    fees: settledBy('fees', line?.feeFen ?? 0n),
    refunds: settledBy('refunds', line?.refundFen ?? 0n),
  };
  const pairs = pairsWith(day, all, left + receivedFen([second], day.moved)).map((pair) => pairPart(pair, main, day));
  const ofPairs = pairs.reduce((sum, { otherFen }) => sum + otherFen, 0n);
  add(codes.main, {
    salesCount: line?.salesCount ?? 0n,
    salesFen: line?.salesFen ?? 0n,
    otherFen: changeFen - (line?.netFen ?? 0n) - paid.fees - paid.refunds - ofPairs,
  });
  add(codes.refunds, {
    refundCount: line?.refundCount ?? 0n,
    refundFen: line?.refundFen ?? 0n,
    ...(codes.refunds !== codes.main && { otherFen: paid.refunds }),
  });
  add(codes.fees, { feeFen: line?.feeFen ?? 0n, ...(codes.fees !== codes.main && { otherFen: paid.fees }) });
  const own = [...parts]
    .map(([part, sums]) => finished({ ...sums, part, paysFrom: main }, day, ownOf(part)))
    .filter((part) => part.part === codes.main || part.payableFen !== 0n || part.carriedInFen !== 0n);
  return [...own, ...pairs.filter((part) => part.payableFen !== 0n || part.carriedInFen !== 0n)];
}

const isOfPair = ({ counterparty }: Carried, day: Day): boolean =>
  counterparty !== undefined && day.isPair(counterparty);

interface Pair extends PairChange {
  readonly counterparty: Party;
  readonly carried: readonly Carried[];
  /** Of the money the participant paid us, what settles what it owes here. */
  readonly paidFen: bigint;
}

/** What is between the participant and each counterparty by itself; money it paid us settles what it owes, while it reaches. */
function pairsWith(day: Day, all: readonly Carried[], receivedFen: bigint): Pair[] {
  const carried = all.filter((each) => isOfPair(each, day));
  const names = new Set([...day.pairs.keys(), ...carried.flatMap(({ counterparty }) => counterparty ?? [])]);
  let left = receivedFen;
  return [...names].sort().map((counterparty): Pair => {
    const own = carried.filter((each) => each.counterparty === counterparty);
    const { mainFen, secondFen } = day.pairs.get(counterparty) ?? { mainFen: 0n, secondFen: 0n };
    const owing = -own.reduce((sum, { amountFen }) => sum + amountFen, mainFen + secondFen);
    const paidFen = owing <= 0n ? 0n : owing < left ? owing : left;
    left -= paidFen;
    return { counterparty, mainFen, secondFen, carried: own, paidFen };
  });
}

function pairPart(pair: Pair, paysFrom: string, day: Day): Part {
  const otherFen = pair.mainFen + pair.secondFen + pair.paidFen;
  const part = finished({ ...NOTHING, part: '61', paysFrom, otherFen }, day, pair.carried);
  return { ...part, counterparty: pair.counterparty };
}

/** What a participant paid us of what it owes, as the bank's entries say: it settles sheets of fees and refunds before all else. */
const receivedFen = (accounts: readonly (string | undefined)[], moved: readonly Movement[]): bigint =>
  moved.reduce(
    (sum, { credit, purpose, amountFen }) => (purpose === 'bank' && accounts.includes(credit) ? sum + amountFen : sum),
    0n,
  );

/** Each account by itself: what is owed on one, what is owing on the other. */
function grossParts(
  { kind }: DueParticipant,
  accounts: OwnAccounts,
  changed: { readonly main: bigint; readonly second: bigint },
  day: Day,
  open: readonly Carried[],
): Part[] {
  const secondPart: PartCode = kind === 'city' ? '52' : '51';
  const isSecond = ({ part, amountFen }: Carried) => {
    const role: PartRole = roleOfPart(part);
    return role === roleOfPart(secondPart) || (kind === 'city' && role === 'main' && amountFen < 0n);
  };
  const second = open.filter(isSecond);
  const rest = open.filter((carried) => !isSecond(carried));
  const own = finished(
    { ...NOTHING, part: secondPart, paysFrom: accounts.second ?? accounts.main, otherFen: changed.second },
    day,
    second,
  );
  const main =
    kind === 'city'
      ? [finished({ ...NOTHING, part: '51', paysFrom: accounts.main, otherFen: changed.main }, day, rest)]
      : nettedParts({ main: accounts.main }, changed.main, day, rest);
  return [...main, own].filter((part) => part.payableFen !== 0n || part.carriedInFen !== 0n || part.salesCount > 0n);
}

function finished(part: Unfinished, { date, line }: Day, carried: readonly Carried[]): Part {
  const carriedInFen = carried.reduce((sum, { amountFen }) => sum + amountFen, 0n);
  const since = [line?.periodFrom ?? date, ...carried.map((each) => each.since)].sort()[0] ?? date;
  const payableFen = part.salesFen - part.refundFen - part.feeFen + part.otherFen + carriedInFen;
  const carriedSheets = carried.map(({ sheetNo }) => sheetNo);
  return { ...part, periodFrom: since, carriedInFen, payableFen, carriedSheets };
}

function withTerms(part: Part, { date, terms }: Day): Due {
  const role = roleOfPart(part.part);
  const rhythm =
    (role === 'fees' ? terms.feeRhythm : role === 'refunds' ? terms.refundRhythm : undefined) ?? terms.rhythm;
  const waits = waitsFor(part, rhythm, date, terms);
  return { ...part, rhythm: rhythmText(rhythm), ...(waits !== undefined && { waits }) };
}

function waitsFor(
  part: Part,
  rhythm: Rhythm,
  date: BusinessDate,
  terms: Omit<SettlementTerms, 'subject'>,
): string | undefined {
  const payable = fen(part.payableFen);
  if (!isSettlementDay(rhythm, date, terms.validFrom, payable)) return `settled ${rhythmText(rhythm)}`;
  const { thresholdFen, carryAtMostDays } = terms;
  if (payable <= 0n || payable >= thresholdFen) return undefined;
  const age = daysBetween(part.periodFrom, date) + 1;
  if (carryAtMostDays !== undefined && age >= carryAtMostDays) return undefined;
  return `below the threshold of ${formatYuan(thresholdFen)} yuan`;
}

/** What is set off between two accounts of one participant, so that one of them carries the position. */
function setOff(
  { participantNo, kind }: DueParticipant,
  accounts: OwnAccounts,
  changed: { readonly main: bigint; readonly second: bigint },
  day: Day,
  open: readonly Carried[],
): Posting[] {
  const { main, second } = accounts;
  if (second === undefined) return [];
  let debit = main;
  let credit = second;
  let amount: bigint;
  if (kind === 'city') amount = cityOffset(accounts, changed, day, open);
  else {
    const owed = open.filter(({ part }) => roleOfPart(part) === 'owed');
    amount = -owed.reduce((sum, { amountFen }) => sum + amountFen, changed.second);
    if (amount < 0n) [debit, credit, amount] = [second, main, -amount];
  }
  if (amount <= 0n) return [];
  const legs = [{ debit, credit, amount: fen(amount) }];
  return [{ key: `net:${day.date}:${participantNo}`, reason: `netted for ${day.date}`, legs }];
}

/** How much of what we owe a city is set off against what it owes us: within each pair by itself, and within the rest. */
function cityOffset(
  { main, second }: OwnAccounts,
  changed: { readonly main: bigint; readonly second: bigint },
  day: Day,
  open: readonly Carried[],
): bigint {
  const offset = (mainFen: bigint, secondFen: bigint, carried: readonly Carried[]): bigint => {
    const all = carried.reduce((sum, { amountFen }) => sum + amountFen, 0n);
    const owed = mainFen + (all > 0n ? all : 0n);
    const owing = -secondFen + (all < 0n ? -all : 0n);
    const amount = owed < owing ? owed : owing;
    return amount > 0n ? amount : 0n;
  };
  const pairs = pairsWith(day, open, receivedFen([main, second], day.moved));
  let [restMain, restSecond, total] = [changed.main, changed.second, 0n];
  for (const { mainFen, secondFen, paidFen, carried } of pairs) {
    restMain -= mainFen;
    restSecond -= secondFen + paidFen;
    total += offset(mainFen, secondFen + paidFen, carried);
  }
  const rest = open.filter((each) => !isOfPair(each, day));
  return total + offset(restMain, restSecond, rest);
}
