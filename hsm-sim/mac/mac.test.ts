import { randomBytes } from 'node:crypto';
import { retailMacOfZeroPadded, tripleDesEcbMac } from './terminal-mac.ts';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SingleDes, TripleDes } from '../cipher/triple-des.ts';
import { bankCardMac } from './bank-card-mac.ts';
import { cbcMac, retailMac } from './cbc-mac.ts';
import type { PaddingMethod } from './padding.ts';

interface Vector {
  readonly id: string;
  readonly padding: PaddingMethod;
  readonly [field: string]: string | number;
}
const { vectors } = JSON.parse(readFileSync(new URL('../../test/vectors.json', import.meta.url), 'utf8')) as {
  vectors: Vector[];
};
const vector = (id: string) => vectors.find((candidate) => candidate.id === id)!;
const hex = (text: string | number | undefined) => Buffer.from(String(text), 'hex');

describe('published MACs', () => {
  it.each(['ISO9797-24-P1', 'ISO9797-24-P2', 'ISO9797-24-P3'])('%s: algorithms 1 and 3', (id) => {
    const { key, key2, messageAscii, padding, algorithm1_cbcmac, algorithm3_retail_x919 } = vector(id);
    const message = Buffer.from(String(messageAscii), 'ascii');
    expect(cbcMac(new SingleDes(hex(key)), message, padding)).toEqual(hex(algorithm1_cbcmac));
    expect(retailMac(Buffer.concat([hex(key), hex(key2)]), message, padding)).toEqual(hex(algorithm3_retail_x919));
  });

  it('ICAO9303-BAC: retail MAC with padding 80', () => {
    const { key, data, mac } = vector('ICAO9303-BAC');
    expect(retailMac(hex(key), hex(data), 2)).toEqual(hex(mac));
  });

  it('PSEC-MAC-1: triple DES at every block', () => {
    const { key, data, mac } = vector('PSEC-MAC-1');
    expect(cbcMac(new TripleDes(hex(key)), hex(data), 2)).toEqual(hex(mac));
  });

  it('CUP-B: bank-card ECB-MAC of a whole frame, single and double length', () => {
    const { frame, mab, mak, field64 } = vector('CUP-B');
    const range = hex(frame).subarray(13, 121);
    expect(range).toEqual(hex(mab));
    const half = hex(String(mak).slice(0, 16));
    expect(bankCardMac(new TripleDes(Buffer.concat([half, half])), range)).toEqual(hex(field64));
    expect(bankCardMac(new SingleDes(half), range)).toEqual(hex(field64));
  });

  it('the ECB-MAC does not notice blocks that change places; X9.19 does', () => {
    const key = hex('0123456789ABCDEFFEDCBA9876543210');
    const data = Buffer.from('block---data----tail', 'ascii');
    const swapped = Buffer.concat([data.subarray(8, 16), data.subarray(0, 8), data.subarray(16)]);
    expect(bankCardMac(new TripleDes(key), swapped)).toEqual(bankCardMac(new TripleDes(key), data));
    expect(retailMac(key, swapped, 1)).not.toEqual(retailMac(key, data, 1));
  });
});

describe('terminal MACs on words', () => {
  it('equal the general way for every length and place', () => {
    const out = Buffer.alloc(10);
    for (let length = 0; length < 70; length++) {
      const key = randomBytes(16);
      const bytes = randomBytes(length + 5);
      const data = bytes.subarray(3, 3 + length);
      tripleDesEcbMac(new TripleDes(key), bytes, 3, length, out, 1);
      expect(out.subarray(1, 9)).toEqual(bankCardMac(new TripleDes(key), data));
      retailMacOfZeroPadded(new TripleDes(key), bytes, 3, length, out, 2);
      expect(out.subarray(2)).toEqual(retailMac(key, data, 1));
    }
  });
});
