import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { look, quiet, violations } from './browser.ts';
import type { Language, PortalWorld } from './world.ts';

const PAGES = [
  'night',
  'services',
  'queues?queue=clearing-day&state=completed',
  'jobs',
  'files',
  'traffic',
  'terminals',
  'rollouts',
  'hsm',
  'sams',
  'certificates',
  'participants',
  'departments',
  'users',
  'users/clerk-1',
  'shifts',
  'audit',
];

/** A person signs in with a code that is good once: the next one may take half a minute. */
const WITH_SIGN_IN_MS = 120_000;

/** Whoever runs the installation: what runs, what waits, what is stuck; shifts, terminals, users, the act log. */
export function platformTests(world: () => PortalWorld): void {
  const open = async (page: Page, path: string): Promise<void> => {
    await page.goto(`${world().portalUrl}/platform/${path}`);
    await page.locator('main h1').waitFor();
    await quiet(page);
  };
  const withPage = async (person: string, language: Language, work: (page: Page) => Promise<void>): Promise<void> => {
    const page = await world().as(person, language);
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    await work(page);
    expect(complaints).toEqual([]);
    await page.context().close();
  };
  const dialog = (page: Page) => page.getByRole('dialog');
  const confirm = async (page: Page, name: string): Promise<void> => {
    await dialog(page).getByRole('button', { name, exact: true }).click();
    await dialog(page).waitFor({ state: 'hidden' });
  };
  const firstTerminal = async (): Promise<string> => {
    const { body } = await world().http('platform', 'GET', '/v1/terminals?status=active&limit=5');
    return (body as { terminals: { terminalNo: string }[] }).terminals.at(-1)!.terminalNo;
  };

  for (const language of ['zh', 'en'] as const)
    it(`finds every page whole and readable (${language})`, async () => {
      await withPage('platform', language, async (page) => {
        for (const path of [...PAGES, `terminals/${await firstTerminal()}`]) {
          await open(page, path);
          expect(await page.locator('.problem-notice').allTextContents()).toEqual([]);
          expect(await violations(page), path).toEqual([]);
          // A key that no language has would be shown as it is.
          expect(await page.locator('main').innerText(), path).not.toMatch(/platform\.\w+/);
          await look(page, `platform-${path.split('?')[0]?.replaceAll('/', '-') ?? ''}-${language}`);
        }
      });
    }, 240_000);

  it(
    'says where the night stands, what is stuck and what to do about it',
    async () => {
      await withPage('platform', 'en', async (page) => {
        await open(page, 'night');
        const text = await page.locator('main').innerText();
        expect(text).toMatch(/What to do now/);
        expect(text).toMatch(/Tonight: business day \d{4}-\d{2}-\d{2}/);
        expect(text).toMatch(/From what each stage took on the last \d+ business days/);
        expect(text).toMatch(/First bus \d{4}-\d{2}-\d{2} 05:30:00/);
        await open(page, 'services');
        const services = await page.locator('main').innerText();
        for (const part of ['database', 'HSM', 'gateway of terminals', 'job queues', 'PostgreSQL'])
          expect(services).toContain(part);
        await open(page, 'hsm');
        expect(await page.locator('main').innerText()).toMatch(/CITY-CA/);
        await open(page, 'jobs');
        await open(page, 'files?kind=purchase-file');
        expect(await page.locator('main').innerText()).toMatch(/90445804111000\d-\d{8}-\d+/);
      });
    },
    WITH_SIGN_IN_MS,
  );

  it(
    'hands a shift from one person to another with its open points',
    async () => {
      await withPage('platform', 'zh', async (page) => {
        await open(page, 'shifts');
        await page.getByPlaceholder('要各班留意的事项').fill('加密机二号走备用线路');
        await page.getByRole('button', { name: '记下' }).click();
        await confirm(page, '记下');
        await page.getByText('加密机二号走备用线路').first().waitFor();
        const give = page.getByRole('button', { name: '交班', exact: true });
        expect(await give.isDisabled()).toBe(true);
        await page.locator('main textarea').fill('今夜平静');
        await give.click();
        expect(await dialog(page).innerText()).toContain('加密机二号走备用线路');
        // Looked at, and not done.
        await dialog(page).getByRole('button', { name: '取消' }).click();
        expect(await page.locator('main textarea').inputValue()).toBe('今夜平静');
        await give.click();
        await confirm(page, '交班');
        await page.getByText('等待另一位平台运维接班。').waitFor();
        await look(page, 'platform-shift-waits-zh');
      });
      await withPage('platform-2', 'en', async (page) => {
        await open(page, 'shifts');
        await page.locator('main textarea').fill('Seen');
        await page.getByRole('button', { name: 'Take it over' }).click();
        await confirm(page, 'Take it over');
        await page.getByText('taken over').first().waitFor();
        expect(await page.locator('main').innerText()).toContain('今夜平静');
      });
    },
    WITH_SIGN_IN_MS,
  );

  it(
    'finds an act by person and subject, and proves the chain of the act log',
    async () => {
      await withPage('auditor', 'en', async (page) => {
        await open(page, 'audit?subject=hand-over');
        await page.locator('.el-table').getByText('shift.taken').first().waitFor();
        await page.getByRole('button', { name: 'Prove it' }).click();
        await page.locator('.state-word', { hasText: 'whole' }).first().waitFor({ timeout: 30_000 });
        await open(page, 'audit?actor=nobody');
        await page.getByText('There is no such line. Change the filter.').waitFor();
        // Reads, and changes nothing.
        await open(page, 'shifts');
        expect(await page.getByRole('button', { name: 'Give the shift away' }).count()).toBe(0);
        await open(page, 'certificates');
        expect(await page.getByRole('button', { name: 'Revoke' }).count()).toBe(0);
      });
    },
    WITH_SIGN_IN_MS,
  );

  it(
    'suspends a terminal with a reason, after saying what follows, and another officer is asked to resume it',
    async () => {
      const terminalNo = await firstTerminal();
      await withPage('platform', 'en', async (page) => {
        await open(page, `terminals/${terminalNo}`);
        const suspend = page.getByRole('button', { name: 'Suspend the terminal' });
        expect(await suspend.isDisabled()).toBe(true);
        await page.locator('main form input').first().fill('Reported stolen (test)');
        await suspend.click();
        expect(await dialog(page).innerText()).toContain('It is refused (97) from its next message on');
        await dialog(page).getByRole('button', { name: 'Cancel' }).click();
        expect((await world().http('platform', 'GET', `/v1/terminals/${terminalNo}`)).body).toMatchObject({
          status: 'active',
        });
        await suspend.click();
        await confirm(page, 'Suspend the terminal');
        await page.locator('.state-word', { hasText: 'suspended' }).first().waitFor();
        await page.locator('main form input').first().fill('Found again (test)');
        await page.getByRole('button', { name: 'Propose to resume' }).click();
        await confirm(page, 'Propose');
      });
      await withPage('platform-2', 'en', async (page) => {
        await open(page, 'rollouts');
        await page.getByText(terminalNo).first().waitFor();
        expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(1);
        await page.getByRole('button', { name: 'Withdraw' }).click();
        await confirm(page, 'Withdraw');
        await page.getByText('No change waits for approval.').waitFor();
      });
    },
    WITH_SIGN_IN_MS,
  );

  it(
    'tells nonsense from what can be asked, and keeps what was typed',
    async () => {
      await withPage('platform', 'en', async (page) => {
        await open(page, 'users');
        await page.locator('main form input').nth(0).fill('Not A Name');
        await page.locator('main form input').nth(1).fill('测试');
        await page.locator('main form input').nth(1).press('Tab');
        await page.getByText('A small letter, then small letters').waitFor();
        expect(await page.getByRole('button', { name: 'Make a user' }).isDisabled()).toBe(true);
        await page.reload();
        await page.locator('main h1').waitFor();
        expect(await page.locator('main form input').nth(0).inputValue()).toBe('Not A Name');
        for (const path of [
          'files?party=<script>alert(1)</script>',
          `files?party=${'9'.repeat(200)}`,
          'terminals?participant=%27%20or%201=1',
          'certificates?cn=%00',
          'sams?participant=^^^^^^^^^^^^^^^^^^^^^^^^^',
          'audit?from=yesterday&to=9999-99-99T99:99&subject=%25_%5C',
          'queues?queue=none&state=nothing',
          'terminals/NOBODY00',
          'users/nobody',
        ]) {
          await open(page, path);
          expect(await page.locator('main').innerText(), path).not.toMatch(/undefined|\[object|NaN/);
        }
      });
    },
    WITH_SIGN_IN_MS,
  );

  it(
    'says that the service does not answer or is slow, and goes on when it is back',
    async () => {
      await withPage('platform', 'en', async (page) => {
        await page.route('**/api/v1/operations/**', (route) => route.abort());
        await open(page, 'services');
        await page.getByText('The service does not answer.').first().waitFor();
        await look(page, 'platform-dead-en');
        await page.unroute('**/api/v1/operations/**');
        await page.getByRole('button', { name: 'Try again' }).first().click();
        await page.getByText('PostgreSQL').first().waitFor();
        await page.route('**/api/v1/operations/night', async (route) => {
          await new Promise((resolve) => setTimeout(resolve, 2_500));
          await route.continue();
        });
        await page.goto(`${world().portalUrl}/platform/night`);
        await page.getByText('Reading…').first().waitFor();
        await page.getByText('What to do now').waitFor();
      });
    },
    WITH_SIGN_IN_MS,
  );
}
