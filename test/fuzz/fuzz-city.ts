import { messageMac, type MacAlgorithm } from '@citycard/city-sim';
import { publishedKey, type Sandbox } from '@citycard/citycard';
import { assignSam, billerDirectory } from '@citycard/clearing';
import { authenticate, createHttpServer, createLogger, transact } from '@citycard/common';
import {
  createHandler,
  listenForTerminals,
  registerTerminal,
  setTerminalMasterKey,
  startObservation,
  type TerminalListener,
} from '@citycard/terminal-gateway';
import { sandboxTerminal, startTestCity, type TestCity } from '../installation.ts';
import { sandboxCard } from './cards.ts';
import type { Sender } from './requests.ts';

/** A terminal that frames are sent for. Without a key it has never signed on; without a registration it is nobody. */
export interface FuzzTerminal extends Sender {
  readonly mak: Buffer | undefined;
  readonly macAlgorithm: MacAlgorithm;
  readonly registered: boolean;
}

export interface FuzzCity {
  readonly city: TestCity;
  readonly listener: TerminalListener;
  readonly terminals: readonly FuzzTerminal[];
  /** Series of the gateway's metrics: what terminals send must not make ever new ones. */
  seriesOfMetrics(): Promise<number>;
  stop(): Promise<void>;
}

/** More patience than in production, so that an overloaded machine is no finding, but less with a link that says nothing more. */
const LIMITS = { idleTimeoutMs: 20_000, frameTimeoutMs: 20_000, drainTimeoutMs: 60_000 };
const CARDS = 40;

/**
 * The whole product with its database and HSM, a listener of the gateway on loopback, and terminals of every kind: both MAC
 * algorithms, one that never signed on, one that is not registered. No jobs run, so that nothing changes by itself.
 */
export async function startFuzzCity(): Promise<FuzzCity> {
  const city = await startTestCity({ prefundFen: 1_000_000_000_00n, jobs: false });
  try {
    const { db, hsm } = city.installation;
    const logger = createLogger('fuzz', { level: 'error', destination: 'stderr' });
    const { metrics } = createHttpServer({ logger, db, title: 'fuzz' });
    const observation = startObservation({ db, logger, metrics });
    const { observeMessage } = observation;
    const listener = await listenForTerminals({
      handle: createHandler({ db, hsm, logger, billers: billerDirectory(db, new Map()), observeMessage }),
      logger,
      port: 0,
      limits: LIMITS,
    });
    const address = { host: '127.0.0.1', port: listener.port };
    const ecb = { ...(await city.sandbox()), ...address };
    const retail = await x919Terminal(city, { ...(await city.sandbox()), ...address });
    const silent = await city.sandbox();
    const terminals = [
      await signedOn(ecb, 'ecb'),
      await signedOn(retail, 'x9.19'),
      sender(silent, undefined),
      { ...sender({ ...ecb, terminal: 'NOBODY01' }, undefined), registered: false },
    ];
    return {
      city,
      listener,
      terminals,
      seriesOfMetrics: async () =>
        (await metrics.metrics()).split('\n').filter((line) => /^gateway_/.test(line)).length,
      stop: async () => {
        await listener.drain();
        await observation.stop();
        await city.stop();
      },
    };
  } catch (error) {
    await city.stop();
    throw error;
  }
}

/** Moves a sandbox to a terminal that may do everything and has the other MAC. */
async function x919Terminal(city: TestCity, sandbox: Sandbox): Promise<Sandbox> {
  const { db } = city.installation;
  const officer = await authenticate(db, city.people['platform']?.token ?? '');
  if (officer === undefined) throw new Error('the demo has no platform officer');
  const terminal = `X${sandbox.terminal.slice(1)}`;
  const sam = `8${sandbox.sam.slice(1)}`;
  await transact(db, async (tx) => {
    await assignSam(tx, {
      samNo: sam,
      participantNo: sandbox.merchant,
      terminalNo: terminal,
      validFrom: new Date('2025-01-01T00:00:00+08:00'),
    });
    await registerTerminal(
      tx,
      officer,
      {
        terminalNo: terminal,
        participantNo: sandbox.merchant,
        industry: 1,
        samNo: sam,
        functions: ['load', 'load-bound', 'purchase-upload', 'bill', 'enquiry'],
        macAlgorithm: 'x9.19',
      },
      { demo: true },
    );
    await setTerminalMasterKey(tx, terminal, { tmk: 'name:SANDBOX-TMK', kcv: '' });
  });
  return { ...sandbox, terminal, sam };
}

async function signedOn(sandbox: Sandbox, macAlgorithm: MacAlgorithm): Promise<FuzzTerminal> {
  const terminal = sandboxTerminal(sandbox, { macAlgorithm });
  await terminal.signOn();
  // The new key comes into force with the first message that is right under it.
  const echo = await terminal.echo();
  await terminal.disconnect();
  if (echo.kind !== 'answered' || echo.code !== '00') throw new Error(`${sandbox.terminal} did not sign on`);
  return sender(sandbox, Buffer.from(terminal.memory.mak ?? '', 'hex'), macAlgorithm);
}

function sender(sandbox: Sandbox, mak: Buffer | undefined, macAlgorithm: MacAlgorithm = 'ecb'): FuzzTerminal {
  const roots = { load: publishedKey('DLK'), tac: publishedKey('DTK') };
  return {
    terminalNo: sandbox.terminal,
    merchantNo: sandbox.merchant,
    samNo: sandbox.sam,
    cards: sandbox.cards.slice(0, CARDS).map((cardNo) => sandboxCard(cardNo, roots)),
    mak,
    macAlgorithm,
    registered: true,
  };
}

/** Field 64 over a body that ends with its place; undefined for a terminal without a key. */
export function macOf(terminal: FuzzTerminal, body: Buffer): Buffer | undefined {
  if (terminal.mak === undefined || body.length < 8) return undefined;
  return messageMac(terminal.macAlgorithm, terminal.mak, body.subarray(0, -8));
}
