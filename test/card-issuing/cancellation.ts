import { CounterReader, type VirtualCard } from '@citycard/city-sim';
import { alarmTornCancellations, intakeMessage, validateReceived, verifyLedger } from '@citycard/clearing';
import { transact } from '@citycard/common';
import { describe, expect, it } from 'vitest';
import { type Answered, sandboxReader, sandboxTerminal, type TestCity } from '../installation.ts';
import { PulledChip } from './bureau.ts';
import { inHand } from './counter.ts';

let keys = 0;
const newKey = () => ({ 'idempotency-key': `cancel-${++keys}` });
/** SELECT, READ 15h, INITIALIZE, DEBIT: pulled after the fourth, the card has paid and nobody has heard it. */
const DEBIT_COMMAND = 4;

/** A load cancelled at the counter, with the card in a reader on TCP ("500 for 50"). */
export function cancellationTests(city: () => TestCity): void {
  const reader = `window-cancel`;
  let attached: CounterReader | undefined;

  async function withReader(card: VirtualCard): Promise<CounterReader> {
    const { body } = await city().http('clerk-1', 'GET', '/v1/readers');
    attached ??= await CounterReader.attach(
      { host: '127.0.0.1', port: Number(body['attachPort']) },
      { reader, token: city().people['clerk-1']?.token ?? '' },
    );
    attached.insert(card);
    return attached;
  }
  const post = (person: string, path: string, body?: unknown): Promise<Answered> =>
    city().http(person, 'POST', path, body, newKey());
  const loadsOf = async (cardNo: string) =>
    (await city().http('clerk-1', 'GET', `/v1/cards/${cardNo}/loads`)).body['loads'] as {
      loadId: number;
      amountFen: number;
      cancellation?: string;
    }[];
  const balance = async (cardNo: string) => {
    const purse = await city().http('auditor', 'GET', `/v1/purses/${cardNo}`);
    return (purse.body['accounts'] as { kind: string; posted: number }[]).find(({ kind }) => kind === 'purse')?.posted;
  };
  const prefundOf = async (agent: string) =>
    Number((await city().http('auditor', 'GET', `/v1/ledger/accounts/agent-prefund:${agent}`)).body['postedFen']);

  /** A card in a hand with one completed load, and the load's cancellation signed twice. */
  async function loaded(amountFen: number, more = 0) {
    const { card, cardNo } = await inHand(city());
    const sandbox = await city().sandbox();
    const terminal = sandboxTerminal(sandbox);
    await terminal.signOn();
    expect((await terminal.load(card, { amountFen })).kind).toBe('credited');
    if (more > 0) expect((await terminal.load(card, { amountFen: more })).kind).toBe('credited');
    await terminal.disconnect();
    const load = (await loadsOf(cardNo)).find((each) => each.amountFen === amountFen);
    const path = `/v1/cards/${cardNo}/loads/${load?.loadId}/cancellation`;
    return { card, cardNo, sandbox, path, agent: sandbox.merchant };
  }
  async function signed(amountFen: number, more = 0) {
    const made = await loaded(amountFen, more);
    expect((await post('clerk-1', made.path)).status).toBe(201);
    expect(await post('clerk-2', `${made.path}/approval`)).toMatchObject({ status: 200, body: { state: 'approved' } });
    return made;
  }
  const recordOf = async (cardNo: string) =>
    (
      await city().installation.db.query<{ state: string; flag: number; posted_date: string | null; raw: Buffer }>(
        `select r.state, r.flag, r.posted_date, r.raw from clearing.purchase_record r join clearing.purchase_identity i using (card_no, intake_id)
          join clearing.intake k using (intake_id) where r.card_no = $1 and k.source = 'cancellation'`,
        [cardNo],
      )
    ).rows;

  describe('cancelling a load', () => {
    it('needs a counter with a SAM', async () => {
      const { card, path } = await signed(50_000);
      await withReader(card);
      expect(await post('clerk-1', `${path}/debit`, { reader })).toMatchObject({
        body: { code: 'card-issuer.cancellation.counter-without-sam' },
      });
      const order = { counter: reader, participantNo: (await city().sandbox()).merchant };
      const ordered = await post('platform', '/v1/counter-sams', order);
      expect(ordered.status).toBe(201);
      expect((await post('platform', '/v1/counter-sams', order)).body['samNo']).toBe(ordered.body['samNo']);
    });

    it('debits the card, restores the prefund and answers the same receipt ever after', async () => {
      const { card, cardNo, path, agent } = await loaded(50_000);
      const before = await prefundOf(agent);
      expect((await post('clerk-1', path)).status).toBe(201);
      await withReader(card);
      expect(await post('clerk-1', `${path}/debit`, { reader })).toMatchObject({
        body: { code: 'clearing.cancellation.not-approved' },
      });
      expect(await post('clerk-1', `${path}/approval`)).toMatchObject({ body: { code: 'identity.same-person' } });
      expect((await post('clerk-2', `${path}/approval`)).status).toBe(200);
      const debited = await post('clerk-1', `${path}/debit`, { reader });
      expect(debited).toMatchObject({ status: 200, body: { cardNo, amountFen: 50_000, cashReturnedBy: agent } });
      expect(await post('clerk-1', `${path}/debit`, { reader })).toEqual(debited);
      expect(await prefundOf(agent)).toBe(before + 50_000);
      expect(await balance(cardNo)).toBe(0);
      expect(cardBalance(card)).toBe(0);
      expect(await recordOf(cardNo)).toMatchObject([{ state: 'accepted', flag: 0, posted_date: null }]);
      expect(await loadsOf(cardNo)).toMatchObject([{ cancellation: 'posted' }]);
      expect(await post('clerk-1', path)).toMatchObject({
        status: 409,
        body: { code: 'clearing.cancellation.cancelled' },
      });
    });

    it('torn after the debit pays nothing until the card is back, then exactly once', async () => {
      const { card, cardNo, path, agent } = await signed(7_000);
      const before = await prefundOf(agent);
      const slot = await withReader(card);
      slot.removeAfter(DEBIT_COMMAND);
      expect(await post('clerk-1', `${path}/debit`, { reader })).toMatchObject({
        status: 409,
        body: { code: 'card-issuer.cancellation.torn' },
      });
      expect(cardBalance(card)).toBe(0);
      expect([await prefundOf(agent), await balance(cardNo)]).toEqual([before, 7_000]);
      const open = (await city().http('clerk-1', 'GET', '/v1/load-cancellations/open')).body['cancellations'];
      expect(open).toMatchObject([{ cardNo, state: 'debiting' }]);
      const { db } = city().installation;
      const inMinutes = (minutes: number) => alarmTornCancellations(db, new Date(Date.now() + minutes * 60_000));
      expect([await inMinutes(10), await inMinutes(16), await inMinutes(30)]).toEqual([0, 1, 0]);
      const alarms = await db.query(
        `select subject, evidence->>'amountFen' as fen from clearing.alarm where kind = 'load-cancellation-torn'`,
      );
      expect(alarms.rows).toEqual([{ subject: `card ${cardNo}`, fen: '7000' }]);
      slot.insert(card);
      const settled = await post('clerk-1', `${path}/debit`, { reader });
      expect(settled).toMatchObject({ status: 200, body: { amountFen: 7_000 } });
      expect([await prefundOf(agent), await balance(cardNo)]).toEqual([before + 7_000, 0]);
      expect(await recordOf(cardNo)).toMatchObject([{ state: 'accepted', flag: 2 }]);
      expect(cardBalance(card)).toBe(0);
    });

    it('torn before the debit is done afresh', async () => {
      const { card, cardNo, path, agent } = await signed(6_000);
      const before = await prefundOf(agent);
      const slot = await withReader(card);
      slot.insert(new PulledChip(card, DEBIT_COMMAND, 'before'));
      expect(await post('clerk-1', `${path}/debit`, { reader })).toMatchObject({
        body: { code: 'card-issuer.cancellation.torn' },
      });
      expect((await city().http('clerk-1', 'GET', path)).body).toMatchObject({ state: 'debiting' });
      slot.insert(card);
      expect((await post('clerk-1', `${path}/debit`, { reader })).status).toBe(200);
      expect([await prefundOf(agent), await balance(cardNo), cardBalance(card)]).toEqual([before + 6_000, 0, 0]);
    });

    it('that the card cannot prove any more is decided by two people, and booked once', async () => {
      const { card, cardNo, path, agent, sandbox } = await signed(5_000, 400);
      const before = await prefundOf(agent);
      const slot = await withReader(card);
      slot.removeAfter(DEBIT_COMMAND);
      expect((await post('clerk-1', `${path}/debit`, { reader })).status).toBe(409);
      card.powerOn();
      expect(sandboxReader(sandbox).tap(card, { amountFen: 100 }).kind).toBe('paid');
      slot.insert(card);
      expect(await post('clerk-1', `${path}/debit`, { reader })).toMatchObject({
        body: { code: 'card-issuer.cancellation.proof-unavailable' },
      });
      const proposed = await post('clerk-1', `${path}/decisions`, { paid: true });
      expect(proposed.status).toBe(201);
      const approval = `${path}/decisions/${proposed.body['approvalId']}/approval`;
      expect(await post('clerk-1', approval, { paid: true })).toMatchObject({ body: { code: 'identity.same-person' } });
      expect(await post('clerk-2', approval, { paid: false })).toMatchObject({
        body: { code: 'identity.content-differs' },
      });
      expect(await post('clerk-2', approval, { paid: true })).toMatchObject({
        status: 200,
        body: { receipt: { cardNo, amountFen: 5_000 } },
      });
      expect((await post('clerk-2', approval, { paid: true })).status).toBe(409);
      expect([await prefundOf(agent), await balance(cardNo)]).toEqual([before + 5_000, 400]);
      expect(await recordOf(cardNo)).toMatchObject([{ state: 'accepted', flag: 1 }]);
    });

    it('another card in the reader, money spent already: nothing happens', async () => {
      const one = await signed(3_000);
      const other = await loaded(3_000);
      await withReader(other.card);
      expect(await post('clerk-1', `${one.path}/debit`, { reader })).toMatchObject({
        body: { code: 'card-issuer.readers.other-card' },
      });
      other.card.powerOn();
      expect(sandboxReader(other.sandbox).tap(other.card, { amountFen: 100 }).kind).toBe('paid');
      expect((await post('clerk-1', other.path)).status).toBe(201);
      expect((await post('clerk-2', `${other.path}/approval`)).status).toBe(200);
      await withReader(other.card);
      expect(await post('clerk-1', `${other.path}/debit`, { reader })).toMatchObject({
        body: { code: 'card-issuer.cancellation.not-enough' },
      });
      expect(cardBalance(other.card)).toBe(2_900);
    });

    it('knows the debit as a purchase when somebody delivers it again, and pays nobody for it', async () => {
      const { db, hsm } = city().installation;
      const participantNo = (await city().sandbox()).merchant;
      const { rows } = await db.query<{ raw: Buffer }>(
        `select raw from clearing.purchase_record r join clearing.intake k using (intake_id) where k.source = 'cancellation' and r.flag <> 1`,
      );
      const message = { source: 'message', participantNo, terminalNo: '00000001', batchNo: '000001' } as const;
      const records = rows.map(({ raw }) => raw);
      const taken = await transact(db, (tx) =>
        intakeMessage(tx, { ...message, records, sha256: Buffer.alloc(32), receivedAt: new Date() }),
      );
      await validateReceived({ db, hsm });
      const judged = await db.query(
        'select state, reason_code from clearing.purchase_record where intake_id = $1 order by record_index',
        [taken.intakeId],
      );
      expect(judged.rows).toEqual(records.map(() => ({ state: 'duplicate', reason_code: '03' })));
    });

    it('leaves a ledger that adds up and no counter unexplained', async () => {
      expect(await verifyLedger(city().installation.db)).toMatchObject({ ok: true });
      await attached?.unplug();
    });
  });
}

function cardBalance(card: VirtualCard): number {
  card.powerOn();
  card.transmit(Buffer.from('00A4040008A000000632010105', 'hex'));
  return card.transmit(Buffer.from('805C000204', 'hex')).readUInt32BE(0);
}
