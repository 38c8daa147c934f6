import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import packedChromium from '@sparticuz/chromium';
import { type Browser, chromium, type Page, type Request } from 'playwright-core';

const require = createRequire(import.meta.url);

/** A real browser out of an npm package, with the Chinese typeface the reports use: neither is taken from the machine. */
export async function startBrowser(): Promise<{ readonly browser: Browser; stop(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'citycard-fonts-'));
  const file = join(directory, 'fonts.conf');
  const fonts = join(dirname(require.resolve('@expo-google-fonts/noto-sans-sc/package.json')), '400Regular');
  await writeFile(
    file,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${fonts}</dir><cachedir>${directory}</cachedir></fontconfig>`,
  );
  const browser = await chromium.launch({
    executablePath: await packedChromium.executablePath(),
    // Not the package's own list: it switches off what protects pages from each other.
    args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none', '--lang=zh-CN'],
    env: { ...process.env, FONTCONFIG_FILE: file },
  });
  return {
    browser,
    stop: async () => {
      await browser.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const axeSource = readFile(require.resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

interface AxeRun {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/** What axe finds against WCAG 2.2 AA on the page as it is now; empty when all is well. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(await axeSource);
  const run = await page.evaluate<AxeRun, string[]>(
    (tags) =>
      (globalThis as unknown as { axe: { run(where: unknown, how: object): Promise<AxeRun> } }).axe.run(
        { exclude: [] },
        { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] },
      ),
    RULES,
  );
  return run.violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help} – ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`),
  );
}

/** A picture for somebody to look at, when SCREENSHOTS names a folder. */
export async function look(page: Page, name: string): Promise<void> {
  const directory = process.env['SCREENSHOTS'];
  if (directory === undefined || directory === '') return;
  await mkdir(directory, { recursive: true });
  await page.screenshot({ path: join(directory, `${name}.png`), fullPage: true });
}

const callsUnderWay = new WeakMap<Page, { open: number; changedAt: number }>();
const QUIET_MS = 80;
const LONGEST_WAIT_MS = 20_000;

/** Counts what a page asks the services, so that {@link quiet} knows when it has its answers. */
export function watchCalls(page: Page): void {
  const calls = { open: 0, changedAt: Date.now() };
  callsUnderWay.set(page, calls);
  const change = (by: number) => (request: Request) => {
    // What a page made itself is not asked of anybody, and its end is not always told.
    if (!request.url().startsWith('http')) return;
    calls.open = Math.max(0, calls.open + by);
    calls.changedAt = Date.now();
  };
  page.on('request', change(1));
  page.on('requestfinished', change(-1));
  page.on('requestfailed', change(-1));
}

/** Resolves when a page has asked nothing for a moment and waits for nothing. */
export async function quiet(page: Page): Promise<void> {
  const until = Date.now() + LONGEST_WAIT_MS;
  const calls = callsUnderWay.get(page);
  while (calls !== undefined && Date.now() < until) {
    if (calls.open === 0 && Date.now() - calls.changedAt >= QUIET_MS) return;
    await page.waitForTimeout(20);
  }
}
