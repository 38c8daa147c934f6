import { createHash } from 'node:crypto';
import { isHotlisted } from '@citycard/clearing';
import {
  createHttpServer,
  createLogger,
  createPrincipal,
  type Database,
  type HttpServer,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCardWorld } from '../cards/test-cards.ts';
import { startTestProtection, type TestProtection } from '../protection/test-protection.ts';
import type { Protection } from '../protection/protection.ts';
import { registerResident } from '../residents/index.ts';
import { testNumber } from '../residents/test-residents.ts';
import { createCallerCheck } from './caller.ts';
import { startResidentNotices } from './notice-work.ts';
import { noticeWords } from './notice-words.ts';
import { registerResidentDeskRoutes } from './routes.ts';

let world: Awaited<ReturnType<typeof startCardWorld>>;
let hsm: TestProtection;
let protection: Protection;
let server: HttpServer;
let token: string;
let clerkToken: string;
const silent = createLogger('test', { level: 'silent' });

beforeAll(async () => {
  [world, hsm] = await Promise.all([startCardWorld(), startTestProtection()]);
  protection = hsm.protection(world.db);
  server = createHttpServer({ logger: silent, db: world.db, title: 'test' });
  registerResidentDeskRoutes(server, { db: world.db, protection });
  const desk = { id: 'desk', name: 'Desk', kind: 'service', roles: ['resident-desk'] } as const;
  const clerk = { id: 'clerk-2', name: 'Clerk', kind: 'person', roles: ['clerk'] } as const;
  token = (await transact(world.db, (tx) => createPrincipal(tx, desk))).token;
  clerkToken = (await transact(world.db, (tx) => createPrincipal(tx, clerk))).token;
});
afterAll(async () => {
  await server.close();
  await hsm.stop();
  await world.stop();
});

let addresses = 0;
/** An address nobody has: documentation range of RFC 5737. */
const newAddress = () => `192.0.2.${(addresses += 1)}`;

/** A card in the hand of a resident with this much on it, and what that resident knows. */
async function holder(balance = 1_234, phone = '13800001234') {
  const idNumber = testNumber();
  const { residentId } = await registerResident({ db: world.db, protection }, world.clerk, {
    idNumber,
    name: '测试甲',
    population: 'permanent',
    phone,
  });
  const { number } = await world.cardInHand({ balance, residentId });
  return { number, fact: idNumber.slice(-4), phone };
}

const send = async (path: string, payload: object, as = token) => {
  const reply = await server.inject({
    method: 'POST',
    url: `/v1/resident-desk/${path}`,
    headers: { authorization: `Bearer ${as}` },
    payload,
  });
  return { status: reply.statusCode, body: reply.body === '' ? {} : reply.json() };
};

/** Does the work a browser does. */
function solve({ challenge, difficulty }: { challenge: string; difficulty: number }) {
  for (let counter = 0; ; counter += 1) {
    const hash = createHash('sha256').update(`${challenge}:${counter}`).digest();
    if (hash.readUInt32BE(0) >>> (32 - difficulty) === 0) return { challenge, counter };
  }
}
const challenge = async (address: string) => (await send('challenges', { address })).body;
const lookUp = (number: string, fact: string, address: string) =>
  send('look-ups', { address, place: 'text', cardNo: number, fact });

