import {
  createCertificateRequest,
  encodeRecord,
  momentOf,
  signDetached,
  type Signer,
  writePurchaseFile,
} from '@citycard/city-sim';
import { cityDate, compactDate } from '@citycard/common';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { look, quiet, violations } from './browser.ts';
import { goodCode } from './signing.ts';
import type { PortalWorld } from './world.ts';

const BUS = '904458041110001';
/** No file of the played day has a number like this. */
const SEQUENCE = 90_000_001;

interface OwnRecord {
  readonly fileName: string | null;
  readonly appealNo: number | null;
}

/** A bus company delivers a file, sees its records refused and objects, with everything going wrong on the way that can. */
export function participantFileTests(world: () => PortalWorld): void {
  const get = async (path: string): Promise<unknown> => (await world().http('bus-clerk', 'GET', path)).body;
  const open = async (path: string): Promise<Page> => {
    const page = await world().as('bus-clerk', 'zh');
    await go(page, path);
    return page;
  };
  const go = async (page: Page, path: string): Promise<void> => {
    await page.goto(`${world().portalUrl}/participant${path}`);
    await page.locator('main h1').waitFor();
    await quiet(page);
  };
  const filed = async () => {
    const { files } = (await get('/v1/purchase-files')) as { files: { fileName: string }[] };
    return files.filter(({ fileName }) => fileName === file.name).length;
  };

  const file = writePurchaseFile({
    participant: BUS,
    businessDate: compactDate(cityDate(new Date())),
    sequence: SEQUENCE,
    created: momentOf(new Date()),
    records: [1, 2].map((transaction) => encodeRecord(unknownCard(transaction))),
  });
  const chosen = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/octet-stream', buffer });
  let signature: Buffer;

  it('delivers a file from the browser: nonsense is told, what broke goes on from where it stood, and nothing counts twice', async () => {
    const signer = await certified();
    signature = signDetached(file.bytes, signer);
    const page = await open('/deliver');
    const input = page.locator('#delivery-files');
    const send = () => page.locator('form button[type=submit]').click();
    const p7s = chosen('file.p7s', signature);
    for (const [files, sentence] of [
      [[], '请选择数据文件'],
      [[chosen(file.name, file.bytes)], '请同时选择签名文件'],
      [[p7s], '请选择数据文件'],
      [[chosen('照片.jpg', Buffer.from('JFIF')), p7s], '文件名应为'],
      [[chosen(file.name, Buffer.alloc(0)), p7s], '文件是空的'],
      [[chosen(file.name, Buffer.from('<html>not at all a file of purchases</html>')), p7s], '不以 CCPF 开头'],
      [[chosen(file.name, file.bytes.subarray(0, 100)), p7s], '文件不完整：文件头说有 2 笔'],
      [[chosen(file.name, file.bytes), chosen('b.ccpf', file.bytes), p7s], '一次只能传一个'],
    ] as const) {
      await input.setInputFiles([...files]);
      await send();
      await page.locator('#delivery-wrong', { hasText: sentence }).waitFor();
    }
    // What only the service can see.
    await input.setInputFiles([
      chosen(file.name, file.bytes),
      chosen('other.p7s', signDetached(Buffer.from('x'), signer)),
    ]);
    await send();
    await page.locator('[data-refused]', { hasText: '签名不对' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await look(page, 'participant-deliver-refused');
    expect(await filed()).toBe(0);

    // The line breaks after a hundred bytes, and stays broken.
    const offsets: (string | undefined)[] = [];
    await page.route('**/purchase-uploads/*/content', async (route) => {
      const request = route.request();
      offsets.push(request.headers()['upload-offset']);
      if (offsets.length === 1)
        await page.request.put(request.url(), {
          headers: { ...request.headers(), origin: world().portalUrl },
          data: request.postDataBuffer()!.subarray(0, 100),
        });
      await route.abort();
    });
    await input.setInputFiles([chosen(file.name, file.bytes), p7s]);
    await send();
    await page.getByRole('button', { name: '继续上传' }).waitFor();
    expect(offsets).toEqual(['0', '100', '100']);
    await page.getByText('已送达 52 %').waitFor();
    await look(page, 'participant-deliver-broken');
    await page.unroute('**/purchase-uploads/*/content');
    await page.getByRole('button', { name: '继续上传' }).click();
    await page.locator('.delivered', { hasText: `已收到 ${file.name}：2 笔` }).waitFor();
    await look(page, 'participant-deliver-done');
    await input.setInputFiles([chosen(file.name, file.bytes), p7s]);
    await send();
    await page.locator('.delivered', { hasText: '以前收到过，没有重复记账' }).waitFor();
    expect(await filed()).toBe(1);
    await page.context().close();
  });

  it('brings the outcome of each record, also when the download breaks', async () => {
    const { files } = (await get('/v1/purchase-files')) as { files: { fileName: string; businessDate: string }[] };
    // The day that was played is cut off: what comes now is of the next.
    const day = files.find(({ fileName }) => fileName === file.name)?.businessDate ?? '';
    const page = await open(`/uploads?by=line&day=${day}`);
    let tries = 0;
    await page.route('**/outcomes', (route) => ((tries += 1) === 1 ? route.abort() : route.continue()));
    const row = page.getByRole('row').filter({ hasText: file.name });
    const [download] = await Promise.all([page.waitForEvent('download'), row.getByRole('button').click()]);
    expect(tries).toBe(2);
    expect(download.suggestedFilename()).toBe(`${file.name}.csv`);
    expect(await violations(page)).toEqual([]);
    await look(page, 'participant-uploads-by-line');
    await page.context().close();
  });

  it('objects to a refused record, once, though its session ends while it writes; finance has it', async () => {
    const refused = async () =>
      ((await get('/v1/own/records?state=refused')) as { records: OwnRecord[] }).records.filter(
        ({ fileName }) => fileName === file.name,
      );
    await expect.poll(async () => (await refused()).length, { timeout: 30_000 }).toBe(2);
    const page = await open('/records?state=refused');
    const row = page.getByRole('row').filter({ hasText: file.name }).first();
    await row.getByRole('button', { name: '申诉' }).click();
    const words = page.locator('#appeal-words');
    const submit = page.locator('.appeal-form button[type=submit]');
    for (const nonsense of ['', '。', '  \n ']) {
      await words.fill(nonsense);
      await submit.click();
      await page.locator('#appeal-wrong', { hasText: '500' }).waitFor();
    }
    await words.fill('<b>当时</b> 终端还没有收到黑名单。');
    await page.reload();
    await page.getByRole('row').filter({ hasText: file.name }).first().getByRole('button', { name: '申诉' }).click();
    expect(await words.inputValue()).toContain('终端还没有收到');
    expect(await violations(page)).toEqual([]);
    await look(page, 'participant-appeal');
    await page.context().clearCookies();
    await submit.click();
    const again = page.locator('.el-dialog').filter({ has: page.locator('input[name=password]') });
    await again.waitFor();
    expect(await words.inputValue()).toContain('终端还没有收到');
    const user = await goodCode(page, world(), 'bus-clerk');
    await again.locator('input[name=password]').fill(user.password);
    await again.locator('input[name=code]').fill(user.code);
    await again.locator('button[type=submit]').click();
    await page.locator('.appeal-form').waitFor({ state: 'detached' });
    await go(page, '/appeals');
    expect(await page.locator('main').innerText()).toContain('<b>当时</b>');
    const { body } = await world().http('finance-maker', 'GET', '/v1/appeals?open=true');
    const { appeals } = body as { appeals: { participantNo: string; words: string; state: string }[] };
    const ours = appeals.filter((each) => each.words.includes('终端还没有收到黑名单'));
    expect(ours).toMatchObject([{ participantNo: BUS, state: 'open' }]);
    expect((await refused()).filter(({ appealNo }) => appealNo !== null)).toHaveLength(1);
    await page.context().close();
  });

  it('answers a resident’s case: nonsense is told, a reload loses nothing, and the company has the answer', async () => {
    const { http } = world();
    const record = ((await get('/v1/own/records?state=refused')) as { records: { cardNo: string }[] }).records.find(
      ({ cardNo }) => cardNo !== UNKNOWN_CARD,
    );
    const opened = await http('clerk-1', 'POST', '/v1/cases', {
      kind: 'wrong-fare',
      channel: 'counter',
      cardNo: record!.cardNo,
      occurredOn: cityDate(new Date()),
      amountFen: 200,
      participantNo: BUS,
    });
    expect(opened.status).toBe(201);
    const { caseNo } = opened.body as { caseNo: number };
    const page = await open('/cases');
    const own = page.getByRole('row').filter({ has: page.getByRole('cell', { name: String(caseNo), exact: true }) });
    const begin = () => own.getByRole('button').click();
    await begin();
    const words = page.locator('#case-words');
    for (const nonsense of ['', 'x', '\t']) {
      await words.fill(nonsense);
      await page.locator('.appeal-form button[type=submit]').click();
      await page.locator('#case-wrong', { hasText: '500' }).waitFor();
    }
    await words.fill('该线路为两元票价，扣款无误。');
    expect(await violations(page)).toEqual([]);
    await page.reload();
    await begin();
    expect(await words.inputValue()).toContain('两元票价');
    await page.locator('.appeal-form button[type=submit]').click();
    await page.locator('.appeal-form').waitFor({ state: 'detached' });
    expect((await http('finance-maker', 'GET', `/v1/cases/${caseNo}`)).body).toMatchObject({
      state: 'with-company',
      finding: 'disagrees',
    });
    await page.context().close();
  });

  async function certified(): Promise<Signer> {
    const { privateKeyPem, requestPem } = createCertificateRequest(BUS);
    const issued = await world().http('platform', 'POST', '/v1/certificates', {
      csrPem: requestPem,
      cn: BUS,
      kind: 'operator',
    });
    expect(issued.status).toBe(201);
    return { certificatePem: String((issued.body as { certificatePem: string }).certificatePem), privateKeyPem };
  }
}

const UNKNOWN_CARD = '3104580099999999995';

/** A ride with a card that nobody has: it is refused, and moves no money. */
function unknownCard(transaction: number): Parameters<typeof encodeRecord>[0] {
  return {
    flag: 0,
    testCard: false,
    issuerCity: '4580',
    applicationSerial: `0${UNKNOWN_CARD}`,
    mainType: 1,
    subType: 0,
    type: 6,
    keyIndex: 1,
    keyVersion: 0,
    algorithmByte: 0,
    counter: transaction,
    balanceFen: 1_000,
    amountFen: 200,
    samNo: '458001000001',
    transaction: 90_000 + transaction,
    moment: momentOf(new Date()),
    tac: Buffer.alloc(4),
    hotlistVersion: 0,
    industry: 1,
    industryData: Buffer.alloc(0),
  };
}
