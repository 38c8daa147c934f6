import { purchaseContentSha256 } from '../purchases/purchase-record.ts';
import { REASON } from '../purchases/reason-codes.ts';
import type { Examined } from './examine.ts';
import { type Earlier, keysOf, lockKey, type PurchaseKeys } from './known.ts';
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
  /** Whether a TAC had to be asked for and is right: only then is it told from other purchases. */
  readonly isProven: boolean;
  /** What refuses a new purchase behind the duplicate check: hotlist, expiry. */
  readonly refusal: Outcome | undefined;
}

interface Known {
  readonly ref: RecordRef;
  readonly keys: PurchaseKeys;
  readonly content: Buffer;
  /** Place in the set; undefined for a record decided before. */
  readonly place: number | undefined;
}

type Gray = Omit<Known, 'content'>;

/**
 * Decides a set of records in the order they arrived, each against what is known and against those before it
 * (terminal-interface.md §3, "Sameness" and "Order of checks"). Nothing is read or written here.
 *
 * @param claimed those that nobody shares a key with
 */
export function judge(
  examinees: readonly Examinee[],
  earlier: Earlier,
  claimed: ReadonlySet<ReceivedPurchase>,
): Judgement {
  const bench = new Bench(earlier);
  const looked = cardsToLookAt(examinees, earlier, claimed);
  for (const examinee of examinees) {
    if (claimed.has(examinee.purchase) && !looked.has(examinee.purchase.ref.cardNo)) bench.accept(examinee);
    else bench.decide(examinee);
  }
  return bench.judgement(examinees);
}

/** Cards with something that has no keys of its own, in the set or before: their purchases have to do with one another. */
function cardsToLookAt(
  examinees: readonly Examinee[],
  { known, openGrays }: Earlier,
  claimed: ReadonlySet<ReceivedPurchase>,
): Set<string> {
  const cards = new Set([...known, ...openGrays].map(({ ref }) => ref.cardNo));
  for (const { purchase, examined, isProven } of examinees) {
    if (examined.next === 'gray' || (isProven && !claimed.has(purchase))) cards.add(purchase.ref.cardNo);
  }
  return cards;
}

class Bench {
  /** Of the records of the set, in the order of arrival. */
  readonly #outcomes: Outcome[] = [];
  /** Of records decided earlier, by record. */
  readonly #changes = new Map<string, Decision>();
  readonly #stored = new Map<string, Standing>();
  readonly #byCounter = new Map<string, Known[]>();
  readonly #byTransaction = new Map<string, Known[]>();
  readonly #grays = new Map<string, Gray[]>();
  readonly #locks: Set<string>;
  readonly #identities: Remembered[] = [];
  readonly #conflicts: Remembered[] = [];

  constructor({ known: before, openGrays, locks }: Earlier) {
    this.#locks = new Set(locks);
    for (const { ref, keys, content, state, code } of before) {
      this.#stored.set(refKey(ref), { state, code });
      this.#remember({ ref, keys, content, place: undefined });
    }
    for (const { ref, keys } of openGrays) {
      this.#stored.set(refKey(ref), { state: 'suspicious', code: REASON.gray });
      this.#addGray({ ref, keys, place: undefined });
    }
  }

  /** A purchase that is nobody else's. */
  accept({ refusal }: Examinee): void {
    this.#outcomes.push(refusal ?? ACCEPTED);
  }

  decide({ purchase, examined, isProven, refusal }: Examinee): void {
    switch (examined.next) {
      case 'decided':
        this.#outcomes.push(examined.outcome);
        return;
      case 'lock':
        this.#outcomes.push(this.#decideLock(purchase));
        return;
      case 'gray':
        this.#outcomes.push(this.#decideGray(purchase));
        return;
      case 'tac':
        if (isProven) this.#decidePurchase(purchase, refusal);
        else this.#outcomes.push(rejected(REASON.tacWrong, 'the TAC is not that of this card'));
    }
  }

