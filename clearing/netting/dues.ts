import { type BusinessDate, fen, formatYuan } from '@citycard/common';
import type { Posting } from '../ledger/posting.ts';
import type { OwnAccounts } from './counterparties.ts';
import { type Carried, type Day, type Due, finished, NOTHING, type Part, type Sums } from './due.ts';
import { cityOffset, isCityOwing, pairOf, pairParts, pairsWith, receivedFen } from './pair-dues.ts';
import { type PartCode, PARTS_OF_MODE, roleOfPart } from './parts.ts';
import { daysBetween, isSettlementDay, type Rhythm, rhythmText } from './rhythm.ts';
import type { SettlementTerms } from './settlement-terms.ts';

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
export function duesOf(participant: DueParticipant, day: Day): Dues {
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
    : nettedParts(accounts, changed.main + changed.second, day, open, participant.kind === 'city');
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

/**
 * Everything in the parts of the mode: sales (with what moved beside pricing), refunds and fees; and one part for each
 * counterparty that is settled by itself.
 */
function nettedParts(
  { main, second }: OwnAccounts,
  changeFen: bigint,
  day: Day,
  all: readonly Carried[],
  isCity = false,
): Part[] {
  const open = all.filter((carried) => pairOf(carried, day) === undefined);
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
  // What pairs settle of fees and refunds is no business of the sheets that fees and refunds have by themselves.
  const ofPair = (column: 'feeFen' | 'refundFen') =>
    [...day.pairs.values()].reduce((sum, pair) => sum + pair[column], 0n);
  const shared = { fees: ofPair('feeFen'), refunds: ofPair('refundFen') };
  const paid = {
    fees: settledBy('fees', (line?.feeFen ?? 0n) + shared.fees),
    refunds: settledBy('refunds', (line?.refundFen ?? 0n) + shared.refunds),
  };
  const withEach = pairsWith(day, all, left + receivedFen([second], day.moved), isCity);
  const pairs = pairParts(withEach, { main, ...(second !== undefined && { second }) }, day, isCity);
  const ofPairs = pairs.reduce((sum, { otherFen }) => sum + otherFen, 0n);
  const apart = (role: 'refunds' | 'fees') => (codes[role] === codes.main ? 0n : paid[role] - shared[role]);
  add(codes.main, {
    salesCount: line?.salesCount ?? 0n,
    salesFen: line?.salesFen ?? 0n,
    otherFen: changeFen - (line?.netFen ?? 0n) - ofPairs - apart('fees') - apart('refunds'),
  });
  add(codes.refunds, {
    refundCount: line?.refundCount ?? 0n,
    refundFen: line?.refundFen ?? 0n,
    ...(codes.refunds !== codes.main && { otherFen: apart('refunds') }),
  });
  add(codes.fees, { feeFen: line?.feeFen ?? 0n, ...(codes.fees !== codes.main && { otherFen: apart('fees') }) });
  const own = [...parts]
    .map(([part, sums]) => finished({ ...sums, part, paysFrom: main }, day, ownOf(part)))
    .filter((part) => part.part === codes.main || part.payableFen !== 0n || part.carriedInFen !== 0n);
  return [...own, ...pairs];
}

/** Each account by itself: what is owed on one, what is owing on the other; what is between the participant and one other on sheets of its own. */
function grossParts(
  { kind }: DueParticipant,
  accounts: OwnAccounts,
  changed: { readonly main: bigint; readonly second: bigint },
  day: Day,
  open: readonly Carried[],
): Part[] {
  const paysFrom = accounts.second ?? accounts.main;
  if (kind !== 'city') {
    const second = open.filter(({ part }) => roleOfPart(part) === 'owed');
    const own = finished({ ...NOTHING, part: '51', paysFrom, otherFen: changed.second }, day, second);
    const rest = open.filter((carried) => !second.includes(carried));
    return withSomething([...nettedParts({ main: accounts.main }, changed.main, day, rest), own]);
  }
  const pairs = pairsWith(day, open, receivedFen([accounts.main, accounts.second], day.moved), true);
  const alone = open.filter((carried) => pairOf(carried, day) === undefined);
  const [main, second] = pairs.reduce(
    ([restMain, restSecond], { mainFen, secondFen, paidFen }) => [restMain - mainFen, restSecond - secondFen - paidFen],
    [changed.main, changed.second],
  );
  return withSomething([
    finished(
      { ...NOTHING, part: '51', paysFrom: accounts.main, otherFen: main },
      day,
      alone.filter((each) => !isCityOwing(each)),
    ),
    finished({ ...NOTHING, part: '52', paysFrom, otherFen: second }, day, alone.filter(isCityOwing)),
    ...pairParts(pairs, accounts, day, true),
  ]);
}

const withSomething = (parts: readonly Part[]): Part[] =>
  parts.filter((part) => part.payableFen !== 0n || part.carriedInFen !== 0n || part.salesCount > 0n);

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
