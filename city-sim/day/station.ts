import type { Forwarded } from '../terminal/forwarding.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { TapReader } from '../purchase/tap.ts';
import type { VirtualSam } from '../sam/virtual-sam.ts';
import { DayFailed } from './errors.ts';

/** Records that fill one message. */
const RECORDS_PER_MESSAGE = 15;

/**
 * A terminal at its place in the city with its reader and SAM. It does one thing at a time, in the order asked: so a fault
 * of the line hits the message it is meant for.
 */
export class Station {
  readonly terminal: Terminal;
  readonly reader: TapReader;
  /** A reader on the same SAM that knows the hotlist and lets every card pass all the same. */
  readonly carelessReader: TapReader;
  readonly #readerOf: (industry: number) => TapReader;
  readonly #readers = new Map<number, TapReader>();
  readonly #waiting: Buffer[] = [];
  #last: Promise<unknown> = Promise.resolve();
  #failure: Error | undefined;

  constructor(terminal: Terminal, reader: TapReader, sam: VirtualSam, industry: number, clock: () => Date) {
    this.terminal = terminal;
    this.reader = reader;
    const hotlist = () => ({ version: terminal.memory.hotlistVersion, has: () => false });
    this.carelessReader = new TapReader({ sam, industry, clock, hotlist });
    this.#readerOf = (other) => new TapReader({ sam, industry: other, clock, hotlist: () => terminal.hotlist });
  }

  /** A reader on the same SAM for purchases of another industry. */
  readerFor(industry: number): TapReader {
    const reader = this.#readers.get(industry) ?? this.#readerOf(industry);
    this.#readers.set(industry, reader);
    return reader;
  }

  get participantNo(): string {
    return this.terminal.settings.merchantNo;
  }

  /** Does something with the terminal when everything asked before is done. */
  run<T>(work: (terminal: Terminal) => Promise<T>): Promise<T> {
    const done = this.#last.then(() => work(this.terminal));
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Keeps a record for upload; a full message goes up by itself. */
  keep(record: Buffer): void {
    this.#waiting.push(record);
    if (this.#waiting.length >= RECORDS_PER_MESSAGE) this.#send();
  }

  /** Sends what is left and waits until everything went up. Throws DayFailed when something was refused. */
  async empty(): Promise<void> {
    if (this.#waiting.length > 0) this.#send();
    await this.#last;
    if (this.#failure !== undefined) throw this.#failure;
    const { forward, refused } = this.terminal.memory;
    if (forward.length === 0 && refused.length === 0) return;
    throw new DayFailed(
      `Terminal ${this.terminal.settings.terminalNo} has ${forward.length} messages that nobody decided and ${refused.length} that were refused (${refused.map(({ code }) => code).join(', ')}).`,
    );
  }

  #send(): void {
    const records = this.#waiting.splice(0);
    this.run((terminal) => terminal.upload(records)).catch((error: unknown) => {
      this.#failure ??= error instanceof Error ? error : new Error(String(error));
    });
  }
}

/** Throws DayFailed unless the last of these messages was answered 00. */
export function expectDone(what: string, forwarded: readonly Forwarded[] | undefined): void {
  const answer = forwarded?.at(-1)?.answer;
  if (answer?.kind === 'answered' && answer.code === '00') return;
  const came = answer === undefined ? 'nothing' : answer.kind === 'unanswered' ? answer.reason : answer.code;
  throw new DayFailed(`${what} should be answered 00, and ${came} came.`);
}
