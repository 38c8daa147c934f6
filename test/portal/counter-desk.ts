import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CounterReader,
  createCertificateRequest,
  type InsertableChip,
  signDetached,
  VirtualCard,
} from '@citycard/city-sim';
import { publishedKey } from '@citycard/citycard';
import { openDatabase, residentIdCheck } from '@citycard/common';
import type { Locator, Page } from 'playwright-core';
import { chinese as zh, english as en } from '../../portal/web/staff/counter/messages/index.ts';
import type { Language, PortalWorld } from './world.ts';

export const blank = (): VirtualCard => new VirtualCard({ transportKey: publishedKey('CHIP') });

/** Made up, with the right check character: nobody's. */
export function idNumber(order: string): string {
  const body = `37070219880229${order}`;
  return body + residentIdCheck(body);
}

type Body = Readonly<Record<string, unknown>>;

/** Asks the services directly, as one of the demo's people. */
export interface Truth {
  get(path: string, person?: string): Promise<Body>;
  post(person: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Body>;
  /** What an account holds, in fen. */
  posted(account: string): Promise<number>;
}

export async function truthOf(world: PortalWorld): Promise<Truth> {
  const people = await credentials(world);
  const get: Truth['get'] = async (path, person = 'clerk-1') =>
    (await world.http(person, 'GET', path)).body as Record<string, unknown>;
  return {
    get,
    posted: async (account) => Number((await get(`/v1/ledger/accounts/${account}`, 'auditor'))['postedFen']),
    post: async (person, path, body, headers = {}) => {
      const raw = Buffer.isBuffer(body);
      const type = raw ? 'application/octet-stream' : 'application/json';
      const response = await fetch(new URL(path, world.baseUrl), {
        method: 'POST',
        headers: {
          authorization: `Bearer ${people[person]?.token ?? ''}`,
          'idempotency-key': randomUUID(),
          ...(body === undefined ? {} : { 'content-type': type }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: raw ? new Uint8Array(body) : JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
      return (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    },
  };
}

export async function credentials(world: PortalWorld): Promise<Readonly<Record<string, { token: string }>>> {
  const file = join(world.varDirectory, 'demo', 'people.json');
  return (JSON.parse(await readFile(file, 'utf8')) as { people: Record<string, { token: string }> }).people;
}

/** Changes what no interface changes: terms that count from a day that is over. */
export async function inBooks(world: PortalWorld, statement: string): Promise<void> {
  const directory = join(world.varDirectory, 'postgres');
  const port = (await readFile(join(directory, 'data', 'postmaster.pid'), 'utf8')).split('\n')[3];
  const password = (await readFile(join(directory, 'password'), 'utf8')).trim();
  const db = openDatabase(`postgres://citycard:${password}@127.0.0.1:${port}/citycard`);
  try {
    await db.query(statement);
  } finally {
    await db.end();
  }
}

/** The standard card with a PIN, as two officers put a product in force, and a batch of it. */
export async function offerPinCards(world: PortalWorld, count: number): Promise<void> {
  const truth = await truthOf(world);
  const { document } = (await truth.get('/v1/card-products/standard/versions/1', 'platform')) as {
    document: { applications: readonly object[] };
  };
  const versions = '/v1/card-products/standard-pin/versions';
  const applications = document.applications.map((purse) => ({ ...purse, pin: { opensState: 2, tries: 3 } }));
  await truth.post('platform', versions, { ...document, applications });
  await truth.post('platform-2', `${versions}/1/approval`);
  const { batchId } = await truth.post('bureau-1', '/v1/card-batches', { product: 'standard-pin', count });
  await truth.post('bureau-2', `/v1/card-batches/${String(batchId)}/release`);
}

/** Old cards of a company that is no more, handed in under its signature and accepted by a second person. */
export async function takeOldCards(world: PortalWorld, issuer: string, rows: readonly string[]): Promise<void> {
  const truth = await truthOf(world);
  await truth.post('platform', '/v1/participants', {
    participantNo: issuer,
    name: '测试旧卡公司',
    kind: 'biller',
    industry: 4,
  });
  await world.http('platform', 'PUT', `/v1/legacy-issuers/${issuer}`, { firstUse: false });
  const { privateKeyPem, requestPem } = createCertificateRequest(issuer);
  const { certificatePem } = await truth.post('platform', '/v1/certificates', {
    csrPem: requestPem,
    cn: issuer,
    kind: 'operator',
  });
  const content = Buffer.from(['cardNo,name,documentNo,balanceFen', ...rows, ''].join('\r\n'));
  const manifest = Buffer.from(
    JSON.stringify({
      formerIssuer: issuer,
      sequence: 1,
      madeOn: '2026-11-20',
      rows: rows.length,
      totalFen: String(rows.reduce((sum, row) => sum + Number(row.split(',').at(-1)), 0)),
      sha256: createHash('sha256').update(content).digest('hex'),
    }),
  );
  const signature = signDetached(manifest, { certificatePem: String(certificatePem), privateKeyPem });
  const { importId } = await truth.post('finance-maker', `/v1/legacy-issuers/${issuer}/imports`, content, {
    'x-manifest': manifest.toString('base64'),
    'x-signature': signature.toString('base64'),
  });
  await truth.post('finance-checker', `/v1/legacy-imports/${String(importId)}/approval`);
}

/** A clerk at a desk: pages in a browser, a reader with cards, and everything the browser complained of. */
export interface Desk {
  readonly page: Page;
  readonly words: typeof zh;
  /** What was written to the console as an error, and errors nobody caught. */
  readonly complaints: string[];
  go(path: string): Promise<unknown>;
  /** Opens an act of the card whose page is shown. */
  open(act: keyof typeof zh.acts): Promise<void>;
  /** The panel of the act that is open. */
  panel(): ReturnType<Page['locator']>;
  submit(name: string): Promise<void>;
  /** Confirms in the dialog. */
  sure(name: string): Promise<void>;
  put(card: InsertableChip): Promise<void>;
  take(): void;
  press(key: string): Promise<void>;
  /** Goes there with the Tab key alone. */
  tabTo(what: string | Locator): Promise<void>;
  /** Waits for a sentence, known by its longest part without a blank to fill. */
  reads(sentence: string): Promise<void>;
  close(): Promise<void>;
}

export async function openDesk(
  world: PortalWorld,
  clerk: string,
  { language = 'zh', reader: name }: { language?: Language; reader?: string } = {},
): Promise<Desk> {
  const words = language === 'zh' ? zh : en;
  let reader: CounterReader | undefined;
  if (name !== undefined) {
    const { attachPort: port } = (await world.http(clerk, 'GET', '/v1/readers')).body as { attachPort: number };
    const token = (await credentials(world))[clerk]?.token ?? '';
    reader = await CounterReader.attach({ host: '127.0.0.1', port }, { reader: name, token });
  }
  const page = await world.as(clerk, language);
  page.setDefaultTimeout(20_000);
  if (name !== undefined) await page.evaluate(`localStorage.setItem('counter-reader', '${name}')`);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (said) => {
    // The browser notes every answer that is none of success, and a desk without a bridge; the page says those itself.
    const expected = /Failed to load resource|WebSocket connection to 'ws:\/\/127/;
    if (said.type() === 'error' && !expected.test(said.text())) complaints.push(said.text());
  });
  const panel = () => page.locator('section.panel').last();
  return {
    page,
    words,
    complaints,
    panel,
    go: (path) => page.goto(`${world.portalUrl}${path}`),
    open: async (act) => {
      await page.locator('.counter-acts').first().getByRole('button', { name: words.acts[act], exact: true }).click();
      await panel().getByRole('heading', { name: words.acts[act], exact: true }).waitFor();
    },
    submit: (button) => panel().getByRole('button', { name: button, exact: true }).last().click(),
    sure: async (button) => {
      await page.locator('.el-dialog').getByRole('button', { name: button, exact: true }).click();
      await page.locator('.el-dialog .act-lines').waitFor({ state: 'detached' });
    },
    put: async (card) => {
      if (reader === undefined) throw new Error('this desk has no reader');
      reader.insert(card);
      await page.locator('.counter-dot.card').waitFor();
    },
    take: () => reader?.remove(),
    press: async (key) => page.keyboard.press(key),
    tabTo: async (what) => {
      const wanted = typeof what === 'string' ? page.locator(what) : what;
      for (let times = 0; times < 60; times += 1) {
        if (await wanted.evaluate((element) => element === element.ownerDocument.activeElement)) return;
        await page.keyboard.press('Tab');
      }
      throw new Error('no number of tabs leads there');
    },
    reads: (sentence) => {
      const [longest = ''] = sentence.split(/\{\w+\}/).sort((one, other) => other.length - one.length);
      return page.getByText(longest.trim()).first().waitFor();
    },
    close: async () => {
      await page.context().close();
      await reader?.unplug();
    },
  };
}

/** A desk with an open till, and a card in its reader that was made for a resident of the test. */
export interface DeskWithCard {
  readonly desk: Desk;
  readonly truth: Truth;
  readonly card: VirtualCard;
  readonly cardNo: string;
  readonly residentId: number;
  readonly shiftId: number;
  balance(): Promise<number>;
  till(): Promise<number>;
}

export async function deskWithCard(
  world: PortalWorld,
  clerk: string,
  { reader, order, name }: { reader: string; order: string; name: string },
): Promise<DeskWithCard> {
  const truth = await truthOf(world);
  const { batchId } = await truth.post('bureau-1', '/v1/card-batches', { product: 'standard', count: 1 });
  await truth.post('bureau-2', `/v1/card-batches/${String(batchId)}/release`);
  const person = { idNumber: idNumber(order), name, population: 'permanent', phone: `13900007${order}` };
  const residentId = Number((await truth.post(clerk, '/v1/residents', person))['residentId']);
  const shiftId = await openTill(world, clerk);
  const desk = await openDesk(world, clerk, { reader });
  const card = blank();
  await desk.put(card);
  const making = { reader, product: 'standard', residentId, depositFen: 2000, shiftId };
  const cardNo = String((await truth.post(clerk, '/v1/counter/issue-now', making))['cardNo']);
  return {
    desk,
    truth,
    card,
    cardNo,
    residentId,
    shiftId,
    balance: async () => Number((await truth.get(`/v1/cards/${cardNo}/balance`))['balanceFen']),
    till: () => truth.posted(`cash-shift:${shiftId}`),
  };
}

/** The till that the clerk has open, or a new one. */
export async function openTill(world: PortalWorld, clerk: string): Promise<number> {
  const truth = await truthOf(world);
  const { shifts } = (await truth.get('/v1/shifts', clerk)) as { shifts: { shiftId: number; closedAt?: string }[] };
  const open = shifts.find(({ closedAt }) => closedAt === undefined);
  return open?.shiftId ?? Number((await truth.post(clerk, '/v1/shifts'))['shiftId']);
}

/** Closes what tills the clerk has open, right to the fen. */
export async function closeTill(world: PortalWorld, clerk: string): Promise<void> {
  const truth = await truthOf(world);
  const { shifts } = (await truth.get('/v1/shifts', clerk)) as { shifts: { shiftId: number; closedAt?: string }[] };
  for (const { shiftId, closedAt } of shifts)
    if (closedAt === undefined) {
      const countedFen = await truth.posted(`cash-shift:${shiftId}`);
      await truth.post(clerk, `/v1/shifts/${shiftId}/closing`, { countedFen });
    }
}
