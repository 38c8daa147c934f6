import { publishedKey } from '@citycard/citycard';
import { CounterReader, encodeRecord, type InsertableChip, VirtualCard } from '@citycard/city-sim';
import { validateReceived } from '@citycard/clearing';
import { addDays, type BusinessDate, createPrincipal, transact } from '@citycard/common';
import { describe, expect, it } from 'vitest';
import { type Answered, sandboxReader, sandboxTerminal, type TestCity } from '../installation.ts';
import { insert, makeCard, numberOn, order, PulledChip } from './bureau.ts';
import { newIdNumber, register } from './residents.ts';

let keys = 0;
const newKey = () => ({ 'idempotency-key': `life-${++keys}` });
const READER = 'window-life';
const READ_15H = Buffer.from('00B095001E', 'hex');
const READ_17H = Buffer.from('00B097003C', 'hex');
const GET_BALANCE = Buffer.from('805C000204', 'hex');
const SELECT = Buffer.from('00A4040008A000000632010105', 'hex');
const birthDateOf = (number: string) => `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
const maskOf = (cardNo: string) => `${cardNo.slice(0, 4)}…${cardNo.slice(-4)}`;

async function addClerk(city: TestCity): Promise<string> {
  const person = { id: 'clerk-life', name: 'Clerk of card life', kind: 'person', roles: ['clerk'] } as const;
  return (await transact(city.installation.db, (tx) => createPrincipal(tx, person))).token;
}

/** The standard product with a PIN, proposed by one officer and approved by another. */
async function approvePinProduct(city: TestCity): Promise<void> {
  const { body } = await city.http('platform', 'GET', '/v1/card-products/standard/versions/1');
  const document = body['document'] as { readonly applications: readonly object[] };
  const applications = document.applications.map((purse) => ({ ...purse, pin: { opensState: 2, tries: 3 } }));
  const versions = '/v1/card-products/standard-pin/versions';
  const proposed = await city.http('platform', 'POST', versions, { ...document, applications });
  expect(proposed).toMatchObject({ status: 201 });
  expect(await city.http('platform-2', 'POST', `${versions}/1/approval`)).toMatchObject({ status: 204 });
}

/** What a card's life means for its chip: at a counter, over HTTP, with the card in a reader on TCP. */
export function cardLifeTests(city: () => TestCity): void {
  let reader: CounterReader | undefined;
  let shiftId = 0;
  let token: Promise<string> | undefined;
  /** A clerk of these tests alone, with a till and a reader of their own. */
  const clerk = () => (token ??= addClerk(city()));
  const post = async (path: string, body?: unknown, key = newKey()): Promise<Answered> =>
    city().http(await clerk(), 'POST', path, body, key);
  const put = async (chip: InsertableChip): Promise<void> => {
    const { body } = await city().http('clerk-1', 'GET', '/v1/readers');
    reader ??= await CounterReader.attach(
      { host: '127.0.0.1', port: Number(body['attachPort']) },
      { reader: READER, token: await clerk() },
    );
    reader.insert(chip);
  };
  /** A card in a hand, its deposit in the clerk's till. */
  const inHand = async (made?: { card: VirtualCard; cardNo: string }, depositFen = 2000, resident?: number) => {
    const { card, cardNo } = made ?? (await makeCard(city()));
    shiftId ||= Number((await city().http(await clerk(), 'POST', '/v1/shifts')).body['shiftId']);
    const residentId = resident ?? (await register(city()));
    const issued = await post(`/v1/cards/${cardNo}/issue`, { residentId, depositFen, shiftId });
    expect(issued.body).toEqual({ cardNo, state: 'active' });
    return { card, cardNo, residentId };
  };
  const load = async (card: VirtualCard, amountFen: number, from?: 'bound-account') => {
    const terminal = sandboxTerminal(await city().sandbox());
    await terminal.signOn();
    card.powerOn();
    const result = await terminal.load(card, { amountFen, ...(from && { from }) });
    await terminal.disconnect();
    return result;
  };
  const status = (card: VirtualCard, apdu: Buffer) => {
    card.powerOn();
    card.transmit(SELECT);
    return card.transmit(apdu).subarray(-2).toString('hex');
  };

  describe('card life', () => {
    it('a returned card is paid by what it says, and its chip is blocked for good', async () => {
      await inHand(undefined, 20_000);
      const { card, cardNo } = await inHand(undefined, 8000);
      expect((await load(card, 5000)).kind).toBe('credited');
      await put(card);
      const order = { shiftId, cardHandedIn: true, reader: READER };
      const key = newKey();
      const answer = await post(`/v1/cards/${cardNo}/return`, order, key);
      expect(answer).toMatchObject({ status: 200, body: { paidFen: 13_000, balance: { state: 'released' } } });
      expect(status(card, GET_BALANCE)).toBe('9303');
      // The answer was lost: the same request gives it again, and nothing is paid twice.
      expect(await post(`/v1/cards/${cardNo}/return`, order, key)).toEqual(answer);
      expect(await post(`/v1/cards/${cardNo}/return`, order)).toMatchObject({ status: 409 });
    });

    it('a card whose return cannot be paid is open again; one that was pulled out is asked anew', async () => {
      const { card, cardNo } = await inHand();
      expect((await load(card, 50_000)).kind).toBe('credited');
      await put(card);
      const order = { shiftId, cardHandedIn: true, reader: READER };
      expect(await post(`/v1/cards/${cardNo}/return`, order)).toMatchObject({
        body: { code: 'card-issuer.card-life.shift-short' },
      });
      expect(status(card, GET_BALANCE)).toBe('9000');
      const next = await makeCard(city());
      // SELECT, READ, GET BALANCE, two INITIALIZE, GET CHALLENGE, BLOCK: gone right after the block.
      await put(new PulledChip(card, 7, 'after'));
      const replacement = { newCardNo: next.cardNo, shiftId, cardHandedIn: true, reader: READER };
      expect(await post(`/v1/cards/${cardNo}/replacement`, replacement)).toMatchObject({ status: 502 });
      expect(status(card, GET_BALANCE)).toBe('6a81');
      await put(card);
      expect(await post(`/v1/cards/${cardNo}/replacement`, replacement)).toMatchObject({
        status: 200,
        body: {
          newCardNo: next.cardNo,
          feeFen: 2000,
          cashTakenFen: 2000,
          balance: { state: 'released', movedFen: 50_000 },
        },
      });
      expect(status(card, GET_BALANCE)).toBe('9303');
      // The new card is loaded with it at any terminal.
      expect(await load(next.card, 50_000, 'bound-account')).toMatchObject({
        kind: 'credited',
        balanceAfterFen: 50_000,
      });
      const { body } = await city().http('clerk-1', 'GET', `/v1/cards/${cardNo}/history`);
      expect((body['events'] as { step: string }[]).map(({ step }) => step)).toEqual([
        'issue',
        'replace',
        'move-balance',
      ]);
    });

    it('a tap delivered when the balance has gone is paid by whom two people name', async () => {
      const { card, cardNo } = await inHand();
      expect((await load(card, 3000)).kind).toBe('credited');
      const sandbox = await city().sandbox();
      const tap = sandboxReader(sandbox).tap(card, { amountFen: 700 });
      expect((await post(`/v1/cards/${cardNo}/loss-report`, { by: 'counter' })).status).toBe(200);
      const next = await makeCard(city());
      const waits = await post(`/v1/cards/${cardNo}/replacement`, {
        newCardNo: next.cardNo,
        shiftId,
        cardHandedIn: false,
      });
      expect(waits.body).toMatchObject({ balance: { state: 'waiting' } });

      const as = (person: string, path: string, body?: unknown) => city().http(person, 'POST', path, body, newKey());
      const release = { reason: 'generated: the holder needs it' };
      const proposed = await as('finance-maker', `/v1/cards/${cardNo}/balance-release`, release);
      const approve = () =>
        as('finance-checker', `/v1/cards/${cardNo}/balance-release/approval`, {
          ...release,
          approvalId: proposed.body['approvalId'],
        });
      expect((await approve()).body).toMatchObject({ code: 'card-issuer.card-life.not-yet-due' });
      const { db, hsm } = city().installation;
      await db.query('update issuer.balance_move set due_on = due_on - 8 where card_no = $1', [cardNo]);
      expect(await approve()).toMatchObject({ status: 200, body: { movedFen: 3000 } });

      const terminal = sandboxTerminal(sandbox);
      await terminal.signOn();
      await terminal.upload(tap.records.map(encodeRecord));
      await terminal.disconnect();
      await validateReceived({ db, hsm });
      expect((await as('platform', '/v1/card-life/rounds')).body['lateTaps']).toBe(1);
      const { body } = await city().http('finance-maker', 'GET', '/v1/late-taps');
      const late = (body['lateTaps'] as Record<string, unknown>[]).find((each) => each['cardNo'] === cardNo);
      expect(late).toMatchObject({ amountFen: 700 });
      const path = `/v1/late-taps/${cardNo}/${String(late?.['businessDate'])}/${String(late?.['intakeId'])}/${String(late?.['index'])}`;
      const decision = await as('finance-maker', `${path}/decision`, { payer: 'successor' });
      const agreed = { approvalId: decision.body['approvalId'], payer: 'successor' };
      expect((await as('finance-checker', `${path}/approval`, { ...agreed, payer: 'company' })).status).toBe(409);
      expect(await as('finance-checker', `${path}/approval`, agreed)).toMatchObject({ status: 200 });
      await validateReceived({ db, hsm });
      const { rows } = await db.query('select state from clearing.purchase_record where card_no = $1', [cardNo]);
      expect(rows).toEqual([{ state: 'accepted' }]);
      const purse = await city().http('auditor', 'GET', `/v1/purses/${next.cardNo}`);
      expect(purse.body['accounts']).toContainEqual(expect.objectContaining({ kind: 'pending-credit', posted: 2300 }));
    });

    it('a concession is written to the card with its last day, and taken off again; the card works on', async () => {
      const { card, cardNo, residentId } = await inHand();
      const granted = await post(`/v1/residents/${residentId}/concessions`, {
        category: 'senior',
        evidence: 'identity-document',
      });
      expect(granted).toMatchObject({ status: 201, body: { cards: [cardNo] } });
      await put(card);
      const script = () => post(`/v1/cards/${cardNo}/concession-script`, { reader: READER });
      expect((await script()).body).toMatchObject({ subType: 1, validTo: granted.body['validTo'] });
      card.powerOn();
      card.transmit(SELECT);
      expect(card.transmit(READ_15H)[29]).toBe(1);
      expect(card.transmit(READ_17H).subarray(11, 16).toString('hex')).toBe(
        `01${String(granted.body['validTo']).replaceAll('-', '')}`,
      );
      expect((await load(card, 1000)).kind).toBe('credited');
      const sandbox = await city().sandbox();
      const ride = (on: string) => {
        const bus = sandboxReader(sandbox, () => new Date(`${on}T10:00:00+08:00`), { 1: 50 });
        card.powerOn();
        const { kind, records } = bus.tap(card, { amountFen: 300 });
        return [kind, records[0]?.amountFen];
      };
      const lastDay = String(granted.body['validTo']) as BusinessDate;
      expect([ride(lastDay), ride(addDays(lastDay, 1))]).toEqual([
        ['paid', 150],
        ['paid', 300],
      ]);
      await post(`/v1/residents/${residentId}/concessions/withdrawal`, { reason: 'generated' });
      expect((await script()).body).toEqual({ cardNo, subType: 0 });
      expect(ride(lastDay)).toEqual(['paid', 300]);
    });

    it('a validity that ends is written anew to the chip', async () => {
      const { card, cardNo } = await inHand();
      await put(card);
      const extend = () => post(`/v1/cards/${cardNo}/extension`, { reader: READER });
      expect(await extend()).toMatchObject({ status: 409, body: { code: 'card-issuer.card-life.not-renewable' } });
      const { db } = city().installation;
      await db.query(`update issuer.card set valid_to = current_date + 5 where card_no = $1`, [cardNo]);
      await db.query(`update clearing.purse set valid_to = current_date + 5 where card_no = $1`, [cardNo]);
      const extended = await extend();
      expect(extended.status).toBe(200);
      card.powerOn();
      card.transmit(SELECT);
      expect(card.transmit(READ_15H).subarray(24, 28).toString('hex')).toBe(
        String(extended.body['validTo']).replaceAll('-', ''),
      );
    });

    it('a PIN begins unknown to everybody, is set, tried, changed and unblocked; another card is told apart', async () => {
      await approvePinProduct(city());
      await order(city(), 1, 'standard-pin');
      const card = new VirtualCard({ transportKey: publishedKey('CHIP') });
      await insert(city(), card);
      const { cardNo } = await inHand({ card, cardNo: numberOn(card) });
      await put(card);
      const pin = (body: object, number = cardNo) => post(`/v1/cards/${number}/pin`, { reader: READER, ...body });
      /** The holder at a machine that asks for the PIN. */
      const enter = (digits: string) => status(card, Buffer.from(`002000000${digits.length / 2}${digits}`, 'hex'));
      expect(enter('123456')).toBe('63c2');
      expect((await pin({ act: 'set', pin: '4321' })).status).toBe(204);
      expect(enter('4321')).toBe('9000');
      expect(['1234', '1234', '1234', '4321'].map(enter)).toEqual(['63c2', '63c1', '63c0', '6983']);
      expect((await pin({ act: 'change', oldPin: '4321', pin: '9876' })).body).toMatchObject({
        code: 'card-issuer.card-scripts.pin-blocked',
      });
      expect((await pin({ act: 'unblock', pin: '246802' })).status).toBe(204);
      expect(enter('246802')).toBe('9000');
      expect((await pin({ act: 'change', oldPin: '2468', pin: '9876' })).body).toMatchObject({
        code: 'card-issuer.card-scripts.pin-wrong',
      });
      expect((await pin({ act: 'change', oldPin: '246802', pin: '9876' })).status).toBe(204);
      expect(enter('9876')).toBe('9000');
      expect((await pin({ act: 'set', pin: '112233' })).status).toBe(204);
      expect(enter('112233')).toBe('9000');
      expect((await pin({ act: 'set', pin: '0000' })).body).toMatchObject({
        code: 'card-issuer.card-scripts.pin-shape',
      });

      const other = await inHand();
      expect((await pin({ act: 'set', pin: '9876' }, other.cardNo)).body).toMatchObject({
        code: 'card-issuer.readers.other-card',
      });
      await put(other.card);
      expect((await pin({ act: 'set', pin: '9876' }, other.cardNo)).body).toMatchObject({
        code: 'card-issuer.card-scripts.no-pin',
      });
      const { rows } = await city().installation.db.query(
        `select from platform.act_log where detail ~ '(4321|9876|246802|112233)' and act like 'pin-%'`,
      );
      expect(rows).toEqual([]);
    });

    it('a blocked application opens only when the books say that the card is open', async () => {
      const { card, cardNo } = await inHand();
      await put(card);
      const chip = (act: 'chip-block' | 'chip-unblock', body = {}) =>
        post(`/v1/cards/${cardNo}/${act}`, { reader: READER, ...body });
      expect((await chip('chip-block', { forGood: true })).status).toBe(409);
      expect((await post(`/v1/cards/${cardNo}/block`, { reason: 'looks tampered with' })).body).toMatchObject({
        state: 'blocked',
      });
      expect((await chip('chip-block', { forGood: false })).status).toBe(200);
      expect(status(card, GET_BALANCE)).toBe('6a81');
      expect((await chip('chip-unblock')).status).toBe(409);
      expect((await load(card, 1000)).kind).not.toBe('credited');
      await post(`/v1/cards/${cardNo}/unblock`, { reason: 'looked at' });
      expect((await chip('chip-unblock')).status).toBe(200);
      expect((await load(card, 1000)).kind).toBe('credited');
    });

    it('a caller who does not know the card number is found by name, birth date and phone', async () => {
      const [name, phone] = ['测试失主', '13900007007'];
      const person = { idNumber: newIdNumber(), name, population: 'permanent', phone };
      const registered = await city().http('clerk-1', 'POST', '/v1/residents', person);
      const { cardNo } = await inHand(undefined, 2000, Number(registered.body['residentId']));
      const claim = (second: object) =>
        post('/v1/loss-reports', { name, birthDate: birthDateOf(person.idNumber), second });
      expect((await claim({ phone: '13900007008' })).body).toMatchObject({
        code: 'card-issuer.card-life.caller-unknown',
      });
      expect(await claim({ phone })).toMatchObject({ status: 200, body: { reports: [{ card: maskOf(cardNo) }] } });
      const { body } = await city().http('clerk-1', 'GET', `/v1/residents/${registered.body['residentId']}/cards`);
      expect(body['cards']).toMatchObject([{ cardNo, state: 'lost-reported' }]);
      expect((await claim({ phone })).body).toMatchObject({ code: 'card-issuer.card-life.nothing-to-close' });
    });
  });
}
