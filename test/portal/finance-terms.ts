import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { look } from './browser.ts';
import { signAsAsked } from './signing.ts';
import type { Language, PortalWorld } from './world.ts';

interface Ways {
  readonly open: (page: Page, path: string) => Promise<void>;
  readonly withPage: (person: string, language: Language, work: (page: Page) => Promise<void>) => Promise<void>;
}

/** Far enough ahead that no other test lives under what is agreed here. */
const FROM = '2027-06-01';
const field = (page: Page, label: string): Locator => page.getByLabel(label, { exact: true });
const add = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

/** Fills fields by their labels, in their order; a choice is given as `=value`, a button to press as `+`. */
async function fill(page: Page, values: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, value] of Object.entries(values)) {
    if (label === '+') await add(page, value);
    else if (value.startsWith('=')) await field(page, label).selectOption(value.slice(1));
    else await field(page, label).fill(value);
  }
}

/** One kind of document: how it is written, mended after it came back, and what the second person then reads. */
interface Flow {
  readonly path: string;
  readonly versions: string;
  readonly key?: string;
  readonly write: (page: Page) => Promise<void>;
  readonly mend: (page: Page) => Promise<void>;
  /** What the second person reads and signs. */
  readonly read: readonly string[];
  readonly inForce: string;
  readonly holds: object;
}

const FLOWS: Readonly<Record<string, Flow>> = {
  fees: {
    path: '/terms?tab=fees',
    versions: '/v1/fee-tables/versions',
    write: async (page) => {
      await add(page, '增加一条规则');
      await fill(page, { '适用对象 *': '=industry', '行业 *': '=02', '种类 *': '=by-amount', '费率形式 *': '=ladder' });
      await add(page, '增加一档');
      await fill(page, { '第 1 档 止（元）': '1000', '第 1 档 费率（%）': '0.6' });
      await add(page, '增加一档');
      await fill(page, { '第 2 档 费率（%）': '0.4', '最低收费（元）': '1.00', '手续费归属 *': '=shares' });
      await add(page, '增加一份');
      await fill(page, { '第 1 份 比例（%）': '100' });
      await fill(page, { '每笔金额（元） *': '1,500.00' });
      await add(page, '试算');
      // By hand: 0.6 % of 1 000 and 0.4 % of 500 yuan.
      await page.getByText('消费 1,500.00 元，手续费 8.00 元').waitFor();
    },
    mend: (page) => fill(page, { '第 2 档 费率（%）': '0.5' }),
    read: ['出租汽车', '1,000.00 元以上: 0.5 %（百万分之 5000）', '最低收费（元）: 无 → 1.00 元'],
    inForce: `/v1/fee-tables?date=${FROM}`,
    holds: { for: { industry: '02' }, ladder: [{ rate: '6000', upTo: '100000' }, { rate: '5000' }], minFen: 100 },
  },
  settlement: {
    path: '/terms?tab=settlement',
    versions: '/v1/settlement-terms/versions',
    write: async (page) => {
      await page.getByText('从现行规则中修改或终止').click();
      await page.getByRole('listitem').filter({ hasText: '出租汽车' }).getByRole('button', { name: '修改' }).click();
      await fill(page, { '结算周期 *': '=month', '每月几日 *': '15, 32', '起付金额（元） *': '500.00' });
      await add(page, '试算结算日');
      await page.getByText('2027-06-15 · 2027-06-30 · 2027-07-15').waitFor();
    },
    mend: (page) => fill(page, { '起付金额（元） *': '600.00' }),
    read: ['每月几日: 无 → 15 日、月末', '起付金额（元）: 无 → 600.00 元'],
    inForce: `/v1/settlement-terms?date=${FROM}`,
    holds: { for: { industry: '02' }, rhythm: { every: 'month', days: [15, 32] }, thresholdFen: 60_000 },
  },
  concessions: {
    path: '/terms?tab=concessions',
    versions: '/v1/concession-rules/versions',
    write: async (page) => {
      await add(page, '增加一条规则');
      await fill(page, {
        '适用对象 *': '=industry',
        '行业 *': '=01',
        '种类 *': '=transfer',
        '换乘时限（分钟） *': '60',
      });
      await fill(page, { '换乘减免（元） *': '1.00', '连续换乘次数 *': '1', '财政补贴（%） *': '90' });
    },
    mend: (page) => fill(page, { '财政补贴（%） *': '80' }),
    read: ['换乘优惠', '换乘减免（元）: 1.00 元', '财政补贴（%）: 80 %'],
    inForce: `/v1/concession-rules?date=${FROM}`,
    holds: { kind: 'transfer', withinMinutes: 60, discountFen: 100, subsidyPercent: 80 },
  },
  holidays: {
    path: '/calendar',
    versions: '/v1/holiday-years',
    key: 'years',
    write: async (page) => {
      await fill(page, { '年份 *': '2027', '文号 *': '测试〔2026〕1 号' });
      for (const [at, [first, last]] of [
        ['2027-01-01', '2027-01-03'],
        ['2027-05-01', '2027-05-05'],
        ['2027-10-01', '2027-10-07'],
      ].entries()) {
        await add(page, '增加假期');
        await fill(page, { [`假期 ${at + 1} 首日`]: first ?? '', [`假期 ${at + 1} 末日`]: last ?? '' });
      }
    },
    mend: async (page) => {
      await add(page, '增加调休上班日');
      await fill(page, { '调休上班日 1': '2027-10-09' });
    },
    read: ['2027 年节假日', '2027-05-01 – 2027-05-05', '2027-10-09'],
    inForce: '/v1/holiday-years',
    holds: { year: 2027, madeUp: ['2027-10-09'] },
  },
};

