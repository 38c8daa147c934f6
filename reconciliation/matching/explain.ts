import { within } from './decide-group.ts';
import type { About } from './plan.ts';
import type { MatchState, MatchTerms } from './terms.ts';

/** A row of a result: a pair of lines, one line alone, or one line of a group that was compared by its sums. */
export interface ResultRow {
  readonly state: MatchState;
  /** Number of the pass that decided. */
  readonly pass?: number;
  readonly ourLine?: number;
  readonly theirLine?: number;
  readonly key: string;
  readonly ours?: bigint;
  readonly theirs?: bigint;
  readonly ourDay?: string;
  readonly theirDay?: string;
  /** Records the lines stand for, where both sides count them. */
  readonly ourRecords?: number;
  readonly theirRecords?: number;
  /** What else is known of the lines. */
  readonly ourAbout?: About;
  readonly theirAbout?: About;
  readonly group?: {
    readonly no: number;
    readonly ourLines: number;
    readonly theirLines: number;
    readonly ours: bigint;
    readonly theirs: bigint;
  };
}

/** Why a row is what it is, in a sentence that names the pass, the amounts and the days it was decided by. */
export function explain(terms: MatchTerms, row: ResultRow): string {
  const pass = row.pass === undefined ? undefined : terms.passes[row.pass];
  const by = pass === undefined ? '' : `By ${pass.name} (same ${pass.on.join(' and ')}): `;
  if (row.group !== undefined) return `${by}${groupSentence(terms, row, row.group)}`;
  if (row.ourLine === undefined || row.theirLine === undefined) return `${by}${aloneSentence(row)}`;
  const amounts = amountsSentence(terms, row.ours ?? 0n, row.theirs ?? 0n);
  return `${by}line ${row.ourLine} of ours and line ${row.theirLine} of theirs; ${amounts}${recordsSentence(row)}; ${daysSentence(terms, row)}${doubtful(row)}.`;
}

function amountsSentence({ toleranceFen }: MatchTerms, ours: bigint, theirs: bigint): string {
  if (ours === theirs) return `${ours} fen on both sides`;
  const apart = within(toleranceFen, ours, theirs) ? 'within' : 'more than';
  return `${ours} fen against ${theirs} fen, ${apart} the ${toleranceFen} fen allowed`;
}

const recordsSentence = ({ ourRecords, theirRecords }: ResultRow): string =>
  ourRecords === theirRecords ? '' : `, ${ourRecords ?? 0} records against ${theirRecords ?? 0}`;

function daysSentence({ daysBefore, daysAfter }: MatchTerms, { ourDay, theirDay }: ResultRow): string {
  if (ourDay === theirDay) return `both on ${ourDay ?? 'an unknown day'}`;
  const apart = (Date.parse(theirDay ?? '') - Date.parse(ourDay ?? '')) / 86_400_000;
  const near = apart >= -daysBefore && apart <= daysAfter ? 'inside' : 'outside';
  return `${ourDay ?? '?'} and ${theirDay ?? '?'}, ${near} the window of ${daysBefore} days before to ${daysAfter} days after`;
}

function aloneSentence({ state, ourLine, theirLine }: ResultRow): string {
  const [mine, other] = ourLine === undefined ? ['theirs', 'ours'] : ['ours', 'theirs'];
  const line = `line ${ourLine ?? theirLine ?? '?'} of ${mine}`;
  if (state === 'duplicate') return `${line} is there once more than its key is among ${other}.`;
  if (state === 'in-doubt') return `${line} is in doubt itself, and nothing among ${other} belongs to it.`;
  return `${line} has nothing that belongs to it among ${other}, by any pass.`;
}

function groupSentence(terms: MatchTerms, row: ResultRow, group: NonNullable<ResultRow['group']>): string {
  const line = row.ourLine === undefined ? `line ${row.theirLine ?? '?'} of theirs` : `line ${row.ourLine} of ours`;
  const late = row.state === 'late' ? ', days further apart than the window' : '';
  const sums = amountsSentence(terms, group.ours, group.theirs);
  return `${line} in group ${group.no} of ${group.ourLines} of ours and ${group.theirLines} of theirs; ${sums}${late}${doubtful(row)}.`;
}

const doubtful = ({ state }: ResultRow): string =>
  state === 'in-doubt' ? '; one side cannot say yet whether it happened' : '';
