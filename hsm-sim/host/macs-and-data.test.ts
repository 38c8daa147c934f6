import { createCipheriv, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cmac } from '../keys/tr31-cmac.ts';
import { aesCipher } from '../keys/tr31-ciphers.ts';
import { cbcMac, retailMac } from '../mac/cbc-mac.ts';
import { SingleDes } from '../cipher/triple-des.ts';
import type { PaddingMethod } from '../mac/padding.ts';
import {
  odd,
  blockUnderTestLmk,
  hex,
  runHost,
  underTestLmk,
  upper,
  vector,
  type RunningHost,
} from './running-host.test-data.ts';

let host: RunningHost;
const four = (length: number) => length.toString(16).toUpperCase().padStart(4, '0');
const block = (usage: string, mode: string, key: Buffer, algorithm = 'T') =>
  blockUnderTestLmk({ usage, algorithm, mode, keyVersion: '00', exportability: 'N', optional: [] }, key);
/** Length and data in an input format. */
const data = (format: '0' | '1' | '2', bytes: Buffer) =>
  format === '1'
    ? Buffer.from(four(bytes.length * 2) + upper(bytes), 'latin1')
    : Buffer.concat([Buffer.from(four(bytes.length), 'latin1'), bytes]);
const ask = async (...parts: (string | Buffer)[]) =>
  host.ask(Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part))));

beforeAll(async () => {
  host = await runHost();
});

afterAll(async () => {
  await host.stop();
});

