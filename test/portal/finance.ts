import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { look, quiet, violations } from './browser.ts';
import { supervisionTests } from './finance-supervision.ts';
import { termsTests } from './finance-terms.ts';
import type { Language, PortalWorld } from './world.ts';

interface Day {
  readonly date: string;
  readonly state: string;
}
interface Sheet {
  readonly sheetNo: string;
  readonly participantNo: string;
  readonly salesCount: number;
}
interface ListedRecord {
  readonly cardNo: string;
  readonly businessDate: string;
  readonly intakeId: number;
  readonly index: number;
}

/** What of a played day the pages are asked about. */
async function played(world: PortalWorld) {
  const ask = async <T>(path: string): Promise<T> => {
    const { status, body } = await world.http('finance-checker', 'GET', path);
    expect([path, status]).toEqual([path, 200]);
    return body as T;
  };
  const { days } = await ask<{ days: Day[] }>('/v1/clearing-days');
  // The first day is the one that was played.
  const day = days.findLast(({ state }) => state === 'closed')!;
  const { sheets } = await ask<{ sheets: Sheet[] }>(`/v1/clearing-days/${day.date}`);
  const sheet = sheets.find(({ salesCount }) => salesCount > 0)!;
  const { records } = await ask<{ records: ListedRecord[] }>(
    `/v1/clearing-days/${day.date}/purchases?by=posted&participantNo=${sheet.participantNo}`,
  );
  const { payments } = await ask<{ payments: { endToEndId: string }[] }>('/v1/settlement/payments');
  const { cases } = await ask<{ cases: { caseNo: number }[] }>('/v1/alarm-cases?state=open');
  return {
    date: day.date,
    open: days.find(({ state }) => state === 'open')!.date,
    sheet,
    record: records[0]!,
    payment: payments[0]?.endToEndId ?? '',
    alarm: cases[0]?.caseNo,
  };
}

