import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encipherBlocks } from '../cipher/block-cipher.ts';
import { Sm4 } from '../cipher/sm4.ts';
import { TripleDes } from '../cipher/triple-des.ts';
import { transactionMac } from '../mac/cbc-mac.ts';
import { cipherFor, deriveLevel, secureMessagingMac, sessionCipher, tacCipher } from './card-key.ts';
import { tripleDesTac } from './fast-tac.ts';
import { authoriseLoad } from './load-authorisation.ts';

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
const hex = (...texts: unknown[]) => Buffer.from(texts.join(''), 'hex');

describe('published purse vectors', () => {
  it('PBOC-V1: load', () => {
    const { input: i, keys, output, selfComputed } = vector('PBOC-V1');
    const fields = hex(i.rnd, i.ctr, i.bal, i.amt, i.type, i.term, output.MAC1, i.date, i.time);
    expect(authoriseLoad('3des', hex(keys.DLK), fields)).toEqual(hex(output.MAC2));
    fields[21]! ^= 1;
    expect(authoriseLoad('3des', hex(keys.DLK), fields)).toBeUndefined();
    const tacInput = hex(selfComputed.newBalance, i.ctr, i.amt, i.type, i.term, i.date, i.time);
    expect(transactionMac(tacCipher('3des', hex(i.dtk)), tacInput)).toEqual(hex(selfComputed.TAC));
  });

  it('PBOC-V2: purchase', () => {
    const { input: i, keys, output, selfComputed } = vector('PBOC-V2');
    const session = sessionCipher('3des', hex(keys.DPK), hex(i.rnd, i.ctr, i.tsn!.slice(4)));
    expect(transactionMac(session, hex(i.amt, i.type, i.term, i.date, i.time))).toEqual(hex(output.MAC1));
    expect(transactionMac(session, hex(i.amt))).toEqual(hex(output.MAC2));
    const tac = transactionMac(tacCipher('3des', hex(i.dtk)), hex(i.amt, i.type, i.term, i.tsn, i.date, i.time));
    expect(tac).toEqual(hex(selfComputed.TAC));
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
    expect(
      authoriseLoad(
        '3des',
        hex(keys.DLK),
        hex('A1B2C3D4', '0000', '00000000', '00002710', '02', sam, load.MAC1, '20081001', '093000'),
      ),
    ).toEqual(hex(load.MAC2));
    const tac = tacCipher('3des', hex(keys.DTK));
    const purchaseTac = (amount: string, type: string, tsn: string, time: string) =>
      transactionMac(tac, hex(amount, type, '261000000002', tsn, '20081001', time));
    expect(purchaseTac('000000C8', '06', '00000001', '101500')).toEqual(hex(steps[1]!.TAC));
    expect(purchaseTac('00000064', '09', '00000002', '104500')).toEqual(hex(steps[2]!.TAC));
  });

  it('PBOC-SM1: MAC of APPLICATION BLOCK', () => {
    const { key, mac } = vector('PBOC-SM1');
    expect(secureMessagingMac('3des', hex(key), hex('11223344'), hex('841E000004'))).toEqual(hex(mac));
  });

  it('TACKEY-1: the TAC key is the XOR of both halves', () => {
    const { DTK, tacKey } = vector('TACKEY-1');
    const expected = encipherBlocks(new TripleDes(hex(tacKey, tacKey)), Buffer.alloc(8));
    expect(encipherBlocks(tacCipher('3des', hex(DTK)), Buffer.alloc(8))).toEqual(expected);
  });
});

describe('SM4 profile', () => {
  it('derives f ‖ ~f as one block and keeps the whole DTK', () => {
    const key = randomBytes(16);
    const factor = randomBytes(8);
    const inverted = Buffer.from(factor.map((byte) => ~byte));
    expect(deriveLevel(cipherFor('sm4', key), factor)).toEqual(
      encipherBlocks(new Sm4(key), Buffer.concat([factor, inverted])),
    );
    const mac = transactionMac(tacCipher('sm4', key), Buffer.alloc(0));
    expect(mac).toEqual(encipherBlocks(new Sm4(key), hex('80', '00'.repeat(15))).subarray(0, 4));
  });
});

describe('bulk TAC', () => {
  it('equals the general way for every input length', () => {
    for (let length = 0; length < 40; length++) {
      const parent = randomBytes(16);
      const message = randomBytes(3 + 8 + length);
      const cardKey = deriveLevel(new TripleDes(parent), message.subarray(3, 11));
      const expected = transactionMac(tacCipher('3des', cardKey), message.subarray(11)).readInt32BE(0);
      expect(tripleDesTac(new TripleDes(parent), message, 3, 11, length)).toBe(expected);
    }
  });
});