describe('a look-up', () => {
  it('shows balance, what is on its way and the last uses, masked, to whoever knows the second fact', async () => {
    const { number, fact } = await holder();
    await world.purchase(number, 0, 200);
    await world.purchase(number, 2, 300, 'suspicious');
    const address = newAddress();
    const proof = solve(await challenge(address));
    const { status, body } = await send('look-ups', { address, place: 'web', cardNo: number, fact, proof });
    expect(status).toBe(200);
    expect(body.sheet).toMatchObject({
      card: `${number.slice(0, 4)}…${number.slice(-4)}`,
      state: 'active',
      balanceFen: 1_034,
      waitingFen: 0,
      onItsWay: { loadsFen: 0, purchases: 1, purchasesFen: 300, missing: 1 },
    });
    expect(body.sheet.recent.map((use: { standing: string }) => use.standing)).toEqual(['looked-into', 'done']);
    expect(JSON.stringify(body.sheet)).not.toContain(number);
    expect(JSON.stringify(body.sheet)).not.toContain('测试');
  });

  it('takes the last four of the phone as well, and refuses every other four with the same words', async () => {
    const { number, fact } = await holder(500, '+86 138 0000 9876');
    expect((await lookUp(number, '9876', newAddress())).status).toBe(200);
    const wrong = await lookUp(number, fact === '0000' ? '1111' : '0000', newAddress());
    const unknown = await lookUp('3104580000009999999', '0000', newAddress());
    expect(wrong.status).toBe(404);
    const { instance: _a, ...first } = wrong.body;
    const { instance: _b, ...second } = unknown.body;
    expect(second).toEqual(first);
  });

  it('of a card without a holder asks for the receipt of its newest load', async () => {
    const { number } = await world.cardInHand({ balance: 700 });
    await world.db.query(
      `insert into clearing.load (card_no, terminal_no, merchant_no, batch_no, trace_no, city_date, kind, online_counter, balance_before_fen,
         amount_fen, sam_no, host_date, host_time, posting_key, state, resolved_by, opened_at, resolved_at)
       values ($1, 'T1', 'O1', '000001', '004711', '2026-01-02', 'agent-cash', 0, 0, 700, '1', '20260102', '080000', 'load:x', 'posted', 'result', now(), now())`,
      [number],
    );
    await world.db.query('delete from issuer.card where card_no = $1', [number]);
    expect((await lookUp(number, '4711', newAddress())).body.sheet).toMatchObject({ balanceFen: 700 });
    expect((await lookUp(number, '4712', newAddress())).status).toBe(404);
  });

  it('does the same work for a card that does not exist as for a fact that is wrong', async () => {
    const { number } = await holder();
    const done: string[] = [];
    const db = {
      query: (query: { text: string }) => {
        done.push(`query ${query.text}`);
        return world.db.query(query as never);
      },
    } as unknown as Database;
    const counted: Protection = {
      ...protection,
      open: (context, sealed) => {
        done.push('open');
        return protection.open(context, sealed);
      },
      blindIndexes: (items) => {
        done.push('hsm');
        return protection.blindIndexes(items);
      },
    };
    const callers = createCallerCheck({ db, protection: counted });
    const workOf = async (cardNumber: string) => {
      done.length = 0;
      await callers
        .check({ address: 'a', cardNo: cardNumber, fact: '0x0x' })
        .catch((error: Error) => done.push(error.message));
      return [...done];
    };
    const unknown = await workOf('3104580000009999999');
    expect(await workOf(number)).toEqual(unknown);
    expect(unknown.filter((each) => each === 'open')).toHaveLength(1);
  });

  it('is for the role of the desk alone', async () => {
    const { number, fact } = await holder();
    const reply = await send('look-ups', { address: 'x', place: 'text', cardNo: number, fact }, clerkToken);
    expect(reply.status).toBe(403);
  });
});

