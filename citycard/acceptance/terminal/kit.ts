import type { AcceptanceReport } from '@citycard/clearing';
import { publishedKey } from '../../demo/published-components.ts';
import { type KitEvent, runCases } from '../case.ts';
import { patienceOf, reportOf } from '../report.ts';
import { TERMINAL_FUNCTIONS, type TerminalCase } from './bench.ts';
import { listCases } from './list-cases.ts';
import { loadCases } from './load-cases.ts';
import { purchaseCases } from './purchase-cases.ts';
import { sessionCases } from './session-cases.ts';
import { TestHost } from './test-host.ts';
import { openTestHsm, TEST_KEYS } from './test-keys.ts';

const [signOff, sessions] = [
  sessionCases.filter(({ id }) => id === 'sign-off'),
  sessionCases.filter(({ id }) => id !== 'sign-off'),
];

/** Every mandatory case of a terminal, in the order they are played. */
export const terminalCases: readonly TerminalCase[] = [
  ...sessions,
  ...listCases,
  ...loadCases,
  ...purchaseCases,
  ...signOff,
];

/** Who the candidate has to be while it is tried: numbers nobody else has. */
export const TEST_IDENTITY = { terminalNo: 'ACPT0001', merchantNo: '904458041118888', samNo: '999988880001' } as const;

/** What the tester has to set the candidate to. Keys are the published test keys, in hex. */
export interface TerminalSettings {
  readonly host: string;
  readonly port: number;
  readonly terminalNo: string;
  readonly merchantNo: string;
  readonly samNo: string;
  readonly macAlgorithm: 'ecb' | 'x9.19';
  readonly terminalMasterKey: string;
  readonly rootPurchaseKey: string;
  readonly rootLoadKey: string;
  readonly rootTacKey: string;
}

export interface TerminalOrder {
  /** Model and software version that are tried. */
  readonly model: string;
  readonly softwareVersion: string;
  readonly functions: readonly string[];
  readonly macAlgorithm: 'ecb' | 'x9.19';
  readonly host: string;
  readonly port: number;
  readonly hotCard?: string;
  readonly only?: string;
  /** For one step of candidate or tester. */
  readonly limitMs: number;
  readonly quietMs: number;
  readonly clockLimitMs: number;
  readonly stopping: AbortSignal;
  /** The kit listens: this is what the candidate has to be set to. */
  ready(settings: TerminalSettings): void;
  tell(event: KitEvent): void;
}

/**
 * Plays the host for a candidate terminal through every case.
 *
 * @returns the report, not yet signed
 */
export async function runTerminalKit(order: TerminalOrder): Promise<AcceptanceReport> {
  const { hsm, close } = await openTestHsm();
  try {
    const startedAt = new Date();
    const { macAlgorithm, hotCard, limitMs, quietMs } = order;
    const host = await TestHost.open({
      hsm,
      host: order.host,
      port: order.port,
      macAlgorithm,
      ...TEST_IDENTITY,
      ...(hotCard === undefined ? {} : { hotCard }),
    });
    try {
      order.ready(settingsOf(order, host.port));
      const cases = await runCases(
        terminalCases.map((one) => ({
          ...one,
          run: async (bench: Parameters<TerminalCase['run']>[0]) => {
            await host.begin();
            await one.run(bench);
          },
        })),
        (_one, ask) => ({ host, hotCard, limitMs, quietMs, ask }),
        { ...order, kit: 'terminal' },
        () => (host.faults.length === 0 ? undefined : host.faults.join(' ')),
      );
      return reportOf({
        kit: 'terminal',
        candidate: order.model,
        softwareVersion: order.softwareVersion,
        cases,
        startedAt,
        finishedAt: new Date(),
        conditions: {
          macAlgorithm,
          functions: TERMINAL_FUNCTIONS.filter((one) => order.functions.includes(one)).join(' '),
          ...patienceOf(order),
        },
      });
    } finally {
      await host.close();
    }
  } finally {
    await close();
  }
}

function settingsOf(order: TerminalOrder, port: number): TerminalSettings {
  const hex = (name: string) => publishedKey(name).toString('hex').toUpperCase();
  return {
    host: order.host,
    port,
    ...TEST_IDENTITY,
    macAlgorithm: order.macAlgorithm,
    terminalMasterKey: hex(TEST_KEYS.masterKey),
    rootPurchaseKey: hex(TEST_KEYS.purchase),
    rootLoadKey: hex(TEST_KEYS.load),
    rootTacKey: hex(TEST_KEYS.tac),
  };
}
