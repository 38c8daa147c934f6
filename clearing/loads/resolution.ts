import { type BusinessDate, fen, sendTogether, type Statement, type Transaction } from '@citycard/common';
import { type NewAlarm, raiseAlarm } from '../alarms/alarm.ts';
import { clearingErrors } from '../errors.ts';
import { type Leg, type Posting, type PostingOutcome, post, postOrFail, type Resolution } from '../ledger/posting.ts';
import type { CardNo } from '../purses/card-number.ts';
import { barIdentity, type Load, type LoadIdentity, type LoadResolution } from './load.ts';

interface StateChange {
  readonly load: Load;
  readonly state: 'posted' | 'void';
  readonly by: LoadResolution;
  readonly tac?: Buffer;
}

/** What one decision about loads does: collected first, then written together with what others of its set do. */
export class LoadChanges {
  readonly postings: (Posting | Resolution)[] = [];
  readonly states: StateChange[] = [];
  readonly alarms: NewAlarm[] = [];
  readonly barred: { readonly identity: LoadIdentity; readonly cardNo: CardNo }[] = [];
  /** The highest online counter at which a load is now proved, or known to be undecided. */
  provenCounter: { readonly cardNo: CardNo; readonly counter: number } | undefined;

  alarm(alarm: NewAlarm): void {
    this.alarms.push(alarm);
  }

  /** Ends a pending load without money having moved. */
  void(load: Load, by: LoadResolution): void {
    this.postings.push(resolutionOf(load, 'void', reasonOf(by)));
    this.states.push({ load, state: 'void', by });
  }

  /**
   * The load is on the card. Pending: posted. Void: posted again out of the same accounts below their floor if need be,
   * for the card has the money; with an alarm. All others of the same card and counter are void.
   */
  prove(load: Load, siblings: readonly Load[], by: LoadResolution, legsOf: LegsOf, tac?: Buffer): void {
    // What is taken back comes first, so that it can cover what is posted again.
    for (const other of siblings) if (other.loadId !== load.loadId) this.#disprove(other, load, by, legsOf);
    if (load.state === 'posted') {
      // Known so far by the counter or by a person; the TAC makes it proof that nothing takes back.
      if (by === 'result' && load.resolvedBy !== 'result')
        this.states.push({ load, state: 'posted', by, ...(tac && { tac }) });
      return;
    }
    if (load.state === 'pending') {
      this.postings.push(resolutionOf(load, 'post', reasonOf(by)));
    } else {
      // A load can be void a second time only when a proof for it was contradicted; then its key is used up.
      const key = `${load.postingKey}:again${load.resolvedBy === 'contradicted' ? '-2' : ''}`;
      const reason = 'load proved after it was void';
      this.postings.push({ cardNo: load.cardNo, key, reason, legs: legsOf(load).map(asPosted), ignoreFloor: true });
      this.alarm({
        kind: 'load-void-proved',
        severity: 'critical',
        subject: subjectOf(load),
        evidence: { ...evidenceOf(load), provedBy: by },
      });
    }
    this.states.push({ load, state: 'posted', by, ...(tac && { tac }) });
  }

  #disprove(load: Load, proved: Load, by: LoadResolution, legsOf: LegsOf): void {
    if (load.state === 'pending') this.void(load, 'other-proved');
    if (load.state !== 'posted') return;
    // Two TACs at one counter are two cards with one number; what is then right, a person has to find out.
    const evidence = { ...evidenceOf(load), postedBy: load.resolvedBy, proved: evidenceOf(proved), provedBy: by };
    const kind = load.resolvedBy === 'result' ? 'load-two-proofs' : 'load-contradicted';
    this.alarm({ kind, severity: 'critical', subject: subjectOf(load), evidence });
    if (load.resolvedBy === 'result') return;
    this.postings.push({
      cardNo: load.cardNo,
      key: `${load.postingKey}:taken-back`,
      reason: 'another load of this counter was proved by its TAC',
      legs: legsOf(load).map(({ debit, credit, amount }) => ({ debit: credit, credit: debit, amount })),
      ignoreFloor: true,
    });
    this.states.push({ load, state: 'void', by: 'contradicted' });
  }
}

/** What one member of a set does, and the posting that may be refused, if it has one. */
export interface SetChange {
  readonly changes: LoadChanges;
  readonly opening?: Posting;
}

/**
 * Writes what the members of a set do with one posting set, because locks are taken in one order within a set only.
 * Answers the outcome of each member's opening, undefined for a member without one; `alongside` writes what depends on them.
 *
 * @throws CityCardError `clearing.posting-refused` when the ledger refuses anything else.
 */
export async function applyChanges(
  tx: Transaction,
  date: BusinessDate,
  members: readonly SetChange[],
  alongside: (openings: readonly (PostingOutcome | undefined)[]) => readonly Statement[] = () => [],
): Promise<(PostingOutcome | undefined)[]> {
  const outcomes = await post(tx, date, postingsOf(members));
  let at = 0;
  const openings = members.map(({ changes, opening }) => {
    for (const posting of changes.postings) {
      const result = outcomes[at++];
      if (result?.outcome !== 'posted') throw clearingErrors.postingRefused({ key: posting.key, ...result });
    }
    return opening === undefined ? undefined : outcomes[at++];
  });
  await sendTogether(
    tx,
    ...[...changesOf(members), ...alongside(openings)].map((statement) => () => tx.query(statement)),
  );
  for (const { changes } of members) {
    for (const { identity, cardNo } of changes.barred) await barIdentity(tx, identity, cardNo);
    for (const alarm of changes.alarms) await raiseAlarm(tx, alarm);
  }
  return openings;
}

