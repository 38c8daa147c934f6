import { codeAt, fromBase32, stepAt } from '@citycard/common';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { look, violations } from './browser.ts';
import { goodCode, signAsAsked } from './signing.ts';
import type { PortalWorld } from './world.ts';

const enter = { zh: '登录', en: 'Sign in' } as const;

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** Fills in one of the demo's people as the page offers it; waits where its codes have been used. */
async function fillIn(page: Page, person: string): Promise<void> {
  for (;;) {
    await page.locator(`[data-user="${person}"]`).click();
    await page.waitForTimeout(300);
    if ((await page.inputValue('input[name=code]')).length === 6) return;
    await page.waitForTimeout(3_000);
  }
}

/** The way in, the way back in, and what one looks after oneself. */
export function signInTests(world: () => PortalWorld): void {
  it.each(['zh', 'en'] as const)('lets a demo’s person in from the page, and out again (%s)', async (language) => {
    const page = await world().open(language);
    await page.goto(`${world().portalUrl}/account`);
    await page.locator('[data-user="auditor"]').waitFor();
    expect(await violations(page)).toEqual([]);
    await look(page, `sign-in-demo-${language}`);
    await fillIn(page, 'auditor');
    await button(page, enter[language]).click();
    await page.waitForURL(/\/account$/);
    await page.getByText('auditor · 测试审计 Auditor', { exact: true }).waitFor();
    expect(await violations(page)).toEqual([]);
    await look(page, `account-${language}`);
    await page.goto(`${world().portalUrl}/sign-out`);
    await page.getByRole('status').waitFor();
    await page.goto(`${world().portalUrl}/account`);
    await page.waitForURL(/\/sign-in/);
    await page.context().close();
  });

  it('says the same to nonsense, and follows no address of another site', async () => {
    const page = await world().open('zh');
    await page.goto(`${world().portalUrl}/sign-in?to=https://evil.example/`);
    for (const [name, password, code] of [
      ['auditor', '<script>alert(1)</script>', '000000'],
      ["' or 1=1 --", '🙂🙂🙂', ''],
    ] as const) {
      await page.fill('input[name=username]', name);
      await page.fill('input[name=password]', password);
      await page.fill('input[name=code]', code);
      await button(page, '登录').click();
      await page.getByRole('alert').waitFor();
      expect(await page.inputValue('input[name=username]')).toBe(name);
    }
    await fillIn(page, 'stock-1');
    await button(page, '登录').click();
    await page.waitForURL((url) => url.pathname !== '/sign-in');
    expect(page.url().startsWith(world().portalUrl)).toBe(true);
    await page.context().close();
  });

  it('leads a new user to a password of their own and a second factor', async () => {
    const id = 'test.newcomer';
    const ask = async (person: string, path: string, body?: object) => {
      const answer = await world().http(person, 'POST', `/v1/users${path}`, body);
      expect([path, answer.status < 300]).toEqual([path, true]);
      return answer.body as { approvalId: number; half: string };
    };
    await ask('platform', '', { id, name: 'Test Newcomer' });
    const roles = { roles: ['auditor'] };
    const { approvalId } = await ask('platform', `/${id}/roles`, roles);
    await ask('platform-2', `/${id}/roles/approval/${approvalId}`, roles);
    const first = await ask('platform', `/${id}/first-password`);
    const second = await ask('platform-2', `/${id}/first-password/approval/${first.approvalId}`);

    const page = await world().open('en');
    await page.goto(`${world().portalUrl}/sign-in?to=/account`);
    await page.fill('input[name=username]', id);
    await page.fill('input[name=password]', `${first.half}-${second.half}`);
    await button(page, 'Sign in').click();
    await page.fill('input[name=next]', 'short');
    await page.fill('input[name=again]', 'short');
    await button(page, 'Change password').click();
    await page.getByRole('alert').waitFor();
    expect(await violations(page)).toEqual([]);
    await look(page, 'own-password');
    await page.fill('input[name=next]', 'horses and clouds and tea');
    await page.fill('input[name=again]', 'horses and clouds and tea');
    await button(page, 'Change password').click();
    const secret = (await page.locator('.secret').textContent()) ?? '';
    expect(await violations(page)).toEqual([]);
    await look(page, 'second-factor');
    const code = codeAt(fromBase32(secret.replaceAll(/\s/g, '')), stepAt(new Date()));
    await page.fill('input[name=new-code]', code);
    await button(page, 'Enrol').click();
    await page.waitForURL(/\/account$/);
    await page.context().close();
  });

  it('asks again over the page when the session has ended, and keeps what was typed', async () => {
    const page = await world().as('bureau-2', 'en');
    await page.goto(`${world().portalUrl}/account`);
    await page.locator('.own-sessions strong').first().waitFor();
    await page.fill('input[name=next]', 'half a password typed');
    const ended = await world().http('platform', 'DELETE', '/v1/users/bureau-2/sessions');
    expect(ended.status).toBe(200);
    await button(page, 'Have one made here').click();
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    expect(await violations(page)).toEqual([]);
    await look(page, 'session-ended');
    const user = await goodCode(page, world(), 'bureau-2');
    await dialog.locator('input[name=password]').fill(user.password);
    await dialog.locator('input[name=code]').fill(user.code);
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
    // What was asked for when the session had ended was done, and nothing on the page is lost.
    await page.getByText('this computer').waitFor();
    expect(await page.inputValue('input[name=next]')).toBe('half a password typed');
    await page.context().close();
  });

  it('asks for a fresh code before what weighs much, and goes on', async () => {
    const page = await world().as('custodian-1', 'zh');
    await page.goto(`${world().portalUrl}/account`);
    let asked = 0;
    await page.route('**/api/v1/me/certificate-requests', async (route) => {
      asked += 1;
      if (asked > 1) return route.continue();
      const problem = { type: 'x', title: 'x', status: 403, code: 'identity.step-up-needed' };
      return route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify(problem) });
    });
    await button(page, '在本机办理证书').click();
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    await look(page, 'step-up');
    await dialog.locator('input[name=step-up-code]').fill('000000');
    await dialog.getByRole('button', { name: '确认', exact: true }).click();
    await dialog.getByRole('alert').waitFor();
    const { code } = await goodCode(page, world(), 'custodian-1');
    await dialog.locator('input[name=step-up-code]').fill(code);
    await dialog.getByRole('button', { name: '确认', exact: true }).click();
    await page.locator('.own-sessions strong', { hasText: '本机' }).waitFor();
    // The key can be used and not taken out.
    const extractable = await page.evaluate<boolean>(`new Promise((done) => {
      const opening = indexedDB.open('citycard', 1);
      opening.onsuccess = () => {
        const asking = opening.result.transaction('keys').objectStore('keys').get('custodian-1');
        asking.onsuccess = () => done(asking.result.privateKey.extractable);
      };
    })`);
    expect(extractable).toBe(false);
    await page.context().close();
  });

  it('signs an approval with a key that this browser has made, over the lines it has shown', async () => {
    const id = 'test.approved';
    const roles = { roles: ['auditor'] };
    await world().http('platform', 'POST', '/v1/users', { id, name: 'Test Approved' });
    await world().http('platform', 'POST', `/v1/users/${id}/roles`, roles);
    const page = await world().as('platform-2', 'zh');
    await page.goto(`${world().portalUrl}/platform/users`);
    const waiting = page.locator('li', { hasText: id });
    await waiting.getByRole('button', { name: '批准', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(id).first().waitFor();
    expect(await violations(page)).toEqual([]);
    await look(page, 'approval');
    await dialog.locator('footer .el-button--primary').click();
    await page.locator('[data-act="make-certificate"]').waitFor();
    await look(page, 'certificate');
    await signAsAsked(page, world(), 'platform-2');
    await waiting.waitFor({ state: 'detached' });

    const list = await world().http('auditor', 'GET', '/v1/signatures?principal=platform-2');
    const [signature] = (list.body as { signatures: { signatureNo: number; route: string }[] }).signatures;
    expect(signature).toMatchObject({
      route: '/v1/users/:id/roles/approval/:approvalId',
      acts: [{ act: 'set-roles' }],
    });
    const shown = await world().http('auditor', 'GET', `/v1/signatures/${signature?.signatureNo}`);
    expect(shown.body).toMatchObject({ statement: { body: roles, principal: 'platform-2' }, complaints: [] });
    const { statement } = shown.body as { statement: { lines: { label: string; value: string }[] } };
    expect(statement.lines).toContainEqual({ label: expect.any(String) as string, value: id });
    expect(statement.lines).toContainEqual({ label: expect.any(String) as string, value: '审计人员' });
    await page.context().close();
  });
}
