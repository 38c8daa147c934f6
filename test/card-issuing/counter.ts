import type { VirtualCard } from '@citycard/city-sim';
import { describe, expect, it } from 'vitest';
import { type Answered, sandboxTerminal, type TestCity } from '../installation.ts';
import { blankCard, insert, makeCard, order } from './bureau.ts';
import { register } from './residents.ts';

let requests = 0;
const newKey = (): Record<string, string> => ({ 'idempotency-key': `test-${++requests}` });

interface Shift {
  readonly shiftId: number;
  issue(cardNo: string, residentId: number, depositFen: number, key?: Record<string, string>): Promise<Answered>;
  close(countedFen: number, key?: Record<string, string>): Promise<Answered>;
}

async function openShift(city: TestCity, clerk = 'clerk-1'): Promise<Shift> {
  const opened = await city.http(clerk, 'POST', '/v1/shifts');
  expect(opened.status).toBe(201);
  const shiftId = Number(opened.body['shiftId']);
  return {
    shiftId,
    issue: (cardNo, residentId, depositFen, key = newKey()) =>
      city.http(clerk, 'POST', `/v1/cards/${cardNo}/issue`, { residentId, depositFen, shiftId }, key),
    close: (countedFen, key = newKey()) =>
      city.http(clerk, 'POST', `/v1/shifts/${shiftId}/closing`, { countedFen }, key),
  };
}

/** A card made, issued without a deposit and in its holder's hand. */
export async function inHand(city: TestCity): Promise<{ card: VirtualCard; cardNo: string }> {
  const made = await makeCard(city);
  const shift = await openShift(city, 'clerk-2');
  expect((await shift.issue(made.cardNo, await register(city), 0)).status).toBe(200);
  expect((await shift.close(0)).status).toBe(200);
  return made;
}

