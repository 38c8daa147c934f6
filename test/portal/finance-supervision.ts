import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { look, violations } from './browser.ts';
import type { Language, PortalWorld } from './world.ts';

interface Ways {
  readonly open: (page: Page, path: string) => Promise<void>;
  readonly withPage: (person: string, language: Language, work: (page: Page) => Promise<void>) => Promise<void>;
  readonly played: () => Promise<{ readonly date: string; readonly open: string }>;
}

/** Two persons over a day, supervisors who look and act on what is theirs alone, files and proofs. */
export function supervisionTests(world: () => PortalWorld, { open, withPage, played }: Ways): void {
  it('takes a day through maker and checker, and signs what the checker saw', async () => {
    const { open: date } = await played();
    await withPage('finance-maker', 'zh', async (page) => {
      await open(page, `/days/${date}`);
      await page.getByRole('button', { name: '日切' }).click();
      const dialog = page.getByRole('dialog');
      expect(await dialog.innerText()).toContain(date);
      // Looked at, and not done.
      await dialog.getByRole('button', { name: '取消' }).click();
      await page.getByRole('button', { name: '日切' }).click();
      await dialog.getByRole('button', { name: '日切' }).click();
      const propose = page.getByRole('button', { name: '提交结算单复核' });
      await propose.waitFor({ timeout: 60_000 });
      await propose.click();
      expect(await violations(page)).toEqual([]);
      await look(page, 'finance-propose-zh');
      await dialog.getByRole('button', { name: '提交结算单复核' }).click();
      await page.getByText('等待财务复核审批').waitFor();
      expect(await page.getByRole('button', { name: '批准结算单' }).count()).toBe(0);
    });
    await withPage('finance-checker', 'en', async (page) => {
      await open(page, '');
      await page.getByText('Waits for you:').first().waitFor();
      await page.getByRole('link', { name: `Sheets of ${date}` }).click();
      await page.getByRole('button', { name: 'Approve the sheets' }).click();
      const dialog = page.getByRole('dialog');
      expect(await dialog.first().innerText()).toMatch(/[0-9a-f]{64}/);
      await look(page, 'finance-approve-en');
      await dialog.getByRole('button', { name: 'Approve the sheets' }).click();
      // The first approval of a person asks for a certificate of one's own.
      const own = page.getByRole('dialog').filter({ hasText: 'certificate' }).last();
      const make = own.getByRole('button').last();
      await Promise.race([
        page.getByText('The sheets are approved', { exact: false }).waitFor({ timeout: 30_000 }),
        page.getByText('The bank is instructed', { exact: false }).waitFor({ timeout: 30_000 }),
        page.getByText('Payments are settled', { exact: false }).waitFor({ timeout: 30_000 }),
        make.waitFor({ timeout: 30_000 }).then(async () => {
          await page.waitForTimeout(500);
          if (await make.isVisible()) await make.click();
        }),
      ]).catch(() => undefined);
      await expect
        .poll(
          async () => {
            const { body } = await world().http('finance-checker', 'GET', `/v1/clearing-days/${date}`);
            return (body as { stages: { stage: string }[] }).stages.map(({ stage }) => stage);
          },
          { timeout: 30_000 },
        )
        .toContain('approved');
    });
  }, 180_000);

  it('lets a supervisor see all and change nothing of the company’s', async () => {
    const { date, open: openDay } = await played();
    await withPage('bank-supervisor', 'en', async (page) => {
      for (const path of [
        `/days/${openDay}`,
        `/days/${date}`,
        '/purchases',
        '/terms',
        '/supervision?tab=fees',
        '/settlement?tab=holds',
      ]) {
        await open(page, path);
        for (const name of [/^Cut off$/, /^Propose/, /^Approve/, /^Withdraw$/, /^Pay again$/])
          expect(await page.getByRole('button', { name }).count(), `${path} ${String(name)}`).toBe(0);
      }
      // And the services refuse whoever asks without the button.
      const refused = await page.evaluate(async (day) => {
        const ask = (path: string, body?: object) =>
          fetch(`/api/v1${path}`, {
            method: 'POST',
            headers: { 'x-citycard-portal': '1', ...(body && { 'content-type': 'application/json' }) },
            ...(body && { body: JSON.stringify(body) }),
          }).then(({ status }) => status);
        return Promise.all([
          ask(`/clearing-days/${day}/cut-off`),
          ask(`/clearing-days/${day}/approval`, { sheetsSha256: '0'.repeat(64) }),
          ask('/validation-rules', { ruleName: 'record-age-days', validFrom: '2099-01-01' }),
          ask('/fee-withdrawals', { amountFen: 1, from: 'bank-custody:1', to: 'bank-own-funds:1' }),
        ]);
      }, openDay);
      expect(refused).toEqual([403, 403, 403, 403]);
    });
  }, 90_000);

  it('lets a supervisor change a rule with another, and take note of an alarm', async () => {
    await withPage('supervisor', 'en', async (page) => {
      await open(page, '/supervision?tab=rules');
      await page.getByLabel('Rule', { exact: true }).selectOption('terminal-silent');
      await page.getByLabel('Repeat after (min)', { exact: true }).fill('600');
      await page.getByRole('button', { name: 'Propose' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Propose' }).click();
      await page.getByText('waits for supervisor').waitFor();
      // One's own proposal is another's to approve.
      expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    });
    const { body } = await world().http('supervisor', 'GET', '/v1/alarm-cases?state=open');
    const [one] = (body as { cases: { caseNo: number }[] }).cases;
    if (one === undefined) return;
    await withPage('supervisor', 'zh', async (page) => {
      await open(page, `/alarms/${one.caseNo}`);
      await page.getByRole('button', { name: '确认收到' }).click();
      await page.getByRole('dialog').getByRole('button', { name: '确认收到' }).click();
      await page.locator('.page-head').getByText('已确认').waitFor();
    });
  }, 90_000);

  it('downloads a report, and goes on where the line broke', async () => {
    const { date } = await played();
    await withPage('finance-maker', 'en', async (page) => {
      await open(page, `/reports/${date}`);
      const row = page.locator('tbody tr').filter({ hasText: 'Float, daily' });
      await row.waitFor({ timeout: 60_000 });
      await row.getByRole('button', { name: 'Look' }).click();
      await page.getByRole('button', { name: 'Close' }).waitFor();
      await look(page, 'finance-report-look-en');
      const [whole] = await Promise.all([
        page.waitForEvent('download'),
        row.getByRole('button', { name: 'CSV' }).click(),
      ]);
      const content = await readFile(await whole.path());
      // The first answer is cut half-way; the rest is asked for from there.
      const ranges: (string | undefined)[] = [];
      await page.route('**/float-daily/csv*', async (route) => {
        const range = route.request().headers()['range'];
        ranges.push(range);
        const answer = await route.fetch();
        if (ranges.length > 1) return route.fulfill({ response: answer });
        const half = (await answer.body()).subarray(0, 100);
        return route
          .fulfill({
            status: 200,
            body: half,
            headers: { ...answer.headers(), 'content-length': String(content.length) },
          })
          .catch(() => route.abort());
      });
      const [again] = await Promise.all([
        page.waitForEvent('download'),
        row.getByRole('button', { name: 'CSV' }).click(),
      ]);
      expect((await readFile(await again.path())).equals(content)).toBe(true);
      expect(ranges.length).toBeGreaterThan(1);
      await page.unroute('**/float-daily/csv*');
      await page.route('**/float-daily/csv*', (route) => route.abort());
      await row.getByRole('button', { name: 'CSV' }).click();
      await row.getByText('The service does not answer', { exact: false }).waitFor({ timeout: 20_000 });
    });
  }, 120_000);

  it('proves the ledger as a job that is found again', async () => {
    await withPage('auditor', 'en', async (page) => {
      await open(page, '/ledger?tab=proofs');
      await page.getByRole('button', { name: 'Order a proof' }).click();
      await page.getByText('Proof 1').first().waitFor();
      await open(page, '');
      await open(page, '/ledger?tab=proofs');
      await page
        .getByText(/It holds: \d+ chunks/)
        .first()
        .waitFor({ timeout: 60_000 });
      expect(await violations(page)).toEqual([]);
      await look(page, 'finance-proof-en');
    });
  }, 120_000);
}