/** The finance office and those who supervise it, in both languages. */
export function financeTests(world: () => PortalWorld): void {
  const open = async (page: Page, path: string): Promise<void> => {
    await page.goto(`${world().portalUrl}/finance${path}`);
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

  for (const [language, person] of [
    ['zh', 'finance-maker'],
    ['en', 'supervisor'],
  ] as const)
    it(`finds every page whole and readable (${language}, ${person})`, async () => {
      const { date, sheet, record, payment, alarm } = await played(world());
      const place = `${record.cardNo}/${record.businessDate}/${record.intakeId}/${record.index}`;
      const paths = [
        '',
        '/days',
        ...['stages', 'figures', 'sheets', 'netting', 'netting&show=positions', 'payments'].map(
          (tab) => `/days/${date}?tab=${tab}`,
        ),
        `/days/${date}/records?by=posted&participant=${sheet.participantNo}&sheet=${sheet.sheetNo}`,
        `/records/${place}?day=${date}&sheet=${sheet.sheetNo}`,
        '/participants',
        ...['sheets', 'payments', 'open', 'account'].map((tab) => `/participants/${sheet.participantNo}?tab=${tab}`),
        '/sheets',
        `/sheets/${sheet.sheetNo}`,
        ...['payments', 'proof', 'holds', 'bank'].map((tab) => `/settlement?tab=${tab}`),
        ...(payment === '' ? [] : [`/payments/${payment}`]),
        ...['held', 'late', 'missing', 'breaks'].map((tab) => `/purchases?tab=${tab}`),
        ...['list', 'summary', 'looks'].map((tab) => `/differences?tab=${tab}&state=all`),
        ...['list', 'figures'].map((tab) => `/cases?tab=${tab}`),
        '/alarms',
        ...(alarm === undefined ? [] : [`/alarms/${alarm}`]),
        ...['now', 'history', 'proofs', 'rules', 'caps', 'fees'].map((tab) => `/supervision?tab=${tab}`),
        ...['fees', 'settlement', 'concessions', 'validation', 'loads', 'differences'].map(
          (tab) => `/terms?tab=${tab}`,
        ),
        '/calendar',
        '/reports',
        `/reports/${date}`,
        '/ledger',
        `/ledger/statement?account=operator-payable:${sheet.participantNo}&from=${date}`,
        ...(person === 'supervisor'
          ? ['/ledger?tab=proofs', ...['receipts', 'samples', 'data', 'view'].map((tab) => `/audit?tab=${tab}`)]
          : []),
        '/audit?tab=inquiries',
      ];
      await withPage(person, language, async (page) => {
        for (const path of paths) {
          await open(page, path);
          expect(await page.locator('.problem-notice').allTextContents(), path).toEqual([]);
          // What axe sees differs between languages by words alone: in English it looks at one tab of each page, and at those only she has.
          if (language === 'zh' || !path.includes('tab=') || path.includes('/audit?'))
            expect(await violations(page), path).toEqual([]);
          // A key that no language has would be shown as it is.
          expect(await page.locator('main').innerText(), path).not.toMatch(/finance\.[a-z]+\.\w+/);
          await look(
            page,
            `finance${
              path
                .split(/[&]/)[0]
                ?.replaceAll(/[^\w]+/g, '-')
                .slice(0, 60) ?? ''
            }-${language}`,
          );
        }
      });
    }, 400_000);

  it('leads from a number to the records behind it and back, with the way in the address', async () => {
    const { date, sheet } = await played(world());
    await withPage('finance-checker', 'en', async (page) => {
      await open(page, `/days/${date}?tab=sheets`);
      await page.getByRole('link', { name: sheet.sheetNo }).click();
      await page.waitForURL(`**/finance/sheets/${sheet.sheetNo}`);
      await page.getByRole('link', { name: 'Sales' }).click();
      await page.waitForURL(/\/records\?by=posted&participant=/);
      await page.locator('tbody tr').first().getByRole('link').first().click();
      await page.waitForURL(/\/finance\/records\//);
      await page.getByText('Every state it went through').waitFor();
      const crumbs = page.getByRole('navigation', { name: 'Where you are' });
      expect(await crumbs.innerText()).toContain(sheet.sheetNo);
      await crumbs.getByRole('link', { name: sheet.sheetNo }).click();
      await page.waitForURL(`**/finance/sheets/${sheet.sheetNo}`);
      await page.goBack();
      await page.waitForURL(/\/finance\/records\//);
      await page.goBack();
      await page.waitForURL(/\/records\?by=posted/);
      // A link that is passed on shows the same.
      await page.getByLabel('State', { exact: true }).selectOption('accepted');
      await page.waitForURL(/state=accepted/);
      const passedOn = page.url();
      await page.goto(passedOn);
      await page.locator('tbody tr').first().waitFor();
      expect(await page.getByLabel('State', { exact: true }).inputValue()).toBe('accepted');
    });
  }, 60_000);

  it('keeps what was typed when nobody answers, and goes on when somebody does', async () => {
    await withPage('finance-maker', 'zh', async (page) => {
      await open(page, '/terms?tab=fees');
      await page.getByRole('button', { name: '增加一条规则' }).click();
      await page.getByLabel('最低收费（元）').fill('1.234');
      await page.getByRole('alert').getByText('请填写金额').waitFor();
      const menu = page.getByRole('navigation', { name: '菜单' });
      await page.route('**/api/v1/**', (route) => route.abort());
      await menu.getByRole('link', { name: '报表' }).click();
      await page.getByText('服务没有应答', { exact: false }).first().waitFor();
      expect(await violations(page)).toEqual([]);
      await look(page, 'finance-dead-zh');
      await page.unroute('**/api/v1/**');
      await page.getByRole('button', { name: '重试' }).first().click();
      await page.locator('tbody tr').first().waitFor();
      await menu.getByRole('link', { name: '费率与规则' }).click();
      await page.locator('main h1').filter({ hasText: '费率与规则' }).waitFor();
      expect(await page.getByLabel('最低收费（元）').inputValue()).toBe('1.234');
    });
  }, 60_000);

  it('takes nonsense nowhere: what cannot be sent says why, what is refused says why', async () => {
    const { date, sheet } = await played(world());
    await withPage('finance-maker', 'en', async (page) => {
      await open(page, `/participants/${sheet.participantNo}?tab=account`);
      await page.getByLabel('Settlement account *').fill("'; drop table --");
      await page.getByLabel('Bank line number *').fill('🙂');
      await page.getByText('An account number has 1 to 32 letters or digits.').waitFor();
      await page.getByText('A bank line number has 12 digits.').waitFor();
      expect(await page.getByRole('button', { name: 'Propose' }).isDisabled()).toBe(true);
      await open(page, `/ledger/statement?account=${encodeURIComponent('<b>x</b>')}`);
      await page.getByText('An account is written kind:name.').waitFor();
      await open(page, '/ledger/statement?account=operator-payable:nobody');
      await page.getByRole('alert').first().waitFor();
      await open(page, '/reports');
      await page.getByLabel('Period *').fill('yesterday');
      expect(await page.getByRole('button', { name: 'Order the reports' }).isDisabled()).toBe(true);
      await page.getByLabel('Period *').fill('2026-02-30');
      await page.getByRole('button', { name: 'Order the reports' }).click();
      await page.getByRole('alert').first().waitFor();
      await open(page, `/days/${date}/records?reason=zz&state=lost`);
      await page.getByText('Two hexadecimal digits').waitFor();
      await open(page, '/days/2020-01-01');
      await page.getByRole('alert').first().waitFor();
      await open(page, '/supervision?tab=fees');
      await page.getByLabel('Amount (yuan) *').fill('1.234');
      await page.getByText('Write an amount such as 1,234.50.').waitFor();
      expect(await page.getByRole('button', { name: 'Propose' }).isDisabled()).toBe(true);
    });
  }, 90_000);

  termsTests(world, { open, withPage });
  supervisionTests(world, { open, withPage, played: () => played(world()) });
}