describe('somebody who guesses', () => {
  it('is stopped after five wrong claims for a card, from wherever they come, even with the right one', async () => {
    const { number, fact } = await holder();
    for (let at = 0; at < 5; at += 1) expect((await lookUp(number, 'XXXX', newAddress())).status).toBe(404);
    const stopped = await lookUp(number, fact, newAddress());
    expect(stopped.status).toBe(429);
    expect(stopped.body.code).toBe('card-issuer.resident-desk.too-many');
  });

  it('is stopped after fifteen wrong claims for a card in a month, however they are spread over its days', async () => {
    const { number, fact } = await holder();
    for (let day = 0; day < 3; day += 1) {
      for (let at = 0; at < 5; at += 1) expect((await lookUp(number, 'XXXX', newAddress())).status).toBe(404);
      // The next day: what was counted today is yesterday's.
      await world.db.query(`update issuer.desk_count set starts_at = starts_at - interval '1 day' where span = 'day'`);
    }
    expect((await lookUp(number, fact, newAddress())).status).toBe(429);
  });

  it('is stopped after ten wrong claims of an address, over all cards it tries, those that do not exist included', async () => {
    const address = newAddress();
    const { number, fact } = await holder();
    for (let at = 0; at < 10; at += 1)
      expect((await lookUp(`31045800000088880${10 + at}`, '1234', address)).status).toBe(404);
    expect((await lookUp(number, fact, address)).status).toBe(429);
    expect((await lookUp(number, fact, newAddress())).status).toBe(200);
  });

  it('cannot slip through with many guesses at once', async () => {
    const { number } = await holder();
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => (await lookUp(number, 'YYYY', newAddress())).status),
    );
    expect(statuses.filter((status) => status === 404)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(15);
  });

  it('works harder with each wrong claim; who errs once and then knows it is not counted', async () => {
    const address = newAddress();
    const { number, fact } = await holder();
    const { difficulty } = await challenge(address);
    await lookUp(number, 'XXXX', address);
    expect((await challenge(address)).difficulty).toBe(difficulty + 1);
    await lookUp(number, fact, address);
    expect((await challenge(address)).difficulty).toBe(difficulty + 1);
  });

  it('cannot use a proof twice, nor one of another address, too easy or made up', async () => {
    const { number, fact } = await holder();
    const address = newAddress();
    const claim = { address, place: 'web', cardNo: number, fact };
    const proof = solve(await challenge(address));
    expect((await send('look-ups', { ...claim, proof })).status).toBe(200);
    expect((await send('look-ups', { ...claim, proof })).status).toBe(422);
    expect((await send('look-ups', claim)).status).toBe(422);
    const others = solve(await challenge(newAddress()));
    expect((await send('look-ups', { ...claim, proof: others })).status).toBe(422);
    const fresh = await challenge(address);
    const easier = fresh.challenge.replace(/\.14\./, '.1.');
    expect((await send('look-ups', { ...claim, proof: { challenge: easier, counter: 0 } })).status).toBe(422);
  });

  it('leaves neither addresses nor card numbers behind', async () => {
    const { rows } = await world.db.query<{ all: string }>(
      `select coalesce(string_agg(c::text, ' '), '') as all from issuer.desk_count c`,
    );
    expect(rows[0]?.all).not.toContain('192.0.2');
    expect(rows[0]?.all).not.toContain('31045800');
  });
});

describe('a loss', () => {
  it('reported with the pass of a look-up closes the card at once; said again it is the same report', async () => {
    const { number, fact } = await holder();
    const { pass } = (await lookUp(number, fact, newAddress())).body;
    const first = await send('loss-reports', { pass });
    expect(first).toMatchObject({ status: 200, body: { state: 'lost-reported' } });
    expect(await isHotlisted(world.db, `0${number}`)).toBe(true);
    expect((await send('loss-reports', { pass })).body).toEqual(first.body);
    const { rows } = await world.db.query('select checked from issuer.loss_report where card_no = $1', [number]);
    expect(rows).toEqual([{ checked: ['card-number', 'id-number-end'] }]);
  });

  it('is not taken with a pass somebody made up', async () => {
    const { number, fact } = await holder();
    const { pass } = (await lookUp(number, fact, newAddress())).body as { pass: string };
    const other = await holder();
    expect((await send('loss-reports', { pass: pass.replace(number, other.number) })).status).toBe(403);
    expect((await send('loss-reports', { pass: 'x'.repeat(60) })).status).toBe(403);
  });
});