  judgement(examinees: readonly Examinee[]): Judgement {
    return {
      decisions: this.#outcomes.map((outcome, place): Decision => {
        const examinee = examinees[place];
        if (examinee === undefined) throw new Error('every outcome is that of a record');
        return { ref: examinee.purchase.ref, from: RECEIVED, outcome };
      }),
      changes: [...this.#changes.values()],
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
    const keys = keysOf(purchase.record);
    const atCounter = this.#byCounter.get(keys.counter) ?? [];
    const same = atCounter.find((known) => known.keys.transaction === keys.transaction);
    if (same !== undefined) return replaced(same.ref);
    if (atCounter[0] !== undefined) return refuted(atCounter[0].ref);
    this.#addGray({ ref: purchase.ref, keys, place: this.#outcomes.length });
    return held(REASON.gray, 'nobody knows yet whether the card paid');
  }

  #decidePurchase(purchase: ReceivedPurchase, refusal: Outcome | undefined): void {
    const content = purchaseContentSha256(purchase.raw);
    const keys = keysOf(purchase.record);
    const known: Known = { ref: purchase.ref, keys, content, place: this.#outcomes.length };
    const sharing = this.#sharing(keys);
    const same = sharing.find((other) => equal(known, other));
    if (same !== undefined) {
      this.#outcomes.push(duplicate(REASON.duplicate, `the same purchase as ${nameOf(same.ref)}`));
      return;
    }
    const [clash] = sharing;
    if (clash === undefined) {
      this.#identities.push({ purchase, content });
      this.#outcomes.push(refusal ?? ACCEPTED);
    } else {
      this.#conflicts.push({ purchase, content });
      for (const other of sharing) this.#holdUnlessPosted(other, purchase.ref);
      this.#outcomes.push(held(REASON.conflict, `shares a key, but not the content, with ${nameOf(clash.ref)}`));
    }
    this.#remember(known);
    this.#resolveGrays(known);
  }

  /** Those that have one of the keys; each once. */
  #sharing(keys: PurchaseKeys): readonly Known[] {
    const atCounter = this.#byCounter.get(keys.counter);
    const ofTransaction = this.#byTransaction.get(keys.transaction);
    if (atCounter === undefined) return ofTransaction ?? NOBODY;
    if (ofTransaction === undefined) return atCounter;
    return [...new Set([...atCounter, ...ofTransaction])];
  }

  /** What this very pass accepted is not posted yet, so it is held as well. */
  #holdUnlessPosted(earlier: Known, later: RecordRef): void {
    const pending = earlier.place !== undefined && this.#outcomes[earlier.place]?.state === 'accepted';
    const standing = this.#stored.get(refKey(earlier.ref));
    const shortOfMoney = standing?.state === 'suspicious' && standing.code === REASON.insufficientBalance;
    if (!pending && !shortOfMoney) return;
    this.#set(earlier, held(REASON.conflict, `shares a key, but not the content, with ${nameOf(later)}`));
  }

  #resolveGrays(known: Known): void {
    if (this.#grays.size === 0) return;
    for (const gray of this.#grays.get(known.keys.counter) ?? []) {
      this.#set(gray, gray.keys.transaction === known.keys.transaction ? replaced(known.ref) : refuted(known.ref));
    }
    this.#grays.delete(known.keys.counter);
  }

  #set({ ref, place }: Gray, outcome: Outcome): void {
    if (place !== undefined) {
      this.#outcomes[place] = outcome;
      return;
    }
    const key = refKey(ref);
    const from = this.#stored.get(key);
    if (from === undefined) throw new Error('a record decided earlier stood somewhere');
    this.#changes.set(key, { ref, from, outcome });
  }

  #remember(known: Known): void {
    append(this.#byCounter, known.keys.counter, known);
    append(this.#byTransaction, known.keys.transaction, known);
  }

  #addGray(gray: Gray): void {
    append(this.#grays, gray.keys.counter, gray);
  }
}

const NOBODY: readonly Known[] = [];

function equal(a: Known, b: Known): boolean {
  return a.keys.counter === b.keys.counter && a.keys.transaction === b.keys.transaction && a.content.equals(b.content);
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
