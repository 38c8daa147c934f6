import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withOddParity } from '../keys/key-strength.ts';
import { cmac } from '../keys/tr31-cmac.ts';
import { aesCipher } from '../keys/tr31-ciphers.ts';
import type { Tr31Header } from '../keys/tr31-header.ts';
import { unwrapTr31, wrapTr31 } from '../keys/tr31.ts';
import {
  aesZmk,
  blockUnderTestLmk,
  clearOf,
  desKcv,
  header,
  hex,
  odd,
  runHost,
  underTestLmk,
  upper,
  vectorsOf,
  type RunningHost,
} from './running-host.test-data.ts';

let host: RunningHost;

/** A successful answer without its 00. */
async function done(message: string): Promise<string> {
  const answer = await host.ask(message);
  expect(answer.slice(0, 2), message).toBe('00');
  return answer.slice(2);
}

beforeAll(async () => {
  host = await runHost();
  await host.authoriseHost();
});

afterAll(async () => {
  await host.stop();
});

describe('TR-31 blocks', () => {
  it.each(vectorsOf('tr31'))('$id comes in under a ZMK that components made', async (vector) => {
    const { kbpk, key, keyBlock, version } = vector;
    const zmk = version === 'D' ? aesZmk(hex(kbpk!)) : underTestLmk('000', 'U', withOddParity(hex(kbpk!)));
    const answer = await done(`A6FFF${zmk}R${keyBlock}S`);
    const kcv = version === 'D' ? upper(cmac(aesCipher(hex(key!)), Buffer.alloc(16))) : desKcv(hex(key!));
    expect(answer.slice(-6)).toBe(kcv.slice(0, 6));
    expect(answer.slice(0, -6)).toMatch(new RegExp(`^SD\\d{4}${keyBlock!.slice(5, 7)}.${keyBlock![8]}00E`));
    if (version !== 'D' && key!.length === 32) {
      const variant = await done(`A6003${zmk}R${keyBlock}U`);
      expect(clearOf('003', variant.slice(0, -6))).toEqual(withOddParity(hex(key!)));
    }
  });

  const zmks = { A: odd(16), B: odd(24), C: odd(16), D: randomBytes(32) } as const;
  const text = (version: 'A' | 'B' | 'C' | 'D') =>
    version === 'D' ? aesZmk(zmks.D) : underTestLmk('000', version === 'B' ? 'T' : 'U', zmks[version]);
  const optional = [{ id: 'KS', data: '00604B120F9292800000' }];

  it.each(['A', 'B', 'C', 'D'] as const)('version %s: in, and out again as it was', async (version) => {
    const keys =
      version === 'D'
        ? [
            ['A', 16],
            ['A', 24],
            ['A', 32],
            ['T', 16],
          ]
        : [
            ['T', 16],
            ['T', 24],
            ['D', 8],
          ];
    for (const [algorithm, length] of keys as [string, number][]) {
      const key = algorithm === 'A' ? randomBytes(length) : odd(length);
      const full = header(version, { algorithm, mode: 'D', keyVersion: '31', optional });
      const held = (await done(`A6001${text(version)}R${wrapTr31(zmks[version], full, key)}S`)).slice(0, -6);
      const sent = await done(`A8FFF${text(version)}${held}R!${version}`);
      expect(unwrapTr31(zmks[version], sent.slice(1, -6))).toEqual({ header: full, key });
    }
  });

  it('exportability: N stays, E leaves in blocks only, S in any form; on its way a key loses freedom only', async () => {
    const held = async (exportability: 'E' | 'N' | 'S') =>
      (await done(`A6FFF${text('A')}R${wrapTr31(zmks.A, header('A', { exportability }), odd(16))}S`)).slice(0, -6);
    const [none, blocks, any] = [await held('N'), await held('E'), await held('S')];
    for (const scheme of ['R', 'X', 'U']) expect(await host.ask(`A8FFF${text('A')}${none}${scheme}`)).toBe('29');
    for (const scheme of ['X', 'U']) expect(await host.ask(`A8FFF${text('A')}${blocks}${scheme}`)).toBe('29');
    const sealed = await done(`A8FFF${text('A')}${blocks}R&N`);
    expect(unwrapTr31(zmks.A, sealed.slice(1, -6))?.header).toMatchObject({ version: 'B', exportability: 'N' });
    expect(await host.ask(`A8FFF${text('A')}${blocks}R&S`)).toBe('29');
    expect((await done(`A8FFF${text('A')}${any}X`)).charAt(0)).toBe('X');
    expect((await done(`A8FFF${text('A')}${any}R&E`)).charAt(0)).toBe('R');
    const sent = wrapTr31(zmks.A, header('A', { exportability: 'N' }), odd(16));
    expect(await host.ask(`A6001${text('A')}R${sent}U`)).toBe('29');
    expect(await host.ask(`A6001${text('A')}R${sent}S&E`)).toBe('29');
  });

  it('refuses what does not fit: usage, mode, version, key above, MAC', async () => {
    const sent = (more: Partial<Tr31Header>, key = odd(16)) => `R${wrapTr31(zmks.A, header('A', more), key)}`;
    const ask = async (code: string, block: string, scheme: string) =>
      host.ask(`A6${code}${text('A')}${block}${scheme}`);
    expect(await ask('003', sent({}), 'S')).toBe('28');
    expect(await ask('001', sent({ mode: 'E' }), 'U')).toBe('28');
    expect(await ask('FFF', sent({}), 'U')).toBe('04');
    expect(await ask('FFF', sent({ usage: 'ZZ' }), 'S')).toBe('15');
    expect(await ask('FFF', sent({ mode: 'C' }), 'S')).toBe('15');
    expect(await ask('FFF', sent({}, odd(32).subarray(0, 20)), 'S')).toBe('15');
    expect(await ask('FFF', sent({ algorithm: 'A' }, randomBytes(16)), 'S')).toBe('27');
    expect(await ask('FFF', sent({ keyVersion: 'c1' }), 'S')).toBe('28');
    expect(await ask('FFF', sent({}, Buffer.alloc(16, 0x57)), 'S')).toBe('11');
    const good = sent({});
    expect(await ask('FFF', good.slice(0, -1) + (good.endsWith('0') ? '1' : '0'), 'S')).toBe('01');
    expect(await ask('FFF', good.replace('P0', 'K0'), 'S')).toBe('01');
    expect(await ask('FFF', good.replace('RA', 'RZ'), 'S')).toBe('15');
    expect(await ask('FFF', good.replace('RA', 'RD'), 'S')).toBe('27');
    expect(await host.ask(`A8FFF${text('A')}S${good.slice(1)}R`)).toBe('13');
    expect(await host.ask(`A8FFF${text('D')}${(await ask('FFF', good, 'S')).slice(2, -6)}X`)).toBe('29');
    expect(await host.ask(`A8FFF${text('A')}${(await ask('FFF', good, 'S')).slice(2, -6)}R!D`)).toBe('27');
  });

  it('a key that enciphers data, PINs or MACs carries no keys', async () => {
    for (const [usage, mode] of [
      ['D0', 'B'],
      ['P0', 'B'],
      ['M3', 'C'],
      ['B0', 'X'],
    ] as const) {
      const wrong = blockUnderTestLmk({ ...header('D', { usage, mode }) }, odd(16));
      expect(await host.ask(`A8001${wrong}${underTestLmk('001', 'U', odd(16))}X`)).toBe('28');
    }
    const inwards = blockUnderTestLmk({ ...header('D', { usage: 'K0', mode: 'D' }) }, odd(16));
    expect(await host.ask(`A8001${inwards}${underTestLmk('001', 'U', odd(16))}X`)).toBe('28');
  });
});
