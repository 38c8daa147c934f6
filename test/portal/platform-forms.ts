import { newKeyAndRequest } from '@citycard/clearing';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { look, quiet } from './browser.ts';
import { signAsAsked } from './signing.ts';
import type { PortalWorld } from './world.ts';

/** What somebody might type into a form of the platform, and what the page says instead of sending it. */
const NONSENSE: readonly {
  readonly path: string;
  readonly form: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly says: string;
  readonly button: string;
}[] = [
  {
    path: 'sign-in-rules',
    form: 'form.panel',
    fields: { 名称: 'idle-minutes', 新值: '99999' },
    says: '可设 2 到 60。',
    button: '提议变更',
  },
  {
    path: 'sign-in-rules',
    form: 'form.panel',
    fields: { 名称: 'idle-minutes', 新值: '1e3' },
    says: '请填写整数，只用数字。',
    button: '提议变更',
  },
  {
    path: 'participants',
    form: '[data-part=admit]',
    fields: { 参与单位编号: '编号 ' + '9'.repeat(300), 名称: '<b>x</b>' },
    says: '4 到 15 位字母、数字、点或连字符。',
    button: '接纳参与单位',
  },
  {
    path: 'participants',
    form: '[data-part=admit]',
    fields: { 参与单位编号: '907700000000001', 名称: '测试', '行业代码（1–255，可空）': '999' },
    says: '请填 1 到 255 的整数，或留空。',
    button: '接纳参与单位',
  },
  {
    path: 'certificates',
    form: '[data-part=issue]',
    fields: { '证书请求（粘贴）': 'hello' },
    says: '这不是证书请求',
    button: '签发',
  },
  {
    path: 'users',
    form: 'form.panel',
    fields: { 用户名: "x'; drop table", 名称: '测试' },
    says: '小写字母开头',
    button: '新建用户',
  },
];