/** Issuing, losing and finding cards; the cash of a shift. */
export function counterTests(city: () => TestCity): void {
  const get = async (person: string, path: string) => (await city().http(person, 'GET', path)).body;
  const posted = async (account: string) =>
    Number((await get('auditor', `/v1/ledger/accounts/${account}`))['postedFen']);
  const deposited = async (cardNo: string) => {
    const accounts = (await get('auditor', `/v1/purses/${cardNo}`))['accounts'] as { kind: string; posted: number }[];
    return accounts.find(({ kind }) => kind === 'card-deposit')?.posted;
  };

  describe('issuing', () => {
    it('takes the deposit in cash, once, and shows the holder masked', async () => {
      const { cardNo } = await makeCard(city());
      const shift = await openShift(city());
      const residentId = await register(city(), '欧阳测试');
      const key = newKey();
      const answers = [];
      for (let times = 0; times < 3; times += 1) answers.push(await shift.issue(cardNo, residentId, 2000, key));
      for (const answer of answers) expect(answer).toEqual({ status: 200, body: { cardNo, state: 'active' } });
      expect(await posted(`cash-shift:${shift.shiftId}`)).toBe(2000);
      expect(await deposited(cardNo)).toBe(2000);
      const view = await get('clerk-1', `/v1/cards/${cardNo}`);
      expect(view).toMatchObject({ cardNo, state: 'active', holder: '欧***', purseFen: 0 });
      expect(JSON.stringify(view)).not.toContain('阳');
      expect(await shift.close(2000)).toMatchObject({ status: 200, body: { overShortFen: 0 } });
    });

    it('is refused without effect: issued before, unfinished, unknown, no resident, another shift, no key', async () => {
      const { cardNo } = await makeCard(city());
      const shift = await openShift(city());
      const other = await openShift(city(), 'clerk-2');
      const resident = await register(city());
      expect(await shift.issue('3104580010000000000', resident, 2000)).toMatchObject({ status: 404 });
      expect(await shift.issue(cardNo, 999_999, 2000)).toMatchObject({
        status: 404,
        body: { code: 'card-issuer.resident-unknown' },
      });
      const wrongShift = { residentId: resident, depositFen: 2000, shiftId: other.shiftId };
      expect(await city().http('clerk-1', 'POST', `/v1/cards/${cardNo}/issue`, wrongShift, newKey())).toMatchObject({
        status: 404,
        body: { code: 'card-issuer.shift-unknown' },
      });
      expect(await shift.issue(cardNo, resident, 2000, {})).toMatchObject({ status: 400 });
      for (const depositFen of [-1, 0.5, 100_000_001])
        expect(await shift.issue(cardNo, resident, depositFen)).toMatchObject({ status: 422 });
      await order(city(), 1);
      const [prepared = ''] = await preparedNumbers(city());
      expect(await shift.issue(prepared, resident, 2000)).toMatchObject({
        status: 409,
        body: { code: 'card-issuer.card-not-ready' },
      });
      expect((await get('auditor', `/v1/cards/${cardNo}`))['state']).toBe('personalised');
      expect(await posted(`cash-shift:${shift.shiftId}`)).toBe(0);

      expect((await shift.issue(cardNo, resident, 2000)).status).toBe(200);
      expect(await shift.issue(cardNo, resident, 2000)).toMatchObject({
        status: 409,
        body: { code: 'card-issuer.card-not-ready' },
      });
      expect(await posted(`cash-shift:${shift.shiftId}`)).toBe(2000);
      await Promise.all([shift.close(2000), other.close(0)]);
      await insert(city(), blankCard());
    });

    it('gives one card to one of two residents who are served at once', async () => {
      const { cardNo } = await makeCard(city());
      const shifts = [await openShift(city()), await openShift(city(), 'clerk-2')];
      const answers = await Promise.all(shifts.map(async (shift) => shift.issue(cardNo, await register(city()), 2000)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      const cash = await Promise.all(shifts.map(({ shiftId }) => posted(`cash-shift:${shiftId}`)));
      expect(cash.sort()).toEqual([0, 2000]);
      expect(await deposited(cardNo)).toBe(2000);
      await Promise.all(shifts.map(async (shift, index) => shift.close(answers[index]?.status === 200 ? 2000 : 0)));
    });
  });

  describe('a shift', () => {
    it.each([
      ['right', 0, 'suspense:main', 0],
      ['over', 37, 'suspense:main', 37],
      ['short', -37, 'write-off:main', 37],
    ])('that is %s sends what was counted to the bank and books the rest', async (_, over, account, booked) => {
      const { cardNo } = await makeCard(city());
      const shift = await openShift(city());
      await shift.issue(cardNo, await register(city()), 2000);
      const before = await posted(account);
      const key = newKey();
      const closed = await shift.close(2000 + over, key);
      expect(closed).toMatchObject({ status: 200, body: { overShortFen: over } });
      expect(await shift.close(2000 + over, key)).toEqual(closed);
      expect(await posted(`cash-in-transit:${String(closed.body['payInSlip'])}`)).toBe(2000 + over);
      expect(await posted(`cash-shift:${shift.shiftId}`)).toBe(0);
      expect((await posted(account)) - before).toBe(booked);
      expect((await get('auditor', '/v1/ledger/trial-balance'))['sumFen']).toBe(0);
      expect(await shift.close(2000)).toMatchObject({ status: 404, body: { code: 'card-issuer.shift-unknown' } });
    });

    it('that took nothing has no slip; one whose drawer is empty is short of all of it', async () => {
      const empty = await (await openShift(city())).close(0);
      expect(empty).toEqual({ status: 200, body: { overShortFen: 0 } });
      const { cardNo } = await makeCard(city());
      const shift = await openShift(city());
      await shift.issue(cardNo, await register(city()), 2000);
      expect(await shift.close(0)).toEqual({ status: 200, body: { overShortFen: -2000 } });
      expect(await posted(`cash-shift:${shift.shiftId}`)).toBe(0);
    });

    it('is one per clerk, and closed by its own clerk', async () => {
      const attempts = await Promise.all([1, 2, 3].map(() => city().http('clerk-1', 'POST', '/v1/shifts')));
      expect(attempts.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
      const shiftId = Number(attempts.find(({ status }) => status === 201)?.body['shiftId']);
      const closing = (clerk: string) =>
        city().http(clerk, 'POST', `/v1/shifts/${shiftId}/closing`, { countedFen: 0 }, newKey());
      expect(await closing('clerk-2')).toMatchObject({ status: 404 });
      expect(await closing('clerk-1')).toMatchObject({ status: 200 });
    });
  });

  it('a lost card is on the hotlist and takes no load, until it is found', async () => {
    const { card, cardNo } = await inHand(city());
    const terminal = sandboxTerminal(await city().sandbox());
    await terminal.signOn();
    const report = (act: 'loss-report' | 'found', body?: unknown) =>
      city().http('clerk-1', 'POST', `/v1/cards/${cardNo}/${act}`, body);
    const newestEntry = async () => {
      const entries = (await get('clerk-1', '/v1/hotlist?limit=1000'))['entries'] as { applicationSerial: string }[];
      return entries.filter(({ applicationSerial }) => applicationSerial === `0${cardNo}`).at(-1);
    };

    expect(await report('found')).toMatchObject({ status: 409 });
    expect(await report('loss-report', { by: 'pigeon' })).toMatchObject({ status: 422 });
    expect(await newestEntry()).toBeUndefined();
    expect(await report('loss-report', { by: 'phone' })).toMatchObject({
      status: 200,
      body: { state: 'lost-reported' },
    });
    expect(await newestEntry()).toMatchObject({ action: 'add' });
    expect(await terminal.load(card, { amountFen: 1000 })).toMatchObject({ kind: 'refused', code: '62' });
    expect(await report('loss-report', { by: 'phone' })).toMatchObject({ status: 409 });
    expect(await report('loss-report', { by: 'counter' })).toMatchObject({
      status: 200,
      body: { state: 'lost-confirmed' },
    });

    expect(await report('found')).toMatchObject({ status: 200, body: { state: 'active' } });
    expect(await newestEntry()).toMatchObject({ action: 'remove' });
    expect(await terminal.load(card, { amountFen: 1000 })).toMatchObject({ kind: 'credited', balanceAfterFen: 1000 });
    expect((await get('clerk-1', `/v1/cards/${cardNo}`))['purseFen']).toBe(1000);
    await terminal.disconnect();
    expect(await city().http('clerk-1', 'POST', '/v1/cards/3104580010999999999/found')).toMatchObject({ status: 404 });
  });
}

async function preparedNumbers(city: TestCity): Promise<string[]> {
  const found = await city.installation.db.query<{ card_no: string }>(
    `select card_no from issuer.card where state = 'prepared'`,
  );
  return found.rows.map((row) => row.card_no);
}