describe('M6 and M8', () => {
  it.each([1, 2, 3])('ISO9797-24-P%i: algorithms 1 and 3, both sizes, every input format', async (padding) => {
    const published = vector(`ISO9797-24-P${padding}`);
    const message = Buffer.from(published['messageAscii']!, 'ascii');
    const single = hex(published['key']!);
    const double = Buffer.concat([single, hex(published['key2']!)]);
    for (const [algorithm, key, scheme, mac] of [
      ['1', single, 'Z', published['algorithm1_cbcmac']!],
      ['3', double, 'U', published['algorithm3_retail_x919']!],
    ] as const) {
      for (const type of ['003', '008']) {
        const text = underTestLmk(type, scheme, key);
        for (const format of ['0', '1', '2'] as const) {
          const fields = [`0${format}`, `${algorithm}${padding}${type}${text}`] as const;
          const sent = data(format, message);
          expect(await ask('M6', fields[0], '0', fields[1], sent)).toBe(`00${mac.slice(0, 8)}`);
          expect(await ask('M6', fields[0], '1', fields[1], sent)).toBe(`00${mac}`);
          expect(await ask('M8', fields[0], '1', fields[1], sent, mac)).toBe('00');
          expect(await ask('M8', fields[0], '0', fields[1], sent, mac.slice(0, 8), '\x19T')).toBe('00\x19T');
          expect(await ask('M8', fields[0], '0', fields[1], sent, '00000000\x19T')).toBe('01\x19T');
        }
      }
    }
  });

  it('ICAO9303-BAC and PSEC-MAC-1', async () => {
    const icao = vector('ICAO9303-BAC');
    const tak = underTestLmk('003', 'U', hex(icao['key']!));
    expect(await ask(`M601132003${tak}`, data('1', hex(icao['data']!)))).toBe(`00${icao['mac']}`);
    const psec = vector('PSEC-MAC-1');
    const zak = underTestLmk('008', 'X', hex(psec['key']!));
    expect(await ask(`M601112008${zak}`, data('1', hex(psec['data']!)))).toBe(`00${psec['mac']}`);
  });

  it('a message in parts has the MAC of the whole', async () => {
    const message = randomBytes(53);
    for (const [algorithm, key, scheme] of [
      ['1', odd(8), 'Z'],
      ['1', odd(16), 'U'],
      ['1', odd(24), 'T'],
      ['3', odd(16), 'U'],
    ] as const) {
      const text = underTestLmk('003', scheme, key);
      for (const padding of [1, 2] as const) {
        const fields = `01${algorithm}${padding}003${text}`;
        const whole = await ask(`M60${fields}`, data('0', message));
        const first = await ask(`M61${fields}`, data('0', message.subarray(0, 16)));
        const middle = await ask(`M62${fields}`, first.slice(2), data('0', message.subarray(16, 40)));
        expect(middle).toMatch(/^00[0-9A-F]{16}$/);
        expect(await ask(`M63${fields}`, middle.slice(2), data('0', message.subarray(40)))).toBe(whole);
        const again = await ask(`M82${fields}`, first.slice(2), data('0', message.subarray(16, 40)));
        expect(again).toBe(middle);
        expect(await ask(`M83${fields}`, again.slice(2), data('0', message.subarray(40)), whole.slice(2))).toBe('00');
      }
    }
  });

  it('CMAC under AES, whole and in parts', async () => {
    const key = randomBytes(16);
    const message = randomBytes(45);
    const text = block('M6', 'C', key, 'A');
    const expected = upper(cmac(aesCipher(key), message)).slice(0, 16);
    expect(await ask(`M600150FFF${text}`, data('0', message), '%01')).toBe(`00${expected}`);
    const first = await ask(`M610150FFF${text}`, data('0', message.subarray(0, 32)));
    expect(await ask(`M630150FFF${text}${first.slice(2)}`, data('0', message.subarray(32)))).toBe(`00${expected}`);
    expect(await ask(`M630150FFF${text}${first.slice(2)}`, data('0', Buffer.alloc(0)))).toBe('80');
    expect(await ask(`M600110FFF${block('M1', 'C', key, 'A')}`, data('0', message))).toBe('27');
  });

  it('a key does what its block says, and nothing else', async () => {
    const key = odd(16);
    const sent = data('2', Buffer.from('eight by'));
    const mac = upper(retailMac(key, Buffer.from('eight by'), 1)).slice(0, 8);
    for (const mode of ['C', 'G', 'N']) expect(await ask(`M602031FFF${block('M3', mode, key)}`, sent)).toBe(`00${mac}`);
    for (const mode of ['C', 'V', 'N']) expect(await ask(`M802031FFF${block('M3', mode, key)}`, sent, mac)).toBe('00');
    expect(await ask(`M602031FFF${block('M3', 'V', key)}`, sent)).toBe('28');
    expect(await ask(`M802031FFF${block('M3', 'G', key)}`, sent, mac)).toBe('28');
    expect(await ask(`M602031FFF${block('M1', 'C', key)}`, sent)).toBe('28');
    expect(await ask(`M602011FFF${block('M3', 'C', key)}`, sent)).toBe('28');
    for (const usage of ['P0', 'D0', 'K0'])
      expect(await ask(`M602031FFF${block(usage, 'B', key)}`, sent), usage).toBe('28');
    const zpk = underTestLmk('001', 'U', key);
    expect(await ask(`M602031003${zpk}`, sent)).toBe('10');
    expect(await ask(`M602031001${zpk}`, sent)).toBe('28');
    expect(await ask(`M6020310ZZ${zpk}`, sent)).toBe('04');
    expect(await ask(`M602031FFF${zpk}`, sent)).toBe('04');
    expect(await ask(`M602031003${underTestLmk('003', 'Z', odd(8))}`, sent)).toBe('27');
    expect(await ask(`M602031003${underTestLmk('003', 'T', odd(24))}`, sent)).toBe('27');
  });

  it('padding 0 wants whole blocks, method 3 a whole message; an empty message is one', async () => {
    const key = odd(16);
    const tak = underTestLmk('003', 'U', key);
    expect(await ask(`M600030003${tak}`, data('0', Buffer.alloc(7)))).toBe('80');
    expect(await ask(`M600030003${tak}`, data('0', Buffer.alloc(0)))).toBe('80');
    expect(await ask(`M610030003${tak}`, data('0', Buffer.alloc(7)))).toBe('80');
    expect(await ask(`M610033003${tak}`, data('0', Buffer.alloc(8)))).toBe('15');
    for (const padding of [1, 2, 3] as PaddingMethod[])
      expect(await ask(`M60013${padding}003${tak}`, data('0', Buffer.alloc(0)))).toBe(
        `00${upper(retailMac(key, Buffer.alloc(0), padding))}`,
      );
    const eight = Buffer.from('whole blocks 16.');
    const single = odd(8);
    expect(
      await ask(`M602110003${underTestLmk('003', 'Z', single)}`, data('2', eight)).then((a) => a.slice(0, 2)),
    ).toBe('00');
    expect(await ask(`M600110003${underTestLmk('003', 'Z', single)}`, data('0', eight))).toBe(
      `00${upper(cbcMac(new SingleDes(single), eight, 1))}`,
    );
  });

  it('refuses unknown flags with 15, digits that are none, and an odd number of them', async () => {
    const tak = underTestLmk('003', 'U', odd(16));
    for (const flags of ['40031', '03031', '00231', '00021', '00034'])
      expect(await ask(`M6${flags}003${tak}`, data('0', Buffer.alloc(8))), flags).toBe('15');
    expect(await ask(`M601031003${tak}0004zzzz`)).toBe('15');
    expect(await ask(`M601031003${tak}0003000`)).toBe('15');
    expect(await ask(`M601031003${tak}00x3000`)).toBe('15');
  });
});

