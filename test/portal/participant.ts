import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cityDate } from '@citycard/common';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { look, quiet, violations } from './browser.ts';
import { participantFileTests } from './participant-files.ts';
import type { PortalWorld } from './world.ts';

/** Pages of each participant of the demo, by the person that acts for it. */
const PAGES: Readonly<Record<string, readonly string[]>> = {
  'bus-clerk': ['', '/uploads', '/deliver', '/records', '/appeals', '/sheets', '/statement', '/cases', '/keys'],
  'agent-clerk': ['', '/journal', '/deliver', '/sheets', '/statement'],
  'water-clerk': ['', '/uploads', '/bills', '/sheets'],
};
const OTHERS: Readonly<Record<string, string>> = {
  'bus-clerk': 'Load Agent',
  'agent-clerk': 'Bus Company',
  'water-clerk': 'Load Agent',
};

const BUS = '904458041110001';
/** Delivers its records in files. */
const BUS_TWO = '904458041110002';
const TAXI = '904458041210001';
const AGENT = '904458060510001';
const APPEAL = {
  cardNo: '3104580010000000129',
  index: 0,
  reason: 'tac-right',
  words: 'This record is of somebody else.',
};

const yuan = (fen: number): string =>
  (fen / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** What a bus company, a load agent and the water works see of themselves, and nothing of each other. */
export function participantTests(world: () => PortalWorld): void {
  const settled = async (page: Page, path: string): Promise<void> => {
    await page.goto(`${world().portalUrl}/participant${path}`);
    await page.locator('main h1').waitFor();
    await quiet(page);
    expect(await page.locator('.problem-notice').allTextContents()).toEqual([]);
  };

  for (const [person, paths] of Object.entries(PAGES))
    describe(person, () => {
      for (const language of ['zh', 'en'] as const)
        it(`finds every page whole and readable (${language})`, async () => {
          const page = await world().as(person, language);
          const complaints: string[] = [];
          page.on('pageerror', (error) => complaints.push(error.message));
          for (const path of paths) {
            await settled(page, path);
            expect(await violations(page)).toEqual([]);
            const text = await page.locator('main').innerText();
            // A key that no language has would be shown as it is.
            expect(text).not.toMatch(/participant\.\w+/);
            expect(text).not.toContain(OTHERS[person]);
            await look(page, `participant-${person}${path.replace('/', '-')}-${language}`);
          }
          expect(complaints).toEqual([]);
          await page.context().close();
        });
    });

  it('sees the day of its buses: outcomes, lines and vehicles, as the service has them', async () => {
    const { page, get } = await signedIn();
    const { uploaded, outcomes } = (await get('/v1/own/uploads')) as {
      uploaded: { line: string; vehicle: string }[];
      outcomes: object[];
    };
    expect(uploaded.length).toBeGreaterThan(0);
    expect(outcomes.length).toBeGreaterThan(1);
    await settled(page, '/uploads');
    const text = await page.locator('main').innerText();
    for (const { line, vehicle } of uploaded) {
      expect(text).toContain(line);
      expect(text).toContain(vehicle);
    }
    await page.context().close();
  });

  it('shows a biller the bills paid to it, and an agent its loads, as the services have them', async () => {
    const water = await signedIn('water-clerk');
    const { payments, totals } = (await water.get('/v1/own/bills')) as {
      payments: { receipt: string; amountFen: number }[];
      totals: { amountFen: number };
    };
    expect(payments.length).toBeGreaterThan(0);
    await settled(water.page, '/bills');
    const bills = await water.page.locator('main').innerText();
    for (const { receipt } of payments) expect(bills).toContain(receipt);
    expect(bills).toContain(yuan(totals.amountFen));
    await water.page.context().close();

    const agent = await signedIn('agent-clerk');
    const { lines } = (await agent.get('/v1/own/journal')) as { lines: { loadedFen: number }[] };
    const { balances } = (await agent.get('/v1/own/standing')) as {
      balances: { kind: string; availableFen: number }[];
    };
    expect(lines.length).toBeGreaterThan(0);
    await settled(agent.page, '/journal');
    const journal = await agent.page.locator('main').innerText();
    for (const { loadedFen } of lines) expect(journal).toContain(yuan(loadedFen));
    expect(journal).toContain(yuan(balances.find(({ kind }) => kind === 'agent-prefund')!.availableFen));
    await agent.page.context().close();
  });

  it('finds nothing of another participant by its numbers, on any route of its pages', async () => {
    const { http } = world();
    const opened = await http('clerk-1', 'POST', '/v1/cases', {
      kind: 'load-missing',
      channel: 'counter',
      cardNo: await aCard(),
      occurredOn: cityDate(new Date()),
      amountFen: 1_000,
      participantNo: AGENT,
    });
    expect(opened.status).toBe(201);
    const { caseNo } = opened.body as { caseNo: number };
    const { terminals } = (await http('platform', 'GET', `/v1/terminals?participantNo=${TAXI}`)).body as {
      terminals: { terminalNo: string }[];
    };
    const { files } = (await http('platform', 'GET', `/v1/purchase-files?participantNo=${BUS_TWO}`)).body as {
      files: { fileName: string }[];
    };
    const { uploads } = (await http('platform', 'GET', `/v1/purchase-uploads?participantNo=${BUS_TWO}`)).body as {
      uploads: { uploadId: number }[];
    };
    const { certificates } = (await http('platform', 'GET', '/v1/certificates?limit=200')).body as {
      certificates: { serial: string; cn: string }[];
    };
    const serial = certificates.find(({ cn }) => cn === BUS_TWO)?.serial;
    const day = cityDate(new Date());
    const theirs: readonly (readonly [method: string, path: string, body?: object])[] = [
      ['GET', `/v1/terminals/${terminals[0]!.terminalNo}`],
      ['GET', `/v1/purchase-files/${files[0]!.fileName}`],
      ['GET', `/v1/purchase-files/${files[0]!.fileName}/outcomes`],
      ['GET', `/v1/purchase-uploads/${uploads[0]!.uploadId}`],
      ['PUT', `/v1/purchase-uploads/${uploads[0]!.uploadId}/content`],
      ['GET', `/v1/operator-answers/SS-${BUS_TWO}-00001`],
      ['GET', `/v1/cases/${caseNo}`],
      ['POST', `/v1/cases/${caseNo}/answer`, { finding: 'agrees', answer: 'It is ours to say.' }],
      ['GET', `/v1/reports/${day}/settlement-sheet/pdf?subject=${AGENT}`],
      ['GET', `/v1/participants/${AGENT}/notices`],
      ['POST', `/v1/certificates/${serial}/renewal`, { csrPem: 'x' }],
      ['POST', '/v1/appeals', { ...APPEAL, intakeId: '1', businessDate: day }],
      ['GET', '/v1/participants'],
      ['GET', '/v1/held-purchases'],
      ['GET', `/v1/own/records?participantNo=${AGENT}`],
    ];
    for (const [method, path, body] of theirs) {
      const answer = await http('bus-clerk', method, path, body);
      expect([method, path, answer.status, [403, 404, 422].includes(answer.status)]).toEqual([
        method,
        path,
        answer.status,
        true,
      ]);
      // Numbers that anybody could count up tell nothing, not even that there is such a thing.
      if (/terminals|purchase-|answers\/|cases/.test(path) && method === 'GET')
        expect([path, answer.status]).toEqual([path, 404]);
    }
    const lists: readonly (readonly [string, string])[] = [
      [`/v1/purchase-files?participantNo=${BUS_TWO}`, 'files'],
      [`/v1/purchase-uploads?participantNo=${BUS_TWO}`, 'uploads'],
      [`/v1/operator-answers?participantNo=${BUS_TWO}`, 'answers'],
      [`/v1/terminals?participantNo=${AGENT}`, 'terminals'],
      [`/v1/cases?participantNo=${AGENT}`, 'cases'],
      [`/v1/appeals?participantNo=${AGENT}`, 'appeals'],
    ];
    for (const [path, name] of lists) {
      const { status, body } = await http('bus-clerk', 'GET', path);
      if (status === 422) continue;
      const rows = (body as Record<string, { participantNo: string }[]>)[name]!;
      expect([path, rows.every(({ participantNo }) => participantNo === BUS)]).toEqual([path, true]);
    }
  });

  participantFileTests(world);

  /** The bus company's browser, and requests as its pages send them. */
  async function signedIn(person = 'bus-clerk') {
    const page = await world().as(person, 'zh');
    const ask = (path: string) =>
      page.request.get(`${world().portalUrl}/api${path}`, { headers: { 'x-citycard-portal': '1' } });
    return {
      page,
      get: async (path: string): Promise<unknown> => (await ask(path)).json(),
    };
  }

  /** A card of the played day. */
  async function aCard(): Promise<string> {
    const file = join(world().varDirectory, 'demo', 'played.json');
    const { cards } = JSON.parse(await readFile(file, 'utf8')) as { cards: { cardNo: string }[] };
    return cards[7]!.cardNo;
  }
}
