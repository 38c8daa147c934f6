import { encodeRecord, TapReader, VirtualCard } from '@citycard/city-sim';
import { describe, expect, it } from 'vitest';
import { SANDBOX_MERCHANT } from '@citycard/citycard';
import { sandboxCard, sandboxReader, sandboxTerminal, type TestCity } from '../installation.ts';
import { blankCard, blankSam, claimOf, insert, makeCard, numberOn, order, type Pull, PulledChip } from './bureau.ts';
import { inHand } from './counter.ts';

/** Batches and machines (docs/reference/card-personalisation.md), with chips that misbehave. */
export function personalisationTests(city: () => TestCity): void {
  const progress = async (batchId: string) =>
    (await city().http('bureau-1', 'GET', `/v1/card-batches/${batchId}`)).body;
  const column = async (sql: string) =>
    (await city().installation.db.query<{ value: string }>(sql)).rows.map(({ value }) => value);

  describe('batches', () => {
    it('wait for a second person, whom the service and the database both demand', async () => {
      const { body } = await city().http('bureau-1', 'POST', '/v1/card-batches', { product: 'standard', count: 2 });
      const batchId = String(body['batchId']);
      const release = (person: string) => city().http(person, 'POST', `/v1/card-batches/${batchId}/release`);

      expect(await release('bureau-1')).toMatchObject({
        status: 409,
        body: { code: 'card-issuer.second-person-needed' },
      });
      await expect(
        city().installation.db.query(
          'update issuer.card_batch set released_by = prepared_by, released_at = now() where batch_id = $1',
          [batchId],
        ),
      ).rejects.toThrow(/card_batch_two_people/);
      const blank = blankCard();
      await insert(city(), blank);
      expect([blank.personalised, await claimOf(city(), blank)]).toEqual([false, undefined]);

      expect((await release('bureau-2')).status).toBe(204);
      expect(await release('bureau-2')).toMatchObject({ status: 409, body: { code: 'card-issuer.batch-released' } });
      await Promise.all([insert(city(), blank), insert(city(), blankCard())]);
      expect(await progress(batchId)).toMatchObject({ count: 2, personalised: 2, unfinished: 0 });
    });

    it('are of a product there is, of a size that can be handled', async () => {
      const post = (body: unknown) => city().http('bureau-1', 'POST', '/v1/card-batches', body);
      expect(await post({ product: 'golden', count: 1 })).toMatchObject({
        status: 422,
        body: { code: 'card-issuer.product-unknown' },
      });
      for (const count of [0, 10_001, 1.5, '5'])
        expect(await post({ product: 'standard', count })).toMatchObject({ status: 422 });
      for (const path of ['/v1/card-batches/999999', '/v1/card-batches/999999/release']) {
        const method = path.endsWith('release') ? 'POST' : 'GET';
        expect(await city().http('bureau-2', method, path)).toMatchObject({ status: 404 });
      }
    });
  });

  describe('a chip in the machine', () => {
    it('may be pulled at any command and any write: put in again it gets the number it had', async () => {
      const counter = new PulledChip(blankCard(), 0, 'before');
      await order(city(), 1);
      await insert(city(), counter);
      const commands = counter.commands;
      expect(commands).toBeGreaterThan(25);

      const at = Array.from({ length: commands }, (_, index) => index + 1);
      const pulls: readonly Pull[] = ['before', 'after', 'between-writes'];
      const trials = pulls.flatMap((pull) => at.map((command) => ({ pull, command, card: blankCard() })));
      const batchId = await order(city(), trials.length);
      const first = await Promise.all(
        trials.map(async ({ card, command, pull }) => {
          await insert(city(), new PulledChip(card, command, pull));
          return claimOf(city(), card);
        }),
      );
      // Serial, challenge and authentication come before the number; END is the fifth command before the last.
      expect(first.filter((number) => number === undefined).length).toBeLessThan(10);
      expect((await progress(batchId))['personalised']).toBeLessThan(20);

      await Promise.all(trials.map(({ card }) => insert(city(), card)));
      const numbers = trials.map(({ card }) => numberOn(card));
      expect(new Set(numbers).size).toBe(trials.length);
      for (const [index, number] of first.entries()) if (number !== undefined) expect(numbers[index]).toBe(number);
      expect(await Promise.all(trials.map(({ card }) => claimOf(city(), card)))).toEqual(numbers);
      const after = await progress(batchId);
      expect(after).toMatchObject({ count: trials.length, personalised: trials.length, unfinished: 0 });
      expect(after['cards']).toEqual([...numbers].sort());
    });

    it('may be pulled again and again, in the middle of erasing too', async () => {
      await order(city(), 1);
      const card = blankCard();
      await insert(city(), new PulledChip(card, 25, 'after'));
      const number = await claimOf(city(), card);
      for (const writes of [1, 2, 5, 11]) await insert(city(), new PulledChip(card, writes, 'between-writes'));
      expect(card.personalised).toBe(false);
      await insert(city(), card);
      expect(numberOn(card)).toBe(number);
    });

    it('is finished when only its answer to END was lost', async () => {
      const batchId = await order(city(), 1);
      const card = blankCard();
      const pulled = new PulledChip(card, 28, 'after');
      await insert(city(), pulled);
      expect([card.personalised, pulled.commands]).toEqual([true, 28]);
      expect(await progress(batchId)).toMatchObject({ personalised: 0, unfinished: 1 });
      await insert(city(), card);
      expect(await progress(batchId)).toMatchObject({ personalised: 1, unfinished: 0, cards: [numberOn(card)] });
    });

    it('gets no number when nothing is waiting, when it is not ours, or when it is a SAM', async () => {
      const claims = () => column('select number as value from issuer.chip order by number');
      const before = await claims();
      const early = blankCard();
      await insert(city(), early);
      expect(early.personalised).toBe(false);
      expect(await claims()).toEqual(before);

      const batchId = await order(city(), 1);
      const stranger = new VirtualCard({ transportKey: Buffer.from('0123456789ABCDEFFEDCBA9876543210', 'hex') });
      for (let tries = 0; tries < 4; tries += 1) await insert(city(), stranger);
      expect(stranger.personalised).toBe(false);
      const finished = sandboxCard('3104580990000000015');
      await insert(city(), finished);
      expect(numberOn(finished)).toBe('3104580990000000015');
      const sam = blankSam();
      await insert(city(), sam, 'cards');
      expect(sam.personalised).toBe(false);
      expect(await claims()).toEqual(before);
      expect(await progress(batchId)).toMatchObject({ personalised: 0, unfinished: 0 });

      await insert(city(), early);
      expect((await progress(batchId))['cards']).toEqual([numberOn(early)]);
    });

    it('that was finished stays as it is, and a blank with its serial gets nothing', async () => {
      const { card, cardNo } = await makeCard(city());
      const state = JSON.stringify(card);
      await insert(city(), card);
      expect(JSON.stringify(card)).toBe(state);
      await order(city(), 1);
      const copy = blankCard(card.serial);
      await insert(city(), copy);
      expect(copy.personalised).toBe(false);
      const next = blankCard();
      await insert(city(), next);
      expect(numberOn(next)).not.toBe(cardNo);
    });

    it('has the keys of the city: a load and a tap work afterwards', async () => {
      const { card, cardNo } = await inHand(city());
      const sandbox = await city().sandbox();
      const terminal = sandboxTerminal(sandbox);
      await terminal.signOn();
      expect(await terminal.load(card, { amountFen: 5000 })).toMatchObject({ kind: 'credited', balanceAfterFen: 5000 });
      const tap = sandboxReader(sandbox).tap(card, { amountFen: 200 });
      expect(tap.kind).toBe('paid');
      await terminal.upload(tap.records.map(encodeRecord));
      await expect.poll(async () => (await terminal.enquireBalance(cardNo)).ledgerFen).toBe(4800);
      await terminal.disconnect();
    });
  });

  describe('a SAM in its machine', () => {
    const orderSam = async (participantNo = SANDBOX_MERCHANT) =>
      city().http('platform', 'POST', '/v1/sams', { participantNo });

    it('becomes the SAM that was ordered, pulled at any command on the way', async () => {
      const counter = new PulledChip(blankSam(), 0, 'before');
      await orderSam();
      await insert(city(), counter, 'sams');
      const at = Array.from({ length: counter.commands }, (_, index) => index + 1);
      const trials = (['before', 'after'] as const).flatMap((pull) =>
        at.map((command) => ({ pull, command, sam: blankSam() })),
      );
      const orders = await Promise.all(trials.map(() => orderSam()));
      const ordered = new Set(orders.map(({ body }) => body['samNo']));
      expect(ordered.size).toBe(trials.length);

      await Promise.all(
        trials.map(({ sam, command, pull }) => insert(city(), new PulledChip(sam, command, pull), 'sams')),
      );
      const first = await Promise.all(trials.map(({ sam }) => claimOf(city(), sam)));
      await Promise.all(trials.map(({ sam }) => insert(city(), sam, 'sams')));
      const numbers = trials.map(({ sam }) => {
        sam.powerOn();
        return new TapReader({ sam, industry: 1, clock: () => new Date() }).samNo;
      });
      expect(new Set(numbers)).toEqual(ordered);
      for (const [index, number] of first.entries()) if (number !== undefined) expect(numbers[index]).toBe(number);
      expect(await column(`select sam_no as value from issuer.sam where state <> 'personalised'`)).toEqual([]);
    });

    it('takes purchases for the merchant it was ordered for', async () => {
      const samNo = (await orderSam()).body['samNo'];
      const sam = blankSam();
      await insert(city(), sam, 'sams');
      sam.powerOn();
      const reader = new TapReader({ sam, industry: 1, clock: () => new Date() });
      expect(reader.samNo).toBe(samNo);
      const { card, cardNo } = await inHand(city());
      const terminal = sandboxTerminal(await city().sandbox());
      await terminal.signOn();
      await terminal.load(card, { amountFen: 1000 });
      const tap = reader.tap(card, { amountFen: 300 });
      expect(tap.kind).toBe('paid');
      await terminal.upload(tap.records.map(encodeRecord));
      await expect.poll(async () => (await terminal.enquireBalance(cardNo)).ledgerFen).toBe(700);
      await terminal.disconnect();
    });

    it('is not made when none was ordered, of a card, or for nobody', async () => {
      const blank = blankSam();
      await insert(city(), blank, 'sams');
      expect([blank.personalised, await claimOf(city(), blank)]).toEqual([false, undefined]);
      const before = await column('select sam_no as value from issuer.sam');
      expect(await orderSam('904458041999999')).toMatchObject({ status: 404 });
      expect(await column('select sam_no as value from issuer.sam')).toEqual(before);
      await orderSam();
      const card = blankCard();
      await insert(city(), card, 'sams');
      expect([card.personalised, await claimOf(city(), card)]).toEqual([false, undefined]);
      await insert(city(), blank, 'sams');
      expect(blank.personalised).toBe(true);
    });
  });
}
