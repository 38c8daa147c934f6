import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newKeyAndRequest } from '@citycard/clearing';
import {
  casesOf,
  runTerminalKit,
  TERMINAL_FUNCTIONS,
  TEST_IDENTITY,
  type TerminalOrder,
  type TerminalSettings,
} from '@citycard/citycard';
import { encodeRecord, Terminal } from '@citycard/city-sim';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Breakage, HOT_CARD, SimulatedTerminal } from './simulated-terminal.ts';

/** Plays the kit against a simulated terminal whose hands do what is asked; answers the outcome of each case. */
async function play(breakage: Breakage = {}, change: Partial<TerminalOrder> = {}) {
  let rig: SimulatedTerminal | undefined;
  const turns = new Map<string, number>();
  const acts: Promise<void>[] = [];
  let before: Promise<void> = Promise.resolve();
  const report = await runTerminalKit({
    model: 'SIMULATED',
    softwareVersion: '1.0',
    functions: TERMINAL_FUNCTIONS,
    macAlgorithm: 'x9.19',
    host: '127.0.0.1',
    port: 0,
    otherPort: 0,
    hotCard: HOT_CARD,
    limitMs: 3000,
    quietMs: 100,
    clockLimitMs: 60_000,
    stopping: new AbortController().signal,
    ready: (settings: TerminalSettings) => (rig = new SimulatedTerminal(settings, breakage)),
    tell: (event) => {
      if (event.event !== 'ask') return;
      const turn = turns.get(event.id) ?? 0;
      turns.set(event.id, turn + 1);
      // Hands are two: what is asked next begins when the last is done, but for the switch.
      const act = () => rig?.act(event.id, turn).catch(() => undefined) ?? Promise.resolve();
      before = turn === 0 ? before.then(act) : act();
      acts.push(before);
    },
    ...change,
  });
  await Promise.race([Promise.all(acts), new Promise((resolve) => setTimeout(resolve, 500))]);
  await rig?.terminal.disconnect();
  const failed = report.cases.filter(({ outcome }) => outcome === 'failed');
  return { report, failed: failed.map(({ id, reason }) => `${id}: ${reason ?? ''}`) };
}

it('a good terminal passes every case', async () => {
  const { report, failed } = await play();
  expect(failed).toEqual([]);
  expect(report).toMatchObject({ passed: true, conditions: { transport: 'TCP' } });
  expect(report.cases.map(({ id }) => id)).toEqual(casesOf('terminal').map(({ id }) => id));
}, 60_000);

const billField = (record: Buffer) =>
  Buffer.concat([record, Buffer.from(`TEST${'ACCEPTANCE'.padEnd(20)}${'TEST-BILL-1'.padEnd(16)}`)]);

/** Ways in which terminals are broken, each by the case that has to find it. */
const BROKEN: NonNullable<Breakage['acts']> = {
  /** Goes on without signing on again. */
  'mac-refused': async ({ terminal }) => [await terminal.echo(), await terminal.echo()],
  'wrong-check-value': ({ terminal }) => terminal.signOn().catch(() => terminal.echo()),
  /** Confirms what it never fetched. */
  hotlist: ({ terminal }) =>
    terminal.exchange(terminal.line.compose('0800', '00', '391', { 62: Buffer.from('00000005', 'hex') })),
  /** Begins a new load in place of the one without an answer. */
  'load-answer-lost': async (rig) => {
    const fast = { ...rig.terminal.settings, repeats: 0 };
    const hasty = new Terminal(fast);
    for (let times = 0; times < 2; times += 1) await hasty.load(rig.freshCard(), { amountFen: 500, holdResult: true });
    await hasty.disconnect();
    rig.terminal.memory.forward = [];
  },
  /** Forgets what it has not delivered when the power goes. */
  'upload-after-restart': async (rig, turn) => {
    if (turn === 0) return rig.terminal.upload(rig.tap().map(encodeRecord));
    rig.terminal.memory.forward = [];
    await rig.restart();
    await rig.terminal.signOn();
    return rig.upload(rig.tap());
  },
  /** Goes on in the batch it has settled. */
  'batch-differs': async (rig) => {
    await rig.terminal.settleBatch();
    rig.terminal.memory.batch -= 1;
    await rig.upload(rig.tap());
  },
  /** Pays again under a new trace number in place of repeating. */
  'bill-answer-lost': async (rig) => {
    const [record] = rig.tap();
    if (record === undefined) return;
    const { line } = rig.terminal;
    const fields = { 3: '500000', 4: '0', 62: billField(encodeRecord(record)) };
    for (let times = 0; times < 2; times += 1) {
      await rig.terminal.exchange(line.compose('0220', '36', '000', fields), { repeats: 0 });
    }
  },
};

