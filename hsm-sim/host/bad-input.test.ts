import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encipherBlocks } from '../cipher/block-cipher.ts';
import { desCipher } from '../keys/tr31-ciphers.ts';
import { SchemeCipher } from '../keys/variant-lmk.ts';
import { pinBlock } from '../pin/pin-block.ts';
import { frameOf } from '../wire/frame.ts';
import { hostErrors } from './errors.ts';
import { odd, blockUnderTestLmk, runHost, underTestLmk, upper, type RunningHost } from './running-host.test-data.ts';

let host: RunningHost;
const [zmk, zpk] = [odd(16), odd(16)];
const ZMK = underTestLmk('000', 'U', zmk);
const ZPK = underTestLmk('001', 'U', zpk);
const TAK = underTestLmk('003', 'U', odd(16));
const ZEK = underTestLmk('00A', 'U', odd(16));
const BLOCK = blockUnderTestLmk(
  { usage: 'P0', algorithm: 'T', mode: 'B', keyVersion: '00', exportability: 'E', optional: [] },
  odd(16),
);
const pin = upper(encipherBlocks(desCipher(zpk), pinBlock('ISO-0', '1234', '550000025321')));

/** One good message of every command, where cutting it anywhere leaves no good one. */
const good = [
  `A01001U;0${ZMK}X`,
  'A00FFFS#P0T2B00E01LB08ABCD',
  'A2001U',
  `A42000U${ZMK}${underTestLmk('000', 'U', odd(16))}`,
  `A6001${ZMK}X${upper(new SchemeCipher(zmk).encipher('X', odd(16)))}U`,
  `A8001${ZMK}${ZPK}X`,
  `A8FFF${ZMK}${BLOCK}R`,
  `BU011${ZPK}`,
  `BUFFF${BLOCK};FFF`,
  `CC${ZPK}${ZPK}12${pin}0101550000025321`,
  `M0000100A${ZEK}0008ABCDEFGH`,
  `M2011100A${ZEK}000000000000000000101234567890ABCDEF`,
  `M602031003${TAK}0005ABCDE`,
  `NO00`,
  'B20003abc',
];

async function ask(messages: readonly string[]): Promise<string[]> {
  const frames = messages.map((message) => frameOf(Buffer.from(`TEST${message}`, 'latin1')));
  return (await host.raw(...frames)).map((answer) => answer.toString('latin1', 6));
}

beforeAll(async () => {
  host = await runHost();
  await host.authoriseHost();
});

afterAll(async () => {
  await host.stop();
});

describe('every command', () => {
  it.each(good)('%s', async (message) => {
    const [whole] = await ask([message]);
    expect(whole).toMatch(/^00/);
    // All short cuts, then one in seven: inside a key one is like the other.
    const cuts = Array.from({ length: message.length - 2 }, (_, index) => message.slice(0, 2 + index)).filter(
      (_, index) => index < 12 || index % 7 === 0,
    );
    for (const [index, answer] of (await ask(cuts)).entries())
      expect(answer, `cut to ${cuts[index]}`).toMatch(/^(80|15|04)$/);
    expect(await ask([`${message}0`, `${message}\n`])).toEqual(['80', '80']);
  });

  it.each(good)('%s: the trailer comes back, in answers and refusals', async (message) => {
    const [answer] = await ask([`${message}\x19trailer of at most 32 characters`]);
    expect(answer).toMatch(/^00.*\x19trailer of at most 32 characters$/s);
    const [long] = await ask([`${message}\x19${'x'.repeat(33)}`]);
    expect(long!.slice(0, 2)).toBe('80');
  });

  it('random text after a command code ends in one of the known codes, and the HSM lives on', async () => {
    const codes = ['A0', 'A2', 'A4', 'A6', 'A8', 'B2', 'BU', 'CA', 'CC', 'M0', 'M2', 'M6', 'M8', 'NC', 'NO'];
    const alphabet = '0123456789ABCDEFSRUXTYZK;%#&!FFF\x19';
    const messages = Array.from({ length: 600 }, (_, index) => {
      const bytes = [...randomBytes(1 + (index % 90))];
      return codes[index % codes.length]! + bytes.map((byte) => alphabet.charAt(byte % alphabet.length)).join('');
    });
    for (const [index, answer] of (await ask(messages)).entries()) {
      const code = answer.slice(0, 2);
      expect(code === '00' || Object.hasOwn(hostErrors, code), `${messages[index]} → ${answer}`).toBe(true);
    }
    expect((await ask(['NC']))[0]).toMatch(/^00[0-9A-F]{16}0100-CITY$/);
  });

  it('one changed character of a key block under the LMK never opens', async () => {
    const changed = Array.from({ length: BLOCK.length - 1 }, (_, index) => {
      const at = index + 1;
      return BLOCK.slice(0, at) + (BLOCK[at] === '1' ? '2' : '1') + BLOCK.slice(at + 1);
    });
    for (const [index, answer] of (await ask(changed.map((block) => `BUFFF${block};FFF`))).entries())
      expect(answer, changed[index]).toMatch(/^(04|13|15|80)$/);
  });

  it('a message of the greatest length is served, a longer one refused', async () => {
    const length = 49_152 - 4 - 2 - 4;
    const [answer] = await ask([`B2${length.toString(16).toUpperCase()}${'x'.repeat(length)}`]);
    expect(answer).toHaveLength(2 + length);
    const data = 'x'.repeat(48_000);
    expect((await ask([`M602031003${TAK}BB80${data}`]))[0]).toMatch(/^00[0-9A-F]{8}$/);
  });

  it('an answer that would be too long is refused, not torn', async () => {
    const data = 'x'.repeat(40_000);
    expect((await ask([`M0000100A${ZEK}9C40${data}`]))[0]).toBe('80');
    expect((await ask([`M0000000A${ZEK}9C40${data}`]))[0]!.slice(0, 6)).toBe('009C40');
  });
});
