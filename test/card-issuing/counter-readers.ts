import { CounterReader, type InsertableChip, VirtualCard } from '@citycard/city-sim';
import { publishedKey } from '@citycard/citycard';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answered, sandboxCard, type TestCity } from '../installation.ts';
import { blankCard, blankSam, claimOf, makeCard, numberOn, order } from './bureau.ts';
import { register } from './residents.ts';

let requests = 0;
const newKey = () => `issue-now-${++requests}`;
/** Commands of a personalisation session: serial twice, authentication, 25 steps, read back. More than enough to try. */
const SESSION = 40;

/** A single card made and handed over in the reader of a counter, and what can go wrong with reader and card on the way. */
export function counterReaderTests(city: () => TestCity): void {
  const readers: CounterReader[] = [];
  let shiftId: number;
  let residentId: number;
  beforeEach(async () => {
    shiftId = Number((await city().http('clerk-1', 'POST', '/v1/shifts')).body['shiftId']);
    residentId = await register(city());
  });
  afterEach(async () => {
    for (const reader of readers.splice(0)) await reader.unplug();
    const { posted } = await account(`cash-shift:${shiftId}`);
    const closing = { countedFen: posted };
    await city().http('clerk-1', 'POST', `/v1/shifts/${shiftId}/closing`, closing, { 'idempotency-key': newKey() });
  });

  const account = async (code: string) => {
    const { body } = await city().http('auditor', 'GET', `/v1/ledger/accounts/${code}`);
    return { posted: Number(body['postedFen']) };
  };
  const listed = async () => (await city().http('clerk-1', 'GET', '/v1/readers')).body;
  const stateOf = async (cardNo: string | undefined) =>
    (await city().http('clerk-1', 'GET', `/v1/cards/${cardNo}`)).body['state'];

  async function attach(chip?: InsertableChip, name = 'window-1', clerk = 'clerk-1'): Promise<CounterReader> {
    const { attachPort } = await listed();
    const address = { host: '127.0.0.1', port: Number(attachPort) };
    const reader = await CounterReader.attach(address, { reader: name, token: city().people[clerk]?.token ?? '' });
    readers.push(reader);
    if (chip) reader.insert(chip);
    return reader;
  }

  const issueNow = (key = newKey(), asked: Record<string, unknown> = {}, clerk = 'clerk-1'): Promise<Answered> =>
    city().http(
      clerk,
      'POST',
      '/v1/counter/issue-now',
      { reader: 'window-1', product: 'standard', residentId, depositFen: 2000, shiftId, ...asked },
      { 'idempotency-key': key },
    );
  const refused = (answer: Answered) => [answer.status, answer.body['code']];

  describe('a card made and handed over in one go', () => {
    it('is active, bears the number that was answered, and its deposit is in the shift; once, however often it is asked', async () => {
      await order(city(), 1);
      const card = blankCard();
      const reader = await attach(card);
      const key = newKey();
      const answer = await issueNow(key);
      expect(answer).toEqual({ status: 201, body: { cardNo: numberOn(card), state: 'active' } });
      expect(await stateOf(numberOn(card))).toBe('active');
      expect((await account(`cash-shift:${shiftId}`)).posted).toBe(2000);

      const commands = reader.commands;
      reader.insert(blankCard());
      expect(await issueNow(key)).toEqual(answer);
      expect(reader.commands).toBe(commands);
      expect(refused(await issueNow(key, { residentId: residentId + 1 }))).toEqual([
        422,
        'http.idempotency-key-reused',
      ]);
      expect((await account(`cash-shift:${shiftId}`)).posted).toBe(2000);
    });

    it('works under the SM4 profile, and takes a card the bureau has made as it is', async () => {
      await city()
        .http('bureau-1', 'POST', '/v1/card-batches', { product: 'standard-sm4', count: 1 })
        .then(async ({ body }) => {
          await city().http('bureau-2', 'POST', `/v1/card-batches/${String(body['batchId'])}/release`);
        });
      const card = new VirtualCard({ transportKey: publishedKey('CHIP'), algorithm: 'sm4' });
      const reader = await attach(card);
      expect(await issueNow(newKey(), { product: 'standard-sm4' })).toMatchObject({ status: 201 });

      const made = await makeCard(city());
      residentId = await register(city());
      reader.insert(made.card);
      const other = await issueNow(newKey(), { product: 'standard-sm4' });
      expect(refused(other)).toEqual([409, 'card-issuer.issue-now.other-product']);
      expect(await issueNow()).toEqual({ status: 201, body: { cardNo: made.cardNo, state: 'active' } });
    });

    it('goes on with the same number when the card was pulled, at whatever command, and makes no second card', async () => {
      let length = SESSION;
      for (let at = 1; at <= length; at += at < 6 || at > length - 4 ? 1 : 7) {
        await order(city(), 1);
        residentId = await register(city());
        const card = blankCard();
        const reader = await attach(card);
        const key = newKey();
        reader.removeAfter(at);
        const torn = await issueNow(key);
        if (torn.status === 201) {
          length = Math.min(length, at - 1);
          break;
        }
        expect(refused(torn)).toEqual([502, 'card-issuer.chip-gone']);
        const number = await claimOf(city(), card);
        if (number !== undefined) expect(await stateOf(number)).toBe('quarantined');

        if (number !== undefined) {
          reader.insert(blankCard());
          expect(refused(await issueNow(key))).toEqual([409, 'card-issuer.issue-now.other-chip']);
        }
        reader.insert(card);
        const answer = await issueNow(key);
        expect(answer).toEqual({ status: 201, body: { cardNo: number ?? numberOn(card), state: 'active' } });
        expect(numberOn(card)).toBe(answer.body['cardNo']);
        await reader.unplug();
      }
      expect(length).toBeGreaterThan(30);
    });

    it('goes on when the reader was unplugged and attached again', async () => {
      await order(city(), 1);
      const card = blankCard();
      const reader = await attach(card);
      const key = newKey();
      const asked = issueNow(key);
      await expect.poll(() => reader.commands, { interval: 1 }).toBeGreaterThan(8);
      await reader.unplug();
      expect(refused(await asked)).toEqual([502, 'card-issuer.chip-gone']);
      expect((await listed())['readers']).toEqual([]);
      expect(refused(await issueNow(key))).toEqual([404, 'card-issuer.readers.reader-unknown']);
      await attach(card);
      expect(await issueNow(key)).toMatchObject({ status: 201, body: { cardNo: await claimOf(city(), card) } });
    });
  });

  describe('a reader refuses', () => {
    it('cards that are none of ours, somebody’s already, or of the wrong kind; nothing is begun for them', async () => {
      await order(city(), 1);
      const issued = await makeCard(city());
      const reader = await attach(issued.card);
      expect(await issueNow()).toMatchObject({ status: 201 });
      const commands = reader.commands;
      expect(refused(await issueNow())).toEqual([409, 'card-issuer.card-life.one-card-per-resident']);
      expect(reader.commands).toBe(commands);
      residentId = await register(city());
      expect(refused(await issueNow())).toEqual([409, 'card-issuer.card-not-ready']);
      reader.insert(blankSam());
      const key = newKey();
      expect(refused(await issueNow(key))).toEqual([502, 'card-issuer.chip-of-other-kind']);
      reader.insert(sandboxCard('3104580990000000012'));
      expect(refused(await issueNow())).toEqual([502, 'card-issuer.chip-foreign']);
      reader.insert(new VirtualCard({ transportKey: Buffer.from('0123456789ABCDEF'.repeat(2), 'hex') }));
      expect(refused(await issueNow())).toEqual([502, 'card-issuer.chip-refused']);
      reader.remove();
      expect(refused(await issueNow())).toEqual([409, 'card-issuer.readers.no-card']);
      reader.insert(blankCard());
      expect(await issueNow(key)).toMatchObject({ status: 201 });
    });

    it('what the issue would refuse afterwards, before a command reaches the chip', async () => {
      await order(city(), 1);
      const card = blankCard();
      const reader = await attach(card);
      expect(refused(await issueNow(newKey(), { residentId: 999_999_999 }))).toEqual([
        404,
        'card-issuer.resident-unknown',
      ]);
      expect(refused(await issueNow(newKey(), { shiftId: 999_999_999 }))).toEqual([404, 'card-issuer.shift-unknown']);
      expect(refused(await issueNow(newKey(), { product: 'nothing' }))).toEqual([422, 'card-issuer.product-unknown']);
      expect(refused(await issueNow(newKey(), {}, 'clerk-2'))).toEqual([404, 'card-issuer.shift-unknown']);
      expect(reader.commands).toBe(0);
      const stock = await issueNow(newKey(), { stock: 'nowhere' });
      expect(refused(stock)).toEqual([409, 'card-issuer.stock.no-blanks']);
      expect(await claimOf(city(), card)).toBeUndefined();
    });

    it('a product of which no batch is released', async () => {
      await attach(new VirtualCard({ transportKey: publishedKey('CHIP'), algorithm: 'sm4' }));
      const answer = await issueNow(newKey(), { product: 'standard-sm4' });
      expect(refused(answer)).toEqual([409, 'card-issuer.issue-now.nothing-prepared']);
    });

    it('another clerk, and people who are no clerks', async () => {
      const reader = await attach(blankCard());
      await expect(attach(undefined, 'window-1', 'clerk-2')).rejects.toThrow('Another clerk');
      await expect(attach(undefined, 'window-2', 'auditor')).rejects.toThrow('role');
      expect((await listed())['readers']).toMatchObject([{ name: 'window-1', clerk: 'clerk-1', state: 'card' }]);
      expect((await city().http('bureau-1', 'GET', '/v1/readers')).status).toBe(200);
      for (const person of ['auditor', 'bureau-1', 'stock-1']) {
        if (person !== 'bureau-1') expect((await city().http(person, 'GET', '/v1/readers')).status).toBe(403);
        expect((await issueNow(newKey(), {}, person)).status).toBe(403);
      }
      expect(reader.commands).toBe(0);
    });
  });
}
