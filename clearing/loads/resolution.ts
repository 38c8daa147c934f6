import { type BusinessDate, fen, type Transaction } from '@citycard/common';
import { type NewAlarm, raiseAlarm } from '../alarms/alarm.ts';
import { clearingErrors } from '../errors.ts';
import { post, type Leg, type Posting, type PostingOutcome, type Resolution } from '../ledger/posting.ts';
import type { Load, LoadResolution } from './load.ts';

interface StateChange {
  readonly load: Load;
  readonly state: 'posted' | 'void';
  readonly by: LoadResolution;
  readonly tac?: Buffer;
}

/**
 * What a decision about loads does: collected first, then applied with one posting set, because locks are taken in one
 * order within a set only.
 */
export class LoadChanges {
  readonly #postings: (Posting | Resolution)[] = [];
  readonly #states: StateChange[] = [];
  readonly #alarms: NewAlarm[] = [];

  alarm(alarm: NewAlarm): void {
    this.#alarms.push(alarm);
  }

  /** Ends a pending load without money having moved. */
  void(load: Load, by: LoadResolution): void {
    this.#postings.push(resolutionOf(load, 'void', reasonOf(by)));
    this.#states.push({ load, state: 'void', by });
  }

  /**
   * The load is on the card. Pending: posted. Void: posted again out of the same accounts below their floor if need be,
   * for the card has the money; with an alarm. All others of the same card and counter are void.
   */
  prove(load: Load, siblings: readonly SiblingLoad[], by: LoadResolution, legs: readonly Leg[], tac?: Buffer): void {
    // What is taken back comes first, so that it can cover what is posted again.
    for (const other of siblings) if (other.load.loadId !== load.loadId) this.#disprove(other, load, by);
    if (load.state === 'posted') {
      // Known so far by the counter or by a person; the TAC makes it proof that nothing takes back.
      if (by === 'result' && load.resolvedBy !== 'result')
        this.#states.push({ load, state: 'posted', by, ...(tac && { tac }) });
      return;
    }
    if (load.state === 'pending') {
      this.#postings.push(resolutionOf(load, 'post', reasonOf(by)));
    } else {
      // A load can be void a second time only when a proof for it was contradicted; then its key is used up.
      const key = `${load.postingKey}:again${load.resolvedBy === 'contradicted' ? '-2' : ''}`;
      const reason = 'load proved after it was void';
      this.#postings.push({ cardNo: load.cardNo, key, reason, legs: legs.map(asPosted), ignoreFloor: true });
      this.alarm({
        kind: 'load-void-proved',
        severity: 'critical',
        subject: subjectOf(load),
        evidence: { ...evidenceOf(load), provedBy: by },
      });
    }
    this.#states.push({ load, state: 'posted', by, ...(tac && { tac }) });
  }

  #disprove({ load, legs }: SiblingLoad, proved: Load, by: LoadResolution): void {
    if (load.state === 'pending') this.void(load, 'other-proved');
    if (load.state !== 'posted') return;
    // Two TACs at one counter are two cards with one number; what is then right, a person has to find out.
    const evidence = { ...evidenceOf(load), postedBy: load.resolvedBy, proved: evidenceOf(proved), provedBy: by };
    const kind = load.resolvedBy === 'result' ? 'load-two-proofs' : 'load-contradicted';
    this.alarm({ kind, severity: 'critical', subject: subjectOf(load), evidence });
    if (load.resolvedBy === 'result') return;
    this.#postings.push({
      cardNo: load.cardNo,
      key: `${load.postingKey}:taken-back`,
      reason: 'another load of this counter was proved by its TAC',
      legs: legs.map(({ debit, credit, amount }) => ({ debit: credit, credit: debit, amount })),
      ignoreFloor: true,
    });
    this.#states.push({ load, state: 'void', by: 'contradicted' });
  }

  /**
   * Writes everything; answers the outcome of `last`, a posting that may be refused, if one was given.
   *
   * @throws CityCardError `clearing.posting-refused` when the ledger refuses anything else.
   */
  async apply(tx: Transaction, date: BusinessDate, last?: Posting): Promise<PostingOutcome | undefined> {
    const outcomes = await post(tx, date, last === undefined ? this.#postings : [...this.#postings, last]);
    this.#postings.forEach((posting, index) => {
      const result = outcomes[index];
      if (result?.outcome !== 'posted') throw clearingErrors.postingRefused({ key: posting.key, ...result });
    });
    for (const { load, state, by, tac } of this.#states) {
      await tx.query(
        `update clearing.load set state = $3, resolved_by = $4, tac = coalesce($5, tac), resolved_at = now()
          where card_no = $1 and load_id = $2`,
        [load.cardNo, load.loadId, state, by, tac ?? null],
      );
    }
    for (const alarm of this.#alarms) await raiseAlarm(tx, alarm);
    return last === undefined ? undefined : outcomes.at(-1);
  }
}

export interface SiblingLoad {
  readonly load: Load;
  readonly legs: readonly Leg[];
}

/** The loads with the accounts their money comes from, as their pending postings say. */
export async function withLegs(tx: Transaction, loads: readonly Load[]): Promise<SiblingLoad[]> {
  const [first] = loads;
  if (first === undefined) return [];
  const { rows } = await tx.query<{
    posting_key: string;
    debit_account: string;
    credit_account: string;
    amount_fen: bigint;
  }>(
    `select posting_key, debit_account, credit_account, amount_fen from clearing.ledger_pending
      where card_no = $1 and posting_key = any ($2) order by posting_key, leg`,
    [first.cardNo, loads.map((load) => load.postingKey)],
  );
  return loads.map((load) => ({
    load,
    legs: rows
      .filter((row) => row.posting_key === load.postingKey)
      .map((row) => ({ debit: row.debit_account, credit: row.credit_account, amount: fen(row.amount_fen) })),
  }));
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
