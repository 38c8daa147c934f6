import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decipherBlocks, encipherBlocks } from '../cipher/block-cipher.ts';
import { aesCipher, desCipher } from '../keys/tr31-ciphers.ts';
import { decipherIso4, encipherIso4 } from '../pin/iso-4.ts';
import { pinBlock, pinFormats, pinOf } from '../pin/pin-block.ts';
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

const ACCOUNT = '550000025321';
const PAN = '5500000253217';
const PIN = '1234567';
let host: RunningHost;

const pinKey = (key: Buffer, mode = 'B', usage = 'P0', algorithm = key.length === 32 ? 'A' : 'T') =>
  blockUnderTestLmk({ usage, algorithm, mode, keyVersion: '00', exportability: 'N', optional: [] }, key);
const sealed = (key: Buffer, format: keyof typeof pinFormats, pin = PIN) =>
  upper(encipherBlocks(desCipher(key), pinBlock(pinFormats[format], pin, ACCOUNT)));

beforeAll(async () => {
  host = await runHost();
});

afterAll(async () => {
  await host.stop();
});

describe('CA and CC', () => {
  const [tpk, zpk, other] = [odd(16), odd(16), odd(24)];
  const keys = {
    tpk: underTestLmk('002', 'U', tpk),
    zpk: underTestLmk('001', 'U', zpk),
    other: underTestLmk('001', 'T', other),
  };
  const codes = Object.keys(pinFormats) as (keyof typeof pinFormats)[];

  it.each(codes)('format %s into every other', async (from) => {
    for (const to of codes) {
      for (const [command, source, sourceText] of [
        ['CA', tpk, keys.tpk],
        ['CC', zpk, keys.zpk],
      ] as const) {
        const answer = await host.ask(
          `${command}${sourceText}${keys.other}12${sealed(source, from)}${from}${to}${ACCOUNT}`,
        );
        expect(answer).toMatch(new RegExp(`^0007[0-9A-F]{16}${to}$`));
        const clear = decipherBlocks(desCipher(other), hex(answer.slice(4, 20)));
        expect(pinOf(pinFormats[to], clear, ACCOUNT)).toBe(PIN);
      }
    }
  });

  it('PIN-ISO0, enciphered under published keys', async () => {
    const { clear, underLmk } = vector('THALES-KEY-3');
    const { clear: terminal, underLmk: terminalUnderLmk } = vector('THALES-KEY-1');
    const rows = vector('PIN-ISO0')['rows'] as unknown as Record<string, string>[];
    for (const { pin, pan, block } of rows) {
      const account = pan!.slice(0, -1).slice(-12);
      const sent = upper(encipherBlocks(desCipher(hex(terminal!)), hex(block!)));
      const answer = await host.ask(`CA${terminalUnderLmk}U${underLmk}12${sent}0101${account}\x19HI`);
      const expected = upper(encipherBlocks(desCipher(hex(clear!)), hex(block!)));
      expect(answer).toBe(`00${String(pin!.length).padStart(2, '0')}${expected}01\x19HI`);
    }
  });

  it('ISO-4 under AES keys, into and out of triple DES', async () => {
    const aes = randomBytes(32);
    const block = upper(encipherIso4(aesCipher(aes), PIN, PAN));
    const out = await host.ask(`CC${pinKey(aes, 'D')}${keys.zpk}12${block}4801${PAN};`);
    expect(out).toBe(`0007${sealed(zpk, '01')}01`);
    const into = await host.ask(`CA${keys.tpk}${pinKey(aes, 'E')}12${sealed(tpk, '03')}0348${PAN};%01`);
    expect(decipherIso4(aesCipher(aes), hex(into.slice(4, 36)), PAN)).toBe(PIN);
    expect(into.slice(36)).toBe('48');
    const both = await host.ask(`CC${pinKey(aes)}${pinKey(aes)}12${block}4848${PAN};`);
    expect(decipherIso4(aesCipher(aes), hex(both.slice(4, 36)), PAN)).toBe(PIN);
    expect(await host.ask(`CC${pinKey(aes)}${keys.zpk}12${block}4801${ACCOUNT}`)).toBe('22');
    expect(await host.ask(`CC${pinKey(aes)}${keys.zpk}12${block}4801${'1'.repeat(20)};`)).toBe('22');
    expect(await host.ask(`CC${pinKey(aes)}${keys.zpk}12${block}4801${'1'.repeat(11)};`)).toBe('22');
    expect(await host.ask(`CC${pinKey(aes)}${keys.zpk}12${block}0101${ACCOUNT}`)).toBe('27');
    expect(await host.ask(`CA${keys.tpk}${keys.zpk}12${sealed(tpk, '01')}0148${PAN};`)).toBe('27');
  });

  it('refuses with the code of what is wrong', async () => {
    const ask = async (
      more: Partial<Record<'source' | 'to' | 'most' | 'block' | 'from' | 'into' | 'account', string>>,
    ) => {
      const { source = keys.tpk, to = keys.zpk, most = '12', from = '01', into = '01', account = ACCOUNT } = more;
      return host.ask(`CA${source}${to}${most}${more.block ?? sealed(tpk, '01')}${from}${into}${account}`);
    };
    expect((await ask({})).slice(0, 2)).toBe('00');
    expect(await ask({ source: keys.zpk })).toBe('10');
    expect(await ask({ to: keys.tpk })).toBe('11');
    expect(await ask({ block: sealed(zpk, '01') })).toBe('20');
    expect(await ask({ from: '47' })).toBe('20');
    expect(await ask({ account: '550000025322' })).toBe('20');
    expect(await ask({ account: '55000002532X' })).toBe('22');
    expect(await ask({ from: '99' })).toBe('23');
    expect(await ask({ into: '02' })).toBe('23');
    expect(await ask({ most: '06' })).toBe('24');
    expect(await ask({ most: '13' })).toBe('24');
    expect(await ask({ most: '0A' })).toBe('15');
    expect(await ask({ block: 'X'.repeat(16) })).toBe('15');
    expect(await ask({ source: 'Q' + keys.tpk.slice(1) })).toBe('26');
    expect(await ask({ source: 'K001' })).toBe('12');
    expect(await ask({ source: pinKey(tpk, 'E') })).toBe('28');
    expect(await ask({ to: pinKey(zpk, 'D') })).toBe('28');
    expect(await ask({ to: pinKey(zpk, 'B', 'D0') })).toBe('28');
    expect((await ask({ source: pinKey(tpk, 'D', '71') })).slice(0, 2)).toBe('00');
    expect(await ask({ source: pinKey(tpk, 'D', '72') })).toBe('28');
  });
});
