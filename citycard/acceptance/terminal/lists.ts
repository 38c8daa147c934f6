import { fen } from '@citycard/common';
import { HOTLIST_ADD, type HotlistPage, type ParameterBlock } from '@citycard/terminal-gateway';

/** Card numbers of the test list that nobody has. */
const STRANGERS = ['3104580990000009991', '3104580990000009983', '3104580990000009975', '3104580990000009967'];

interface Entry {
  readonly action: number;
  readonly applicationSerial: string;
}

/** The hotlist the kit shows: a log that only grows, version n is its nth entry. */
export class TestHotlist {
  readonly #entries: Entry[];
  /** Small, so that even a short list has several pages. */
  pageEntries = 2;

  constructor(hotCard: string | undefined) {
    const cards = [...STRANGERS, ...(hotCard === undefined ? [] : [hotCard])];
    this.#entries = cards.map((card) => ({ action: HOTLIST_ADD, applicationSerial: `0${card}` }));
  }

  get version(): number {
    return this.#entries.length;
  }

  append(entry: Entry): void {
    this.#entries.push(entry);
  }

  /** Undefined for a version or index that was never published. */
  page(wanted: { readonly versionHeld: number; readonly nextIndex: number }): HotlistPage | undefined {
    const from = wanted.versionHeld + wanted.nextIndex;
    if (from > this.version) return undefined;
    const entries = this.#entries.slice(from, from + this.pageEntries);
    const nextIndex = wanted.nextIndex + entries.length;
    const more = from + entries.length < this.version ? 1 : 0;
    return { currentVersion: this.version, nextIndex, more, entries };
  }
}

/** Version of the test parameters, and both blocks of it. */
export const TEST_PARAMETERS = 7;

/** A block of the test parameters; undefined beyond the last. */
export function parameterBlock(blockIndex: number): ParameterBlock | undefined {
  const both = [
    { loadMaximumFen: fen(100_000n), purseCapFen: fen(100_000n), uploadIntervalSeconds: 900 },
    { recordAgeLimitDays: 90, hotlistIntervalSeconds: 900 },
  ];
  const parameters = both[blockIndex];
  if (parameters === undefined) return undefined;
  const lastFlag = blockIndex === both.length - 1 ? 1 : 0;
  return { version: TEST_PARAMETERS, blockIndex, lastFlag, parameters };
}
