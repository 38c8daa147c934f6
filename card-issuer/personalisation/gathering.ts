interface Gathered<Item, Result> {
  readonly item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** Items of one round; a transaction of more would hold its locks for too long. */
const mostPerRound = 256;

/**
 * Lets what is asked at about the same time be done together: the cost of a commit is shared. One round at a time; what
 * comes meanwhile waits for the next. A round that fails as a whole is done again one by one, so that what is wrong with
 * one item hurts that item alone.
 */
export class Gathering<Item, Result> {
  readonly #work: (items: readonly Item[]) => Promise<readonly (Result | Error)[]>;
  readonly #lingerMs: () => number;
  #waiting: Gathered<Item, Result>[] = [];
  #running = false;

  /**
   * @param work does all items or none; answers each with its result, or the error that is its alone
   * @param lingerMs how long the first of a round waits for others
   */
  constructor(work: (items: readonly Item[]) => Promise<readonly (Result | Error)[]>, lingerMs: () => number) {
    this.#work = work;
    this.#lingerMs = lingerMs;
  }

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (this.#running) return;
      this.#running = true;
      void this.#rounds();
    });
  }

  async #rounds(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lingerMs = this.#lingerMs();
      if (lingerMs > 0) await new Promise((resolve) => setTimeout(resolve, lingerMs));
      await this.#round(this.#waiting.splice(0, mostPerRound));
    }
    this.#running = false;
  }

  async #round(round: readonly Gathered<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#work(round.map(({ item }) => item));
      for (const [at, { resolve, reject }] of round.entries()) {
        const result = results[at];
        if (result instanceof Error) reject(result);
        else resolve(result as Result);
      }
    } catch (error) {
      if (round.length === 1) round[0]?.reject(error);
      else for (const one of round) await this.#round([one]);
    }
  }
}
