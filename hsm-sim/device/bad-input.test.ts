import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkValue } from '../keys/check-value.ts';
import { FieldWriter } from '../wire/field-writer.ts';
import { foundedHsm, framed, PINS, type FoundedHsm } from './founded.test-data.ts';

// Everything here goes over a bare TCP socket: no client of ours stands between.
let founded: FoundedHsm;
beforeAll(async () => {
  founded = await foundedHsm();
  await founded.authorise('generateKey', 'formKey');
  await founded.client.generateKey({ name: 'DLK', usage: 'load', algorithm: '3des', exportable: false });
});
afterAll(async () => founded.stop());

/** Command ‖ fields as one frame; the error of its answer. */
async function errorOf(command: string, fields: FieldWriter): Promise<string> {
  const [answer] = await founded.raw(framed(Buffer.concat([Buffer.from(`HEAD${command}`), fields.toBuffer()])));
  expect(answer!.toString('latin1', 0, 4)).toBe('HEAD');
  return answer!.toString('latin1', 6, 8);
}

const component = Buffer.from('00112233445566778899AABBCCDDEEFF', 'hex');
const submission = (pin: string, kcv: string) =>
  new FieldWriter().shortText('NEW').shortText('tac').ascii('T').byte(0).byte(2).shortText('li').shortText(pin).short(component).shortText(kcv); // prettier-ignore

/** One item of P0 under a key; answers the command's error and the item's. */
async function load(key: string, factorCount = 2, algorithm = 'T'): Promise<string> {
  const fields = new FieldWriter().byte(1).longText(key).uint16(1).byte(0).ascii(algorithm).byte(factorCount);
  fields.bytes(Buffer.alloc(8 * factorCount + 32));
  const [answer] = await founded.raw(framed(Buffer.concat([Buffer.from('HEADP0'), fields.toBuffer()])));
  return answer!.toString('latin1', 6, 10);
}

it('refuses a custodian’s wrong PIN and a component with a wrong check value, and keeps nothing of them', async () => {
  expect(await errorOf('K4', submission('000000', checkValue('3des', component)))).toBe('19');
  expect(await errorOf('K4', submission(PINS.li, '000000'))).toBe('03');
  expect(await errorOf('K6', new FieldWriter().shortText('NEW'))).toBe('31');
  expect(await errorOf('K4', submission(PINS.li, checkValue('3des', component)))).toBe('00');
});

it('refuses an unknown key, and a key against its usage, algorithm or number of factors, item by item', async () => {
  expect(await load('name:DLK')).toBe('0001');
  expect(await load('name:NONE')).toBe('0012');
  expect(await load('DLK')).toBe('0026');
  expect(await load('name:DLK', 1)).toBe('0035');
  expect(await load('name:DLK', 2, '4')).toBe('0027');
  expect(await load('name:DLK', 5)).toBe('15');
  const tac = new FieldWriter()
    .byte(1)
    .longText('name:DLK')
    .uint16(1)
    .byte(0)
    .ascii('T')
    .byte(2)
    .bytes(Buffer.alloc(16));
  const [answer] = await founded.raw(
    framed(Buffer.concat([Buffer.from('HEADP2'), tac.short(Buffer.alloc(3)).bytes(Buffer.alloc(4)).toBuffer()])),
  );
  expect(answer!.toString('latin1', 6)).toBe('0028');
});

it('refuses truncated commands at every length, and too many or no items', async () => {
  const whole = new FieldWriter().byte(1).longText('name:DLK').uint16(1).byte(0).ascii('T').byte(2);
  const fields = Buffer.concat([whole.toBuffer(), Buffer.alloc(16 + 32)]);
  const cuts = Array.from({ length: fields.length }, (_, length) =>
    framed(Buffer.concat([Buffer.from('HEADP0'), fields.subarray(0, length)])),
  );
  const errors = (await founded.raw(...cuts)).map((answer) => answer.toString('latin1', 6));
  expect(new Set(errors)).toEqual(new Set(['80']));
  const counted = (count: number) => new FieldWriter().byte(1).longText('name:DLK').uint16(count);
  expect(await errorOf('P0', counted(0))).toBe('80');
  expect(await errorOf('P0', counted(1001))).toBe('80');
  expect(await errorOf('P0', new FieldWriter().bytes(fields).byte(0))).toBe('80');
});

it('reads a command over the maximum length to its end, answers 80 and goes on', async () => {
  const long = Buffer.alloc(49_153, 0x30);
  long.write('LONGB2');
  const fits = Buffer.alloc(49_152, 0x30);
  fits.write(`FITSB2${(49_152 - 10).toString(16).toUpperCase()}`);
  const answers = await founded.raw(framed(long), framed(fits), framed('AFTRB20001x'));
  expect(answers.map((answer) => answer.toString('latin1', 0, 8))).toEqual(['LONGB380', 'FITSB300', 'AFTRB300']);
});