/** Whether {@link lastChanges} can write what these members do: alarms and barred identities are written step by step. */
export const canBeLast = (members: readonly SetChange[]): boolean =>
  members.every(({ changes }) => changes.alarms.length === 0 && changes.barred.length === 0);

/**
 * What {@link applyChanges} writes, as statements to be sent together with the COMMIT. The ledger comes last: its accounts are
 * everybody's. A posting that is refused ends the transaction (`isRefusedPosting`).
 */
export const lastChanges = (date: BusinessDate, members: readonly SetChange[]): Statement[] => [
  ...changesOf(members),
  ...postOrFail(date, postingsOf(members)),
];

const postingsOf = (members: readonly SetChange[]): (Posting | Resolution)[] =>
  members.flatMap(({ changes, opening }) =>
    opening === undefined ? changes.postings : [...changes.postings, opening],
  );

const changesOf = (members: readonly SetChange[]): Statement[] => [
  ...writeStates(members.flatMap(({ changes }) => changes.states)),
  ...writeProvenCounters(members.flatMap(({ changes }) => changes.provenCounter ?? [])),
];

function writeStates(states: readonly StateChange[]): Statement[] {
  if (states.length === 0) return [];
  const statement = {
    name: 'clearing-write-load-states',
    text: `select clearing.write_load_states($1, $2, $3, $4, $5)`,
    values: [
      states.map(({ load }) => load.cardNo),
      states.map(({ load }) => load.loadId),
      states.map(({ state }) => state),
      states.map(({ by }) => by),
      states.map(({ tac }) => tac ?? null),
    ],
  };
  return [statement];
}

function writeProvenCounters(proven: readonly { readonly cardNo: CardNo; readonly counter: number }[]): Statement[] {
  if (proven.length === 0) return [];
  const statement = {
    name: 'clearing-write-proven-counters',
    text: 'select clearing.write_proven_counters($1, $2)',
    values: [proven.map(({ cardNo }) => cardNo), proven.map(({ counter }) => counter)],
  };
  return [statement];
}

/** The accounts a load's money comes from. */
export type LegsOf = (load: Load) => readonly Leg[];

/** Whether a decision on the load may have to know where its money came from: a pending one is resolved by its key alone. */
const mayMoveAgain = ({ state, resolvedBy }: Load): boolean =>
  state === 'void' || (state === 'posted' && resolvedBy !== 'result');

/** The accounts the loads' money comes from, as their pending postings say; asked only for loads whose money may move again. */
export async function legsOfLoads(tx: Transaction, loads: readonly Load[]): Promise<LegsOf> {
  const found = await readLegs(tx, loads.filter(mayMoveAgain));
  return (load) => {
    const legs = found.get(load.postingKey);
    if (legs === undefined) throw new Error(`the accounts of ${load.postingKey} were not asked for`);
    return legs;
  };
}

export interface SiblingLoad {
  readonly load: Load;
  readonly legs: readonly Leg[];
}

/** The loads with the accounts their money comes from, as their pending postings say. */
export async function withLegs(tx: Transaction, loads: readonly Load[]): Promise<SiblingLoad[]> {
  const found = await readLegs(tx, loads);
  return loads.map((load) => ({ load, legs: found.get(load.postingKey) ?? [] }));
}

async function readLegs(tx: Transaction, loads: readonly Load[]): Promise<Map<string, Leg[]>> {
  const legs = new Map<string, Leg[]>();
  if (loads.length === 0) return legs;
  const { rows } = await tx.query<{
    posting_key: string;
    debit_account: string;
    credit_account: string;
    amount_fen: bigint;
  }>(
    `select p.posting_key, p.debit_account, p.credit_account, p.amount_fen
       from unnest($1::text[], $2::text[]) as l(card, key)
       join clearing.ledger_pending p on p.card_no = l.card and p.posting_key = l.key
      order by p.posting_key, p.leg`,
    [loads.map(({ cardNo }) => cardNo), loads.map(({ postingKey }) => postingKey)],
  );
  for (const load of loads) legs.set(load.postingKey, []);
  for (const row of rows)
    legs
      .get(row.posting_key)
      ?.push({ debit: row.debit_account, credit: row.credit_account, amount: fen(row.amount_fen) });
  return legs;
}

const asPosted = ({ debit, credit, amount }: Leg): Leg => ({ debit, credit, amount });

function resolutionOf(load: Load, outcome: 'post' | 'void', reason: string): Resolution {
  const { cardNo, postingKey } = load;
  return { cardNo, key: `${postingKey}:${outcome}`, reason, resolves: postingKey, outcome };
}

const reasonOf = (by: LoadResolution): string => `load resolved: ${by}`;

export const subjectOf = (load: Load): string => `card ${load.cardNo} load ${load.loadId}`;

/** What a person needs to judge a load. */
export function evidenceOf(load: Load): Record<string, unknown> {
  return {
    loadId: load.loadId,
    ...load.identity,
    cityDate: load.cityDate,
    onlineCounter: load.onlineCounter,
    balanceBefore: load.balanceBefore,
    amount: load.amount,
    state: load.state,
  };
}
