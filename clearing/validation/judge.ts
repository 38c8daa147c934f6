import { purchaseContentSha256 } from '../purchases/purchase-record.ts';
import { REASON } from '../purchases/reason-codes.ts';
import type { Examined } from './examine.ts';
import { type Facts, lockKey } from './facts.ts';
import { keysOf, type PurchaseKeys } from './known.ts';
import { ACCEPTED, duplicate, held, type Outcome, RECEIVED, rejected, type Standing } from './outcome.ts';
import { nameOf, type ReceivedPurchase, type RecordRef, refKey } from './received-purchase.ts';

/** A record, where it stood, and what it shall become. */
export interface Decision {
  readonly ref: RecordRef;
  readonly from: Standing;
  readonly outcome: Outcome;
}

/** A record with a right TAC, to be remembered for the card's life. */
export interface Remembered {
  readonly purchase: ReceivedPurchase;
  readonly content: Buffer;
}

export interface Judgement {
  /** In the order of arrival. */
  readonly decisions: readonly Decision[];
  /** Records decided earlier that these ones change. */
  readonly changes: readonly Decision[];
  readonly identities: readonly Remembered[];
  readonly conflicts: readonly Remembered[];
}

/** A record of the set with what its own checks and the HSM said of it. */
export interface Examinee {
  readonly purchase: ReceivedPurchase;
  readonly examined: Examined;
  /** Meaningful where a TAC had to be asked for. */
  readonly tacRight: boolean;
  /** What refuses a new purchase behind the duplicate check: hotlist, expiry. */
  readonly refusal: Outcome | undefined;
}

interface Known {
  readonly ref: RecordRef;
  readonly keys: PurchaseKeys;
  readonly content: string;
}

interface Gray {
  readonly ref: RecordRef;
  readonly keys: PurchaseKeys;
}

/**
 * Decides a set of records in the order they arrived, each against what is known and against those before it
 * (terminal-interface.md §3, "Sameness" and "Order of checks"). Nothing is read or written here.
 */
export function judge(examinees: readonly Examinee[], facts: Facts): Judgement {
  const bench = new Bench(facts);
  for (const examinee of examinees) bench.decide(examinee);
  return bench.judgement();
}

class Bench {
  /** Outcomes by record, of this set and of earlier records that change; the order is that of arrival. */
  readonly #outcomes = new Map<string, Decision>();
  readonly #stored = new Map<string, Standing>();
  readonly #byCounter = new Map<string, Known[]>();
  readonly #byTransaction = new Map<string, Known[]>();
  readonly #grays = new Map<string, Gray[]>();
  readonly #locks: Set<string>;
  readonly #identities: Remembered[] = [];
  readonly #conflicts: Remembered[] = [];

  constructor(facts: Facts) {
    this.#locks = new Set(facts.locks);
    for (const { ref, keys, content, state, code } of facts.known) {
      this.#stored.set(refKey(ref), { state, code });
      this.#remember({ ref, keys, content });
    }
    for (const gray of facts.openGrays) {
      this.#stored.set(refKey(gray.ref), { state: 'suspicious', code: REASON.gray });
      this.#addGray(gray);
    }
  }

  decide({ purchase, examined, tacRight, refusal }: Examinee): void {
    switch (examined.next) {
      case 'decided':
        this.#set(purchase.ref, examined.outcome);
        return;
      case 'lock':
        this.#set(purchase.ref, this.#decideLock(purchase));
        return;
      case 'gray':
        this.#set(purchase.ref, this.#decideGray(purchase));
        return;
      case 'tac':
        if (tacRight) this.#decidePurchase(purchase, refusal);
        else this.#set(purchase.ref, rejected(REASON.tacWrong, 'the TAC is not that of this card'));
    }
  }

