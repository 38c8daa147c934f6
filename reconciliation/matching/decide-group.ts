import type { Decision, Line, MatchPass, MatchTerms } from './terms.ts';

/** Decisions about lines of one key, and the lines later passes look at. */
export interface GroupDecision {
  readonly decisions: readonly Decision[];
  readonly leftOurs: readonly Line[];
  readonly leftTheirs: readonly Line[];
}

/**
 * Decides about all lines that have one key in a pass. Every line is in exactly one decision or left over; the result does not depend
 * on the order the lines come in.
 */
export function decideGroup(
  terms: MatchTerms,
  pass: MatchPass,
  ours: readonly Line[],
  theirs: readonly Line[],
): GroupDecision {
  if (ours.length === 0 || theirs.length === 0) return { decisions: [], leftOurs: ours, leftTheirs: theirs };
  const [ourLines, theirLines] = [ours.toSorted(byDay), theirs.toSorted(byDay)];
  return pass.cardinality === '1-1'
    ? decidePairs(terms, pass, ourLines, theirLines)
    : decideSums(terms, pass, ourLines, theirLines);
}

const byDay = (a: Line, b: Line): number => a.day - b.day || compare(a.amount, b.amount) || a.line - b.line;
const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** Whether the days of two lines are as far apart as agreed, or less. */
const inWindow = ({ daysBefore, daysAfter }: MatchTerms, ours: number, theirs: number): boolean =>
  theirs >= ours - daysBefore && theirs <= ours + daysAfter;

/** Whether two amounts are the same within the tolerance. */
export function within(toleranceFen: number, ours: bigint, theirs: bigint): boolean {
  const apart = ours - theirs;
  const limit = BigInt(toleranceFen);
  return apart <= limit && -apart <= limit;
}

/** How near two lines have to be to be taken for a pair. */
interface Fit {
  readonly amounts: 'same' | 'within tolerance' | 'any';
  readonly days: 'in the window' | 'any';
}

function decidePairs(terms: MatchTerms, pass: MatchPass, ours: Line[], theirs: Line[]): GroupDecision {
  const decisions: Decision[] = [];
  const left = { ours, theirs };
  const take = (state: 'equal' | 'late' | 'amount', fit: Fit) => {
    if (fit.amounts === 'within tolerance' && terms.toleranceFen === 0) return;
    for (const [our, their] of pairUp(terms, left, fit))
      decisions.push({ state: our.doubt || their.doubt ? 'in-doubt' : state, ours: [our], theirs: [their] });
  };
  // The best fit first, so that a twin of another amount or day does not take its place.
  take('equal', { amounts: 'same', days: 'in the window' });
  take('equal', { amounts: 'within tolerance', days: 'in the window' });
  if (!pass.certain) return { decisions, leftOurs: left.ours, leftTheirs: left.theirs };
  take('late', { amounts: 'same', days: 'any' });
  take('late', { amounts: 'within tolerance', days: 'any' });
  take('amount', { amounts: 'any', days: 'in the window' });
  take('amount', { amounts: 'any', days: 'any' });
  // Both sides know the key, one of them more than once.
  for (const line of left.ours) decisions.push({ state: 'duplicate', ours: [line], theirs: [] });
  for (const line of left.theirs) decisions.push({ state: 'duplicate', ours: [], theirs: [line] });
  return { decisions, leftOurs: [], leftTheirs: [] };
}

/** Lines of theirs in the order of days, of which those before `next` are behind every line of ours still to come. */
interface Row {
  readonly lines: Line[];
  next: number;
}

/**
 * Takes out pairs that fit: each of ours, in the order of days, with the earliest of theirs in its window, which pairs as many as
 * can be. One look at each line and, within the tolerance, at each amount near it.
 */
function pairUp(
  terms: MatchTerms,
  left: { ours: Line[]; theirs: Line[] },
  { amounts, days }: Fit,
): (readonly [Line, Line])[] {
  const rows = new Map<bigint, Row>();
  const keyOf = (amount: bigint, records: number) => (amounts === 'any' ? 0n : amount * RECORDS + BigInt(records));
  for (const line of left.theirs) {
    const key = keyOf(line.amount, line.records);
    const row = rows.get(key);
    if (row === undefined) rows.set(key, { lines: [line], next: 0 });
    else row.lines.push(line);
  }
  const pairs: (readonly [Line, Line])[] = [];
  const [restOurs, taken]: [Line[], Set<Line>] = [[], new Set()];
  for (const our of left.ours) {
    const their = candidates(terms, amounts, our.amount).reduce<Line | undefined>(
      (found, amount) => found ?? nextIn(rows.get(keyOf(amount, our.records)), terms, our, days),
      undefined,
    );
    if (their === undefined) restOurs.push(our);
    else {
      pairs.push([our, their]);
      taken.add(their);
    }
  }
  left.ours = restOurs;
  left.theirs = left.theirs.filter((line) => !taken.has(line));
  return pairs;
}

/** Amounts of theirs to look for, the nearest first. */
function candidates({ toleranceFen }: MatchTerms, amounts: Fit['amounts'], amount: bigint): bigint[] {
  if (amounts === 'any') return [0n];
  if (amounts === 'same') return [amount];
  return Array.from({ length: toleranceFen }, (_, at) => BigInt(at + 1)).flatMap((apart) => [
    amount - apart,
    amount + apart,
  ]);
}

function nextIn(row: Row | undefined, terms: MatchTerms, our: Line, days: Fit['days']): Line | undefined {
  if (row === undefined) return undefined;
  if (days === 'in the window')
    while ((row.lines[row.next]?.day ?? Infinity) < our.day - terms.daysBefore) row.next += 1;
  const line = row.lines[row.next];
  if (line === undefined || (days === 'in the window' && !inWindow(terms, our.day, line.day))) return undefined;
  row.next += 1;
  return line;
}

/** More than the records of any line, so that amount and records are one number. */
const RECORDS = 1n << 32n;

function decideSums(terms: MatchTerms, pass: MatchPass, ours: Line[], theirs: Line[]): GroupDecision {
  const left = { decisions: [], leftOurs: ours, leftTheirs: theirs };
  if (pass.cardinality === '1-n' && ours.length > 1) return left;
  if (pass.cardinality === 'n-1' && theirs.length > 1) return left;
  const sum = (lines: readonly Line[]) => lines.reduce((total, { amount }) => total + amount, 0n);
  const records = (lines: readonly Line[]) => lines.reduce((total, line) => total + line.records, 0);
  const same = within(terms.toleranceFen, sum(ours), sum(theirs)) && records(ours) === records(theirs);
  // Lines are in the order of days: the ends are the furthest apart.
  const [first, last] = [theirs[0]?.day ?? 0, theirs.at(-1)?.day ?? 0];
  const near = ours.every(({ day }) => inWindow(terms, day, first) && inWindow(terms, day, last));
  if (!pass.certain && !(same && near)) return left;
  const doubt = [...ours, ...theirs].some((line) => line.doubt);
  const state = doubt ? 'in-doubt' : !same ? 'amount' : near ? 'equal' : 'late';
  return { decisions: [{ state, ours, theirs }], leftOurs: [], leftTheirs: [] };
}
