import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TripleDes } from '../cipher/triple-des.ts';
import { deriveLevel } from './card-key.ts';
import { kernelOf } from './kernel.ts';
import { authoriseLoad } from './load-authorisation.ts';
import { isPurchaseMac2, purchaseMac1 } from './purchase.ts';
import { mac4 } from './slow-path.test-data.ts';

interface Vector {
  readonly id: string;
  readonly input: Record<string, string>;
  readonly keys: Record<string, string> & Record<string, Record<string, string>>;
  readonly output: Record<string, string>;
  readonly selfComputed: Record<string, string>;
  readonly steps: { apdu: { c?: string; sam?: string; r: string }[]; MAC1: string; MAC2: string; TAC: string }[];
  readonly [field: string]: unknown;
}
const { vectors } = JSON.parse(readFileSync(new URL('../../test/vectors.json', import.meta.url), 'utf8')) as {
  vectors: Vector[];
};
const vector = (id: string) => vectors.find((candidate) => candidate.id === id)!;
/** The triple-DES kernel holding a card key. */
function holding(key: unknown) {
  const kernel = kernelOf('3des');
  kernel.setKey(hex(key));
  return kernel;
}

function authorise(dlk: unknown, fields: Buffer): Buffer | undefined {
  const out = Buffer.alloc(4);
  return authoriseLoad(holding(dlk), fields, 0, out) ? out : undefined;
}

function tac(dtk: unknown, input: Buffer): Buffer {
  const kernel = holding(dtk);
  kernel.useTacKey();
  const out = Buffer.alloc(4);
  out.writeInt32BE(kernel.mac(input, 0, input.length));
  return out;
}

const hex = (...texts: unknown[]) => Buffer.from(texts.join(''), 'hex');

describe('published purse vectors', () => {
  it('PBOC-V1: load', () => {
    const { input: i, keys, output, selfComputed } = vector('PBOC-V1');
    const fields = hex(i.rnd, i.ctr, i.bal, i.amt, i.type, i.term, output.MAC1, i.date, i.time);
    expect(authorise(keys.DLK, fields)).toEqual(hex(output.MAC2));
    fields[21]! ^= 1;
    expect(authorise(keys.DLK, fields)).toBeUndefined();
    const tacInput = hex(selfComputed.newBalance, i.ctr, i.amt, i.type, i.term, i.date, i.time);
    expect(tac(i.dtk, tacInput)).toEqual(hex(selfComputed.TAC));
  });

  it('PBOC-V2: purchase', () => {
    const { input: i, keys, output, selfComputed } = vector('PBOC-V2');
    const fields = hex(i.rnd, i.ctr, i.tsn, i.amt, i.type, i.term, i.date, i.time, output.MAC2);
    const mac1 = Buffer.alloc(4);
    purchaseMac1(holding(keys.DPK), fields, 0, mac1);
    expect(mac1).toEqual(hex(output.MAC1));
    expect(isPurchaseMac2(holding(keys.DPK), fields, 0)).toBe(true);
    fields[31]! ^= 1;
    expect(isPurchaseMac2(holding(keys.DPK), fields, 0)).toBe(false);
    expect(tac(i.dtk, hex(i.amt, i.type, i.term, i.tsn, i.date, i.time))).toEqual(hex(selfComputed.TAC));
  });

  it('DIV-2L: two levels of diversification', () => {
    const { cityFactor, serialFactor, keys } = vector('DIV-2L');
    for (const name of ['MPK', 'MLK', 'MTK', 'MAMK']) {
      const { root, cityKey, cardKey } = keys[name] as Record<string, string>;
      const city = deriveLevel(new TripleDes(hex(root)), hex(cityFactor));
      expect(city).toEqual(hex(cityKey));
      expect(deriveLevel(new TripleDes(city), hex(serialFactor))).toEqual(hex(cardKey));
    }
  });

  it('PBOC-S1: load and purchases of one card life', () => {
    const { keys, steps } = vector('PBOC-S1');
    const load = steps[0]!;
    const sam = '261000000001';
    const fields = hex('A1B2C3D4', '0000', '00000000', '00002710', '02', sam, load.MAC1, '20081001', '093000');
    expect(authorise(keys.DLK, fields)).toEqual(hex(load.MAC2));
    const purchaseTac = (amount: string, type: string, tsn: string, time: string) =>
      tac(keys.DTK, hex(amount, type, '261000000002', tsn, '20081001', time));
    expect(purchaseTac('000000C8', '06', '00000001', '101500')).toEqual(hex(steps[1]!.TAC));
    expect(purchaseTac('00000064', '09', '00000002', '104500')).toEqual(hex(steps[2]!.TAC));
  });

  it('PBOC-SM1: MAC of APPLICATION BLOCK', () => {
    const { key, mac } = vector('PBOC-SM1');
    const made = Buffer.alloc(4);
    made.writeInt32BE(holding(key).messagingMac(hex('11223344', '841E000004'), 0, 4, 4, 5));
    expect(made).toEqual(hex(mac));
  });

  it('TACKEY-1: the TAC key is the XOR of both halves', () => {
    const { DTK, tacKey } = vector('TACKEY-1');
    const data = hex('00112233445566');
    expect(tac(DTK, data)).toEqual(mac4('3des', hex(tacKey), data));
  });
});
