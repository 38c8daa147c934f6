import { createDecipheriv } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { foundedHsm, someKey, type FoundedHsm } from './founded.test-data.ts';

let founded: FoundedHsm;
const chip = someKey('3des');

beforeAll(async () => {
  founded = await foundedHsm();
  await founded.authorise('formKey', 'generateKey');
  await founded.form('CHIP', 'chip-transport', chip);
  await founded.client.generateKey({ name: 'CHIP-SM4', usage: 'chip-transport', algorithm: 'sm4', exportable: false });
  await founded.client.generateKey({ name: 'DPK', usage: 'purchase', algorithm: '3des', exportable: false });
});
afterAll(async () => founded.stop());

it('an initial PIN is twelve random digits, in clear on the chip alone', async () => {
  const seen = new Set<string>();
  for (let count = 0; count < 40; count += 1) {
    const { encrypted } = await founded.client.wrapInitialPin({ transport: 'name:CHIP' });
    const decipher = createDecipheriv('des-ede3-ecb', Buffer.concat([chip, chip.subarray(0, 8)]), null);
    const record = decipher.setAutoPadding(false).update(encrypted).toString('hex');
    expect(record).toMatch(/^[0-9]{12}ffff$/);
    seen.add(record);
  }
  expect(seen.size).toBe(40);
  // 480 digits without one of the ten: once in 10²¹ times.
  expect(new Set([...seen].join('').replaceAll('f', '')).size).toBe(10);
});

it('is wrapped under a transport key of triple DES and under nothing else', async () => {
  const refused = (code: string) => expect.objectContaining({ name: 'HsmRefused', code });
  for (const [transport, code] of [
    ['name:DPK', '28'],
    ['name:CHIP-SM4', '27'],
    ['name:NONE', '12'],
  ] as const)
    await expect(founded.client.wrapInitialPin({ transport })).rejects.toEqual(refused(code));
});
