import { CounterReader, type VirtualCard } from '@citycard/city-sim';
import { verifyLedger } from '@citycard/clearing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answered, sandboxReader, type TestCity } from '../installation.ts';
import { PulledChip } from './bureau.ts';
import { inHand } from './counter.ts';

let keys = 0;
const newKey = () => ({ 'idempotency-key': `own-cancel-${++keys}` });
/** SELECT, READ 15h, INITIALIZE, DEBIT: pulled after the fourth, the card has paid and nobody has heard it. */
const DEBIT_COMMAND = 4;
const READER = 'window-own';

/** The clerk's own mistake: what was loaded at a counter of the company is taken off the card and given back out of the same till. */
export function ownCancellationTests(city: () => TestCity): void {
  const post = (person: string, path: string, body?: unknown): Promise<Answered> =>
    city().http(person, 'POST', path, body, newKey());
  const clerk = (path: string, body?: unknown) => post('clerk-1', path, body);
  const read = async (path: string, person = 'clerk-1') => (await city().http(person, 'GET', path)).body;

  describe('cancelling a load of the own counter', () => {
    let reader: CounterReader;
    let shiftId: number;
    const till = async () => Number((await read(`/v1/ledger/accounts/cash-shift:${shiftId}`, 'auditor'))['postedFen']);
    const balance = (cardNo: string) => read(`/v1/cards/${cardNo}/balance`);
    const newestReceipt = async (cardNo: string) =>
      ((await read(`/v1/cards/${cardNo}/receipts`))['receipts'] as object[])[0];
    const take = (cardNo: string, cashFen: number, collectFen = 0) =>
      clerk(`/v1/cards/${cardNo}/counter-loads`, { reader: READER, shiftId, cashFen, collectFen });

    /** A card in the reader with one load of the counter, and where its cancellation lives. */
    async function loaded(cashFen: number): Promise<{ card: VirtualCard; cardNo: string; path: string }> {
      const { card, cardNo } = await inHand(city());
      reader.insert(card);
      expect((await take(cardNo, cashFen)).status).toBe(201);
      const [load] = (await read(`/v1/cards/${cardNo}/loads`))['loads'] as { loadId: number }[];
      expect(load).toMatchObject({ amountFen: cashFen, ownCounter: true });
      return { card, cardNo, path: `/v1/cards/${cardNo}/loads/${load?.loadId}/cancellation` };
    }
    async function signed(cashFen: number) {
      const made = await loaded(cashFen);
      expect((await clerk(made.path)).status).toBe(201);
      expect((await post('clerk-2', `${made.path}/approval`)).status).toBe(200);
      return made;
    }
    const debit = (path: string) => clerk(`${path}/debit`, { reader: READER });

    beforeAll(async () => {
      const { attachPort: port } = (await read('/v1/readers')) as { attachPort: number };
      const token = city().people['clerk-1']?.token ?? '';
      reader = await CounterReader.attach({ host: '127.0.0.1', port }, { reader: READER, token });
      shiftId = Number((await clerk('/v1/shifts')).body['shiftId']);
      const order = { counter: READER, participantNo: (await city().sandbox()).merchant };
      expect((await post('platform', '/v1/counter-sams', order)).status).toBe(201);
    });
    afterAll(() => reader.unplug());

    it('takes it off the card and gives the cash out of the till, once, with a receipt', async () => {
      const { card, cardNo, path } = await loaded(50_000);
      expect(await till()).toBe(50_000);
      expect(await post('clerk-2', path)).toMatchObject({
        status: 409,
        body: { code: 'card-issuer.cancellation.other-shift', params: { clerk: 'clerk-1' } },
      });
      expect((await clerk(path)).status).toBe(201);
      expect(await debit(path)).toMatchObject({ body: { code: 'clearing.cancellation.not-approved' } });
      expect(await clerk(`${path}/approval`)).toMatchObject({ body: { code: 'identity.same-person' } });
      expect((await post('clerk-2', `${path}/approval`)).status).toBe(200);
      const done = await debit(path);
      expect(done).toMatchObject({ status: 200, body: { amountFen: 50_000, paidFen: 50_000, waitsFen: 0 } });
      expect(await debit(path)).toEqual(done);
      expect([await till(), onChip(card)]).toEqual([0, 0]);
      expect(await balance(cardNo)).toMatchObject({ balanceFen: 0, pendingCreditFen: 0, openLoadFen: 0 });
      expect(await newestReceipt(cardNo)).toMatchObject({
        act: 'load-cancelled',
        shiftId,
        lines: [
          { what: 'taken-off', amountFen: 50_000, way: 'card' },
          { what: 'cash-back', amountFen: 50_000, way: 'out' },
        ],
      });
      expect((await take(cardNo, 5_000)).status).toBe(201);
      // A daily limit is not used up by a mistake that was taken back.
      const { rows } = await city().installation.db.query(
        `select loaded_fen from clearing.load_circumstances(array[$1], array['T'], array['M'], array['B'], array['1'],
           array[(now() at time zone 'Asia/Shanghai')::date], array[true], array[false], 40)`,
        [cardNo],
      );
      expect(rows).toEqual([{ loaded_fen: 5_000n }]);
    });

    it('is refused when part of it was spent, and then moves nothing', async () => {
      const { card, cardNo, path } = await signed(4_000);
      const before = await till();
      card.powerOn();
      expect(sandboxReader(await city().sandbox()).tap(card, { amountFen: 100 }).kind).toBe('paid');
      reader.insert(card);
      expect(await debit(path)).toMatchObject({ status: 409, body: { code: 'card-issuer.cancellation.not-enough' } });
      expect(await till()).toBe(before);
      expect((await read(path))['state']).toBe('approved');
      expect(onChip(card)).toBe(3_900);
      expect(await balance(cardNo)).toMatchObject({ balanceFen: 4_000 });
    });

    it('torn after the debit pays no cash until the card has proved it, then once', async () => {
      const { card, cardNo, path } = await signed(3_000);
      const before = await till();
      reader.insert(new PulledChip(card, DEBIT_COMMAND, 'after'));
      expect(await debit(path)).toMatchObject({ status: 409, body: { code: 'card-issuer.cancellation.torn' } });
      expect([await till(), onChip(card)]).toEqual([before, 0]);
      reader.insert(card);
      const done = await debit(path);
      expect(done).toMatchObject({ status: 200, body: { paidFen: 3_000 } });
      expect(await debit(path)).toEqual(done);
      expect(await till()).toBe(before - 3_000);
      expect(await balance(cardNo)).toMatchObject({ balanceFen: 0, pendingCreditFen: 0 });
    });

    it('of a closed till: nothing is begun, and what was torn before waits for the card', async () => {
      const open = await signed(2_000);
      const torn = await signed(1_000);
      reader.insert(new PulledChip(torn.card, DEBIT_COMMAND, 'after'));
      expect(await debit(torn.path)).toMatchObject({ body: { code: 'card-issuer.cancellation.torn' } });
      expect(await clerk(`/v1/shifts/${shiftId}/closing`, { countedFen: await till() })).toMatchObject({ status: 200 });
      reader.insert(open.card);
      expect(await debit(open.path)).toMatchObject({
        status: 409,
        body: { code: 'card-issuer.cancellation.other-shift' },
      });
      expect((await read(open.path))['state']).toBe('approved');
      reader.insert(torn.card);
      expect(await debit(torn.path)).toMatchObject({ status: 200, body: { paidFen: 0, waitsFen: 1_000 } });
      expect(await balance(torn.cardNo)).toMatchObject({ balanceFen: 0, pendingCreditFen: 1_000 });
      expect(await debit(torn.path)).toMatchObject({ body: { paidFen: 0, waitsFen: 1_000 } });
      expect(await verifyLedger(city().installation.db)).toMatchObject({ ok: true });
    });
  });
}

function onChip(card: VirtualCard): number {
  card.powerOn();
  card.transmit(Buffer.from('00A4040008A000000632010105', 'hex'));
  return card.transmit(Buffer.from('805C000204', 'hex')).readUInt32BE(0);
}
