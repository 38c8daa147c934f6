import { randomBytes, randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SymmetricUsage } from '../keys/key-usage.ts';
import * as slow from '../purse/slow-path.test-data.ts';
import { foundedHsm, someKey, type FoundedHsm } from './founded.test-data.ts';

const CITY = Buffer.from('4580FF0000000000', 'hex');
const ROOTS = {
  DPK: 'purchase', DLK: 'load', DTK: 'tac', DAMK: 'maintenance', DRPK: 'pin-reload', DULK: 'unload', DUK: 'overdraft',
  CHIP: 'chip-transport',
} as const satisfies Record<string, SymmetricUsage>; // prettier-ignore
type Root = keyof typeof ROOTS;

let founded: FoundedHsm;
beforeAll(async () => {
  founded = await foundedHsm();
  await founded.authorise('formKey');
});
afterAll(async () => founded.stop());

const uint = (value: number, bytes: number) => {
  const field = Buffer.alloc(bytes);
  field.writeUIntBE(value, 0, bytes);
  return field;
};
const changed = (bytes: Buffer) => Buffer.from(bytes.map((byte, index) => (index === 0 ? byte ^ 1 : byte)));

describe.each(['3des', 'sm4'] as const)('purse commands under %s equal an independent computation', (algorithm) => {
  const roots = new Map<Root, Buffer>();
  const name = (root: Root) => `name:${root}-${algorithm}`;
  const transaction = () => ({
    factors: [CITY, randomBytes(8)],
    algorithm,
    cardRandom: randomBytes(4),
    amount: randomInt(1, 1_000_000),
    samNo: randomBytes(6),
    date: Buffer.from('20081001', 'hex'),
    time: Buffer.from('093000', 'hex'),
  });
  const cardKey = (root: Root, { factors }: { readonly factors: Buffer[] }) =>
    slow.derive(algorithm, roots.get(root)!, ...factors);

  beforeAll(async () => {
    for (const [root, usage] of Object.entries(ROOTS) as [Root, SymmetricUsage][]) {
      const key = someKey(algorithm);
      roots.set(root, key);
      await founded.form(`${root}-${algorithm}`, usage, key, algorithm);
    }
  });

  it('loads', async () => {
    for (let run = 0; run < 20; run++) {
      const item = {
        ...transaction(),
        dlk: name('DLK'),
        type: 2,
        onlineCounter: randomInt(65_536),
        balanceBefore: 500,
      };
      const session = slow.session(
        algorithm,
        cardKey('DLK', item),
        Buffer.concat([item.cardRandom, uint(item.onlineCounter, 2)]),
        Buffer.from('8000', 'hex'),
      );
      const amountTypeSam = Buffer.concat([uint(item.amount, 4), Buffer.from([2]), item.samNo]);
      const mac1 = slow.mac4(algorithm, session, Buffer.concat([uint(500, 4), amountTypeSam]));
      const mac2 = slow.mac4(algorithm, session, Buffer.concat([amountTypeSam, item.date, item.time]));
      expect(await founded.client.loadAuthorise({ ...item, mac1 })).toEqual({ ok: true, mac2 });
      expect(await founded.client.loadAuthorise({ ...item, mac1: changed(mac1) })).toEqual({ ok: false });
    }
  });

  it('purchases, as a SAM', async () => {
    for (let run = 0; run < 20; run++) {
      const item = {
        ...transaction(),
        dpk: name('DPK'),
        type: run % 2 === 0 ? 6 : 9,
        offlineCounter: randomInt(65_536),
        transactionNo: randomInt(2 ** 32),
      };
      const session = slow.session(
        algorithm,
        cardKey('DPK', item),
        Buffer.concat([item.cardRandom, uint(item.offlineCounter, 2)]),
        uint(item.transactionNo, 4).subarray(2),
      );
      const amount = uint(item.amount, 4);
      const input = Buffer.concat([amount, Buffer.from([item.type]), item.samNo, item.date, item.time]);
      expect(await founded.client.samPurchaseMac1(item)).toEqual(slow.mac4(algorithm, session, input));
      const mac2 = slow.mac4(algorithm, session, amount);
      expect(await founded.client.samVerifyMac2({ ...item, mac2 })).toBe(true);
      expect(await founded.client.samVerifyMac2({ ...item, mac2: changed(mac2) })).toBe(false);
    }
  });

  it('unloads, and the proof that the card paid', async () => {
    for (let run = 0; run < 20; run++) {
      const item = { ...transaction(), dulk: name('DULK'), type: 3, onlineCounter: randomInt(65_536) };
      const counter = uint(item.onlineCounter, 2);
      const session = slow.session(
        algorithm,
        cardKey('DULK', item),
        Buffer.concat([item.cardRandom, counter]),
        Buffer.from('8000', 'hex'),
      );
      const amountTypeSam = Buffer.concat([uint(item.amount, 4), Buffer.from([3]), item.samNo]);
      const moment = Buffer.concat([item.date, item.time]);
      const mac1 = slow.mac4(algorithm, session, Buffer.concat([uint(2_000_000, 4), amountTypeSam]));
      const asked = { ...item, balanceBefore: 2_000_000 };
      const mac2 = slow.mac4(algorithm, session, Buffer.concat([amountTypeSam, moment]));
      expect(await founded.client.unloadAuthorise({ ...asked, mac1 })).toEqual({ ok: true, mac2 });
      expect(await founded.client.unloadAuthorise({ ...asked, mac1: changed(mac1) })).toEqual({ ok: false });
      const proof = { ...item, balanceAfter: 2_000_000 - item.amount };
      const input = Buffer.concat([uint(proof.balanceAfter, 4), counter, amountTypeSam, moment]);
      const mac3 = slow.mac4(algorithm, session, input);
      expect(await founded.client.verifyUnloadMac3({ ...proof, mac3 })).toBe(true);
      expect(await founded.client.verifyUnloadMac3({ ...proof, mac3: changed(mac3) })).toBe(false);
    }
  });

  it('TACs of every input length', async () => {
    const items = Array.from({ length: 41 }, (_, length) => {
      const { factors } = transaction();
      const data = randomBytes(length);
      const tac = slow.mac4(algorithm, slow.folded(algorithm, cardKey('DTK', { factors })), data);
      return { dtk: name('DTK'), factors, algorithm, data, tac: length % 5 === 0 ? changed(tac) : tac };
    });
    expect(await founded.client.verifyTacs(items)).toEqual(items.map((_, index) => index % 5 !== 0));
  });

  it('scripts: MAC, encipherment, PIN reload, answers to challenges', async () => {
    for (let length = 0; length < 40; length++) {
      const { factors } = transaction();
      const root = { root: name('DAMK'), factors, algorithm };
      const key = cardKey('DAMK', { factors });
      const [data, challenge] = [randomBytes(length), randomBytes(length % 2 === 0 ? 4 : 8)];
      expect(await founded.client.cardCommandMac({ ...root, challenge, data })).toEqual(
        slow.messagingMac(algorithm, key, challenge, data),
      );
      expect(await founded.client.cardCommandEncrypt({ ...root, plaintext: data })).toEqual(
        slow.messagingCryptogram(algorithm, key, data),
      );
      expect(await founded.client.externalAuthenticate({ ...root, challenge })).toEqual(
        slow.answerToChallenge(algorithm, key, challenge),
      );
    }
    const { factors } = transaction();
    const pin = Buffer.from('123456', 'hex');
    const reload = slow.mac4(algorithm, slow.folded(algorithm, cardKey('DRPK', { factors })), pin);
    expect(await founded.client.pinReloadMac({ root: name('DRPK'), factors, algorithm, pin })).toEqual(reload);
  });

  it('overdraft limits', async () => {
    for (let run = 0; run < 20; run++) {
      const { amount: balance, ...rest } = transaction();
      const limits = { oldLimit: randomInt(0x100_0000), newLimit: randomInt(0x100_0000) };
      const item = { ...rest, ...limits, duk: name('DUK'), onlineCounter: randomInt(65_536), balance };
      const counted = Buffer.concat([item.cardRandom, uint(item.onlineCounter, 2)]);
      const session = slow.session(algorithm, cardKey('DUK', item), counted, Buffer.from('8000', 'hex'));
      const typeSam = Buffer.concat([Buffer.from([7]), item.samNo]);
      const limited = Buffer.concat([uint(balance, 4), uint(item.oldLimit, 3), typeSam]);
      const mac1 = slow.mac4(algorithm, session, limited);
      const updated = Buffer.concat([uint(item.newLimit, 3), typeSam, item.date, item.time]);
      const mac2 = slow.mac4(algorithm, session, updated);
      expect(await founded.client.overdraftAuthorise({ ...item, mac1 })).toEqual({ ok: true, mac2 });
      expect(await founded.client.overdraftAuthorise({ ...item, mac1: changed(mac1) })).toEqual({ ok: false });
    }
  });

  it('lists give what single calls give', async () => {
    const commands = Array.from({ length: 30 }, (_, index) => ({
      root: name('DAMK'),
      factors: [CITY, randomBytes(8)],
      algorithm,
      challenge: randomBytes(index % 2 === 0 ? 4 : 8),
      data: randomBytes(5 + index),
    }));
    const purchases = commands.map(({ factors }, index) => ({
      ...transaction(),
      factors,
      dpk: name('DPK'),
      type: 6,
      offlineCounter: index,
      transactionNo: randomInt(2 ** 32),
    }));
    const loads = purchases.map(({ dpk: _, ...item }, index) => ({
      ...item,
      dlk: name('DLK'),
      onlineCounter: index,
      balanceBefore: 1,
      mac1: Buffer.alloc(4),
    }));
    const { client } = founded;
    expect(await client.cardCommandMacs(commands)).toEqual(
      commands.map(({ factors, challenge, data }) =>
        slow.messagingMac(algorithm, cardKey('DAMK', { factors }), challenge, data),
      ),
    );
    expect(await client.samPurchaseMac1All(purchases)).toEqual(
      await Promise.all(purchases.map(async (item) => client.samPurchaseMac1(item))),
    );
    expect(await client.loadAuthoriseAll(loads)).toEqual(loads.map(() => ({ ok: false })));
    expect(await client.loadAuthoriseAll([])).toEqual([]);
    const refused = client.loadAuthoriseAll(loads.map((item) => ({ ...item, dlk: 'name:NONE' })));
    await expect(refused).rejects.toMatchObject({ code: '12' });
  });

  it('wraps card keys for WRITE KEY', async () => {
    const { factors } = transaction();
    const wrapped = await founded.client.wrapCardKey({
      root: name('DLK'),
      factors,
      algorithm,
      transport: name('CHIP'),
    });
    expect(wrapped.encrypted).toEqual(slow.ecb(algorithm, roots.get('CHIP')!, cardKey('DLK', { factors })));
  });
});
