import { CounterReader, readCardFace, type VirtualCard } from '@citycard/city-sim';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestCity } from '../installation.ts';
import { blankCard, order, PulledChip } from './bureau.ts';
import { register } from './residents.ts';

let requests = 0;
const newKey = (): Record<string, string> => ({ 'idempotency-key': `desk-${++requests}` });

const onChip = (card: VirtualCard): number => {
  card.powerOn();
  const face = readCardFace(card);
  if (typeof face === 'number') throw new Error(`the card answers ${face.toString(16)}`);
  return Number(card.transmit(Buffer.from('805C000204', 'hex')).readUInt32BE());
};

/** What a clerk's page asks beside the steps of a card's life: loads of the card in the reader, receipts, shifts, who was faster. */
export function counterDeskTests(city: () => TestCity): void {
  const as = (clerk: string) => (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    city().http(clerk, method, path, body, headers);
  const clerk = as('clerk-1');

  describe('the desk of a clerk', () => {
    let reader: CounterReader;
    let shiftId: number;
    let card: VirtualCard;
    let cardNo: string;
    const load = (cashFen: number, collectFen = 0, key = newKey()) =>
      clerk('POST', `/v1/cards/${cardNo}/counter-loads`, { reader: 'desk-1', shiftId, cashFen, collectFen }, key);
    const balance = async () => (await clerk('GET', `/v1/cards/${cardNo}/balance`)).body;
    const receipts = async () =>
      (await clerk('GET', `/v1/cards/${cardNo}/receipts`)).body['receipts'] as {
        act: string;
        receiptNo: number;
        lines: unknown;
      }[];

    beforeAll(async () => {
      await order(city(), 2);
      const { attachPort: port } = (await clerk('GET', '/v1/readers')).body as { attachPort: number };
      const token = city().people['clerk-1']?.token ?? '';
      reader = await CounterReader.attach({ host: '127.0.0.1', port }, { reader: 'desk-1', token });
      shiftId = Number((await clerk('POST', '/v1/shifts')).body['shiftId']);
      card = blankCard();
    });
    afterAll(() => reader.unplug());

    it('sees what lies in its reader, and a card being made', async () => {
      const look = () => clerk('GET', '/v1/readers/desk-1/card');
      expect(await look()).toMatchObject({ status: 409, body: { code: 'card-issuer.readers.no-card' } });
      reader.insert(card);
      expect(await look()).toMatchObject({
        status: 200,
        body: { kind: 'blank', chipSerial: expect.any(String) as string },
      });
      const residentId = await register(city());
      const making = { reader: 'desk-1', product: 'standard', residentId, depositFen: 2000, shiftId };
      const made = clerk('POST', '/v1/counter/issue-now', making, { 'idempotency-key': 'desk-make' });
      const steps = new Set<string>();
      const watching = (async () => {
        for (let round = 0; round < 400 && !steps.has('done'); round += 1) {
          const { body } = await clerk('GET', '/v1/counter/issue-now/desk-make?reader=desk-1');
          steps.add(String(body['step']));
        }
      })();
      const answer = await made;
      steps.add('done');
      await watching;
      expect(answer.status).toBe(201);
      cardNo = String(answer.body['cardNo']);
      expect([...steps].filter((step) => ['blank', 'writing', 'written', 'read-back'].includes(step))).not.toEqual([]);
      expect((await look()).body).toMatchObject({ kind: 'card', cardNo, application: 'open', balanceFen: 0 });
      expect(await receipts()).toMatchObject([
        { act: 'issue', lines: [{ what: 'deposit', amountFen: 2000, way: 'in' }] },
      ]);
      expect(await as('clerk-2')('GET', '/v1/readers/desk-1/card')).toMatchObject({ status: 403 });
    });

    it('loads the card with cash, once per key, and gives a receipt', async () => {
      const key = newKey();
      const first = await load(5000, 0, key);
      expect(first).toMatchObject({
        status: 201,
        body: { balanceBeforeFen: 0, balanceAfterFen: 5000, cashFen: 5000, recovered: false },
      });
      expect(await load(5000, 0, key)).toEqual(first);
      expect(onChip(card)).toBe(5000);
      expect(await balance()).toMatchObject({ balanceFen: 5000, pendingCreditFen: 0, openLoadFen: 0 });
      expect((await receipts())[0]).toMatchObject({ act: 'load' });
    });

    it('refuses what the books refuse, and then books no cash', async () => {
      expect(await load(0)).toMatchObject({ status: 422, body: { code: 'card-issuer.counter-load.nothing-to-load' } });
      expect(await load(100_001)).toMatchObject({
        status: 409,
        body: { code: 'card-issuer.counter-load.refused', params: { code: '61' } },
      });
      expect(await load(0, 700)).toMatchObject({ status: 409, body: { params: { code: '51' } } });
      expect(await balance()).toMatchObject({ balanceFen: 5000, pendingCreditFen: 0, openLoadFen: 0 });
    });

    it('asks a card that left with the answer: it had taken the money', async () => {
      const key = newKey();
      reader.removeAfter(4);
      expect(await load(1000, 0, key)).toMatchObject({ status: 502, body: { code: 'card-issuer.counter-load.torn' } });
      expect(await balance()).toMatchObject({ balanceFen: 5000, openLoadFen: 1000 });
      reader.insert(card);
      expect(await load(1000, 0, key)).toMatchObject({
        status: 201,
        body: { balanceAfterFen: 6000, recovered: true },
      });
      expect(onChip(card)).toBe(6000);
      expect(await balance()).toMatchObject({ balanceFen: 6000, pendingCreditFen: 0, openLoadFen: 0 });
    });

    it('asks a card that left before: the cash waits, is loaded or given back', async () => {
      const key = newKey();
      reader.insert(new PulledChip(card, 4, 'before'));
      expect(await load(800, 0, key)).toMatchObject({ status: 502 });
      reader.insert(card);
      expect(await load(800, 0, key)).toMatchObject({ status: 201, body: { balanceAfterFen: 6800, recovered: false } });
      expect(await balance()).toMatchObject({ balanceFen: 6800, pendingCreditFen: 0 });

      reader.insert(new PulledChip(card, 4, 'before'));
      expect(await load(900)).toMatchObject({ status: 502 });
      reader.insert(card);
      // With another key: the open one is settled and told, and nothing is loaded twice.
      expect(await load(900, 0)).toMatchObject({ status: 201 });
      expect(onChip(card)).toBe(7700);
      const { loads } = (await clerk('GET', `/v1/cards/${cardNo}/counter-loads`)).body as {
        loads: { counterLoadNo: number; state: string }[];
      };
      expect(loads.map(({ state }) => state).slice(0, 2)).toEqual(['loaded', 'waiting']);
      expect(await balance()).toMatchObject({ pendingCreditFen: 900 });
      const back = (no: number | undefined) =>
        clerk('POST', `/v1/cards/${cardNo}/counter-loads/${no}/cash-back`, { shiftId }, newKey());
      expect(await back(loads[1]?.counterLoadNo)).toMatchObject({ status: 200, body: { paidFen: 900 } });
      expect(await back(loads[1]?.counterLoadNo)).toMatchObject({
        status: 409,
        body: { code: 'card-issuer.counter-load.not-waiting' },
      });
      expect(await balance()).toMatchObject({ pendingCreditFen: 0, balanceFen: 7700 });
    });

    it('of two clerks the second hears that the card has changed', async () => {
      const url = new URL(`/v1/cards/${cardNo}`, city().installation.baseUrl);
      const seen = await fetch(url, { headers: { authorization: `Bearer ${city().people['clerk-2']?.token}` } });
      const tag = { 'if-match': seen.headers.get('etag') ?? '' };
      const lose = (who: string) => as(who)('POST', `/v1/cards/${cardNo}/loss-report`, { by: 'counter' }, tag);
      expect(await lose('clerk-1')).toMatchObject({ status: 200 });
      expect(await lose('clerk-2')).toMatchObject({
        status: 412,
        body: { code: 'card-issuer.card-life.changed-meanwhile', params: { state: 'lost-confirmed', by: 'clerk-1' } },
      });
      expect(await clerk('POST', `/v1/cards/${cardNo}/found`)).toMatchObject({ status: 200 });
    });

    it('makes a card that is to take the place of this one, once, and spends no blank on what would be refused', async () => {
      const next = blankCard();
      reader.insert(next);
      const make = (step: string, key = newKey(), shift = shiftId) =>
        clerk('POST', `/v1/cards/${cardNo}/next-card`, { reader: 'desk-1', shiftId: shift, step }, key);
      expect(await make('renewal')).toMatchObject({
        status: 409,
        body: { code: 'card-issuer.card-life.not-renewable' },
      });
      expect(await make('replacement', newKey(), shiftId + 1)).toMatchObject({ status: 404 });
      expect((await clerk('GET', '/v1/readers/desk-1/card')).body).toMatchObject({ kind: 'blank' });
      const key = newKey();
      const made = await make('replacement', key);
      expect(made).toMatchObject({ status: 201, body: { product: 'standard', state: 'personalised' } });
      expect(await make('replacement', key)).toEqual(made);
      const finished = String(made.body['cardNo']);
      expect((await clerk('GET', '/v1/readers/desk-1/card')).body).toMatchObject({ kind: 'card', cardNo: finished });
      expect((await clerk('GET', `/v1/cards/${finished}`)).body).toMatchObject({ state: 'personalised' });
      expect((await clerk('GET', `/v1/cards/${cardNo}`)).body).toMatchObject({ state: 'active' });
    });

    it('closes its shift by notes and coins, and finds it again', async () => {
      const close = (countedFen: number, pieces: object) =>
        clerk('POST', `/v1/shifts/${shiftId}/closing`, { countedFen, pieces }, newKey());
      expect(await close(9700, { '5000': 1 })).toMatchObject({
        status: 422,
        body: { code: 'card-issuer.pieces-differ' },
      });
      expect(await close(9700, { '5000': 1, '2000': 2, '500': 1, '100': 2 })).toMatchObject({
        status: 200,
        body: { overShortFen: 0 },
      });
      const { shifts } = (await clerk('GET', '/v1/shifts')).body as { shifts: { shiftId: number }[] };
      expect(shifts[0]).toMatchObject({ shiftId, countedFen: 9700, pieces: { '5000': 1 } });
      const through = (await clerk('GET', `/v1/shifts/${shiftId}/receipts`)).body['receipts'] as { act: string }[];
      expect(through.map(({ act }) => act)).toEqual(['load-cash-back', 'load', 'load', 'load', 'load', 'issue']);
      expect(await as('clerk-2')('GET', `/v1/shifts/${shiftId}/receipts`)).toMatchObject({ status: 404 });
      expect((await clerk('GET', '/v1/counter/terms')).body).toMatchObject({
        products: expect.arrayContaining([expect.objectContaining({ product: 'standard', hasPin: false })]) as unknown,
      });
    });
  });
}
