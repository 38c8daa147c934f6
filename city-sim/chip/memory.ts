import { ChipWithoutPower } from '../errors.ts';

const JOURNAL = 'journal';

/** Changes of one commit: cell name → new content, or undefined to erase the cell. */
export type Changes = ReadonlyMap<string, Buffer | undefined>;

/**
 * The non-volatile memory of a chip: named cells, each written whole or not at all. Several cells change together through
 * a journal: it is written first, then the cells one by one, then it is cleared. Power may fail between any two of these
 * writes; {@link recover}, run at power-up, finishes a journal that was written and so leaves all changes or none.
 */
export class NonVolatileMemory {
  readonly #cells = new Map<string, Buffer>();
  #writesLeft: number | undefined;

  constructor(cells: Iterable<readonly [string, Buffer]> = []) {
    for (const [name, content] of cells) this.#cells.set(name, content);
  }

  /** Content of a cell, undefined when never written or erased. */
  read(name: string): Buffer | undefined {
    return this.#cells.get(name);
  }

  /** Names of the cells that begin with a prefix. */
  names(prefix: string): string[] {
    return [...this.#cells.keys()].filter((name) => name.startsWith(prefix));
  }

  /** Applies all changes or, when the power fails on the way, none or all after {@link recover}. */
  commit(changes: Changes): void {
    if (changes.size > 1) this.#write(JOURNAL, encodeChanges(changes));
    for (const [name, content] of changes) this.#write(name, content);
    if (changes.size > 1) this.#write(JOURNAL, undefined);
  }

  /** Lets the power fail right after `writes` more writes; 0 means that the next write does not happen any more. */
  powerCutAfterWrites(writes: number): void {
    this.#writesLeft = writes;
  }

  /** Takes back a power cut that was asked for and did not happen yet. */
  cancelPowerCut(): void {
    this.#writesLeft = undefined;
  }

  /** Power-up: finishes what a journal promises. */
  recover(): void {
    this.#writesLeft = undefined;
    const journal = this.#cells.get(JOURNAL);
    if (!journal) return;
    for (const [name, content] of decodeChanges(journal)) this.#write(name, content);
    this.#write(JOURNAL, undefined);
  }

  /** All cells as plain text, to keep a chip across program runs. */
  toJSON(): Record<string, string> {
    return Object.fromEntries([...this.#cells].map(([name, content]) => [name, content.toString('hex')]));
  }

  /** Rebuilds what {@link toJSON} gave. */
  static fromJSON(cells: Readonly<Record<string, string>>): NonVolatileMemory {
    return new NonVolatileMemory(Object.entries(cells).map(([name, hex]) => [name, Buffer.from(hex, 'hex')] as const));
  }

  #write(name: string, content: Buffer | undefined): void {
    if (this.#writesLeft === 0) throw new ChipWithoutPower();
    if (content) this.#cells.set(name, Buffer.from(content));
    else this.#cells.delete(name);
    if (this.#writesLeft === undefined) return;
    this.#writesLeft -= 1;
    if (this.#writesLeft === 0) throw new ChipWithoutPower();
  }
}

function encodeChanges(changes: Changes): Buffer {
  const rows = [...changes].map(([name, content]) => [name, content?.toString('hex') ?? null]);
  return Buffer.from(JSON.stringify(rows));
}

function decodeChanges(journal: Buffer): Map<string, Buffer | undefined> {
  const rows = JSON.parse(journal.toString()) as [string, string | null][];
  return new Map(rows.map(([name, hex]) => [name, hex === null ? undefined : Buffer.from(hex, 'hex')]));
}