  judgement(): Judgement {
    const all = [...this.#outcomes.values()];
    return {
      decisions: all.filter(({ from }) => from.state === 'received'),
      changes: all.filter(({ from }) => from.state !== 'received'),
      identities: this.#identities,
      conflicts: this.#conflicts,
    };
  }

  #decideLock({ ref, record }: ReceivedPurchase): Outcome {
    if (record.tac.some((byte) => byte !== 0))
      return rejected(REASON.tacWrong, 'a report of a locked card has TAC zero');
    const key = lockKey(ref.cardNo, record.samNo, record.tappedAt);
    if (this.#locks.has(key)) return duplicate(REASON.duplicate, 'this report of a locked card is known');
    this.#locks.add(key);
    return ACCEPTED;
  }

  #decideGray(purchase: ReceivedPurchase): Outcome {
    const keys = keysOf({ ...purchase.record });
    const atCounter = this.#byCounter.get(keys.counter) ?? [];
    const same = atCounter.find((known) => known.keys.transaction === keys.transaction);
    if (same !== undefined) return replaced(same.ref);
    if (atCounter[0] !== undefined) return refuted(atCounter[0].ref);
    this.#addGray({ ref: purchase.ref, keys });
    return held(REASON.gray, 'nobody knows yet whether the card paid');
  }

  #decidePurchase(purchase: ReceivedPurchase, refusal: Outcome | undefined): void {
    const keys = keysOf({ ...purchase.record });
    const digest = purchaseContentSha256(purchase.raw);
    const known = { ref: purchase.ref, keys, content: digest.toString('hex') };
    const sharing = new Set([
      ...(this.#byCounter.get(keys.counter) ?? []),
      ...(this.#byTransaction.get(keys.transaction) ?? []),
    ]);
    for (const other of sharing) {
      if (equal(known, other)) {
        this.#set(purchase.ref, duplicate(REASON.duplicate, `the same purchase as ${nameOf(other.ref)}`));
        return;
      }
    }
    const [clash] = sharing;
    if (clash === undefined) {
      this.#identities.push({ purchase, content: digest });
      this.#set(purchase.ref, refusal ?? ACCEPTED);
    } else {
      this.#conflicts.push({ purchase, content: digest });
      for (const other of sharing) this.#holdUnlessPosted(other.ref, purchase.ref);
      this.#set(purchase.ref, held(REASON.conflict, `shares a key, but not the content, with ${nameOf(clash.ref)}`));
    }
    this.#remember(known);
    this.#resolveGrays(known);
  }

  /** What this very pass accepted is not posted yet, so it is held as well. */
  #holdUnlessPosted(earlier: RecordRef, later: RecordRef): void {
    const key = refKey(earlier);
    const pending = this.#outcomes.get(key)?.outcome.state === 'accepted';
    const shortOfMoney = codeNow(this.#stored.get(key)) === REASON.insufficientBalance;
    if (!pending && !shortOfMoney) return;
    this.#set(earlier, held(REASON.conflict, `shares a key, but not the content, with ${nameOf(later)}`));
  }

  #resolveGrays(known: Known): void {
    for (const gray of this.#grays.get(known.keys.counter) ?? []) {
      this.#set(gray.ref, gray.keys.transaction === known.keys.transaction ? replaced(known.ref) : refuted(known.ref));
    }
    this.#grays.delete(known.keys.counter);
  }

  #set(ref: RecordRef, outcome: Outcome): void {
    const key = refKey(ref);
    this.#outcomes.set(key, { ref, from: this.#stored.get(key) ?? RECEIVED, outcome });
  }

  #remember(known: Known): void {
    append(this.#byCounter, known.keys.counter, known);
    append(this.#byTransaction, known.keys.transaction, known);
  }

  #addGray(gray: Gray): void {
    append(this.#grays, gray.keys.counter, gray);
  }
}

function codeNow(standing: Standing | undefined): string | null | undefined {
  return standing?.state === 'suspicious' ? standing.code : undefined;
}

function equal(a: Known, b: Known): boolean {
  return a.keys.counter === b.keys.counter && a.keys.transaction === b.keys.transaction && a.content === b.content;
}

export function replaced(by: RecordRef): Outcome {
  return duplicate(REASON.duplicate, `the complete record of this purchase is ${nameOf(by)}`);
}

export function refuted(by: RecordRef): Outcome {
  return rejected(REASON.gray, `the card made another purchase with this counter, ${nameOf(by)}`);
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
