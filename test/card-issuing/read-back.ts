import { CounterReader, type VirtualCard } from '@citycard/city-sim';
import { startMachine } from '@citycard/card-issuer';
import { createLogger } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestCity } from '../installation.ts';
import { blankCard, insert, insertAt, numberOn, order, PulledChip } from './bureau.ts';

type Machine = Awaited<ReturnType<typeof startMachine>>;

/** READ BINARY of file 15h, and what a chip with a fault in its memory answers to it. */
const READ_15 = Buffer.from('00B095001E', 'hex');

/** A chip one of whose files has lost a bit. */
class FaultyChip extends PulledChip {
  override transmit(apdu: Buffer): Buffer {
    const answer = super.transmit(apdu);
    if (apdu.equals(READ_15)) answer[12] = (answer[12] ?? 0) ^ 1;
    return answer;
  }
}

/** The read-back as a step of its own (docs/card-production.md): cards written by one machine, read back by another reader. */
export function readBackTests(city: () => TestCity): void {
  const http = (person: string, method: string, path: string, body?: unknown) =>
    city().http(person, method, path, body);
  const progress = async (batchId: string) => (await http('bureau-1', 'GET', `/v1/card-batches/${batchId}`)).body;
  const stateOf = async (card: VirtualCard) =>
    (await http('clerk-1', 'GET', `/v1/cards/${numberOn(card)}`)).body['state'];
  let writer: Machine;
  beforeAll(async () => {
    const { db, hsm } = city().installation;
    const logger = createLogger('machine', { level: 'fatal', destination: 'stderr' });
    const where = { host: '127.0.0.1', port: 0, name: 'writer', readBack: 'elsewhere' } as const;
    writer = await startMachine({ db, hsm, logger }, 'cards', where);
  });
  afterAll(() => writer.stop());

  async function written(count: number): Promise<{ batchId: string; cards: VirtualCard[] }> {
    const batchId = await order(city(), count);
    const cards = Array.from({ length: count }, () => blankCard());
    await Promise.all(cards.map((card) => insertAt(writer, card)));
    expect(await progress(batchId)).toMatchObject({ toReadBack: count, personalised: 0, unfinished: count });
    return { batchId, cards };
  }

  describe('a card that was written', () => {
    it('is no card in stock until a reader has read it back; once more changes nothing', async () => {
      const { batchId, cards } = await written(3);
      const [first] = cards;
      if (first === undefined) throw new Error('three cards were written');
      expect(await stateOf(first)).toBe('written');
      const residentId = 1;
      const issue = { residentId, depositFen: 0, shiftId: 1 };
      expect(
        (
          await city().http('clerk-1', 'POST', `/v1/cards/${numberOn(first)}/issue`, issue, {
            'idempotency-key': 'written',
          })
        ).status,
      ).toBeGreaterThanOrEqual(400);

      const waiting = (await http('bureau-1', 'GET', `/v1/card-batches/${batchId}/to-read-back`)).body;
      expect(waiting).toHaveLength(3);
      expect(waiting).toMatchObject([{ machine: 'writer' }, { machine: 'writer' }, { machine: 'writer' }]);
      // The machine that wrote it leaves the read-back to another reader.
      await insertAt(writer, first);
      expect(await progress(batchId)).toMatchObject({ toReadBack: 3 });
      await insert(city(), first, 'readBack');
      const before = JSON.stringify(first);
      await insert(city(), first, 'readBack');
      expect([await stateOf(first), JSON.stringify(first)]).toEqual(['personalised', before]);
      // Any machine that reads back will do.
      await Promise.all(cards.slice(1).map((card) => insert(city(), card)));
      expect(await progress(batchId)).toMatchObject({ toReadBack: 0, personalised: 3, unfinished: 0 });
      expect((await http('auditor', 'GET', '/v1/stock/proof')).body).toEqual({ ok: true, faults: [] });
    });

    it('waits on when it is pulled while it is read back, is set aside when it reads wrong, and may be read back again', async () => {
      const { batchId, cards } = await written(2);
      const [pulled, faulty] = cards;
      if (pulled === undefined || faulty === undefined) throw new Error('two cards were written');
      await insert(city(), new PulledChip(pulled, 5, 'before'), 'readBack');
      expect(await progress(batchId)).toMatchObject({ toReadBack: 2, quarantined: 0 });
      await insert(city(), new FaultyChip(faulty, 0, 'before'), 'readBack');
      expect(await progress(batchId)).toMatchObject({ toReadBack: 1, quarantined: 1 });
      expect((await http('bureau-1', 'GET', `/v1/card-batches/${batchId}/quarantine`)).body).toMatchObject([
        { reason: 'read-back-differs' },
      ]);
      for (const card of cards) await insert(city(), card, 'readBack');
      expect(await progress(batchId)).toMatchObject({ toReadBack: 0, personalised: 2, quarantined: 0 });
      expect((await http('bureau-1', 'GET', `/v1/card-batches/${batchId}/yield`)).body).toMatchObject({
        good: 2,
        goodAtOnce: 1,
        inWork: 0,
      });
    });

    it('is given up when its chip was lost on the way, and never becomes good then', async () => {
      const { batchId, cards } = await written(1);
      const [lost] = cards;
      if (lost === undefined) throw new Error('a card was written');
      const path = `/v1/card-batches/${batchId}/cards/${numberOn(lost)}/rejection`;
      expect((await http('bureau-1', 'POST', path, { reason: 'chip lost' })).body['replacement']).toMatch(/^310/);
      await insert(city(), lost, 'readBack');
      expect(await progress(batchId)).toMatchObject({ prepared: 1, rejected: 1, personalised: 0 });
      await http('bureau-1', 'POST', `/v1/card-batches/${batchId}/cancel`);
      expect((await http('auditor', 'GET', '/v1/stock/proof')).body).toEqual({ ok: true, faults: [] });
    });

    it('is read back in a PC/SC reader as well, by whoever attached it; a blank has nothing to read back', async () => {
      const { cards } = await written(1);
      const [card] = cards;
      if (card === undefined) throw new Error('a card was written');
      const { attachPort } = (await http('bureau-1', 'GET', '/v1/readers')).body;
      const reader = await CounterReader.attach(
        { host: '127.0.0.1', port: Number(attachPort) },
        { reader: 'quality', token: city().people['bureau-1']?.token ?? '' },
      );
      try {
        const readBack = (person = 'bureau-1') =>
          http(person, 'POST', '/v1/personalisation/read-back', { reader: 'quality' });
        reader.insert(blankCard());
        expect(await readBack()).toMatchObject({ status: 409, body: { code: 'card-issuer.not-written' } });
        reader.insert(card);
        expect(await readBack('clerk-1')).toMatchObject({
          status: 403,
          body: { code: 'card-issuer.readers.reader-of-another' },
        });
        expect(await readBack()).toEqual({ status: 200, body: { cardNo: numberOn(card), readBack: 'passed' } });
        expect(await stateOf(card)).toBe('personalised');
      } finally {
        await reader.unplug();
      }
    });
  });
}
