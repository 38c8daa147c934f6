/** How large sets may get and how long anybody waits. */
export interface SetLimits {
  /** Members of a set. Above it the cost of a commit is shared by so many that more would only wait longer. */
  readonly largestSet: number;
  /** Sets under way at once. With more, one asks the HSM while another commits, but sets are smaller and each costs more. */
  readonly setsAtOnce: number;
  /** Members waiting; whoever comes then is turned away at once. */
  readonly waiting: number;
  /** From arrival to answer; whoever waits longer is told to repeat. */
  readonly deadlineMs: number;
}

export const defaultSetLimits: SetLimits = { largestSet: 256, setsAtOnce: 1, waiting: 4096, deadlineMs: 15_000 };

/** There was no room, or no time: ask again. Nothing is known to have happened, and what happened is found by the repeat. */
export const TOO_LATE = 'too-late';

export interface SetWork<M, R> {
  readonly limits: SetLimits;
  /** Two members of one key are never under way at once: the second is taken when the first has its result. */
  readonly keyOf: (member: M) => string;
  /** Decides a set; one result per member, in their order. Rejecting, it has changed nothing. */
  readonly run: (members: readonly M[]) => Promise<readonly R[]>;
  /** Whether an error is everybody's (the HSM is away, the database is down), so that asking one by one would not help. */
  readonly isShared: (error: unknown) => boolean;
}

interface Waiting<M, R> {
  readonly member: M;
  readonly key: string;
  readonly latest: number;
  settled: boolean;
  resolve(result: R | typeof TOO_LATE): void;
  reject(error: unknown): void;
  /** Those of the same key that came after it, in order. */
  followers: Waiting<M, R>[] | undefined;
}

const SWEEP_MS = 250;

/**
 * Gathers what arrives into sets (architecture: group commit). A set leaves at the end of the current turn of the event loop;
 * while as many sets as allowed are under way, arrivals gather: the busier the gateway, the larger the sets. A set that
 * fails for a reason of one of its members is decided again one by one, so that nobody fails for another.
 */
export class SetCollector<M, R> {
  readonly #work: SetWork<M, R>;
  #queue: Waiting<M, R>[] = [];
  readonly #byKey = new Map<string, Waiting<M, R>>();
  #underWay = 0;
  #held = 0;
  #scheduled = false;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(work: SetWork<M, R>) {
    this.#work = work;
  }

  /** The member's result, or `TOO_LATE`. Rejects with the error its decision met. */
  add(member: M, arrivedAt = performance.now()): Promise<R | typeof TOO_LATE> {
    const { limits, keyOf } = this.#work;
    if (this.#held >= limits.waiting) return Promise.resolve(TOO_LATE);
    return new Promise((resolve, reject) => {
      const latest = arrivedAt + limits.deadlineMs;
      const one: Waiting<M, R> = {
        member,
        key: keyOf(member),
        latest,
        settled: false,
        resolve,
        reject,
        followers: undefined,
      };
      this.#held += 1;
      const leader = this.#byKey.get(one.key);
      if (leader === undefined) {
        this.#byKey.set(one.key, one);
        this.#queue.push(one);
      } else (leader.followers ??= []).push(one);
      this.#schedule();
      this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS).unref();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#queue.length === 0 || this.#underWay >= this.#work.limits.setsAtOnce) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#queue.length > 0 && this.#underWay < this.#work.limits.setsAtOnce) void this.#runSet();
    });
  }

  async #runSet(): Promise<void> {
    const taken = this.#queue.splice(0, this.#work.limits.largestSet);
    const now = performance.now();
    const set = taken.filter((one) => {
      if (!one.settled && now <= one.latest) return true;
      this.#settle(one, TOO_LATE);
      this.#leave(one);
      return false;
    });
    if (set.length === 0) return;
    this.#underWay += 1;
    try {
      await this.#decide(set);
    } finally {
      this.#underWay -= 1;
      for (const one of set) this.#leave(one);
      this.#schedule();
    }
  }

  async #decide(set: readonly Waiting<M, R>[]): Promise<void> {
    try {
      const results = await this.#work.run(set.map(({ member }) => member));
      set.forEach((one, index) => this.#settle(one, results[index] as R));
    } catch (error) {
      if (set.length === 1 || this.#work.isShared(error)) for (const one of set) this.#fail(one, error);
      else await this.#oneByOne(set);
    }
  }

  async #oneByOne(set: readonly Waiting<M, R>[]): Promise<void> {
    for (const one of set) {
      if (one.settled || performance.now() > one.latest) this.#settle(one, TOO_LATE);
      else await this.#decide([one]);
    }
  }

  #settle(one: Waiting<M, R>, result: R | typeof TOO_LATE): void {
    if (one.settled) return;
    one.settled = true;
    one.resolve(result);
  }

  #fail(one: Waiting<M, R>, error: unknown): void {
    if (one.settled) return;
    one.settled = true;
    one.reject(error);
  }

  /** The member is done with; the next of its key takes its place. */
  #leave(one: Waiting<M, R>): void {
    this.#held -= 1;
    const next = one.followers?.shift();
    if (next === undefined) {
      this.#byKey.delete(one.key);
      return;
    }
    next.followers = one.followers;
    this.#byKey.set(one.key, next);
    this.#queue.push(next);
    this.#schedule();
  }

  /** Tells everybody whose time is over, also those whose set is still under way: its outcome is found by the repeat. */
  #sweep(): void {
    const now = performance.now();
    for (const leader of this.#byKey.values()) {
      if (now > leader.latest) this.#settle(leader, TOO_LATE);
      for (const follower of leader.followers ?? []) if (now > follower.latest) this.#settle(follower, TOO_LATE);
    }
    if (this.#held > 0) return;
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
  }
}
