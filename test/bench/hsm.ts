import { randomBytes } from 'node:crypto';
import {
  type CardAlgorithm,
  commandMac,
  deriveKey,
  loadSessionKey,
  messageMac,
  purchaseSessionKey,
  transactionAuthenticationCode,
  transactionMac,
} from '@citycard/city-sim';
import type { LoadAuthorisation, SamPurchase, TacItem } from '@citycard/hsm-sim';
import { type Bench, type BenchResult, interleaved, result, type Work } from './bench.ts';
import { processTree } from './cpu-time.ts';
import { type BenchHsm, startBenchHsm } from './hsm-process.ts';

const CITY = Buffer.from('4580FF0000000000', 'hex');
const SAM = Buffer.from('458000000001', 'hex');
const DATE = Buffer.from('20081001', 'hex');
const TIME = Buffer.from('093000', 'hex');
/** Requests of a service that works through a queue: so many wait at a time. */
const CONCURRENT = 2_000;
/** The baseline does a part of the work: it is slow, and its rate is what counts. */
const BASELINE_PART = 10;

const UNIT = 'operations per CPU-second';
const RUNS = { runs: 3 };

/** Our HSM over its wire, CPU of both ends counted, and the same with one cipher object of node:crypto per operation. */
interface Pair {
  /** Lists of items where the client has a call for them, else single calls, many at a time. */
  readonly ours: Work;
  /** The same as single calls, where `ours` are lists. */
  readonly single?: Work;
  readonly baseline: Work;
}

/**
 * Every purse and MAC command the business days are made of. A card key is derived per operation on both sides; the city
 * key above it is remembered on both sides.
 */
export const hsmBench: Bench = {
  name: 'hsm',
  help: 'TAC checks, load authorisations, MACs and card keys over the HSM wire, beside one createCipheriv per operation [--items 50000]',
  async run(context) {
    const count = context.count('items', 50_000);
    const hsm = await startBenchHsm();
    try {
      const tree = processTree();
      const results: BenchResult[] = [];
      for (const [name, pair] of Object.entries(await pairs(hsm, count))) {
        context.progress(name);
        const { ours, single, baseline } = pair;
        const measured = single
          ? await interleaved(tree, { ours, single, baseline }, RUNS)
          : { ...(await interleaved(tree, { ours, baseline }, RUNS)), single: undefined };
        const against = { name: 'createCipheriv per operation', measured: measured.baseline };
        results.push(result(`${name}-bulk`, UNIT, measured.ours, against));
        if (measured.single) results.push(result(`${name}-single`, UNIT, measured.single, against));
      }
      return results;
    } finally {
      await hsm.stop();
    }
  },
};

async function pairs(hsm: BenchHsm, count: number): Promise<Record<string, Pair>> {
  return {
    'tac-verify': tacVerify(hsm, '3des', count),
    'tac-verify-sm4': tacVerify(hsm, 'sm4', count),
    'load-authorise': loadAuthorise(hsm, '3des', count),
    'load-authorise-sm4': loadAuthorise(hsm, 'sm4', count),
    'sam-purchase-mac1': samPurchase(hsm, count),
    'card-command-mac': scriptMac(hsm, count),
    'card-key-wrap': wrapKeys(hsm, count),
    'terminal-mac': await terminalMacs(hsm, 'ecb', count),
    'terminal-mac-x9.19': await terminalMacs(hsm, 'x9.19', count),
  };
}

function cardFactor(index: number): Buffer {
  const factor = Buffer.alloc(8);
  factor.writeUInt32BE(0x10458001, 0);
  factor.writeUInt32BE(index, 4);
  return factor;
}

function amountOf(index: number): number {
  return 100 + (index % 900);
}

function tacVerify(hsm: BenchHsm, algorithm: CardAlgorithm, count: number): Pair {
  const cityKey = deriveKey(algorithm, hsm.root('DTK', algorithm), CITY);
  const items: TacItem[] = Array.from({ length: count }, (_, index) => {
    const factors = [CITY, cardFactor(index)];
    const data = randomBytes(22);
    const tac = transactionAuthenticationCode(algorithm, deriveKey(algorithm, cityKey, cardFactor(index)), data);
    return { dtk: `name:DTK-${algorithm}`, factors, algorithm, data, tac };
  });
  return {
    ours: async () => {
      const verdicts = await hsm.client.verifyTacs(items);
      mustAll(verdicts.every(Boolean) && verdicts.length === count);
      return count;
    },
    baseline: () => {
      for (const item of items.slice(0, count / BASELINE_PART)) {
        const key = deriveKey(algorithm, cityKey, item.factors[1] ?? CITY);
        mustAll(transactionAuthenticationCode(algorithm, key, item.data).equals(item.tac));
      }
      return Math.floor(count / BASELINE_PART);
    },
  };
}