/** What somebody may get wrong, in the order it is typed, and the sentence that says so beside it. */
type Slip = readonly [values: Readonly<Record<string, string>>, sentence: string];
const SLIPS: Readonly<Record<string, { readonly before: readonly string[]; readonly slips: readonly Slip[] }>> = {
  '/terms?tab=fees': {
    before: ['增加一条规则'],
    slips: [
      [{ '生效日 *': '2020-01-01' }, '已经开始，请选择这一天或以后'],
      [{ '生效日 *': FROM, 说明: '长'.repeat(201) }, '最多 200 个字。'],
      [{ 卡产品: '01-00' }, '卡产品是四位十六进制'],
      [{ '种类 *': '=by-amount', '费率（%） *': '-0.5' }, '请填写数字，小数最多 10 位'],
      [{ '种类 *': '=per-count', '每笔收费（分） *': '一分' }, '请填写数字，小数最多 6 位'],
      [{ '种类 *': '=fixed', '固定费用（元） *': '1.234' }, '请填写金额，如 1,234.50。'],
      [{ '四舍五入 *': '=transaction' }, '固定费用每日一次，不能按笔四舍五入。'],
      [{ '种类 *': '=by-amount', '累计周期 *': '=month' }, '按笔四舍五入时不能按月累计。'],
      [{ '最低收费（元）': '5', '最高收费（元）': '2' }, '最高收费低于最低收费。'],
      [{ 本条起始日: '2027-05-01' }, `不能早于文件的生效日 ${FROM}`],
      [{ 本条起始日: '', 本条截止日: '2027-05-01' }, '截止日早于起始日'],
      [{ '费率形式 *': '=ladder', '+': '增加一档' }, '这一档的费率不是数字。'],
      [{ '第 1 档 止（元）': '100', '第 1 档 费率（%）': '0.5' }, '最后一档的“止”要留空：100.00 以上没有费率。'],
      [{ '+': '增加一档', '第 2 档 起（元）': '150', '第 2 档 费率（%）': '0.4' }, '缺口：100.00 至 150.00 没有费率。'],
      [{ '第 2 档 起（元）': '90' }, '重叠：90.00 至 100.00 有两个费率。'],
      [{ '手续费归属 *': '=shares', '+': '增加一份', '第 1 份 比例（%）': '99.9' }, '比例合计是 99.9 %，不是 100 %。'],
      [{ '第 1 份 比例（%）': '全部' }, '比例是 0 到 100 的数字，小数最多 4 位。'],
    ],
  },
  '/terms?tab=settlement': {
    before: ['增加一条规则'],
    slips: [
      [{ '生效日 *': FROM, '结算周期 *': '=days', '每几天 *': '0' }, '请填写 1 到 366 的整数。'],
      [{ '结算周期 *': '=amount', '满多少元 *': '0.00' }, '金额要大于零。'],
      [{ '结算周期 *': '=month', '每月几日 *': '15, 33' }, '请填写 1 到 32 的日子'],
      [{ '起付金额（元） *': '很多' }, '请填写金额，如 1,234.50。'],
      [{ 最多结转天数: '1.5' }, '请填写 1 到 366 的整数。'],
      [{ '付款（T+几个工作日） *': '31' }, '请填写 1 到 30 的整数。'],
    ],
  },
  '/terms?tab=concessions': {
    before: ['增加一条规则'],
    slips: [
      [{ '生效日 *': FROM, '种类 *': '=fare', '人群类别 *': '老人' }, '类别以小写字母开头'],
      [{ '乘客支付（%） *': '101' }, '请填写 0 到 100 的整数。'],
      [{ '全价上限（元） *': '0' }, '金额要大于零。'],
      [
        { '乘客支付（%） *': '50', 每日优惠次数: '2', '超过次数后支付（%） *': '20' },
        '超过次数后的支付比例不能低于优惠比例。',
      ],
      [{ '种类 *': '=transfer', '换乘时限（分钟） *': '1441' }, '请填写 1 到 1440 的整数。'],
      [{ '种类 *': '=cap', '每日封顶（元） *': '1e3' }, '请填写金额，如 1,234.50。'],
      [{ '种类 *': '=pass', '售价（元） *': '1,000,000.01' }, '最多 1,000,000.00 元。'],
    ],
  },
  '/calendar': {
    before: ['增加假期', '增加假期', '增加调休上班日'],
    slips: [
      [{ '年份 *': '1999' }, '请填写 2025 到 2199 的整数。'],
      [{ '年份 *': '2027', '假期 1 首日': '2026-12-31', '假期 1 末日': '2027-01-01' }, '不是 2027 年的日期。'],
      [{ '假期 1 首日': '2027-01-03', '假期 1 末日': '2027-01-01' }, '截止日早于起始日'],
      [
        {
          '假期 1 首日': '2027-01-01',
          '假期 1 末日': '2027-01-03',
          '假期 2 首日': '2027-01-03',
          '假期 2 末日': '2027-01-04',
        },
        '两个假期在 2027-01-03 重叠。',
      ],
      [{ '调休上班日 1': '2027-01-06' }, '2027-01-06 不是周六或周日。'],
      [{ '调休上班日 1': '2027-01-02' }, '2027-01-02 已列为假期'],
    ],
  },
  '/terms?tab=validation': {
    before: [],
    slips: [
      [{ '规则 *': '=record-age-days', '生效日 *': '2020-01-01' }, '要晚于今天'],
      [{ '数值 *': '-1' }, '请填写 0 到 3650 的整数。'],
    ],
  },
  '/terms?tab=loads': {
    before: [],
    slips: [
      [{ '限额 *': '=single', '金额（元）': '0.00' }, '金额要大于零。'],
      [{ '金额（元）': '1000000000' }, '最多 1,000,000.00 元。'],
    ],
  },
  '/terms?tab=differences': {
    before: [],
    slips: [
      [{ '期限（天） *': '366' }, '请填写 0 到 365 的整数。'],
      [{ '容差（元） *': '10.01' }, '最多 10.00 元。'],
    ],
  },
};

