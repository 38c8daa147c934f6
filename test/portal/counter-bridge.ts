import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type InsertableChip, VirtualCard } from '@citycard/city-sim';
import { type Pcsc, publishedKey, startPageBridge } from '@citycard/citycard';
import { residentIdCheck } from '@citycard/common';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chinese as zh } from '../../portal/web/staff/counter/messages/index.ts';
import { PulledChip } from '../card-issuing/bureau.ts';
import { look, violations } from './browser.ts';
import type { PortalWorld } from './world.ts';

const READER = 'Generated reader 00 00';
/** SELECT, READ 15h, INITIALIZE, CREDIT: pulled after the fourth, the card has the money and nobody has heard it. */
const CREDIT_COMMAND = 4;

/** PC/SC with one reader, plugged in and filled by the test, with virtual cards: what pcscd and a driver would show. */
class StandInPcsc implements Pcsc {
  readonly readers = new Map<string, 'empty' | 'card'>();
  readonly ended = false;
  readonly #listeners: (() => void)[] = [];
  #chip: InsertableChip | undefined;
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }
  powerOn(): ReturnType<Pcsc['powerOn']> {
    const chip = this.#chip;
    if (chip === undefined) return Promise.resolve(undefined);
    return Promise.resolve({
      answerToReset: chip.powerOn(),
      exchange: (apdu: Buffer) => {
        try {
          if (this.#chip !== chip) throw new Error('the card has left');
          return Promise.resolve(chip.transmit(apdu));
        } catch (error) {
          this.put(undefined);
          return Promise.reject(error instanceof Error ? error : new Error('the card has left'));
        }
      },
      release: () => {
        chip.powerOff();
        return Promise.resolve();
      },
    });
  }
  close(): void {
    this.#listeners.length = 0;
  }
  put(chip: InsertableChip | undefined): void {
    this.#chip = chip;
    this.#tell(chip === undefined ? 'empty' : 'card');
  }
  plug(isIn: boolean): void {
    this.#tell(isIn ? 'empty' : undefined);
  }
  #tell(state: 'empty' | 'card' | undefined): void {
    if (state === undefined) this.readers.delete(READER);
    else this.readers.set(READER, state);
    for (const listener of this.#listeners) listener();
  }
}

