import type { Arrival } from './arrival.ts';

/** Asking for more in one go is no cheaper for each of them. */
const LARGEST = 512;
/** Whoever comes meanwhile shares the next look-up and the next list of MACs, which costs each less than overtaking would gain. */
const AT_ONCE = 1;

/**
 * Joins messages that come in the same turn of the event loop, from whatever links: they are looked up, checked and sealed
 * together. While as many sets as allowed are under way, messages gather: the busier the gateway, the larger the sets.
 */
export class ArrivalQueue {
  readonly #handleSet: (set: readonly Arrival[]) => Promise<void>;
  #waiting: Arrival[] = [];
  #underWay = 0;
  #scheduled = false;

  /** `handleSet` need not wait for those of the set that go their own way. */
  constructor(handleSet: (set: readonly Arrival[]) => Promise<void>) {
    this.#handleSet = handleSet;
  }

  add(arrival: Arrival): void {
    this.#waiting.push(arrival);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0 || this.#underWay >= AT_ONCE) return;
    this.#scheduled = true;
    setImmediate(this.#leave);
  }

  readonly #leave = (): void => {
    this.#scheduled = false;
    while (this.#waiting.length > 0 && this.#underWay < AT_ONCE) void this.#run();
  };

  async #run(): Promise<void> {
    const set = this.#waiting.splice(0, LARGEST);
    this.#underWay += 1;
    try {
      await this.#handleSet(set);
    } catch (error) {
      for (const arrival of set) arrival.fail(error);
    } finally {
      this.#underWay -= 1;
      this.#schedule();
    }
  }
}