describe('M0 and M2', () => {
  const cases = [
    ['Z', odd(8), 'des-ede', 8],
    ['U', odd(16), 'des-ede', 8],
    ['T', odd(24), 'des-ede3', 8],
    ['S', randomBytes(16), 'aes-128', 16],
    ['S', randomBytes(32), 'aes-256', 16],
  ] as const;

  it.each(cases)('scheme %s, ECB and CBC, by OpenSSL', async (scheme, key, name, size) => {
    const text = scheme === 'S' ? `FFF${block('D0', 'B', key, 'A')}` : `00A${underTestLmk('00A', scheme, key)}`;
    const full = key.length === 8 ? Buffer.concat([key, key]) : key;
    const plain = randomBytes(size * 5);
    const iv = randomBytes(size);
    // OpenSSL calls three-key ECB by the bare name.
    const ecb = name === 'des-ede3' ? name : `${name}-ecb`;
    const expected = {
      '00': createCipheriv(ecb, full, null).setAutoPadding(false).update(plain),
      '01': createCipheriv(`${name}-cbc`, full, iv).setAutoPadding(false).update(plain),
    };
    for (const mode of ['00', '01'] as const) {
      const chain = mode === '01' ? upper(iv) : '';
      const nextIv = mode === '01' ? upper(expected[mode].subarray(-size)) : '';
      const enciphered = expected[mode];
      expect(await ask(`M0${mode}01${text}${chain}`, data('0', plain))).toBe(
        `00${nextIv}${four(2 * plain.length)}${upper(enciphered)}`,
      );
      expect(await ask(`M0${mode}10${text}${chain}`, data('1', plain))).toBe(
        `00${nextIv}${four(plain.length)}${enciphered.toString('latin1')}`,
      );
      expect(await ask(`M2${mode}11${text}${chain}`, data('1', enciphered), '\x19X')).toBe(
        `00${nextIv}${four(2 * plain.length)}${upper(plain)}\x19X`,
      );
      expect(await ask(`M2${mode}02${text}${chain}`, data('0', enciphered))).toBe(
        `00${nextIv}${four(plain.length)}${plain.toString('latin1')}`,
      );
    }
  });

  it('CBC goes on where it stopped', async () => {
    const key = odd(16);
    const zek = `00B${underTestLmk('00B', 'U', key)}`;
    const plain = randomBytes(48);
    const first = await ask(`M00101${zek}${'0'.repeat(16)}`, data('0', plain.subarray(0, 24)));
    const second = await ask(`M00101${zek}${first.slice(2, 18)}`, data('0', plain.subarray(24)));
    const whole = await ask(`M00101${zek}${'0'.repeat(16)}`, data('0', plain));
    expect(whole.slice(22)).toBe(first.slice(22) + second.slice(22));
  });

  it('refuses other keys, modes, parts of blocks and nothing at all', async () => {
    const key = odd(16);
    const sent = data('0', Buffer.alloc(16));
    const zek = underTestLmk('00A', 'U', key);
    expect(await ask(`M00001003${underTestLmk('003', 'U', key)}`, sent)).toBe('28');
    expect(await ask(`M00001ZZZ${zek}`, sent)).toBe('04');
    expect(await ask(`M00001FFF${zek}`, sent)).toBe('04');
    expect(await ask(`M0000100B${zek}`, sent)).toBe('10');
    expect(await ask(`M00001FFF${block('P0', 'B', key)}`, sent)).toBe('28');
    expect(await ask(`M00001FFF${block('D0', 'D', key)}`, sent)).toBe('28');
    expect(await ask(`M20001FFF${block('D0', 'E', key)}`, sent)).toBe('28');
    expect(await ask(`M0020100A${zek}`, sent)).toBe('15');
    expect(await ask(`M0000200A${zek}`, sent)).toBe('15');
    expect(await ask(`M0000100A${zek}`, data('0', Buffer.alloc(15)))).toBe('80');
    expect(await ask(`M0000100A${zek}`, data('0', Buffer.alloc(0)))).toBe('80');
    expect(await ask(`M0010100A${zek}00`, sent)).toBe('15');
  });
});

describe('GM', () => {
  it('SM3-abc, and a published SHA-256', async () => {
    const { messageAscii, digest } = vector('SM3-abc');
    const answer = await ask(`GM2000003${messageAscii}`, '\x19after');
    expect(upper(Buffer.from(answer.slice(2, 34), 'latin1'))).toBe(digest);
    expect(answer.slice(34)).toBe('\x19after');
    const sha = 'BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD';
    expect(upper(Buffer.from((await ask('GM0600003abc')).slice(2), 'latin1'))).toBe(sha);
    expect(await ask('GM9900003abc')).toBe('15');
    expect(await ask('GM0600004abc')).toBe('80');
    expect(await ask('GM0600002abc')).toBe('80');
  });
});