/** A reader on the clerk's own computer, from the page to the card and back: browser, WebSocket, bridge, line, installation. */
export function counterBridgeTests(world: () => PortalWorld): void {
  describe('a reader of the own computer', () => {
    const clerk = 'clerk-2';
    const pcsc = new StandInPcsc();
    const said: string[] = [];
    let bridge: Awaited<ReturnType<typeof startPageBridge>>;
    let page: Page;
    let token: string;
    let keys = 0;

    const bridgeFor = (origin: string, port = 0) =>
      startPageBridge({ pcsc, origins: [origin], installation: '127.0.0.1', port, say: (words) => said.push(words) });
    const post = async (path: string, body: object): Promise<{ status: number; body: Record<string, unknown> }> => {
      const answer = await fetch(new URL(path, world().baseUrl), {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'idempotency-key': `bridge-${(keys += 1)}`,
        },
        body: JSON.stringify(body),
      });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    };
    const balanceOf = async (cardNo: string) =>
      ((await world().http(clerk, 'GET', `/v1/cards/${cardNo}/balance`)).body as { balanceFen: number }).balanceFen;
    const readerShows = (state: keyof typeof zh.reader) =>
      page
        .locator('.counter-dot')
        .filter({ hasText: `window-b: ${String(zh.reader[state])}` })
        .waitFor();

    beforeAll(async () => {
      const file = await readFile(join(world().varDirectory, 'demo', 'people.json'), 'utf8');
      token = (JSON.parse(file) as { people: Record<string, { token: string }> }).people[clerk]?.token ?? '';
      // A bridge that serves another portal: it has to send this page away.
      bridge = await bridgeFor('https://elsewhere.example');
      page = await world().as(clerk, 'zh');
      page.setDefaultTimeout(30_000);
      await page.evaluate(`localStorage.setItem('counter-bridge-port', '${bridge.port}')`);
    });
    afterAll(async () => {
      await page?.context().close();
      await bridge?.stop();
    });

    it('is refused to other pages, found, lent, read and loaded; a card pulled out and a reader unplugged lose nothing', async () => {
      await page.goto(`${world().portalUrl}/counter/readers`);
      await page.getByText(zh.readers.step1).waitFor();
      await expect.poll(() => said).toContain(`A page of ${world().portalUrl} was refused; --origin names the portal.`);
      const told = await page.locator('main').textContent();
      expect(told).toContain(`citycard reader bridge --origin ${world().portalUrl} --port ${bridge.port}`);
      expect(await violations(page)).toEqual([]);
      await look(page, 'counter-bridge-absent');

      const { port } = bridge;
      await bridge.stop();
      bridge = await bridgeFor(world().portalUrl, port);
      await page.getByRole('button', { name: zh.readers.look, exact: true }).click();
      await page.getByText(zh.readers.plugIn).waitFor();
      pcsc.plug(true);
      await page.getByText(READER).waitFor();
      await page.locator('label', { hasText: zh.readers.window }).locator('input').fill('window-b');
      await page.getByRole('button', { name: zh.readers.attach, exact: true }).click();
      await readerShows('empty');

      const card = new VirtualCard({ transportKey: publishedKey('CHIP') });
      pcsc.put(card);
      await readerShows('card');
      await look(page, 'counter-bridge-attached');
      const shift = await post('/v1/shifts', {});
      const shiftId = Number(shift.status === 201 ? shift.body['shiftId'] : paramsOf(shift.body)['shiftId']);
      const body = '37070219900101778';
      const person = { idNumber: body + residentIdCheck(body), name: '测试乙', population: 'permanent' };
      const { residentId } = (await post('/v1/residents', person)).body;
      const made = await post('/v1/counter/issue-now', {
        ...{ reader: 'window-b', product: 'standard', residentId, depositFen: 0, shiftId },
      });
      expect(made).toMatchObject({ status: 201 });
      const cardNo = String(made.body['cardNo']);

      await page.keyboard.press('F2');
      await page.waitForURL(new RegExp(cardNo));
      await page.getByText(zh.card.onChip).waitFor();
      const act = (name: string) =>
        page.locator('.counter-acts').first().getByRole('button', { name, exact: true }).click();
      const button = (name: string) =>
        page.locator('section.panel').last().getByRole('button', { name, exact: true }).click();
      await act(zh.acts.load);
      await page.fill('#l-cash', '20');
      await button(zh.acts.load);
      await page.getByText(zh.load.done).waitFor();
      expect(await balanceOf(cardNo)).toBe(2_000);

      await act(zh.acts.load);
      await page.fill('#l-cash', '10');
      pcsc.put(new PulledChip(card, CREDIT_COMMAND, 'after'));
      await readerShows('card');
      await button(zh.acts.load);
      await page.getByText(zh.next.loadTorn).waitFor();
      await readerShows('empty');
      expect(await balanceOf(cardNo)).toBe(2_000);
      // Unplugged in the middle of it all, and plugged in again: the page takes it up by itself.
      pcsc.plug(false);
      await page.locator('.counter-dot').filter({ hasNotText: 'window-b' }).waitFor();
      pcsc.plug(true);
      pcsc.put(card);
      await readerShows('card');
      await button(zh.again);
      await page.getByText(zh.load.recovered).waitFor();
      expect(await balanceOf(cardNo)).toBe(3_000);
      const loads = (await world().http(clerk, 'GET', `/v1/cards/${cardNo}/counter-loads`)).body as {
        loads: { state: string; cashFen: number }[];
      };
      expect(loads.loads).toMatchObject([
        { state: 'loaded', cashFen: 1_000 },
        { state: 'loaded', cashFen: 2_000 },
      ]);
      expect(said.filter((words) => words.endsWith('serves as window-b.'))).toHaveLength(2);
      if (shift.status === 201) await post(`/v1/shifts/${shiftId}/closing`, { countedFen: 3_000 });
    });
  });
}

const paramsOf = (problem: Record<string, unknown>) => (problem['params'] ?? {}) as Record<string, unknown>;
