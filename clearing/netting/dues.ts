import { type BusinessDate, fen, formatYuan } from '@citycard/common';
import type { Movement } from '../day/movements.ts';
import type { Posting } from '../ledger/posting.ts';
import { type PartCode, type PartRole, PARTS_OF_MODE, roleOfPart } from './parts.ts';
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
  readonly amountFen: bigint;
  readonly since: BusinessDate;
}

/** One sheet's worth: what is due to a participant for one part, and why it is not paid with this day when it is not. */
export interface Due extends Turnover {
  readonly part: PartCode;
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
 * payable, by a posting `net:<date>:<participant>`.
 */
export function duesOf(
  participant: DueParticipant,
  day: {
    readonly date: BusinessDate;
    readonly line: DayLine | undefined;
    readonly moved: readonly Movement[];
    readonly carried: readonly Carried[];
    readonly terms: Omit<SettlementTerms, 'subject'>;
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
  if (!touched && open.length === 0) return { dues: [], postings: [] };

  const changed = { main: change(accounts.main), second: accounts.second === undefined ? 0n : change(accounts.second) };
  const gross = day.terms.netting === 'gross' && accounts.second !== undefined;
  const parts = gross
    ? grossParts(participant, accounts, changed, day, open)
    : nettedParts(accounts.main, changed.main + changed.second, day, open);
  return {
    dues: parts.map((part) => withTerms(part, day)),
    postings: gross ? [] : setOff(participant, accounts, changed, day.date, open),
  };
}

interface Accounts {
  readonly main: string;
  /** A biller's bill money, a city's receivable. */
  readonly second?: string;
}

function accountsOf({ participantNo, kind, cityCode }: DueParticipant): Accounts {
  if (kind === 'city') return { main: `city-payable:${cityCode}`, second: `city-receivable:${cityCode}` };
  return { main: `operator-payable:${participantNo}`, second: `biller-payable:${participantNo}` };
}

type Part = Omit<Due, 'rhythm' | 'waits'>;
type Day = Parameters<typeof duesOf>[1];

type Unfinished = Omit<Part, 'periodFrom' | 'carriedInFen' | 'payableFen' | 'carriedSheets'>;
type Sums = Omit<Unfinished, 'part' | 'paysFrom'>;

const NOTHING = { salesCount: 0n, salesFen: 0n, refundCount: 0n, refundFen: 0n, feeFen: 0n };

/** Everything in the parts of the mode: sales (with what moved beside pricing), refunds and fees. */
function nettedParts(paysFrom: string, changeFen: bigint, day: Day, open: readonly Carried[]): Part[] {
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
  let left = receivedFen(paysFrom, day.moved);
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
  add(codes.main, {
    salesCount: line?.salesCount ?? 0n,
    salesFen: line?.salesFen ?? 0n,
    otherFen: changeFen - (line?.netFen ?? 0n) - paid.fees - paid.refunds,
  });
  add(codes.refunds, {
    refundCount: line?.refundCount ?? 0n,
    refundFen: line?.refundFen ?? 0n,
    ...(codes.refunds !== codes.main && { otherFen: paid.refunds }),
  });
  add(codes.fees, { feeFen: line?.feeFen ?? 0n, ...(codes.fees !== codes.main && { otherFen: paid.fees }) });
  return [...parts]
    .map(([part, sums]) => {
      return finished({ ...sums, part, paysFrom }, day, ownOf(part));
    })
    .filter((part) => part.part === codes.main || part.payableFen !== 0n || part.carriedInFen !== 0n);
}

/** What a participant paid us of what it owes, as the bank's entries say: it settles sheets of fees and refunds before all else. */
const receivedFen = (account: string, moved: readonly Movement[]): bigint =>
  moved.reduce(
    (sum, { credit, purpose, amountFen }) => (credit === account && purpose === 'bank' ? sum + amountFen : sum),
    0n,
  );

/** Each account by itself: what is owed on one, what is owing on the other. */
function grossParts(
  { kind }: DueParticipant,
  accounts: Accounts,
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
      : nettedParts(accounts.main, changed.main, day, rest);
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
  { main, second }: Accounts,
  changed: { readonly main: bigint; readonly second: bigint },
  date: BusinessDate,
  open: readonly Carried[],
): Posting[] {
  if (second === undefined) return [];
  const carried = (role: 'owed' | 'others') =>
    open.reduce(
      (sum, { part, amountFen }) => ((roleOfPart(part) === 'owed') === (role === 'owed') ? sum + amountFen : sum),
      0n,
    );
  let debit = main;
  let credit = second;
  let amount: bigint;
  if (kind === 'city') {
    const all = carried('owed') + carried('others');
    const owed = changed.main + (all > 0n ? all : 0n);
    const owing = -changed.second + (all < 0n ? -all : 0n);
    amount = owed < owing ? owed : owing;
  } else {
    amount = -(changed.second + carried('owed'));
    if (amount < 0n) [debit, credit, amount] = [second, main, -amount];
  }
  if (amount <= 0n) return [];
  const legs = [{ debit, credit, amount: fen(amount) }];
  return [{ key: `net:${date}:${participantNo}`, reason: `netted for ${date}`, legs }];
}
