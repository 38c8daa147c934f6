import { cityDate } from '@citycard/common';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { look, quiet } from './browser.ts';
import { closeTill, type DeskWithCard, deskWithCard, openDesk } from './counter-desk.ts';
import { signAsAsked } from './signing.ts';
import type { PortalWorld } from './world.ts';

/** 72 mm: what the margins leave of the roll. */
const PAPER_PX = 272;

/** What a holder is told and says at a counter: notices, the sheet on paper, a photo, a case; and a load that is taken back. */
export function counterPaperTests(world: () => PortalWorld): void {
  let at: DeskWithCard;
  const sheet = () => at.truth.get(`/v1/cards/${at.cardNo}/sheet`);
  const shot = async (name: string, page = at.desk.page) => {
    await quiet(page);
    await look(page, `papers-${name}`);
  };
  /** What the receipt printer gets: paper of 80 mm, and nothing of the page around. */
  const onPaper = async (page: Page, name: string) => {
    await page.emulateMedia({ media: 'print' });
    await page.setViewportSize({ width: PAPER_PX, height: 900 });
    await shot(name, page);
    expect(await page.locator('header.top').isVisible()).toBe(false);
    expect(await page.locator('.receipt button').first().isVisible()).toBe(false);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PAPER_PX);
    await page.emulateMedia({ media: 'screen' });
    await page.setViewportSize({ width: 1280, height: 900 });
  };

  beforeAll(async () => {
    at = await deskWithCard(world(), 'clerk-1', { reader: 'window-4', order: '733', name: '测试柜台丁' });
    // Loads taken back are debited with a SAM of the desk; the demo's desks have theirs.
    await at.truth.post('platform', '/v1/counter-sams', { counter: 'window-4', participantNo: 'COUNTERS' });
  }, 120_000);
  afterAll(async () => {
    await at?.desk.close();
    await closeTill(world(), 'clerk-1');
  });

  it('takes down that a holder wants notices on paper', async () => {
    const { desk, truth, cardNo, shiftId } = at;
    const { page, words: zh } = desk;
    await desk.go(`/counter/cards/${cardNo}`);
    await desk.open('notices');
    await desk.reads(zh.notices.none);
    await desk.submit(zh.notices.go);
    await desk.reads(zh.notices.phoneForm);
    await desk.reads(zh.notices.agreeFirst);
    await shot('notices');
    await page.getByLabel(zh.noticeChannels.paper).check();
    await page.getByLabel(zh.notices.agree).check();
    await desk.submit(zh.notices.go);
    await desk.reads(zh.notices.done);
    expect((await sheet())['consent']).toMatchObject({ channel: 'paper', lowBalanceFen: 1000, givenOver: 'counter' });

    const load = { reader: 'window-4', shiftId, cashFen: 3000, collectFen: 0 };
    await truth.post('clerk-1', `/v1/cards/${cardNo}/counter-loads`, load);
    expect(desk.complaints).toEqual([]);
  });

  it('takes a load of its own counter back: proposed, signed by a second clerk, debited, paid out of the till', async () => {
    const { desk, truth, cardNo, till, balance } = at;
    const { page, words: zh } = desk;
    const before = [await balance(), await till()];
    await desk.go(`/counter/cards/${cardNo}`);
    await desk.open('cancelLoad');
    await page.getByRole('button', { name: zh.cancel.propose, exact: true }).click();
    await desk.sure(zh.cancel.propose);
    await desk.reads(zh.cancel.notYourself);
    const other = await openDesk(world(), 'clerk-2');
    await other.go(`/counter/cards/${cardNo}`);
    await other.open('cancelLoad');
    await other.page.getByRole('button', { name: zh.cancel.approve, exact: true }).click();
    await shot('cancel-sign', other.page);
    await other.page.locator('.el-dialog').getByRole('button', { name: zh.cancel.approve, exact: true }).click();
    await signAsAsked(other.page, world(), 'clerk-2');
    await other.page.getByRole('button', { name: zh.cancel.debit, exact: true }).waitFor();
    await desk.open('history');
    await desk.open('cancelLoad');
    await desk.submit(zh.cancel.debit);
    await page.locator('.done').waitFor();
    await shot('cancelled');
    expect([await balance(), await till()]).toEqual([(before[0] ?? 0) - 3000, (before[1] ?? 0) - 3000]);
    const { loads } = (await truth.get(`/v1/cards/${cardNo}/loads`)) as { loads: { cancellation?: string }[] };
    expect(loads).toMatchObject([{ cancellation: 'posted' }]);
    await page.getByRole('button', { name: zh.receipt.print, exact: true }).click();
    await page.locator('.receipt').waitFor();
    expect(await page.locator('.receipt').textContent()).toContain(zh.receiptActs['load-cancelled']);
    await onPaper(page, 'cancelled-receipt-print');
    expect([desk.complaints, other.complaints]).toEqual([[], []]);
    await other.close();
  });

  describe('in English', () => {
    it('keeps a photo of the resident and opens a case about the card', async () => {
      const { truth, cardNo, residentId } = at;
      const there = await openDesk(world(), 'clerk-1', { language: 'en' });
      const { page, words } = there;
      await there.go(`/counter/residents/${residentId}`);
      await page.getByRole('button', { name: words.resident.photo, exact: true }).click();
      const choose = (name: string, mimeType: string, buffer: Buffer) =>
        page.setInputFiles('#p-file', { name, mimeType, buffer });
      await choose('a.txt', 'text/plain', Buffer.from('no picture'));
      await there.reads(words.photo.kind);
      await choose('a.png', 'image/png', Buffer.alloc(200_001));
      await there.reads(words.photo.large);
      await choose('a.png', 'image/png', Buffer.from('no picture either'));
      await page.locator('.problem-notice').waitFor();
      await choose('a.png', 'image/png', await picture(page));
      await there.reads(words.photo.stored);
      // In the place of a camera: a picture that moves.
      await page.evaluate(`navigator.mediaDevices.getUserMedia = async () => {
        const canvas = document.createElement('canvas');
        setInterval(() => canvas.getContext('2d').fillRect(0, 0, 9, Math.random() * 99), 50);
        return canvas.captureStream(20);
      }`);
      await page.getByRole('button', { name: words.photo.open, exact: true }).click();
      await page.getByRole('button', { name: words.photo.take, exact: true }).click();
      await page.locator('video').waitFor({ state: 'detached' });
      await there.reads(words.photo.stored);
      await page.fill('#p-purpose', 'compared with the person');
      await page.getByRole('button', { name: words.disclosure.go, exact: true }).click();
      await page.locator('img.portrait').waitFor();
      await shot('photo-en', page);

      await there.go(`/counter/cards/${cardNo}`);
      await there.open('case');
      await page.selectOption('#k-kind', 'wrong-fare');
      await page.fill('#k-day', cityDate(new Date()));
      await page.fill('#k-amount', '2.50');
      await page.fill('#k-words', 'The bus took the fare of another line.');
      await page.fill('#k-contact', '139 0000 7231');
      await there.submit(words.case.open);
      await page.locator('.done').waitFor();
      await there.open('case');
      await there.panel().locator('li a').first().click();
      await page.waitForURL(/counter\/cases\/\d+$/);
      await page.getByRole('button', { name: words.case.showWords, exact: true }).click();
      await page.getByText('The bus took').waitFor();
      await page.fill('#case-words', 'Driver says the same.');
      await page.getByRole('button', { name: words.case.add, exact: true }).click();
      await page.getByText('Driver says the same.').first().waitFor();
      await shot('case-en', page);
      const { pathname } = new URL(page.url());
      const found = await truth.get(`/v1/cases/${pathname.split('/').at(-1)}`);
      expect(JSON.stringify(found)).toContain('"amountFen":250');
      expect(there.complaints).toEqual([]);
      await there.close();
    });
  });

  it('gives what a holder is to be told on paper, once, and takes down that it is over', async () => {
    const { desk, cardNo } = at;
    const { page, words: zh } = desk;
    await desk.go(`/counter/cards/${cardNo}`);
    await expect
      .poll(async () => ((await sheet())['notices'] as unknown[]).length, { timeout: 40_000 })
      .toBeGreaterThan(0);
    await page.getByRole('button', { name: zh.sheet.open, exact: true }).click();
    await page.locator('.receipt').waitFor();
    const paper = (await page.locator('.receipt').textContent()) ?? '';
    expect(paper).toMatch(/充值到账|余额不足/);
    expect(paper).not.toContain(cardNo);
    await shot('sheet');
    await onPaper(page, 'sheet-print');
    await page.evaluate('window.print = () => undefined');
    await page.getByRole('button', { name: zh.sheet.print, exact: true }).click();
    await expect.poll(async () => (await sheet())['notices'], { timeout: 20_000 }).toEqual([]);

    await page.getByRole('button', { name: zh.receipt.back, exact: true }).click();
    await desk.open('notices');
    await desk.submit(zh.notices.stop);
    await desk.reads(zh.notices.stopped);
    expect((await sheet())['consent']).toBeUndefined();
    expect(desk.complaints).toEqual([]);
  });
}

/** A picture large enough to show a face, made by the browser. */
async function picture(page: Page): Promise<Buffer> {
  const url = await page.evaluate(`(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 120, height: 160 });
    canvas.getContext('2d').fillRect(30, 40, 60, 80);
    return canvas.toDataURL('image/png');
  })()`);
  return Buffer.from(String(url).split(',')[1] ?? '', 'base64');
}
