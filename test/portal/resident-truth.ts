import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { filledIn, writtenRoutes } from '../documentation/route-page.ts';
import { look, violations } from './browser.ts';
import type { Language, PortalWorld } from './world.ts';

/** A card of which somebody knows what the desk asks for. */
export interface Known {
  readonly cardNo: string;
  readonly fact: string;
  readonly balanceFen: number;
}

interface Desk {
  cardAt(at: number): Known;
  open(language: Language, path?: string): Promise<Page>;
  lookUp(page: Page, known: Pick<Known, 'cardNo' | 'fact'>, language: Language): Promise<void>;
}

/** First load: document, script, style, worker, and what a look-up asks. */
const REQUESTS_AT_MOST = 8;
const BYTES_AT_MOST = 120_000;
/** A phone of 2016 on a slow line. */
const SLOWER_BY = 4;
const SLOW_3G = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };

/** What the pages of residents say against what the books and the services know. */
export function residentTruthTests(world: () => PortalWorld, { cardAt, open, lookUp }: Desk): void {
  const sheetOf = async (cardNo: string) => (await world().http('clerk-1', 'GET', `/v1/cards/${cardNo}/sheet`)).body;

  it('opens a case, and shows what two persons of finance credit for it: so much, to be collected there; on paper too', async () => {
    const { http } = world();
    const known = cardAt(1);
    const page = await open('zh');
    await lookUp(page, known, 'zh');
    await page.locator('.balance').waitFor();
    await page.getByRole('button', { name: '反映问题' }).click();
    await page.locator('#kind').selectOption('charged-twice');
    await page.locator('#amount').fill('2.30');
    await page.locator('button[type=submit]').click();
    const said = (await page.locator('.good').textContent()) ?? '';
    const caseNo = /编号 (\d+)/.exec(said)?.[1] ?? '';
    expect((await http('finance-maker', 'GET', `/v1/cases/${caseNo}`)).body).toMatchObject({
      channel: 'online',
      cardNo: known.cardNo,
      amountFen: 230,
    });
    const credit = { amountFen: 230, payer: 'company', reason: 'A reader charged twice; test of the desk.' };
    const proposed = await http('finance-maker', 'POST', `/v1/cases/${caseNo}/credit`, credit);
    const { approvalId } = proposed.body as { approvalId: number };
    const path = `/v1/cases/${caseNo}/credit/approval/${approvalId}`;
    expect(await http('finance-checker', 'POST', path, credit)).toMatchObject({ status: 200 });
    expect(await sheetOf(known.cardNo)).toMatchObject({ waitingFen: 230 });

    await page.reload();
    await lookUp(page, known, 'zh');
    const waiting = page.locator('section.notice').filter({ hasText: '待领金额' });
    await waiting.waitFor();
    expect(await waiting.innerText()).toContain('2.30 元');
    await waiting.locator('li').nth(1).waitFor();
    expect(await page.locator('section', { hasText: '在途金额' }).last().innerText()).toContain('2.30 元待领');
    expect(await violations(page)).toEqual([]);
    await look(page, 'resident-waiting');
    await page.evaluate('window.print = () => { globalThis.printed = true; }');
    await page.getByRole('button', { name: '打印凭条' }).click();
    await expect.poll(() => page.evaluate('globalThis.printed === true')).toBe(true);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.acts').isVisible()).toBe(false);
    expect(await page.locator('.slip-foot').isVisible()).toBe(true);
    expect(await page.locator('#app').innerText()).toContain('2.30');
    await look(page, 'resident-slip');
    await page.context().close();
  });

  it('agrees to notices and withdraws, and the books of consents say the same', async () => {
    const known = cardAt(1);
    const page = await open('en');
    await lookUp(page, known, 'en');
    await page.locator('.balance').waitFor();
    await page.getByRole('button', { name: 'Notices' }).click();
    const submit = page.locator('button[type=submit]');
    for (const [phone, low] of [
      ['', '10'],
      ['12', '10'],
      ['13800001111', 'a lot'],
      ['<script>', '-1'],
    ] as const) {
      await page.locator('form > .tick input').check();
      await page.locator('#phone').fill(phone);
      await page.locator('#low').fill(low);
      await submit.click();
      await page.locator('.wrong').waitFor();
      expect(await page.locator('#phone').inputValue()).toBe(phone);
    }
    expect(await sheetOf(known.cardNo)).not.toHaveProperty('consent');
    await page.locator('#phone').fill('13800001111');
    await page.locator('#low').fill('5.50');
    await submit.click();
    await page.locator('.good').waitFor();
    expect(await sheetOf(known.cardNo)).toMatchObject({
      consent: {
        channel: 'sms',
        lowBalanceFen: 550,
        givenOver: 'web',
        kinds: expect.arrayContaining(['refund-waiting']),
      },
    });
    await page.locator('button.main').click();
    await page.locator('button[type=submit]').waitFor();
    expect(await sheetOf(known.cardNo)).not.toHaveProperty('consent');
    await page.context().close();
  });

  it('is there in few requests and bytes, on an old phone on a slow line', async () => {
    const page = await world().open('zh', { width: 360, height: 640 });
    const line = await page.context().newCDPSession(page);
    const bytes: number[] = [];
    let requests = 0;
    line.on('Network.requestWillBeSent', () => (requests += 1));
    line.on('Network.loadingFinished', ({ encodedDataLength }) => bytes.push(encodedDataLength));
    await line.send('Network.enable');
    await line.send('Network.emulateNetworkConditions', SLOW_3G);
    await line.send('Emulation.setCPUThrottlingRate', { rate: SLOWER_BY });
    const from = Date.now();
    await page.goto(world().residentUrl);
    await page.locator('#card').waitFor();
    const shown = Date.now() - from;
    const typed = Date.now();
    await lookUp(page, cardAt(0), 'zh');
    await page.locator('.balance').waitFor();
    // Told, not held: the machine of a test is no phone.
    console.info(`residents' page: shown after ${shown} ms, balance ${Date.now() - typed} ms after typing`);
    expect(requests).toBeLessThanOrEqual(REQUESTS_AT_MOST);
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(BYTES_AT_MOST);
    await page.context().close();
  });

  it('stops who tries one card from many telephones, and says to all the same', async () => {
    const { cardNo, fact } = cardAt(3);
    const page = await open('zh');
    const say = async (from: string, text: string) => {
      const answer = await page.request.post(`${world().residentUrl}/simulator/messages`, { data: { from, text } });
      return [answer.status(), ((await answer.json()) as { parts: string[] }).parts.join(' ')].join(' ');
    };
    const answers: string[] = [];
    for (let at = 0; at < 5; at += 1) answers.push(await say(`1390000010${at}`, `余额 ${cardNo} ZZZ${at}`));
    answers.push(await say('13900001100', '余额 3104580000008888888 ZZZZ'));
    expect(new Set(answers)).toEqual(new Set([answers[0]]));
    // Whoever comes with the right one now is told no more than who guesses.
    expect(await say('13900001101', `余额 ${cardNo} ${fact}`)).toContain('尝试次数过多');
    expect(await say('13900001102', `余额 ${cardNo} ZZZZ`)).toContain('尝试次数过多');
    await page.context().close();
  });

  it('speaks to the services with a credential that may do nothing else', async () => {
    const { varDirectory, baseUrl } = world();
    const { people } = JSON.parse(readFileSync(join(varDirectory, 'demo', 'people.json'), 'utf8')) as {
      people: Record<string, { token: string }>;
    };
    const authorization = `Bearer ${people['resident-desk']!.token}`;
    const me = await fetch(new URL('/v1/me', baseUrl), { headers: { authorization } });
    expect(await me.json()).toMatchObject({ id: 'resident-desk', roles: ['resident-desk'] });
    const routes = (await writtenRoutes()).filter(
      ({ roles }) => roles !== '' && !/resident-desk|any valid token|everybody|public|demo/.test(roles),
    );
    expect(routes.length).toBeGreaterThan(300);
    const open: string[] = [];
    const ask = async (route: string): Promise<void> => {
      const { method, path } = filledIn(route);
      const { status } = await fetch(new URL(path, baseUrl), { method, headers: { authorization } });
      if (status !== 403) open.push(`${route} ${status}`);
    };
    for (let at = 0; at < routes.length; at += 16)
      await Promise.all(routes.slice(at, at + 16).map(({ route }) => ask(route)));
    expect(open).toEqual([]);
    // What any token may ask tells this one of itself alone.
    const waiting = await fetch(new URL('/v1/waiting', baseUrl), { headers: { authorization } });
    expect(await waiting.json()).toMatchObject({ waiting: [] });
  });
}