it('a terminal fails the cases about what is broken in it, and no other', async () => {
  const { report, failed } = await play({ acts: BROKEN }, { limitMs: 1500 });
  expect(report.passed).toBe(false);
  const wanted = Object.keys(BROKEN);
  expect(failed.map((sentence) => sentence.split(':')[0])).toEqual(
    casesOf('terminal')
      .map(({ id }) => id)
      .filter((id) => wanted.includes(id)),
  );
}, 60_000);

it('a terminal whose records have a wrong SAM number is told which bytes', async () => {
  const breakage: Breakage = {
    record: (raw) => {
      const changed = Buffer.from(raw);
      changed.writeUInt8(0x77, 30);
      return changed;
    },
    acts: {
      upload: async (rig) => {
        await rig.terminal.signOn();
        await rig.upload(rig.tap());
      },
    },
  };
  const { failed } = await play(breakage, { only: 'upload', limitMs: 1000 });
  expect(failed).toEqual([expect.stringMatching(/^upload: Record 1: bytes 30–35 \(SAM number\)/)]);
}, 30_000);

describe('over TLS', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'terminal-kit-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const quick = { only: 'sign-on', limitMs: 2000 };

  it('a terminal that keeps its key to itself gets a certificate for its request', async () => {
    const { keyPem, csrPem } = await newKeyAndRequest(TEST_IDENTITY.terminalNo);
    await writeFile(join(folder, `${TEST_IDENTITY.terminalNo}.csr`), csrPem);
    const { report, failed } = await play({ keyPem }, { ...quick, tlsFolder: folder });
    expect(failed).toEqual([]);
    expect(report.conditions).toMatchObject({ transport: 'TLS' });
    expect(report.cases.find(({ id }) => id === 'sign-on')?.outcome).toBe('passed');
    // The key of the other terminal, which brought no request, is for its owner alone.
    const { mode } = await stat(join(folder, 'ACPT0002.key'));
    expect([(await readdir(folder)).includes('ACPT0001.key'), mode & 0o777]).toEqual([false, 0o600]);
  }, 30_000);

  it('a terminal that shows the certificate of another is told whose it shows', async () => {
    const { failed } = await play({ showsOther: true }, { ...quick, tlsFolder: folder });
    expect(failed).toEqual([
      expect.stringMatching(/^sign-on: Field 41 is ACPT0001, but the certificate .* "ACPT0002"/),
    ]);
  }, 30_000);

  it('a request of another name gets no certificate, and the kit does not begin', async () => {
    await writeFile(join(folder, 'ACPT0001.csr'), (await newKeyAndRequest('ACPT0009')).csrPem);
    await expect(play({}, { ...quick, tlsFolder: folder })).rejects.toMatchObject({ code: 'certificates.cn-differs' });
  }, 30_000);
});

it('a run that is broken off says what was not tried, and is not passed', async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 400);
  const { report } = await play(
    { acts: { parameters: () => new Promise(() => undefined) } },
    { stopping: stop.signal },
  );
  expect(report.passed).toBe(false);
  expect(report.cases.at(-1)?.outcome).toBe('not-run');
  expect(report.cases).toHaveLength(casesOf('terminal').length);
}, 30_000);

it('cases about functions a terminal does not have are not played', async () => {
  const { report, failed } = await play({}, { functions: [], macAlgorithm: 'ecb' });
  expect(failed).toEqual([]);
  expect(report.passed).toBe(true);
  expect(report.cases.find(({ id }) => id === 'load')?.outcome).toBe('not-claimed');
}, 30_000);
