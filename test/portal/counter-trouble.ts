import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { look, quiet } from './browser.ts';
import {
  closeTill,
  type Desk,
  type DeskWithCard,
  deskWithCard,
  idNumber,
  openDesk,
  openTill,
  type Truth,
} from './counter-desk.ts';
import { goodCode } from './signing.ts';
import type { PortalWorld } from './world.ts';

/** What goes wrong at a counter: two clerks at once, a session that ends, a line that is cut. Nothing is lost or done twice. */
export function counterTroubleTests(world: () => PortalWorld): void {
  let at: DeskWithCard;
  let desk: Desk;
  let truth: Truth;
  let cardNo = '';
  let balance: () => Promise<number>;
  let till: () => Promise<number>;
  const shot = async (name: string, page = desk.page) => {
    await quiet(page);
    await look(page, `trouble-${name}`);
  };

  beforeAll(async () => {
    at = await deskWithCard(world(), 'clerk-1', { reader: 'window-3', order: '725', name: '测试柜台乙' });
    ({ desk, truth, cardNo, balance, till } = at);
  }, 120_000);
  afterAll(async () => {
    await at?.desk.close();
    await closeTill(world(), 'clerk-1');
    await closeTill(world(), 'clerk-2');
  });

  it('loads once when the answer is lost, when nobody answers, and when the session ends in between', async () => {
    const { page, words: zh } = desk;
    const load = '**/api/v1/cards/*/counter-loads';
    const press = (name: string) => desk.panel().getByRole('button', { name, exact: true }).click();
    await desk.go(`/counter/cards/${cardNo}`);
    await desk.open('load');
    await page.fill('#l-cash', '30');
    await page.route(load, (route) => (route.request().method() === 'POST' ? route.abort() : route.continue()));
    await press(zh.acts.load);
    await desk.reads(zh.next.noAnswer);
    await page.unroute(load);
    expect(await page.inputValue('#l-cash')).toBe('30');
    await page.route(load, async (route) => {
      // It arrives and is done; only the answer gets lost, after a while.
      await route.fetch();
      await route.abort();
    });
    await press(zh.again);
    await page.getByRole('button', { name: zh.again, exact: true }).waitFor();
    await expect.poll(balance).toBe(3000);
    await desk.reads(zh.next.noAnswer);
    await shot('no-answer');
    await page.unroute(load);
    await press(zh.again);
    await desk.reads(zh.load.done);
    expect([await balance(), await till()]).toEqual([3000, 5000]);

    await desk.open('load');
    await page.fill('#l-cash', '20');
    // What the page asks by itself would be told first that the session is over: here the clerk's act is.
    const readers = await page.request.get(`${world().portalUrl}/api/v1/readers`);
    await page.route('**/api/v1/readers', (route) => route.fulfill({ response: readers }));
    await page.context().clearCookies();
    await press(zh.acts.load);
    await page.locator('.el-dialog input[name=password]').waitFor();
    await page.unroute('**/api/v1/readers');
    await shot('session-ended');
    expect(await balance()).toBe(3000);
    const { password, code } = await goodCode(page, world(), 'clerk-1');
    await page.locator('.el-dialog input[name=password]').fill(password);
    await page.locator('.el-dialog input[name=code]').fill(code);
    await page.locator('.el-dialog input[name=code]').press('Enter');
    await desk.reads(zh.load.done);
    expect([await balance(), await till()]).toEqual([5000, 7000]);
  });

  it('keeps what was typed over an ended session, but no identity number', async () => {
    const { page } = desk;
    await desk.go('/counter/residents/new');
    await page.fill('#r-id', idNumber('729'));
    await page.fill('#r-name', '测试柜台丙');
    await page.fill('#r-address', '测试路 1 号');
    expect(await page.evaluate('JSON.stringify({ ...sessionStorage })')).not.toContain(idNumber('729').slice(6));
    await page.reload();
    await page.locator('#r-name').waitFor();
    expect([await page.inputValue('#r-name'), await page.inputValue('#r-address')]).toEqual([
      '测试柜台丙',
      '测试路 1 号',
    ]);
    expect(await page.inputValue('#r-id')).toBe('');
  });

  it('lets one of two clerks who take a card back at once do it, and tells the other', async () => {
    const { words: zh } = desk;
    const other = await openDesk(world(), 'clerk-2');
    const theirs = await openTill(world(), 'clerk-2');
    const cash = async () => (await till()) + (await truth.posted(`cash-shift:${theirs}`));
    const before = await cash();
    const ready = async (one: Desk) => {
      await one.go(`/counter/cards/${cardNo}`);
      await one.open('loss');
    };
    await Promise.all([ready(desk), ready(other)]);
    await desk.submit(zh.acts.loss);
    await desk.page.locator('.card-state.lost-confirmed').waitFor();
    await desk.open('return');
    await other.go(`/counter/cards/${cardNo}`);
    await other.open('return');
    for (const one of [desk, other]) await one.panel().locator('button[type=submit]').click();
    const confirm = (one: Desk) =>
      one.page.locator('.el-dialog').getByRole('button', { name: zh.acts.return, exact: true }).click();
    await Promise.all([confirm(desk), confirm(other)]);
    const isRefused = (one: Desk) => one.page.locator('.el-dialog [role=alert]');
    const isDone = (one: Desk) => one.page.locator('.done');
    for (const one of [desk, other]) await isDone(one).or(isRefused(one)).first().waitFor();
    const refused = (await isRefused(desk).count()) === 1 ? desk : other;
    const won = refused === desk ? other : desk;
    expect([await isRefused(won).count(), await isDone(won).count()]).toEqual([0, 1]);
    expect(await isRefused(refused).textContent()).toMatch(/clerk-[12]|已退卡|当前状态/);
    await shot('second-clerk', refused.page);
    await refused.page.keyboard.press('Escape');
    await refused.page.locator('.card-state.returned').waitFor();
    expect(await truth.get(`/v1/cards/${cardNo}`)).toMatchObject({ state: 'returned' });
    // Reported lost, it is not handed in: its deposit is kept, and what it holds waits. Nobody's till has paid.
    expect(await cash()).toBe(before);
    expect([desk.complaints, other.complaints]).toEqual([[], []]);
    await other.close();
  });

  describe('in English', () => {
    it('says that the service is away, with a way to try again', async () => {
      const there = await openDesk(world(), 'clerk-1', { language: 'en' });
      await there.page.route('**/api/v1/cards/*', (route) => route.abort());
      await there.go(`/counter/cards/${cardNo}`);
      const alert = there.page.getByRole('alert');
      await alert.waitFor();
      await shot('away-en', there.page);
      await there.page.unroute('**/api/v1/cards/*');
      await alert.getByRole('button').click();
      await there.page.locator('.card-state').waitFor();
      expect(there.complaints).toEqual([]);
      await there.close();
    });
  });
}
