import { CommandRefused } from '../errors.ts';
import type { Custodians } from './custodians.ts';

/** A shift; whoever needs longer authorises again. */
export const MAX_AUTHORISED_MINUTES = 720;

/**
 * Which commands two custodians have opened, and until when. Kept in memory only: a restart ends it. Time is counted
 * on the monotonic clock, so that setting the clock back lengthens nothing.
 */
export class AuthorisedState {
  readonly #custodians: Custodians;
  #commands: ReadonlySet<string> = new Set();
  #untilMs = 0;

  constructor(custodians: Custodians) {
    this.#custodians = custodians;
  }

  get active(): boolean {
    return this.#commands.size > 0 && performance.now() < this.#untilMs;
  }

  /** Opens the commands (names of client methods) in place of those open so far. */
  open(first: Credential, second: Credential, commands: readonly string[], minutes: number): void {
    if (first.name === second.name) throw new CommandRefused('20');
    if (commands.length === 0 || minutes < 1 || minutes > MAX_AUTHORISED_MINUTES) throw new CommandRefused('15');
    this.#custodians.check(first.name, first.pin);
    this.#custodians.check(second.name, second.pin);
    this.#commands = new Set(commands);
    this.#untilMs = performance.now() + minutes * 60_000;
  }

  cancel(): void {
    this.#commands = new Set();
  }

  /** Refuses with 17 unless the command is open. */
  require(command: string): void {
    if (!this.active || !this.#commands.has(command)) throw new CommandRefused('17');
  }
}

export interface Credential {
  readonly name: string;
  readonly pin: string;
}