/** Rates, terms, holidays and numbers in forms: nonsense is said where it stands, and two persons agree on what they read. */
export function termsTests(world: () => PortalWorld, { open, withPage }: Ways): void {
  const get = async (path: string): Promise<Record<string, unknown>> => {
    const { status, body } = await world().http('finance-checker', 'GET', path);
    expect([path, status]).toEqual([path, 200]);
    return body as Record<string, unknown>;
  };
  const listOf = async (path: string, key: string) => (await get(path))[key] as Record<string, unknown>[];

  describe('terms', () => {
    it('says of nonsense what is wrong beside it, and proposes nothing', async () => {
      const count = async () =>
        (await Promise.all(Object.values(FLOWS).map(({ versions }) => listOf(versions, 'versions')))).flat().length;
      const before = await count();
      await withPage('finance-maker', 'zh', async (page) => {
        const sent: string[] = [];
        page.on('request', (request) => {
          if (request.method() !== 'GET') sent.push(request.url());
        });
        for (const [path, { before: buttons, slips }] of Object.entries(SLIPS)) {
          await open(page, path);
          for (const name of buttons) await add(page, name);
          for (const [values, sentence] of slips) {
            await fill(page, values);
            await page.getByText('提交复核', { exact: true }).click();
            await page.getByRole('alert').filter({ hasText: sentence }).first().waitFor({ timeout: 5_000 });
          }
          expect(await page.getByText('没有提交任何内容').count(), path).toBe(1);
          expect(await page.getByRole('dialog').count(), path).toBe(0);
          await look(page, `finance-nonsense${path.replaceAll(/\W+/g, '-')}`);
          await page.evaluate('sessionStorage.clear()');
        }
        expect(sent.filter((url) => !url.includes('/example'))).toEqual([]);
      });
      expect(await count()).toBe(before);
    }, 120_000);

    it('takes each kind of document from a maker to a checker, back with a reason, and into force', async () => {
      await withPage('finance-maker', 'zh', (maker) =>
        withPage('finance-checker', 'zh', async (checker) => {
          for (const [kind, flow] of Object.entries(FLOWS)) await agree(kind, flow, maker, checker);
        }),
      );
    }, 300_000);

    async function agree(kind: string, flow: Flow, maker: Page, checker: Page): Promise<void> {
      const send = async () => {
        await maker.getByText('提交复核', { exact: true }).click();
        await maker.getByRole('dialog').getByRole('button', { name: '提交复核' }).click();
        await maker.getByRole('dialog').waitFor({ state: 'hidden' });
      };
      const newest = async () => (await listOf(flow.versions, 'versions'))[0]!;
      await open(maker, flow.path);
      await fill(maker, { '生效日 *': FROM });
      await flow.write(maker);
      await look(maker, `finance-${kind}-form`);
      await send();
      const first = await newest();
      expect([kind, first['state']]).toEqual([kind, 'proposed']);
      const reason = `费用与合同不符（${kind}）`;
      await open(checker, flow.path);
      await checker.getByRole('button', { name: '退回' }).click();
      const box = checker.getByRole('dialog');
      await box.getByRole('button', { name: '退回' }).click();
      await box.getByText('请写 3 至 500 个字。').waitFor();
      await box.getByRole('textbox').fill(reason);
      await box.getByRole('button', { name: '退回' }).click();
      await checker.getByText(reason).waitFor();
      expect(await newest()).toMatchObject({ version: first['version'], state: 'returned', returned: { reason } });
      // The maker reads why, takes the document into the form and mends it.
      await open(maker, flow.path);
      await maker.getByText(reason).waitFor();
      await maker.getByRole('button', { name: '放入表单修改' }).first().click();
      await flow.mend(maker);
      await send();
      await open(checker, flow.path);
      await checker.getByRole('button', { name: '复核通过' }).click();
      const shown = await checker.getByRole('dialog').innerText();
      for (const line of flow.read) expect(shown, kind).toContain(line);
      await look(checker, `finance-${kind}-approve`);
      await checker.getByRole('dialog').getByRole('button', { name: '复核通过' }).click();
      await signAsAsked(checker, world(), 'finance-checker');
      const version = Number(first['version']) + 1;
      expect(await newest()).toMatchObject({
        version,
        state: 'approved',
        proposedBy: 'finance-maker',
        approvedBy: 'finance-checker',
      });
      expect(await listOf(flow.inForce, flow.key ?? 'rules')).toContainEqual(
        expect.objectContaining(matching(flow.holds)),
      );
      const { body } = await world().http('auditor', 'GET', '/v1/signatures');
      const [signature] = (body as { signatures: { acts: { subject: string }[] }[] }).signatures;
      expect(signature?.acts.map(({ subject }) => subject.split(' ').at(-1))).toEqual([String(version)]);
    }

    it('changes a limit of loads and a rule of differences by two persons (en)', async () => {
      const numbers = [
        {
          path: '/terms?tab=loads',
          values: { 'Limit *': '=daily', 'Valid from *': FROM, 'Amount (yuan)': '3,000.00' },
          read: 'none → 3,000.00 yuan',
          holds: async () => (await listOf('/v1/load-limits', 'limits')).find((one) => one['validFrom'] === FROM),
          is: { limitName: 'daily', amountFen: 300_000, setBy: 'finance-maker', approvedBy: 'finance-checker' },
        },
        {
          path: '/terms?tab=differences',
          values: {
            'With *': '=biller',
            'Kind of difference *': '=late',
            'Whose work *': '=finance-maker',
            'Due in days *': '9',
            'Tolerance (yuan) *': '0.05',
          },
          read: '0.05 yuan',
          holds: async () =>
            (await listOf('/v1/difference-rules', 'rules')).find(
              ({ counterpartKind, kind }) => counterpartKind === 'biller' && kind === 'late',
            ),
          is: { ownerRole: 'finance-maker', dueDays: 9, tolerateFen: 5, approvedBy: 'finance-checker' },
        },
      ];
      await withPage('finance-maker', 'en', async (page) => {
        for (const { path, values } of numbers) {
          await open(page, path);
          await fill(page, values);
          await page.getByText('Propose', { exact: true }).click();
          await page.getByRole('dialog').getByRole('button', { name: 'Propose' }).click();
          await page.locator('[data-proposal]').waitFor();
          expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
        }
      });
      await withPage('finance-checker', 'en', async (page) => {
        for (const { path, read, holds, is } of numbers) {
          await open(page, path);
          await page.getByRole('button', { name: 'Approve' }).click();
          expect(await page.getByRole('dialog').innerText()).toContain(read);
          await look(page, `finance-number-approve${path.replaceAll(/\W+/g, '-')}`);
          await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
          await signAsAsked(page, world(), 'finance-checker');
          expect(await holds()).toMatchObject(is);
        }
      });
    }, 120_000);
  });
}

/** The parts of a rule that were agreed on; what stands in lists is compared in its order. */
const matching = (holds: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(holds).map(([key, value]) => [
      key,
      Array.isArray(value) && typeof value[0] === 'object'
        ? value.map((one: object) => expect.objectContaining(one) as unknown)
        : (value as unknown),
    ]),
  );
