import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withOddParity } from '../keys/key-strength.ts';
import { cmac } from '../keys/tr31-cmac.ts';
import { aesCipher } from '../keys/tr31-ciphers.ts';
import { unwrapTr31, wrapTr31 } from '../keys/tr31.ts';
import { SchemeCipher, variantSchemes, type VariantScheme } from '../keys/variant-lmk.ts';
import { keyTypeCodes } from './key-types.ts';
import { variantText } from './lmk-keys.ts';
import {
  aesZmk,
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

const ZMK = hex('0123456789ABCDEFFEDCBA9876543210');
const ZMK_TEXT = underTestLmk('000', 'U', ZMK);
const DES_SCHEMES = Object.keys(variantSchemes) as VariantScheme[];
const lengthOf = (scheme: VariantScheme) => variantSchemes[scheme].parts * 8;
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

describe('BU: check values', () => {
  it.each(vectorsOf('thales').filter(({ id }) => id !== 'THALES-LMK'))('$id, 16 and 6 digits', async (vector) => {
    const { keyType, scheme, underLmk, kcv } = vector;
    const short = keyType![0]! + keyType![2]!;
    const key = (scheme === 'Z' ? '' : scheme) + underLmk!;
    const flag = scheme === 'Z' ? '0' : '1';
    expect(await host.ask(`BU${short}${flag}${key}`)).toBe(`00${kcv}`);
    expect(await host.ask(`BU${short}${flag}${key};001`)).toBe(`00${kcv!.slice(0, 6)}`);
    expect(await host.ask(`BUFF${flag}${key};${keyType};000%00`)).toBe(`00${kcv}`);
    if (scheme === 'Z') expect(await host.ask(`BU${short}0Z${key}`)).toBe(`00${kcv}`);
  });

  it('every key type and scheme', async () => {
    for (const code of keyTypeCodes) {
      for (const scheme of DES_SCHEMES) {
        const key = odd(lengthOf(scheme));
        const flag = variantSchemes[scheme].parts - 1;
        const text = underTestLmk(code, scheme, key);
        expect(await host.ask(`BUFF${flag}${text};${code}`), `${code} ${scheme}`).toBe(`00${desKcv(key)}`);
      }
    }
  });

  it('key blocks: six digits, AES by CMAC', async () => {
    const block = (await done('A00FFFS#D0A3B00E00')).slice(0, -6);
    const kcv = (await done(`BUFFF${block};FFF`)).slice(0, 6);
    expect(kcv).toHaveLength(6);
    const aes = randomBytes(16);
    const zmk = randomBytes(32);
    const sent = wrapTr31(zmk, header('D', { usage: 'D0', algorithm: 'A' }), aes);
    const imported = await done(`A6FFF${aesZmk(zmk)}R${sent}S`);
    expect(imported.slice(-6)).toBe(upper(cmac(aesCipher(aes), Buffer.alloc(16))).slice(0, 6));
  });

  it('refuses wrong flags, types and keys of other types', async () => {
    const key = underTestLmk('001', 'U', odd(16));
    expect(await host.ask(`BU010${key}`)).toBe('05');
    expect(await host.ask(`BU01X${key}`)).toBe('05');
    expect(await host.ask(`BU01F${key}`)).toBe('05');
    expect(await host.ask(`BU7Z1${key}`)).toBe('04');
    expect(await host.ask(`BUFF1${key}`)).toBe('04');
    expect(await host.ask(`BU031${key}`)).toBe('10');
    expect(await host.ask(`BU011${key};002`)).toBe('15');
  });
});

describe('A0: generate', () => {
  it('every type and scheme: strong, odd parity, the check value is its own', async () => {
    for (const code of keyTypeCodes) {
      for (const scheme of DES_SCHEMES.filter((each) => each !== 'Z')) {
        const answer = await done(`A00${code}${scheme}`);
        const key = clearOf(code, answer.slice(0, -6));
        expect(key).toHaveLength(lengthOf(scheme));
        expect(withOddParity(key)).toEqual(key);
        expect(answer.slice(-6)).toBe(desKcv(key).slice(0, 6));
      }
    }
    expect(clearOf('001', (await done('A00001Z')).slice(0, -6))).toHaveLength(8);
    expect(await host.ask('A00000Z')).toBe('27');
    expect(await host.ask('A00109Z')).toBe('27');
  });

  it('mode 1: the same key under LMK and under ZMK or TMK, in every form', async () => {
    const tmk = underTestLmk('002', 'U', ZMK);
    for (const [transport, under] of [
      [';0', ZMK_TEXT],
      ['', ZMK_TEXT],
      ['0', ZMK_TEXT],
      [';1', tmk],
      ['1', tmk],
    ]) {
      for (const scheme of DES_SCHEMES) {
        const answer = await done(`A01001${scheme}${transport}${under}${scheme}`);
        const middle = (answer.length - 6) / 2;
        const key = clearOf('001', answer.slice(0, middle));
        const sent = variantText(scheme, new SchemeCipher(ZMK).encipher(scheme, key));
        expect(answer.slice(middle)).toBe(sent + desKcv(key).slice(0, 6));
      }
    }
  });

  it('mode 1 with a TR-31 block: the type or the command says what it holds', async () => {
    const answer = await done(`A01001U;0${ZMK_TEXT}R`);
    const [, held = '', block = ''] = /^(U[0-9A-F]{32})R(B.*).{6}$/.exec(answer)!;
    const opened = unwrapTr31(ZMK, block);
    expect(opened?.key).toEqual(clearOf('001', held));
    expect(opened?.header).toMatchObject({ version: 'B', usage: 'P0', algorithm: 'T', mode: 'B', exportability: 'E' });
    const stated = await done(`A01002U;0${ZMK_TEXT}R!A#P0T2E07N00`);
    expect(unwrapTr31(ZMK, stated.slice(34, -6))?.header).toMatchObject({
      version: 'A',
      usage: 'P0',
      mode: 'E',
      keyVersion: '07',
      exportability: 'N',
    });
    expect(await host.ask(`A01002U;0${ZMK_TEXT}R#P0T3E00N00`)).toBe('27');
    expect(await host.ask(`A01002U;0${ZMK_TEXT}R#D0T2B00N00`)).toBe('28');
    expect(await host.ask(`A01002U;0${ZMK_TEXT}R`)).toBe('15');
    expect(await host.ask(`A01002U;0${ZMK_TEXT}X#P0T2E00N00`)).toBe('26');
  });

  it('scheme S: attributes and optional blocks are bound in', async () => {
    const answer = await done('A00FFFS%01#M3T2G12N01LB0ATAK-01');
    expect(answer).toMatch(/^SD\d{4}M3TG12N0\d00LB0ATAK-01/);
    const typed = await done('A00001S');
    expect(typed).toMatch(/^SD\d{4}P0TB00E0000/);
    expect(await host.ask('A00002S')).toBe('15');
    expect(await host.ask('A00FFFS')).toBe('15');
    expect(await host.ask('A00FFFU#P0T2B00E00')).toBe('04');
    expect(await host.ask('A00001U#P0T2B00E00')).toBe('26');
    expect(await host.ask('A00FFFS%00#P0T2B00E00')).toBe('26');
    expect(await host.ask('A00001U%01')).toBe('26');
    expect(await host.ask('A00001U%02')).toBe('13');
    for (const foreign of ['&N', '!B']) expect(await host.ask(`A00001S${foreign}`)).toBe('80');
    for (const wrong of ['P0T4B00E00', 'P0T2Q00E00', 'ZZT2B00E00', 'P0T2C00E00', 'P0T2B00X00', 'P0T2Bc1E00'])
      expect(await host.ask(`A00FFFS#${wrong}`), wrong).toBe('15');
    expect(await host.ask('A00001S#D0T2B00E00')).toBe('28');
  });
});

describe('A2 and A4: components', () => {
  it('two to nine components make their XOR, whatever its parity', async () => {
    for (let count = 2; count <= 9; count++) {
      const components = Array.from({ length: count }, () => odd(16));
      const texts = components.map((component) => underTestLmk('000', 'U', component)).join('');
      const answer = await done(`A4${count}000X${texts}`);
      const xor = components.reduce((one, other) => Buffer.from(one.map((byte, index) => byte ^ other[index]!)));
      expect(clearOf('000', answer.slice(0, -6))).toEqual(withOddParity(xor));
      // The check value is that of the XOR, parity bits or not.
      expect(answer.slice(-6)).toBe(desKcv(xor).slice(0, 6));
    }
  });

  it('components come from A2 under the LMK, variant and block', async () => {
    const parts = [await done('A2008U'), await done('A2008U')].map((answer) => answer.slice(0, -6));
    await done(`A42008U${parts.join('')}`);
    const blocks = [];
    for (const number of [1, 2, 3]) blocks.push((await done(`A2FFFS#K0A3Bc${number}E00`)).slice(0, -6));
    const key = (await done(`A43FFFS${blocks.join('')}`)).slice(0, -6);
    expect(key).toMatch(/^SD\d{4}K0AB00E/);
    const labelled = await done(`A43FFFS${blocks.join('')}%01#0101LB08ZMK1`);
    expect(labelled).toMatch(/^SD\d{4}K0AB01E0\d00LB08ZMK1/);
    expect(await host.ask(`A42008U${parts.join('')}#0000`)).toBe('80');
    // A component is no key, and a key no component.
    expect(await host.ask(`A8FFF${blocks[0]}${key}R`)).toBe('28');
    expect(await host.ask(`A8FFF${key}${blocks[0]}R`)).toBe('28');
    expect(await host.ask(`A42FFFS${blocks[0]}${key}`)).toBe('28');
    expect(await host.ask(`A42FFFS${blocks[0]}${blocks[0]}`)).toBe('15');
    const other = (await done('A2FFFS#D0A3Bc2E00')).slice(0, -6);
    expect(await host.ask(`A42FFFS${blocks[0]}${other}`)).toBe('28');
    expect(await host.ask('A2FFFS#K0A3B00E00')).toBe('15');
  });

  it('refuses bad parity, equal components, equal halves, weak keys, other lengths and counts', async () => {
    const component = odd(16);
    const text = underTestLmk('000', 'U', component);
    const even = Buffer.from(component);
    even[3]! ^= 1;
    expect(await host.ask(`A42000U${text}${underTestLmk('000', 'U', even)}`)).toBe('10');
    expect(await host.ask(`A42000U${text}${text}`)).toBe('15');
    const half = odd(8);
    const twin = withOddParity(
      // XORed with the component it leaves the same half twice.
      component.map((byte, index) => byte ^ half[index % 8]!),
    );
    expect(await host.ask(`A42000U${text}${underTestLmk('000', 'U', twin)}`)).toBe('10');
    const weak = withOddParity(component.map((byte, index) => (index < 8 ? byte ^ 0xfe : byte ^ half[index - 8]!)));
    expect(await host.ask(`A42000U${text}${underTestLmk('000', 'U', weak)}`)).toBe('10');
    expect(await host.ask(`A42000U${text}${underTestLmk('000', 'Y', odd(24))}`)).toBe('27');
    expect(await host.ask(`A42000T${text}${underTestLmk('000', 'U', odd(16))}`)).toBe('27');
    expect(await host.ask(`A41000U${text}`)).toBe('15');
    expect(await host.ask(`A40000U${text}${text}`)).toBe('15');
    expect(await host.ask(`A42000Q${text}${text}`)).toBe('26');
    expect(await host.ask(`A42001U${text}${underTestLmk('000', 'U', odd(16))}`)).toBe('10');
  });
});

describe('A8 and A6: there and back', () => {
  it('every type and scheme', async () => {
    for (const code of keyTypeCodes) {
      for (const scheme of DES_SCHEMES) {
        if (scheme === 'Z' && /^(000|.09)$/.test(code)) continue;
        const key = odd(lengthOf(scheme));
        const text = underTestLmk(code, scheme, key);
        const kcv = desKcv(key).slice(0, 6);
        const sent = variantText(scheme, new SchemeCipher(ZMK).encipher(scheme, key));
        expect(await host.ask(`A8${code}${ZMK_TEXT}${text}${scheme}`), `${code} ${scheme}`).toBe(`00${sent}${kcv}`);
        expect(await host.ask(`A6${code}${ZMK_TEXT}${sent}${scheme}`), `${code} ${scheme}`).toBe(`00${text}${kcv}`);
      }
    }
  });

  it('import: parity 11, equal or weak parts 11, lengths 27, ZMK parity 10', async () => {
    const send = (scheme: VariantScheme, key: Buffer) =>
      variantText(scheme, new SchemeCipher(ZMK).encipher(scheme, key));
    const even = odd(16);
    even[7]! ^= 1;
    expect(await host.ask(`A6001${ZMK_TEXT}${send('X', even)}U`)).toBe('11');
    const half = odd(8);
    expect(await host.ask(`A6001${ZMK_TEXT}${send('X', Buffer.concat([half, half]))}U`)).toBe('11');
    expect(await host.ask(`A6001${ZMK_TEXT}${send('Z', hex('E0E0E0E0F1F1F1F1'))}Z`)).toBe('11');
    expect(await host.ask(`A6001${ZMK_TEXT}${send('Y', Buffer.concat([half, odd(8), half]))}T`)).toBe('11');
    expect(await host.ask(`A6001${ZMK_TEXT}${send('X', odd(16))}T`)).toBe('27');
    const short = underTestLmk('000', 'Z', odd(8));
    expect(await host.ask(`A6001${short}X${upper(randomBytes(16))}U`)).toBe('27');
    expect(await host.ask(`A8001${short}${underTestLmk('001', 'U', odd(16))}X`)).toBe('27');
    const triple = underTestLmk('000', 'T', odd(24));
    expect(await host.ask(`A8001${triple}${underTestLmk('001', 'U', odd(16))}U`)).toBe('27');
    expect((await host.ask(`A8001${triple}${underTestLmk('001', 'U', odd(16))}X`)).slice(0, 2)).toBe('00');
    const otherType = underTestLmk('001', 'U', odd(16));
    expect(await host.ask(`A8001${otherType}${otherType}X`)).toBe('10');
    expect(await host.ask(`A8003${ZMK_TEXT}${otherType}X`)).toBe('11');
    // One part written twice under a scheme that does not tell parts apart.
    const [, part = ''] = /^X(.{16})/.exec(underTestLmk('001', 'X', odd(16))) ?? [];
    expect(await host.ask(`A8001${ZMK_TEXT}X${part}${part}X`)).toBe('11');
    expect(await host.ask(`A8001${ZMK_TEXT}${otherType}S`)).toBe('26');
    expect(await host.ask(`A8001${ZMK_TEXT}${otherType}Q`)).toBe('26');
    expect(await host.ask(`A8001${ZMK_TEXT}${otherType}Z`)).toBe('27');
  });
});