describe('notices', () => {
  const wish = {
    channel: 'paper',
    kinds: ['load', 'low-balance', 'loss', 'refund-waiting'],
    language: 'zh',
    lowBalanceFen: 1_000,
  };
  const make = async () => {
    const work = startResidentNotices({ db: world.db, logger: silent, protection, secrets: new Map() });
    await work.wake();
    await work.close();
  };

  it('are made once for each event of a card whose holder asked for them, and gone with the withdrawal', async () => {
    const { number, fact } = await holder(300);
    const { pass } = (await lookUp(number, fact, newAddress())).body;
    expect((await send('notices', { pass, place: 'kiosk', ...wish })).status).toBe(204);
    await make();
    await make();
    const { sheet } = (await lookUp(number, fact, newAddress())).body;
    expect(sheet.consent).toMatchObject({ channel: 'paper', givenOver: 'kiosk' });
    expect(sheet.notices).toMatchObject([{ kind: 'low-balance', amountFen: 300 }]);
    const counter = (method: 'GET' | 'POST', path: string, payload?: object) =>
      server.inject({
        method,
        url: `/v1/cards/${number}/${path}`,
        headers: { authorization: `Bearer ${clerkToken}` },
        ...(payload !== undefined && { payload }),
      });
    expect((await counter('GET', 'sheet')).json()).toMatchObject({ balanceFen: 300, notices: sheet.notices });
    const told = await counter('POST', 'notices-told', { noticeNos: [sheet.notices[0].noticeNo] });
    expect(told.statusCode).toBe(204);
    expect((await send('notices-told', { pass, noticeNos: [sheet.notices[0].noticeNo] })).status).toBe(204);
    await send('loss-reports', { pass });
    await make();
    expect((await lookUp(number, fact, newAddress())).body.sheet.notices).toMatchObject([{ kind: 'loss' }]);
    expect((await send('notice-withdrawals', { pass, place: 'web' })).status).toBe(204);
    expect((await lookUp(number, fact, newAddress())).body.sheet.notices).toEqual([]);
    expect((await send('notice-withdrawals', { pass, place: 'web' })).status).toBe(404);
  });

  it('by text message need a mobile number, which is kept sealed and emptied with the withdrawal', async () => {
    const { number, fact } = await holder(300);
    const { pass } = (await lookUp(number, fact, newAddress())).body;
    const sms = { ...wish, pass, place: 'web', channel: 'sms' };
    expect((await send('notices', { ...sms, phone: '05361234567' })).status).toBe(422);
    expect((await send('notices', { ...sms, phone: '13800005555' })).status).toBe(204);
    const sealed = async () =>
      (
        await world.db.query<{ c: Buffer | null }>(
          'select contact_sealed as c from issuer.notice_consent where card_no = $1',
          [number],
        )
      ).rows[0]?.c;
    expect(Buffer.from((await sealed()) ?? '').includes('13800005555')).toBe(false);
    await send('notice-withdrawals', { pass, place: 'web' });
    expect(await sealed()).toBeNull();
  });

  it('are agreed to and withdrawn at a counter as well, each an act of the clerk without the number', async () => {
    const { number } = await holder(300);
    const counter = (path: string, payload?: object, as = clerkToken) =>
      server.inject({
        method: 'POST',
        url: `/v1/cards/${path}`,
        headers: { authorization: `Bearer ${as}` },
        ...(payload !== undefined && { payload }),
      });
    const sms = { ...wish, channel: 'sms', phone: '138 0000 7777' };
    expect((await counter(`${number}/notices`, { ...sms, phone: '053612345678' })).statusCode).toBe(422);
    expect((await counter(`${number}/notices`, { ...sms, kinds: ['weather'] })).statusCode).toBe(422);
    expect((await counter(`${number}/notices`, sms, token)).statusCode).toBe(403);
    expect((await counter('3104580000009999999/notices', sms)).statusCode).toBe(404);
    const inStock = await world.stockCard();
    expect((await counter(`${inStock}/notices`, sms)).json()).toMatchObject({ code: 'card-issuer.card-not-ready' });
    expect((await counter(`${number}/notices`, sms)).statusCode).toBe(204);
    const paper = { ...wish, kinds: ['load'], language: 'en' };
    expect((await counter(`${number}/notices`, paper)).statusCode).toBe(204);
    const sheet = await server.inject({
      url: `/v1/cards/${number}/sheet`,
      headers: { authorization: `Bearer ${clerkToken}` },
    });
    expect(sheet.json()).toMatchObject({ consent: { channel: 'paper', kinds: ['load'], givenOver: 'counter' } });
    expect((await counter(`${number}/notice-withdrawals`)).statusCode).toBe(204);
    expect((await counter(`${number}/notice-withdrawals`)).statusCode).toBe(404);
    const kept = await world.db.query<{ sealed: boolean; over: string }>(
      `select contact_sealed is not null as sealed, withdrawn_over as over from issuer.notice_consent where card_no = $1`,
      [number],
    );
    expect(kept.rows).toEqual([
      { sealed: false, over: 'counter' },
      { sealed: false, over: 'counter' },
    ]);
    const { rows } = await world.db.query<{ act: string; detail: object }>(
      `select act, detail from platform.act_log where subject = $1 and actor = 'clerk-2' order by 1`,
      [`card ${number}`],
    );
    expect(rows.map(({ act }) => act)).toEqual([
      'resident-notices.consent',
      'resident-notices.consent',
      'resident-notices.withdraw',
    ]);
    expect(JSON.stringify(rows)).not.toContain('0000');
  });

  it('fit one text message, however large the amount', () => {
    for (const language of ['zh', 'en'] as const)
      for (const kind of ['load', 'low-balance', 'loss', 'refund-waiting'] as const)
        expect(
          noticeWords({ kind, cardNo: '3104580000000000017', amountFen: 99_999_999n }, language).length,
        ).toBeLessThanOrEqual(70);
  });
});
