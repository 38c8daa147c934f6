import { createCipheriv, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ecb, type Algorithm } from '../purse/slow-path.test-data.ts';
import { foundedHsm, someKey, type FoundedHsm } from './founded.test-data.ts';

let founded: FoundedHsm;
const keys = { '3des': someKey('3des'), sm4: someKey('sm4') };
const name = (algorithm: Algorithm) => `name:MAK-${algorithm}`;

beforeAll(async () => {
  founded = await foundedHsm();
  await founded.authorise('formKey');
  for (const algorithm of ['3des', 'sm4'] as const)
    await founded.form(`MAK-${algorithm}`, 'terminal-mac', keys[algorithm], algorithm);
});
afterAll(async () => founded.stop());

/** Zeros up to whole blocks; at least one block. */
function filled(data: Buffer, size: number): Buffer {
  return Buffer.concat([data, Buffer.alloc(Math.max(1, Math.ceil(data.length / size)) * size - data.length)]);
}

/** domain.md C.7 over OpenSSL: fold, write as hexadecimal, encipher, XOR the second half, encipher, write. */
function ecbMac(algorithm: Algorithm, data: Buffer): Buffer {
  const size = algorithm === '3des' ? 8 : 16;
  const folded = Buffer.alloc(size);
  filled(data, size).forEach((byte, at) => (folded[at % size]! ^= byte));
  const written = Buffer.from(folded.toString('hex').toUpperCase());
  const first = ecb(algorithm, keys[algorithm], written.subarray(0, size));
  const second = Buffer.from(first.map((byte, at) => byte ^ written[size + at]!));
  return Buffer.from(ecb(algorithm, keys[algorithm], second).toString('hex').toUpperCase().slice(0, 8));
}

/** CBC with the left half up to the last block, that one under E(left) D(right) E(left). */
function x919(data: Buffer): Buffer {
  const left = keys['3des'].subarray(0, 8);
  const bytes = filled(data, 8);
  const cbc = createCipheriv('des-ede-cbc', Buffer.concat([left, left]), Buffer.alloc(8)).setAutoPadding(false);
  const chained = bytes.length > 8 ? cbc.update(bytes.subarray(0, -8)).subarray(-8) : Buffer.alloc(8);
  return ecb('3des', keys['3des'], Buffer.from(bytes.subarray(-8).map((byte, at) => byte ^ chained[at]!)));
}

const messages = Array.from({ length: 40 }, (_, length) => randomBytes(length)).concat(randomBytes(1_000));

describe('terminal MACs equal an independent computation', () => {
  it.each(['3des', 'sm4'] as const)('ECB-MAC under %s, single and in a list', async (algorithm) => {
    const mak = name(algorithm);
    const macs = await founded.client.terminalMacs(messages.map((data) => ({ mak, algorithm: 'ecb', data })));
    expect(macs).toEqual(messages.map((data) => ecbMac(algorithm, data)));
    const checks = messages.map((data, at) => ({
      mak,
      algorithm: 'ecb' as const,
      data,
      mac: macs[at % 7 === 0 ? 1 : at]!,
    }));
    const right = await founded.client.verifyTerminalMacs(checks);
    expect(right).toEqual(checks.map(({ mac }, at) => mac.equals(macs[at]!)));
    expect(right).toContain(false);
    for (const [index, data] of messages.entries()) {
      const mac = macs[index]!;
      expect(await founded.client.terminalMac(mak, 'ecb', data)).toEqual(mac);
      expect(await founded.client.verifyTerminalMac(mak, 'ecb', data, mac)).toBe(true);
      mac[7]! ^= 1;
      expect(await founded.client.verifyTerminalMac(mak, 'ecb', data, mac)).toBe(false);
    }
  });

  it('X9.19 under triple DES; SM4 has none', async () => {
    const mak = name('3des');
    const macs = await founded.client.terminalMacs(messages.map((data) => ({ mak, algorithm: 'x9.19', data })));
    expect(macs).toEqual(messages.map(x919));
    const data = Buffer.from('0200');
    await expect(founded.client.terminalMac(name('sm4'), 'x9.19', data)).rejects.toMatchObject({ code: '27' });
  });

  it('a list of several messages keeps its order; an item that fits none sends nothing', async () => {
    const mak = name('3des');
    const items = Array.from({ length: 2_500 }, (_, index) => ({
      mak: index % 3 === 0 ? mak : name('sm4'),
      algorithm: 'ecb' as const,
      data: Buffer.from(`message ${index}`),
    }));
    const macs = await founded.client.terminalMacs(items);
    expect(macs).toEqual(items.map(({ data }, index) => ecbMac(index % 3 === 0 ? '3des' : 'sm4', data)));
    const others = items.slice(0, 3).map(async (item) => founded.client.terminalMac(item.mak, 'ecb', item.data));
    const tooLong = founded.client.terminalMac(mak, 'ecb', Buffer.alloc(50_000));
    await expect(tooLong).rejects.toBeInstanceOf(RangeError);
    expect(await Promise.all(others)).toEqual(macs.slice(0, 3));
  });
});
