import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CounterReader, RemoteReader, VirtualCard } from '@citycard/city-sim';
import { publishedKey } from '@citycard/citycard';
import { residentIdCheck } from '@citycard/common';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chinese, english } from '../../portal/web/staff/counter/messages/index.ts';
import { numberOn } from '../card-issuing/bureau.ts';
import { look, quiet, violations } from './browser.ts';
import type { PortalWorld } from './world.ts';

const blank = () => new VirtualCard({ transportKey: publishedKey('CHIP') });
/** Made up, with the right check character: nobody's. */
const idNumber = (order: string) => {
  const body = `37070219880229${order}`;
  return body + residentIdCheck(body);
};

/** The clerk's pages: from a resident who comes to the counter to the till that is closed in the evening. */
export function counterTests(world: () => PortalWorld): void {
  let reader: CounterReader;
  let page: Page;
  const card = blank();
  let spare: VirtualCard;
  let cardNo = '';
  let residentPage = '';
  const zh = chinese;
  const go = (path: string, where = page) => where.goto(`${world().portalUrl}${path}`);
  const press = (name: string, where = page) => where.getByRole('button', { name, exact: true }).last().click();
  const openAct = (act: keyof typeof zh.acts) =>
    page.locator('.counter-acts').first().getByRole('button', { name: zh.acts[act], exact: true }).click();
  const panel = () => page.locator('section.panel').last();
  const sure = async (name: string) => {
    await page.locator('.el-dialog').getByRole('button', { name, exact: true }).click();
    await page.locator('.el-dialog .act-lines').waitFor({ state: 'detached' });
  };
  const clean = async (name: string, where = page) => {
    await quiet(where);
    expect([name, await violations(where)]).toEqual([name, []]);
    await look(where, `counter-${name}`);
  };
  const inReader = (state: keyof typeof zh.reader) =>
    page
      .locator('.counter-dot')
      .filter({ hasText: String(zh.reader[state]) })
      .waitFor();

  beforeAll(async () => {
    const { varDirectory, http } = world();
    const { people } = JSON.parse(await readFile(join(varDirectory, 'demo', 'people.json'), 'utf8')) as {
      people: Record<string, { token: string }>;
    };
    const batch = (await http('bureau-1', 'POST', '/v1/card-batches', { product: 'standard', count: 4 })).body as {
      batchId: number;
    };
    await http('bureau-2', 'POST', `/v1/card-batches/${batch.batchId}/release`);
    const machines = (await http('bureau-1', 'GET', '/v1/personalisation/machines')).body as {
      cards: { host: string; port: number };
    };
    spare = blank();
    await (
      await RemoteReader.insert(spare, machines.cards)
    ).removed;
    const { attachPort: port } = (await http('clerk-1', 'GET', '/v1/readers')).body as { attachPort: number };
    reader = await CounterReader.attach(
      { host: '127.0.0.1', port },
      { reader: 'window-1', token: people['clerk-1']?.token ?? '' },
    );
    page = await world().as('clerk-1', 'zh');
    page.setDefaultTimeout(40_000);
    await page.evaluate(`localStorage.setItem('counter-reader', 'window-1')`);
  }, 120_000);
  afterAll(async () => {
    await page?.context().close();
    await reader?.unplug();
  });

  it('finds a reader on the desk of each clerk of the demo', async () => {
    for (const [clerk, desk] of [
      ['clerk-1', 'desk-1'],
      ['clerk-2', 'desk-2'],
    ] as const)
      await expect
        .poll(async () => (await world().http(clerk, 'GET', '/v1/readers')).body, { timeout: 60_000 })
        .toMatchObject({
          readers: expect.arrayContaining([expect.objectContaining({ name: desk, clerk })]) as unknown,
        });
  });

  it('opens a shift, and takes nonsense in the one search field for what it is', async () => {
    await go('/counter/shift');
    await page.getByText(zh.shift.noneExplained).or(page.getByText(zh.shift.count)).first().waitFor();
    if (await page.getByRole('button', { name: zh.shift.doOpen, exact: true }).isVisible())
      await press(zh.shift.doOpen);
    await page.getByText(zh.shift.count).waitFor();
    await clean('shift-zh');
    await go('/counter');
    const field = page.locator('#resident-search');
    const said = page.locator('#search-said');
    for (const [typed, sentence] of [
      ['370702199003071231', zh.idFaults.check],
      ['370702199002301231', zh.idFaults.birth],
      ['990702199003071231', zh.idFaults.province],
      ['13800000000', zh.find.as.phone],
      ['<script>alert(1)</script>', zh.find.as.name],
    ] as const) {
      await field.fill(typed);
      await expect.poll(() => said.textContent()).toMatch(sentence.slice(0, 6));
    }
    await field.fill('测试无此人');
    await field.press('Enter');
    await page.getByText(zh.find.nobody).waitFor();
    await clean('find-zh');
    await page.locator('h1').click();
    await page.keyboard.press('?');
    await page.locator('.el-dialog').getByText(zh.keys.single).waitFor();
    await clean('keys-zh');
    await page.keyboard.press('Escape');
  });

  it('says that nobody answers, keeps what was typed, and tries again', async () => {
    await go('/counter');
    await page.route('**/api/v1/residents/search', (route) => route.abort());
    const field = page.locator('#resident-search');
    await field.fill('测试甲');
    await field.press('Enter');
    await page.getByRole('alert').waitFor();
    await page.unroute('**/api/v1/residents/search');
    expect(await field.inputValue()).toBe('测试甲');
    await field.press('Enter');
    await page.getByText(zh.find.nobody).waitFor();
  });

  it('registers a resident: the number fills birth and sex, a draft survives, but never the number', async () => {
    await go('/counter/residents/new');
    await press(zh.register.go);
    await page.getByText(zh.register.needsName).waitFor();
    await clean('register-faults-zh');
    await page.fill('#r-name', '测试甲');
    await page.fill('#r-phone', 'nonsense');
    await page.fill('#r-id', '37070219880229');
    await press(zh.register.go);
    await page.getByText(zh.register.phoneForm).waitFor();
    await page.fill('#r-phone', '139 0000 0001');
    await page.reload();
    expect(await page.inputValue('#r-name')).toBe('测试甲');
    expect(await page.inputValue('#r-id')).toBe('');
    await page.fill('#r-id', idNumber('201').toLowerCase());
    expect(await page.inputValue('#r-birth')).toBe('1988-02-29');
    expect(await page.inputValue('#r-sex')).toBe('1');
    await clean('register-zh');
    await press(zh.register.go);
    await page.waitForURL(/\/counter\/residents\/\d+$/);
    residentPage = new URL(page.url()).pathname;
    await page.getByText(zh.resident.noCards).waitFor();
    await clean('resident-zh');
    expect(await page.content()).not.toContain(idNumber('201'));
  });

  it('shows items in clear for a purpose only, and grants a concession', async () => {
    await press(zh.resident.disclosure);
    await press(zh.disclosure.go);
    await page.getByText(zh.disclosure.needsPurpose).waitFor();
    await page.fill('#d-purpose', '核对证件');
    await page.getByLabel(zh.items.phone).check();
    await press(zh.disclosure.go);
    await page.getByText('139 0000 0001').waitFor();
    await clean('disclosure-zh');
    await press(zh.resident.concessions);
    await press(zh.concessions.grant);
    await page.getByText(/已核验/).waitFor();
    await clean('concessions-zh');
    await press(zh.resident.corrections);
    await press(zh.corrections.go);
    await page.getByText(zh.corrections.needsValue).waitFor();
    await clean('corrections-zh');
    await press(zh.resident.photo);
    await clean('photo-zh');
  });

  it('makes the blank in the reader a card, step by step', async () => {
    await go(`${residentPage}/issue`);
    await page.getByText(zh.issue.putIn).waitFor();
    reader.insert(card);
    await inReader('card');
    await press(zh.issue.go);
    await page.getByText(/发卡成功/).waitFor({ timeout: 60_000 });
    expect(await page.locator('.making li.done').count()).toBe(5);
    cardNo = numberOn(card);
    await clean('issue-zh');
    await press(zh.issue.open);
    await page.waitForURL(new RegExp(cardNo));
    await page.locator('.card-state.active').waitFor();
  });

  it('loads it, asks it when it was pulled out, and prints a receipt', async () => {
    await page.keyboard.press('F2');
    await page.getByText(zh.card.onChip).waitFor();
    await openAct('load');
    for (const nonsense of ['abc', '-5', '1.234', '1e3']) {
      await page.fill('#l-cash', nonsense);
      await page.getByText(zh.load.amountForm).waitFor();
    }
    await page.fill('#l-cash', '50');
    await clean('load-zh');
    await panel().getByRole('button', { name: zh.acts.load, exact: true }).click();
    await page.getByText(zh.load.done).waitFor();
    await clean('loaded-zh');
    await openAct('load');
    await page.fill('#l-cash', '10');
    reader.removeAfter(4);
    await panel().getByRole('button', { name: zh.acts.load, exact: true }).click();
    await page.getByText(zh.next.loadTorn).waitFor();
    await clean('torn-zh');
    reader.insert(card);
    await inReader('card');
    await panel().getByRole('button', { name: zh.again, exact: true }).click();
    await page.getByText(zh.load.recovered).waitFor();
    expect(await page.locator('.done').textContent()).toContain('60.00');
    await press(zh.receipt.print);
    await page.locator('.receipt').waitFor();
    expect(await page.locator('.receipt').textContent()).toContain('60.00');
    await clean('receipt-zh');
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('header.top').isVisible()).toBe(false);
    await look(page, 'counter-receipt-print');
    await page.emulateMedia({ media: 'screen' });
  });

  it('tells the second clerk at once what the first has done', async () => {
    const other = await world().as('clerk-2', 'zh');
    other.setDefaultTimeout(40_000);
    await go(`/counter/cards/${cardNo}`, other);
    await other.locator('.card-state.active').waitFor();
    await go(`/counter/cards/${cardNo}`);
    await openAct('loss');
    await panel().getByRole('button', { name: zh.acts.loss, exact: true }).click();
    await page.getByText(zh.loss.done).waitFor();
    await clean('lost-zh');
    await other.getByRole('button', { name: zh.acts.loss, exact: true }).click();
    await other.locator('section.panel').last().getByRole('button', { name: zh.acts.loss, exact: true }).click();
    await other.getByText(zh.next.changed).waitFor();
    await other.locator('.card-state.lost-confirmed').waitFor();
    await clean('changed-zh', other);
    await other.context().close();
    await openAct('found');
    await panel().getByRole('button', { name: zh.acts.found, exact: true }).click();
    await page.getByText(zh.loss.found).waitFor();
  });

  it('replaces it, balance and all, and takes the new one back', async () => {
    reader.insert(spare);
    await inReader('card');
    await openAct('replace');
    await page.getByLabel(zh.replace.way.stock).check();
    await panel().locator('button[type=submit]').click();
    await page.getByText(zh.replace.needsNumber).waitFor();
    await press(zh.replace.readNew);
    await expect.poll(() => page.inputValue('#x-new')).toMatch(/^\d{19}$/);
    await page.getByLabel(zh.replace.readOld).check();
    reader.insert(card);
    await inReader('card');
    await clean('replace-zh');
    await panel().locator('button[type=submit]').click();
    await clean('replace-sure-zh');
    await sure(zh.acts.replace);
    await page.getByText(/已换发新卡/).waitFor();
    expect(await page.locator('.done').textContent()).toContain('60.00');
    await clean('replaced-zh');
    await press(zh.replace.open);
    await page.locator('.card-state.active').waitFor();
    const next = numberOn(spare);
    expect(page.url()).toContain(next);
    // The balance waits for the new card: it is put on it now, without cash.
    reader.insert(spare);
    await inReader('card');
    await openAct('load');
    await panel().getByRole('button', { name: zh.acts.load, exact: true }).click();
    await page.getByText(zh.load.done).waitFor();
    await openAct('return');
    await clean('return-zh');
    await panel().locator('button[type=submit]').click();
    await sure(zh.acts.return);
    await page.getByText(zh.return.done).waitFor();
    expect(await page.locator('.done').textContent()).toContain('80.00');
    await page.locator('.card-state.returned').waitFor();
    await clean('returned-zh');
  });

  it('closes the till by notes and coins', async () => {
    await go('/counter/shift');
    const pieces = (yuan: string) => page.getByLabel(zh.shift.piecesOf.replace('{yuan}', yuan), { exact: true });
    await pieces('20.00').fill('x');
    await page.getByText(zh.shift.piecesForm).waitFor();
    expect(await page.getByRole('button', { name: zh.shift.close, exact: true }).isDisabled()).toBe(true);
    await pieces('20.00').fill('1');
    await clean('closing-zh');
    await press(zh.shift.close);
    await sure(zh.shift.close);
    await page.getByText(zh.shift.right).waitFor();
    await clean('closed-zh');
  });

  it('lets a registrar find residents and close cards, without a till or a reader', async () => {
    const there = await world().as('registrar-1', 'zh');
    there.setDefaultTimeout(40_000);
    await go('/counter', there);
    await there.locator('#resident-search').waitFor();
    await go(residentPage, there);
    await there.getByText(zh.resident.cards).first().waitFor();
    await clean('registrar-zh', there);
    expect(await there.getByRole('alert').count()).toBe(0);
    expect(await there.locator('.counter-reader').count()).toBe(0);
    await there.context().close();
  });

  describe('in English', () => {
    it('has every page, without a word of Chinese around the data, and nothing that axe objects to', async () => {
      const there = await world().as('clerk-1', 'en');
      there.setDefaultTimeout(40_000);
      const pages: readonly (readonly [string, string, string])[] = [
        ['find', '/counter', english.find.label],
        ['register', '/counter/residents/new', english.register.idNumber],
        ['resident', residentPage, english.resident.cards],
        ['issue', `${residentPage}/issue`, english.issue.go],
        ['caller', '/counter/loss', english.loss.callerExplained],
        ['card', `/counter/cards/${cardNo}`, english.card.choose],
        ['receipt', `/counter/cards/${cardNo}/receipts/newest`, english.receipt.sign],
        ['shift', '/counter/shift', english.shift.noneExplained],
        ['cases', '/counter/cases', english.case.overdue],
        ['blanks', '/counter/blanks', english.blanks.places],
        ['readers', '/counter/readers', english.readers.attached],
      ];
      for (const [name, path, sentence] of pages) {
        await go(path, there);
        await there.getByText(sentence).first().waitFor();
        await clean(`${name}-en`, there);
        expect([
          name,
          /[\u4e00-\u9fff]/.test(
            (await there.locator('main h2, main label, main th, main button').allTextContents()).join(' '),
          ),
        ]).toEqual([name, false]);
      }
      await there.context().close();
    });

    it('has every act of a card in its state', async () => {
      const there = await world().as('clerk-1', 'en');
      there.setDefaultTimeout(40_000);
      const { body } = await world().http('clerk-1', 'GET', `/v1/residents/${residentPage.split('/').at(-1)}/cards`);
      expect((body as { cards: { state: string }[] }).cards.map(({ state }) => state).sort()).toEqual([
        'replaced',
        'returned',
      ]);
      const active = await anyActiveCard(world());
      await go(`/counter/cards/${active}`, there);
      await there.locator('.card-state.active').waitFor();
      for (const act of [
        'load',
        'loss',
        'lossByPhone',
        'block',
        'replace',
        'return',
        'pin',
        'passes',
        'concession',
        'oldCards',
        'cancelLoad',
        'notices',
        'case',
        'chip',
        'history',
        'receipts',
      ] as const) {
        await there
          .locator('.counter-acts')
          .first()
          .getByRole('button', { name: english.acts[act], exact: true })
          .click();
        await there.getByRole('heading', { name: english.acts[act], exact: true }).waitFor();
        await clean(`act-${act}-en`, there);
      }
      await there.context().close();
    });
  });
}

/** A card that the demo's day has left in use. */
async function anyActiveCard(world: PortalWorld): Promise<string> {
  const { body } = await world.http('auditor', 'GET', '/v1/purses');
  for (const { cardNo } of (body as { purses: { cardNo: string }[] }).purses) {
    const card = (await world.http('clerk-1', 'GET', `/v1/cards/${cardNo}`)).body as { state?: string };
    if (card.state === 'active') return cardNo;
  }
  throw new Error('no card of the demo is in use');
}
