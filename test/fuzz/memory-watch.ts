const MIB = 2 ** 20;
/** Between two looks; collecting the garbage of a large heap is not free. */
const EVERY_MS = 5_000;
/** Looks before the first that counts: code and caches settle. */
const SETTLING = 3;
/** What the heap may grow by over any run; a leak of ten bytes a frame passes it in ten million frames. */
const MOST_GROWTH_MIB = 64;

/** Watches what is left of the heap after a garbage collection, so `--expose-gc` is needed. */
export class MemoryWatch {
  firstMiB = 0;
  lastMiB = 0;
  #looks = 0;
  #lookedAt = 0;

  /** A sentence when the heap has grown beyond what it may, once. */
  look(now = performance.now()): string | undefined {
    if (now - this.#lookedAt < EVERY_MS && this.#looks > 0) return undefined;
    this.#lookedAt = now;
    this.#looks += 1;
    globalThis.gc?.();
    const { heapUsed, arrayBuffers, external } = process.memoryUsage();
    const used = Math.round((heapUsed + arrayBuffers + external) / MIB);
    const before = this.lastMiB;
    this.lastMiB = used;
    if (this.#looks <= SETTLING) {
      this.firstMiB = used;
      return undefined;
    }
    const limit = this.firstMiB + MOST_GROWTH_MIB;
    return used > limit && before <= limit ? `memory grew from ${this.firstMiB} to ${used} MiB` : undefined;
  }
}