/** Forms of the platform: nonsense, and acts of two persons, each held against what the service says afterwards. */
export function platformFormTests(world: () => PortalWorld): void {
  const open = async (page: Page, path: string): Promise<void> => {
    await page.goto(`${world().portalUrl}/platform/${path}`);
    await page.locator('main h1').waitFor();
    await quiet(page);
  };
  const dialog = (page: Page) => page.getByRole('dialog');
  const confirm = async (page: Page, name: string): Promise<void> => {
    await dialog(page).getByRole('button', { name, exact: true }).click();
    await signAsAsked(page, world(), 'platform');
    await dialog(page).waitFor({ state: 'hidden' });
  };
  const fill = async (page: Page, form: string, fields: Readonly<Record<string, string>>): Promise<void> => {
    for (const [label, value] of Object.entries(fields)) {
      const field = page.locator(form).getByLabel(label, { exact: true });
      if ((await field.evaluate((one) => one.tagName)) === 'SELECT') await field.selectOption(value);
      else {
        await field.fill(value);
        await field.press('Tab');
      }
    }
  };
  const asked = async (path: string): Promise<Record<string, unknown>> =>
    (await world().http('platform', 'GET', path)).body as Record<string, unknown>;

  const userNow = async (): Promise<unknown> => {
    const { users } = (await asked('/v1/users')) as { users: { id: string }[] };
    return users.find(({ id }) => id === 'test-keeper');
  };

  it('tells nonsense before it is sent, admits a participant, certifies its key, changes a rule and roles by two persons', async () => {
    const page = await world().as('platform', 'zh');
    let before = '';
    for (const { path, form, fields, says, button } of NONSENSE) {
      if (path !== before) await open(page, path);
      before = path;
      await fill(page, form, fields);
      await page.locator(form).getByText(says).first().waitFor();
      const act = page.locator(form).getByRole('button', { name: button, exact: true });
      expect(await act.isDisabled(), `${path} ${button}`).toBe(true);
    }

    await open(page, 'participants');
    await fill(page, '[data-part=admit]', {
      参与单位编号: '907700000000001',
      名称: '测试公交公司',
      种类: 'operator',
      '行业代码（1–255，可空）': '1',
    });
    await look(page, 'platform-admit-zh');
    const admit = page.locator('[data-part=admit]').getByRole('button', { name: '接纳参与单位' });
    await admit.click();
    // Looked at, and not done.
    await dialog(page).getByRole('button', { name: '取消' }).click();
    expect((await world().http('platform', 'GET', '/v1/participants/907700000000001')).status).toBe(404);
    await admit.click();
    await confirm(page, '接纳参与单位');
    await page.getByText('907700000000001 已接纳，状态为测试。').waitFor();
    expect(await asked('/v1/participants/907700000000001')).toMatchObject({ status: 'test' });
    await open(page, 'participants/907700000000001');
    await page.getByText('有效的营业执照').waitFor();
    expect(await page.getByRole('button', { name: '提议转为在用' }).isDisabled()).toBe(true);
    await fill(page, '[data-part=paper]', { 种类: 'licence', 资料编号: 'TEST-2026-1' });
    await page.locator('[data-part=paper] input[type=file]').setInputFiles({
      name: 'licence.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.from('test licence'),
    });
    await page.getByRole('button', { name: '归档资料' }).click();
    await confirm(page, '归档资料');
    await page.getByText('有效的营业执照').waitFor({ state: 'hidden' });
    await look(page, 'platform-participant-zh');

    const { csrPem, keyPem } = await newKeyAndRequest('907700000000001');
    await open(page, 'certificates');
    const issue = page.locator('[data-part=issue]');
    await fill(page, '[data-part=issue]', { '证书请求（粘贴）': keyPem });
    await issue.getByText('这是私钥，已丢弃').waitFor();
    expect(await issue.locator('textarea').inputValue()).not.toContain('PRIVATE KEY');
    expect(await page.evaluate<string>('JSON.stringify(sessionStorage)')).not.toContain('PRIVATE');
    await fill(page, '[data-part=issue]', { 种类: 'operator', '证书请求（粘贴）': csrPem });
    await issue.getByLabel('持有者（参与单位编号、城市代码或终端号）').fill('907700000000001');
    await issue.getByLabel('持有者（参与单位编号、城市代码或终端号）').press('Tab');
    await issue.getByRole('button', { name: '签发', exact: true }).click();
    await confirm(page, '签发');
    await issue.getByText('已签发').waitFor();
    const download = page.waitForEvent('download');
    await issue.getByRole('button', { name: '下载证书' }).click();
    expect((await download).suggestedFilename()).toBe('907700000000001.pem');
    await look(page, 'platform-certificates-zh');
    expect(await asked('/v1/certificates?cn=907700000000001')).toMatchObject({
      certificates: [{ kind: 'operator', revokedAt: null }],
    });

    await open(page, 'sign-in-rules');
    await fill(page, 'form.panel', { 名称: 'sessions-per-user', 新值: '6' });
    await page.locator('form.panel').getByRole('button', { name: '提议变更' }).click();
    await confirm(page, '提议变更');
    await page.locator('[data-part=proposals]').waitFor();
    expect(await page.getByRole('button', { name: '批准' }).count()).toBe(0);
    await look(page, 'platform-rules-zh');
    await open(page, 'users');
    await fill(page, 'form.panel', { 用户名: 'test-keeper', 名称: '测试员' });
    await page.getByRole('button', { name: '新建用户' }).click();
    await confirm(page, '新建用户');
    await page.getByText('用户 test-keeper 已建立。').waitFor();
    await open(page, 'users/test-keeper');
    await page.locator('fieldset input[value=clerk]').check();
    await page.getByRole('button', { name: '提议岗位' }).click();
    await confirm(page, '提议岗位');
    await page.context().close();

    const other = await world().as('platform-2', 'zh');
    await open(other, 'sign-in-rules');
    await other.getByRole('button', { name: '批准', exact: true }).click();
    expect(await dialog(other).innerText()).toContain('每人同时会话数');
    await dialog(other).getByRole('button', { name: '批准', exact: true }).click();
    await signAsAsked(other, world(), 'platform-2');
    await other.locator('[data-part=proposals]').waitFor({ state: 'hidden' });
    const { rules } = (await asked('/v1/sign-in-rules')) as { rules: { rule: string; value: number }[] };
    expect(rules).toContainEqual({ rule: 'sessions-per-user', value: 6, least: 1, most: 20 });
    await open(other, 'users/test-keeper');
    const roles = other.locator('li', { hasText: 'test-keeper' });
    await roles.getByRole('button', { name: '批准', exact: true }).click();
    await dialog(other).getByRole('button', { name: '批准', exact: true }).click();
    await signAsAsked(other, world(), 'platform-2');
    expect(await userNow()).toMatchObject({ roles: ['clerk'] });
    await other.getByPlaceholder('原因').fill('离岗（测试）');
    await other.getByRole('button', { name: '停用用户' }).click();
    expect(await dialog(other).innerText()).toContain('立即收回全部登录方式');
    await dialog(other).getByRole('button', { name: '停用用户', exact: true }).click();
    await dialog(other).waitFor({ state: 'hidden' });
    expect(await asked('/v1/acts?act=user.suspend&subject=principal%20test-keeper')).toMatchObject({
      acts: [{ actor: 'platform-2' }],
    });
    await other.context().close();
  }, 240_000);

  it('says what works by itself, and finds and withdraws a proof among the long jobs', async () => {
    const page = await world().as('platform', 'en');
    await open(page, 'services');
    const services = await page.locator('main').innerText();
    for (const part of ['validation of purchases', 'inbox of files', 'moving the clearing day', 'jobs: clearing day'])
      expect(services).toContain(part);
    expect(services).not.toContain('overdue\n');
    await look(page, 'platform-services-en');
    expect((await world().http('auditor', 'POST', '/v1/ledger/verifications', {})).status).toBe(202);
    await open(page, 'jobs');
    await page.locator('.el-table').getByText('proof of the ledger').first().waitFor();
    expect(await page.locator('.el-table').innerText()).toContain('validation');
    await look(page, 'platform-jobs-en');
    await page.context().close();
  }, 120_000);
}
