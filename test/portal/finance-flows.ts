import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { look, quiet, violations } from './browser.ts';
import { nonsenseForms, takesNoNonsense } from './finance-forms.ts';
import { signAsAsked } from './signing.ts';
import type { Language, PortalWorld } from './world.ts';

const OPERATOR = '904458041110001';
const DAY_MS = 86_400_000;
/** Words on the buttons of acts. */
const ACTS = /^(提交|提出|复核|生成申请|确认|入账|撤回|撤销|退回|重新受理|放弃|通知已寄出)/;
const PATIENT = { timeout: 60_000 };

/** Money and records that two persons decide about, pressed in two browsers, and looked at in the books afterwards. */
export function financeFlowTests(world: () => PortalWorld): void {
  const pages = new Map<string, Page>();
  afterAll(async () => {
    for (const page of pages.values()) await page.context().close();
  });
  const at = async (person: string, language: Language, path: string): Promise<Page> => {
    const page = pages.get(person) ?? (await world().as(person, language));
    pages.set(person, page);
    await page.goto(`${world().portalUrl}/finance${path}`);
    await page.locator('main h1').waitFor();
    await quiet(page);
    return page;
  };
  const maker = (path: string) => at('finance-maker', 'en', path);
  const checker = (path: string) => at('finance-checker', 'zh', path);
  const ask = async <T>(who: string, method: string, path: string, body?: object): Promise<T> => {
    const said = await world().http(who, method, path, body);
    expect([path, said.status < 300, said.body]).toEqual([path, true, said.body]);
    return said.body as T;
  };
  const read = <T>(path: string): Promise<T> => ask<T>('finance-checker', 'GET', path);
  const days = async () => (await read<{ days: { date: string; state: string }[] }>('/v1/clearing-days')).days;
  /** The day that was played. */
  const closedDay = async () => (await days()).findLast(({ state }) => state === 'closed')!;
  const posted = async (account: string): Promise<number> =>
    (await read<{ postedFen: number }>(`/v1/ledger/accounts/${account}`)).postedFen;
  /** Presses a button of the page, then the same one in the dialog that says what it does. */
  const press = async (page: Page, name: string, inDialog = name): Promise<void> => {
    await page.getByRole('button', { name, exact: true }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: inDialog, exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await quiet(page);
  };
  const sign = async (page: Page, name: string, inDialog = name): Promise<void> => {
    await page.getByRole('button', { name, exact: true }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: inDialog, exact: true }).click();
    await signAsAsked(page, world(), 'finance-checker');
    await quiet(page);
  };
  const giveBack = async (page: Page, reason: string): Promise<void> => {
    await page.getByRole('button', { name: '退回', exact: true }).first().click();
    const box = page.getByRole('dialog');
    await box.getByRole('textbox').fill(reason);
    await box.getByRole('button', { name: '退回', exact: true }).click();
    await box.waitFor({ state: 'hidden' });
    await quiet(page);
  };
  const credential = async (participantNo: string, role: string): Promise<string> => {
    const path = `/v1/partners/${participantNo}/credentials`;
    const { status, body } = await world().http('platform', 'POST', path, { roles: [role] });
    expect([path, status]).toEqual([path, 201]);
    return (body as { token: string }).token;
  };

  it('leads from a number of today to the records behind it and back, filters kept', async () => {
    const page = await maker('');
    const link = page.locator('.glance').getByRole('link', { name: /^\d+ records$/ });
    const numbers = await link.allInnerTexts();
    const which = numbers.findIndex((text) => !text.startsWith('0 '));
    const shown = Number(numbers[which]!.split(' ')[0]);
    await link.nth(which).click();
    await page.locator('tbody tr').first().waitFor();
    await quiet(page);
    expect(await page.getByRole('status').first().innerText()).toContain(String(Math.min(shown, 200)));
    const filtered = page.url();
    expect(filtered).toMatch(/state=(accepted|suspicious)/);
    await page.locator('tbody tr').first().getByRole('link').first().click();
    await page.waitForURL(/\/finance\/records\//);
    await page.goBack();
    await page.locator('tbody tr').first().waitFor();
    expect(page.url()).toBe(filtered);
    await page.goBack();
    await page.locator('.glance').waitFor();
  }, 60_000);

  it('ends a difference with its booking when two persons agree', async () => {
    const yesterday = new Date(Date.now() - DAY_MS + 8 * 3_600_000).toISOString().slice(0, 10);
    const files = [{ fileName: `${OPERATOR}-flow.ccpf`, records: 3, amountFen: 600 }];
    await ask('bus-clerk', 'POST', `/v1/operators/${OPERATOR}/file-lists/${yesterday}`, { files });
    const { differences } = await read<{ differences: { differenceNo: number; subjectKey: string }[] }>(
      `/v1/differences?counterpartKind=operator&state=open`,
    );
    const { differenceNo } = differences.find(({ subjectKey }) => subjectKey.includes('flow'))!;
    const before = await posted(`operator-payable:${OPERATOR}`);
    const one = await maker(`/differences/${differenceNo}`);
    await one.getByText('Booking', { exact: true }).click();
    await takesNoNonsense(one, {
      fill: { 'Reason *': '?', Debit: 'the till of the depot', 'Amount (yuan)': '-6' },
      sentence: 'An account is written kind:name.',
      button: 'Propose the end',
    });
    await one.getByLabel('Reason *').fill('The depot found the readings of three taps on paper.');
    await one.getByLabel('Debit').fill('write-off:main');
    await one.getByLabel('Credit').fill(`operator-payable:${OPERATOR}`);
    await one.getByLabel('Amount (yuan)').fill('6.00');
    await press(one, 'Propose the end', 'Propose');
    expect(await posted(`operator-payable:${OPERATOR}`)).toBe(before);
    const other = await checker(`/differences/${differenceNo}`);
    expect(await other.locator('main').innerText()).toContain(`write-off:main → operator-payable:${OPERATOR}`);
    await sign(other, '批准了结', '复核通过');
    const ended = await read<Record<string, unknown>>(`/v1/differences/${differenceNo}`);
    expect(ended).toMatchObject({ state: 'ended', adjustedFen: 600 });
    expect(await posted(`operator-payable:${OPERATOR}`)).toBe(before + 600);
    // A difference that people ended is not found again.
    await ask('bus-clerk', 'POST', `/v1/operators/${OPERATOR}/file-lists/${yesterday}`, { files });
    expect(await read(`/v1/differences/${differenceNo}`)).toMatchObject({ state: 'ended' });
  }, 60_000);

  it('credits a resident when two persons agree', async () => {
    const { date } = await closedDay();
    const { records } = await read<{ records: { cardNo: string; amountFen: number; state: string }[] }>(
      `/v1/clearing-days/${date}/purchases?by=posted&participantNo=${OPERATOR}`,
    );
    const { cardNo } = records.find(({ state, amountFen }) => state === 'accepted' && amountFen > 0)!;
    const matter = { kind: 'wrong-fare', channel: 'counter', cardNo, occurredOn: date, participantNo: OPERATOR };
    const { caseNo } = await ask<{ caseNo: number }>('clerk-1', 'POST', '/v1/cases', matter);
    const card = () => ask<{ pendingCreditFen: number }>('clerk-1', 'GET', `/v1/cards/${cardNo}/balance`);
    const before = await card();
    const one = await maker(`/cases/${caseNo}`);
    await one.getByLabel('Amount (yuan) *').fill('0.50');
    await one.getByLabel('Reason *').first().fill('The reader took the fare of the longer line.');
    await press(one, 'Propose');
    const other = await checker(`/cases/${caseNo}`);
    await sign(other, '复核通过');
    expect(await read(`/v1/cases/${caseNo}`)).toMatchObject({ state: 'ended', outcome: 'credited', creditedFen: 50 });
    expect((await card()).pendingCreditFen).toBe(before.pendingCreditFen + 50);
  }, 60_000);

  it('decides a held record when two persons agree', async () => {
    const { records } = await read<{ records: Record<string, string | number>[] }>('/v1/held-purchases');
    const held = records.find(({ state }) => state === 'suspicious')!;
    const place = ['cardNo', 'businessDate', 'intakeId', 'index'].map((part) => held[part]).join('/');
    const one = await maker('/purchases');
    await one.getByRole('link', { name: `${held['intakeId']}.${held['index']}` }).click();
    await one.getByLabel('Verdict').selectOption('refuse');
    await one.getByLabel('Evidence').fill('The log of the reader has no such tap.');
    await press(one, 'Propose the decision');
    const other = await checker(`/records/${place}`);
    await sign(other, '复核通过');
    expect(await read(`/v1/held-purchases/${place}`)).toMatchObject({ record: { state: 'rejected' } });
  }, 60_000);

  it('answers an objection, returned once with a reason, and pays what is upheld', async () => {
    const refused = await ask<{ records: Record<string, string | number | null>[] }>(
      'bus-clerk',
      'GET',
      '/v1/own/records?state=refused',
    );
    const { cardNo, businessDate, intakeId, index, amountFen } = refused.records.findLast(
      (record) => record['appealNo'] === null,
    )!;
    const { appealNo } = await ask<{ appealNo: number }>('bus-clerk', 'POST', '/v1/appeals', {
      cardNo,
      businessDate,
      intakeId: String(intakeId),
      index,
      reason: 'other',
      words: '读卡器在导出日志之后才写入这笔记录。',
    });
    const operator = OPERATOR;
    const before = await posted(`operator-payable:${operator}`);
    const one = await maker('/objections');
    await one.getByRole('link', { name: String(appealNo), exact: true }).click();
    await one.getByText('What is known of the record').waitFor();
    await quiet(one);
    await look(one, 'finance-objection-en');
    await takesNoNonsense(one, {
      fill: { 'Answer *': '。' },
      sentence: 'Write at least 3 characters.',
      button: 'Propose',
    });
    await one.getByLabel('Verdict').selectOption('uphold');
    await one.getByLabel('Answer *').fill('The second log has it.');
    await press(one, 'Propose');
    const other = await checker(`/objections/${appealNo}`);
    expect(await violations(other)).toEqual([]);
    await look(other, 'finance-objection-zh');
    await giveBack(other, '请写明第二份日志的日期。');
    await maker(`/objections/${appealNo}`);
    await one.getByText('请写明第二份日志的日期。').waitFor();
    await one.getByLabel('Verdict').selectOption('uphold');
    await one.getByLabel('Answer *').fill('The second log, read a day later, has it.');
    await press(one, 'Propose');
    await checker(`/objections/${appealNo}`);
    await sign(other, '复核通过');
    expect(await read(`/v1/appeals/${appealNo}`)).toMatchObject({
      state: 'upheld',
      answer: 'The second log, read a day later, has it.',
    });
    expect(await posted(`operator-payable:${operator}`)).toBe(before + Number(amountFen));
  }, 90_000);

  it('books what nobody recognised when two persons agree, and moves nothing before', async () => {
    const bank = '904458030000001';
    await world().http('platform', 'POST', '/v1/participants', { participantNo: bank, name: '测试银行', kind: 'bank' });
    const token = await credential(bank, 'bank-partner');
    const { rows } = await read<{ rows: { code: string }[] }>('/v1/ledger/trial-balance');
    const account = rows.find(({ code }) => code.startsWith('bank-custody:'))!.code.split(':')[1]!;
    await tellBank(world().baseUrl, token, account);
    const one = await maker('/settlement?tab=bank');
    await one.getByRole('link', { name: 'FLOW1', exact: true }).first().click();
    await one.getByText('What it may be').waitFor();
    await quiet(one);
    await look(one, 'finance-bank-item-en');
    const before = await posted('suspense:main');
    await takesNoNonsense(one, {
      fill: { 'Other account *': '<script>:1', 'Reason *': '🙂' },
      sentence: 'An account is written kind:name.',
      button: 'Propose',
    });
    await one.getByLabel('Other account *').fill('suspense:main');
    await one.getByLabel('Reason *').fill('Nobody has written a reference; the bank is asked.');
    await press(one, 'Propose');
    expect(await posted('suspense:main')).toBe(before);
    const other = await checker(`/bank/${account}/FLOW1/1`);
    expect(await violations(other)).toEqual([]);
    await look(other, 'finance-bank-item-zh');
    await sign(other, '复核通过');
    await other.getByText('不再待办').waitFor();
    expect(await posted('suspense:main')).toBe(before + 12_345);
    const open = await read<{ unmatched: { reference: string }[] }>('/v1/bank/open-items');
    expect(open.unmatched.map(({ reference }) => reference)).not.toContain('FLOW1');
  }, 60_000);

  it('changes where a participant is paid: proof, two persons, notice, waiting, and withdrawal with its reason', async () => {
    const base = `/v1/participants/${OPERATOR}`;
    const proof = { kind: 'account-proof', reference: '测试银行证明', sha256: 'a'.repeat(64) };
    const { documentNo } = await ask<{ documentNo: number }>('platform', 'POST', `${base}/documents`, proof);
    await world().http('platform', 'PUT', `${base}/contacts/settlement`, { office: '结算科', email: 'a@example.test' });
    const one = await maker(`/participants/${OPERATOR}?tab=account`);
    await one.getByLabel('Settlement account *').fill('6222000011112222');
    await one.getByLabel('Bank line number *').fill('102458000011');
    await one.getByLabel('Account name *').fill('测试公交公司');
    await one.getByLabel('Number of the bank’s proof on file *').fill(String(documentNo));
    await press(one, 'Propose');
    const other = await checker('/participants?tab=changes');
    await other.locator('tbody').getByRole('link').first().click();
    await other.getByRole('button', { name: '复核通过' }).waitFor();
    await sign(other, '复核通过');
    await other.getByLabel('通知方式', { exact: true }).selectOption('letter');
    await press(other, '通知已寄出');
    await look(other, 'finance-account-change-zh');
    type Change = { state: string; payableFrom: string | null; reason: string | null };
    const change = async () => (await read<{ accountChanges: Change[] }>(base)).accountChanges[0]!;
    const noticed = await change();
    expect(noticed.state).toBe('noticed');
    expect(Date.parse(noticed.payableFrom!)).toBeGreaterThan(Date.now() + 9 * DAY_MS);
    await maker(`/participants/${OPERATOR}?tab=account`);
    await one.getByLabel('Why it is withdrawn *').fill('The participant says it asked for nothing.');
    await press(one, 'Withdraw the change');
    expect(await change()).toMatchObject({ state: 'withdrawn', reason: 'The participant says it asked for nothing.' });
  }, 60_000);

  it('returns the sheets of a day with a reason; proposed again they are approved and signed', async () => {
    const { date } = (await days()).find(({ state }) => state === 'open')!;
    await ask('finance-maker', 'POST', `/v1/clearing-days/${date}/cut-off`);
    const state = async () => (await days()).find((day) => day.date === date)?.state;
    await expect.poll(state, PATIENT).toBe('netted');
    const one = await maker(`/days/${date}`);
    await press(one, 'Propose the sheets');
    const other = await checker(`/days/${date}`);
    await giveBack(other, '公交公司的手续费请再核对。');
    expect(await state()).toBe('netted');
    await maker(`/days/${date}`);
    await one.getByText('公交公司的手续费请再核对。').waitFor();
    await look(one, 'finance-returned-en');
    await press(one, 'Propose the sheets');
    await checker(`/days/${date}`);
    await sign(other, '批准结算单');
    await expect.poll(state, PATIENT).not.toBe('netted');
    const { signatures } = await ask<{ signatures: { principal: string; route: string }[] }>(
      'auditor',
      'GET',
      '/v1/signatures',
    );
    expect(signatures).toContainEqual(
      expect.objectContaining({ principal: 'finance-checker', route: expect.stringContaining('/clearing-days/') }),
    );
  }, 120_000);

  it('previews a report and saves it; its lines add up to what the books say', async () => {
    const { date } = await closedDay();
    const page = await maker(`/reports/${date}`);
    const row = page.locator('tbody tr').filter({ hasText: 'Settlement sheets' }).first();
    await row.getByRole('button', { name: 'Look' }).click(PATIENT);
    await page.getByRole('button', { name: 'Close' }).waitFor();
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      row.getByRole('button', { name: 'CSV' }).click(),
    ]);
    const text = (await readFile(await saved.path(), 'utf8')).split(/\r?\n/);
    const head = text.findIndex((line) => line.startsWith('sheetNo,'));
    const column = text[head]!.split(',').indexOf('payableFen');
    const lines = text.slice(head + 1).filter((line) => /^\d{8}-/.test(line));
    const total = lines.reduce((sum, line) => sum + BigInt(line.split(',')[column]!), 0n);
    const { sheets } = await read<{ sheets: { payableFen: number }[] }>(`/v1/clearing-days/${date}`);
    expect(lines.length).toBe(sheets.length);
    expect(total).toBe(sheets.reduce((sum, { payableFen }) => sum + BigInt(payableFen), 0n));
  }, 60_000);

  it('takes nonsense on none of these forms: a sentence, and nothing changed', async () => {
    const { records } = await read<{ records: { cardNo: string; businessDate: string }[] }>(
      `/v1/clearing-days/${(await closedDay()).date}/purchases?by=posted&participantNo=${OPERATOR}`,
    );
    const { cardNo, businessDate } = records[0]!;
    const matter = { kind: 'bill-missing', channel: 'counter', cardNo, occurredOn: businessDate };
    const { caseNo } = await ask<{ caseNo: number }>('clerk-1', 'POST', '/v1/cases', matter);
    const before = await read<{ waiting: object[] }>('/v1/waiting');
    for (const form of nonsenseForms(OPERATOR, caseNo)) await takesNoNonsense(await maker(form.path), form);
    expect(await read('/v1/waiting')).toEqual(before);
    expect(await read(`/v1/cases/${caseNo}`)).not.toMatchObject({ state: 'ended' });
  }, 90_000);

  it('keeps a typed reason when the session ends in the middle of a form', async () => {
    const page = await maker('/subsidies');
    await page.getByLabel('Month *').fill('2020-01');
    await page.getByLabel('Category *').fill('senior');
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Make a claim' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Make a claim' }).click();
    await page.locator('input[name=password]').waitFor();
    expect(await page.getByLabel('Month *').inputValue()).toBe('2020-01');
    await page.reload();
    await page.waitForURL(/sign-in/);
    pages.delete('finance-maker');
    const kept = await page.evaluate<string>(`sessionStorage.getItem('draft:subsidy-claim')`);
    expect(kept).toContain('2020-01');
    await page.context().close();
  }, 60_000);

  it('shows the bank supervisor the same without a button, and a participant nothing', async () => {
    const { appeals } = await read<{ appeals: { appealNo: number }[] }>('/v1/appeals');
    const paths = ['/objections?show=all', ...appeals.map(({ appealNo }) => `/objections/${appealNo}`)];
    for (const path of [...paths, '/subsidies', '/passes', '/settlement?tab=bank', '/participants?tab=changes']) {
      const page = await at('bank-supervisor', 'zh', path);
      expect(await page.locator('.problem-notice').allTextContents(), path).toEqual([]);
      expect(await violations(page), path).toEqual([]);
      expect(await page.locator('main').innerText(), path).not.toMatch(/finance\.[a-z]+\.\w+/);
      expect(await page.locator('main').getByRole('button', { name: ACTS }).count(), path).toBe(0);
      await look(page, `finance-flows${path.replaceAll(/\W+/g, '-')}-zh`);
    }
    for (const path of ['/v1/subsidy-claims', '/v1/pass-apportionments', '/v1/bank/open-items', '/v1/account-changes'])
      expect([path, (await world().http('bus-clerk', 'GET', path)).status]).toEqual([path, 403]);
    const own = await world().http('water-clerk', 'GET', `/v1/appeals/${appeals[0]?.appealNo}`);
    expect(own.status).toBe(404);
  }, 90_000);
}

/** The bank says that money has come of which nobody knows anything. */
async function tellBank(baseUrl: string, token: string, account: string): Promise<void> {
  const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  const body = `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.10">
    <BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>FLOW-${account}</MsgId><CreDtTm>${day}T10:00:00+08:00</CreDtTm></GrpHdr>
    <Ntfctn><Id>N-FLOW</Id><CreDtTm>${day}T10:00:00+08:00</CreDtTm><Acct><Id><Othr><Id>${account}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>
    <Ntry><Amt Ccy="CNY">123.45</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>${day}</Dt></BookgDt><ValDt><Dt>${day}</Dt></ValDt>
    <AcctSvcrRef>FLOW1</AcctSvcrRef><BkTxCd><Prtry><Cd>TEST</Cd></Prtry></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
    <Amt Ccy="CNY">123.45</Amt><CdtDbtInd>CRDT</CdtDbtInd><RltdPties><Dbtr><Pty><Nm>测试付款人</Nm></Pty></Dbtr></RltdPties>
    <RmtInf><Ustrd>来源不明的测试款项</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>`;
  const told = await fetch(new URL('/v1/bank/notifications', baseUrl), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/xml' },
    body,
  });
  expect([told.status, await told.text()]).toEqual([201, expect.anything()]);
}
