import type { AcceptanceReport } from '@citycard/clearing';
import { type KitEvent, runCases } from '../case.ts';
import { patienceOf, reportOf } from '../report.ts';
import { TERMINAL_FUNCTIONS, type TerminalCase, TLS_FUNCTION } from './bench.ts';
import type { KnownLoad } from './honest.ts';
import { listCases } from './list-cases.ts';
import { loadCases } from './load-cases.ts';
import { purchaseCases } from './purchase-cases.ts';
import { sessionCases } from './session-cases.ts';
import { TestHost } from './test-host.ts';
import { CERTIFICATE_KEYS, makeTestCertificates, type TerminalCertificateFiles } from './test-certificates.ts';
import { openTestHsm, testKeysInHex } from './test-keys.ts';

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
/** Another terminal of the same merchant: where a load was made that the candidate proves. */
const OTHER_IDENTITY = { ...TEST_IDENTITY, terminalNo: 'ACPT0002', samNo: '999988880002' } as const;

/** A terminal as the tester has to set it: where it finds its host, and who it is. */
interface TerminalSide {
  readonly host: string;
  readonly port: number;
  readonly terminalNo: string;
  readonly merchantNo: string;
  readonly samNo: string;
  /** On a link over TLS; absent on plain TCP. */
  readonly tls?: TerminalCertificateFiles;
}

/** What the tester has to set the candidate to. Keys are the published test keys, in hex. */
export interface TerminalSettings extends TerminalSide {
  /** The other terminal, for the case that proves a load of it; everything else is as above. */
  readonly other: TerminalSide;
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
  /** Where the other terminal finds its host; any port that is free when it is 0. */
  readonly otherPort: number;
  /** The link is mutual TLS, and certificates are put into this folder. */
  readonly tlsFolder?: string;
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
  const { tlsFolder, macAlgorithm, hotCard, limitMs, quietMs } = order;
  const { hsm, close } = await openTestHsm(tlsFolder === undefined ? [] : CERTIFICATE_KEYS);
  const hosts: TestHost[] = [];
  try {
    const startedAt = new Date();
    const certificates =
      tlsFolder === undefined
        ? undefined
        : await makeTestCertificates(hsm, {
            ...{
              folder: tlsFolder,
              host: order.host,
              terminals: [TEST_IDENTITY.terminalNo, OTHER_IDENTITY.terminalNo],
            },
          });
    const loads: KnownLoad[] = [];
    const open = async (identity: typeof TEST_IDENTITY | typeof OTHER_IDENTITY, port: number) => {
      const host = await TestHost.open({
        ...{ hsm, host: order.host, port, macAlgorithm, loads, ...identity },
        ...(certificates === undefined ? {} : { certificates }),
        ...(hotCard === undefined ? {} : { hotCard }),
      });
      hosts.push(host);
      return host;
    };
    const [host, elsewhere] = [await open(TEST_IDENTITY, order.port), await open(OTHER_IDENTITY, order.otherPort)];
    const side = (identity: typeof TEST_IDENTITY | typeof OTHER_IDENTITY, { port }: TestHost): TerminalSide => {
      const tls = certificates?.terminals[identity.terminalNo];
      return { host: order.host, port, ...identity, ...(tls === undefined ? {} : { tls }) };
    };
    order.ready({
      ...side(TEST_IDENTITY, host),
      ...{ other: side(OTHER_IDENTITY, elsewhere), macAlgorithm, ...testKeysInHex() },
    });
    const claimed = TERMINAL_FUNCTIONS.filter((one) => order.functions.includes(one));
    const cases = await runCases(
      terminalCases.map((one) => ({
        ...one,
        run: async (bench: Parameters<TerminalCase['run']>[0]) => {
          for (const each of hosts) await each.begin();
          await one.run(bench);
        },
      })),
      (_one, ask) => ({ host, elsewhere, hotCard, limitMs, quietMs, ask }),
      {
        ...order,
        kit: 'terminal',
        functions: certificates === undefined ? claimed : [...claimed, TLS_FUNCTION],
      },
      () => hosts.flatMap(({ faults }) => faults).join(' ') || undefined,
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
        transport: certificates === undefined ? 'TCP' : 'TLS',
        functions: claimed.join(' '),
        ...patienceOf(order),
      },
    });
  } finally {
    for (const host of hosts) await host.close();
    await close();
  }
}