function loadAuthorise(hsm: BenchHsm, algorithm: CardAlgorithm, count: number): Pair {
  const cityKey = deriveKey(algorithm, hsm.root('DLK', algorithm), CITY);
  const random = Buffer.from('A1B2C3D4', 'hex');
  const load = (index: number): Omit<LoadAuthorisation, 'mac1'> => ({
    dlk: `name:DLK-${algorithm}`,
    factors: [CITY, cardFactor(index)],
    algorithm,
    cardRandom: random,
    onlineCounter: index & 0xffff,
    balanceBefore: 5_000,
    amount: amountOf(index),
    type: 2,
    samNo: SAM,
    date: DATE,
    time: TIME,
  });
  const macs = (index: number) => {
    const counter = bytesOf(index & 0xffff, 2);
    const key = deriveKey(algorithm, cityKey, cardFactor(index));
    const session = loadSessionKey(algorithm, key, random, counter);
    const amountTypeSam = Buffer.concat([bytesOf(amountOf(index), 4), Buffer.from([2]), SAM]);
    return {
      mac1: transactionMac(algorithm, session, bytesOf(5_000, 4), amountTypeSam),
      mac2: transactionMac(algorithm, session, amountTypeSam, DATE, TIME),
    };
  };
  const items = Array.from({ length: count }, (_, index) => ({ ...load(index), mac1: macs(index).mac1 }));
  return {
    ours: async () => {
      const answers = await hsm.client.loadAuthoriseAll(items);
      mustAll(answers.length === count && answers.every(({ ok }) => ok));
      return count;
    },
    single: async () =>
      concurrently(items, async (item) => {
        mustAll((await hsm.client.loadAuthorise(item)).ok);
      }),
    baseline: () => repeat(count, (index) => mustAll(macs(index).mac2.length === 4)),
  };
}

function samPurchase(hsm: BenchHsm, count: number): Pair {
  const cityKey = deriveKey('3des', hsm.root('DPK', '3des'), CITY);
  const random = Buffer.from('A1B2C3D4', 'hex');
  const items: SamPurchase[] = Array.from({ length: count }, (_, index) => ({
    dpk: 'name:DPK-3des',
    factors: [CITY, cardFactor(index)],
    algorithm: '3des',
    cardRandom: random,
    offlineCounter: index & 0xffff,
    transactionNo: index,
    amount: amountOf(index),
    type: 6,
    samNo: SAM,
    date: DATE,
    time: TIME,
  }));
  return {
    ours: async () => (await hsm.client.samPurchaseMac1All(items)).length,
    single: async () => concurrently(items, async (item) => hsm.client.samPurchaseMac1(item)),
    baseline: () =>
      repeat(count, (index) => {
        const key = deriveKey('3des', cityKey, cardFactor(index));
        const session = purchaseSessionKey('3des', key, random, bytesOf(index & 0xffff, 2), bytesOf(index, 4));
        transactionMac('3des', session, bytesOf(amountOf(index), 4), Buffer.from([6]), SAM, DATE, TIME);
      }),
  };
}

function scriptMac(hsm: BenchHsm, count: number): Pair {
  const cityKey = deriveKey('3des', hsm.root('DAMK', '3des'), CITY);
  const challenge = Buffer.from('11223344', 'hex');
  const data = Buffer.from('04D6951E220102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E', 'hex');
  const items = Array.from({ length: count }, (_, index) => ({
    root: 'name:DAMK-3des',
    factors: [CITY, cardFactor(index)],
    algorithm: '3des' as const,
    challenge,
    data,
  }));
  return {
    ours: async () => (await hsm.client.cardCommandMacs(items)).length,
    single: async () => concurrently(items, async (item) => hsm.client.cardCommandMac(item)),
    baseline: () =>
      repeat(count, (index) => commandMac('3des', deriveKey('3des', cityKey, cardFactor(index)), challenge, data)),
  };
}

/** Nine keys of a card, as a personalisation asks for them; one operation is one key. */
function wrapKeys(hsm: BenchHsm, count: number): Pair {
  const cityKey = deriveKey('3des', hsm.root('DTK', '3des'), CITY);
  const transport = hsm.root('CHIP', '3des');
  const roots = Array.from({ length: 9 }, () => 'name:DTK-3des');
  const cards = Array.from({ length: Math.ceil(count / roots.length) }, (_, index) => ({
    roots,
    transport: 'name:CHIP-3des',
    factors: [CITY, cardFactor(index)],
    algorithm: '3des' as const,
  }));
  return {
    ours: async () => (await hsm.client.wrapCardKeysAll(cards)).length * roots.length,
    single: async () => (await concurrently(cards, async (card) => hsm.client.wrapCardKeys(card))) * roots.length,
    baseline: () =>
      // Enciphering 16 bytes costs what deriving from 8 does.
      repeat(count, (index) => deriveKey('3des', transport, deriveKey('3des', cityKey, cardFactor(index)).subarray(8))),
  };
}

/** MACs of 133 bytes: what the MAC of a load request covers (13 fields, MTI to the last byte before field 64). */
async function terminalMacs(hsm: BenchHsm, algorithm: 'ecb' | 'x9.19', count: number): Promise<Pair> {
  const { tmk } = await hsm.client.createTerminalMasterKey();
  const { mak } = await hsm.client.createWorkingKeys(tmk);
  const data = randomBytes(133);
  const clear = randomBytes(16);
  const items = Array.from({ length: count }, () => ({ mak, algorithm, data }));
  return {
    ours: async () => (await hsm.client.terminalMacs(items)).length,
    single: async () =>
      concurrently(items, async (item) => hsm.client.terminalMac(item.mak, item.algorithm, item.data)),
    baseline: () => repeat(count, () => messageMac(algorithm, clear, data)),
  };
}

/** Calls the client as services do, one request each, so many at a time; answers how many. */
async function concurrently<Item>(items: readonly Item[], call: (item: Item) => Promise<unknown>): Promise<number> {
  for (let start = 0; start < items.length; start += CONCURRENT)
    await Promise.all(items.slice(start, start + CONCURRENT).map(call));
  return items.length;
}

function repeat(count: number, operation: (index: number) => void): number {
  const part = Math.floor(count / BASELINE_PART);
  for (let index = 0; index < part; index++) operation(index);
  return part;
}

function bytesOf(value: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(value, 0, length);
  return bytes;
}

function mustAll(right: boolean): void {
  if (!right) throw new Error('the HSM gave a wrong answer');
}
