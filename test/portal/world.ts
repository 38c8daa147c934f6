import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { startBrowser, watchCalls } from './browser.ts';

export type Language = 'zh' | 'en';

/** A demo city with a played day, served as `npm start` serves it, and a browser before it. */
export interface PortalWorld {
  readonly portalUrl: string;
  readonly residentUrl: string;
  readonly baseUrl: string;
  readonly varDirectory: string;
  /** Speaks to the services directly, as one of the demo's people. */
  http(person: string, method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  /** A browser of somebody who has not signed in. */
  open(language?: Language, viewport?: { width: number; height: number }): Promise<Page>;
  /** A browser in which one of the demo's people is signed in; at the start page. */
  as(person: string, language?: Language): Promise<Page>;
  stop(): Promise<void>;
}

interface Address {
  readonly baseUrl: string;
  readonly portalUrl: string;
  readonly residentUrl: string;
}

interface DemoUser {
  readonly id: string;
  readonly password: string;
  readonly code?: string;
  readonly waitSeconds?: number;
}

const START_MS = 240_000;
const ANY_PORTS = {
  CITYCARD_HTTP_PORT: '0',
  CITYCARD_GATEWAY_PORT: '0',
  CITYCARD_GATEWAY_TLS_PORT: '0',
  CITYCARD_HSM_PORT: '0',
  CITYCARD_PORTAL_PORT: '0',
  CITYCARD_RESIDENT_PORT: '0',
};

export async function startPortalWorld(): Promise<PortalWorld> {
  const built = spawnSync(process.execPath, ['scripts/build-pages.mjs'], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (built.status !== 0) throw new Error('the pages could not be built');
  await mkdir('var', { recursive: true });
  const varDirectory = await mkdtemp(join(process.cwd(), 'var', 'test-portal-'));
  const words = ['--cards', '14', '--purchases', '90', '--seed', '7'];
  const child = spawn(process.execPath, ['--import', 'tsx', 'citycard/start/main.ts', ...words], {
    env: { ...process.env, ...ANY_PORTS, CITYCARD_VAR: varDirectory },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const address = await served(child, varDirectory);
  const browser = await startBrowser();
  const cookies = new Map<string, Awaited<ReturnType<BrowserContext['storageState']>>>();
  const people = JSON.parse(await readFile(join(varDirectory, 'demo', 'people.json'), 'utf8')) as {
    people: Record<string, { token: string }>;
  };

  function newContext(options: BrowserContextOptions): Promise<BrowserContext> {
    return browser.browser.newContext({
      locale: 'zh-CN',
      timezoneId: 'Europe/Lisbon',
      reducedMotion: 'reduce',
      ...options,
    });
  }

  const open: PortalWorld['open'] = async (language = 'zh', viewport = { width: 1280, height: 900 }) => {
    const context = await newContext({ viewport });
    return inLanguage(await context.newPage(), language);
  };

  const as: PortalWorld['as'] = async (person, language = 'zh') => {
    const kept = cookies.get(person);
    const context = await newContext({
      viewport: { width: 1280, height: 900 },
      ...(kept === undefined ? {} : { storageState: kept }),
    });
    const page = await inLanguage(await context.newPage(), language);
    if (kept === undefined) {
      await signIn(page, address.portalUrl, person);
      cookies.set(person, await context.storageState());
    }
    await page.goto(address.portalUrl);
    return page;
  };

  return {
    ...address,
    varDirectory,
    open,
    as,
    http: async (person, method, path, body) => {
      const response = await fetch(new URL(path, address.baseUrl), {
        method,
        headers: {
          authorization: `Bearer ${people.people[person]?.token ?? person}`,
          'idempotency-key': randomUUID(),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
    },
    stop: async () => {
      await browser.stop();
      child.kill('SIGTERM');
      await new Promise((resolve) => (child.exitCode === null ? child.once('close', resolve) : resolve(undefined)));
      await rm(varDirectory, { recursive: true, force: true });
    },
  };
}

/** Waits until the installation has noted where its pages are. */
async function served(child: ChildProcess, varDirectory: string): Promise<Address> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
  const until = Date.now() + START_MS;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`the installation ended with ${child.exitCode}:\n${said}`);
    const address = await noted(varDirectory);
    const { baseUrl, portalUrl, residentUrl } = address;
    if (baseUrl !== undefined && portalUrl !== undefined && residentUrl !== undefined)
      return { baseUrl, portalUrl, residentUrl };
    await sleep(200);
  }
  child.kill('SIGTERM');
  throw new Error(`the installation did not serve its pages in time:\n${said}`);
}

/** What the installation has noted so far; nothing while it is being written. */
async function noted(varDirectory: string): Promise<Partial<Address>> {
  try {
    return JSON.parse(await readFile(join(varDirectory, 'run', 'installation.json'), 'utf8')) as Partial<Address>;
  } catch {
    return {};
  }
}

async function inLanguage(page: Page, language: Language): Promise<Page> {
  watchCalls(page);
  await page.addInitScript(`localStorage.setItem('language', '${language}')`);
  return page;
}

/** As the page does it, with the credentials that a demo shows. A code is good once, so it waits for the next one when it must. */
async function signIn(page: Page, portalUrl: string, person: string): Promise<void> {
  for (;;) {
    const shown = await page.request.get(`${portalUrl}/api/demo-users`);
    const { users } = (await shown.json()) as { users: DemoUser[] };
    const user = users.find(({ id }) => id === person);
    if (user === undefined) throw new Error(`the demo has no user ${person}`);
    if (user.code === undefined) {
      await sleep((user.waitSeconds ?? 1) * 1000);
      continue;
    }
    const answer = await page.request.post(`${portalUrl}/api/v1/sign-in`, {
      headers: { 'x-citycard-portal': '1', origin: portalUrl },
      data: { name: person, password: user.password, code: user.code },
    });
    if (!answer.ok()) throw new Error(`${person} cannot sign in: ${answer.status()} ${await answer.text()}`);
    return;
  }
}
