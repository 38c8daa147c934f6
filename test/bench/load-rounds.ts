import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { TerminalListener } from '@citycard/terminal-gateway';
import type { GatewayCity } from './gateway-city.ts';
import type { LoadOrder, LoadOutcome } from './terminal-side.ts';

interface Terminals {
  readonly pid: number;
  ask<T>(order: object | string): Promise<T>;
  stop(): void;
}

/** The terminals' side of the connection, in a process of its own. */
export function startTerminals(): Terminals {
  const main = fileURLToPath(new URL('./load-terminals.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', main], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    pid: child.pid ?? 0,
    ask: async <T>(order: object | string) => {
      child.stdin.write(`${JSON.stringify(order)}\n`);
      const line = await lines.next();
      if (line.done === true) throw new Error('the process of the terminals ended');
      return JSON.parse(line.value) as T;
    },
    stop: () => child.stdin.end(),
  };
}

/** Cards that nobody has loaded yet, so that every load is the first of its card; prepared before the clock starts. */
export class Rounds {
  readonly #city: GatewayCity;
  readonly #terminals: Terminals;
  #batch = 0;

  constructor(city: GatewayCity, terminals: Terminals) {
    this.#city = city;
    this.#terminals = terminals;
  }

  async prepare(
    listener: TerminalListener,
    loads: number,
    how: Pick<LoadOrder, 'results' | 'window' | 'perSecond'>,
  ): Promise<void> {
    const order: LoadOrder = {
      port: listener.port,
      terminals: this.#city.terminals,
      roots: this.#city.roots,
      cards: await this.#city.cards(loads),
      batchNo: String((this.#batch += 1)).padStart(6, '0'),
      ...how,
    };
    await this.#terminals.ask(order);
  }

  async go(): Promise<LoadOutcome> {
    const outcome = await this.#terminals.ask<LoadOutcome>('go');
    if (Object.keys(outcome.refused).length > 0)
      throw new Error(`loads were not completed: ${JSON.stringify(outcome.refused)}`);
    return outcome;
  }
}
