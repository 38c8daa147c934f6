import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { look, quiet, violations } from './browser.ts';
import type { PortalWorld } from './world.ts';

/** Pages of each participant of the demo, by the person that acts for it. */
const PAGES: Readonly<Record<string, readonly string[]>> = {
  'bus-clerk': ['', '/uploads', '/records', '/appeals', '/sheets', '/statement', '/cases', '/keys'],
  'agent-clerk': ['', '/journal', '/sheets', '/statement'],
  'water-clerk': ['', '/uploads', '/sheets'],
};
const OTHERS: Readonly<Record<string, string>> = {
  'bus-clerk': 'Load Agent',
  'agent-clerk': 'Bus Company',
  'water-clerk': 'Load Agent',
};

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

  it('objects to a refused record, once; nonsense is told of and what was typed stays', async () => {
    const { http } = world();
    const me = await signedIn();
    const { records } = (await me.get('/v1/own/records?state=refused')) as { records: { appealNo: number | null }[] };
    if (records.length === 0) {
      // A day without refusals has nothing to object to; that is said on the page.
      expect((await me.get('/v1/appeals')) as object).toEqual({ appeals: [] });
      await me.page.context().close();
      return;
    }
    const { page } = me;
    await settled(page, '/records?state=refused');
    await page.getByRole('button', { name: '申诉' }).first().click();
    await page.locator('#appeal-words').fill('。');
    await page.locator('.appeal-form button[type=submit]').click();
    await page.locator('#appeal-wrong', { hasText: '500' }).waitFor();
    await page.locator('#appeal-words').fill('<b>当时</b> 终端还没有收到黑名单。');
    await page.reload();
    await page.getByRole('button', { name: '申诉' }).first().click();
    expect(await page.locator('#appeal-words').inputValue()).toContain('终端还没有收到');
    expect(await violations(page)).toEqual([]);
    await look(page, 'participant-appeal');
    await page.locator('.appeal-form button[type=submit]').click();
    await page.locator('.appeal-form').waitFor({ state: 'detached' });
    await settled(page, '/appeals');
    expect(await page.locator('main').innerText()).toContain('<b>当时</b>');
    const { body } = await http('finance-maker', 'GET', '/v1/appeals?open=true');
    expect(body).toMatchObject({ appeals: [{ participantNo: '904458041110001', state: 'open' }] });
    await page.context().close();
  });

  it('is refused what is another participant’s, whatever it asks for', async () => {
    const { page, get, status } = await signedIn();
    expect(await status('/v1/participants')).toBe(403);
    expect(await status('/v1/held-purchases')).toBe(403);
    expect(await status('/v1/own/records?participantNo=904458060510001')).toBe(422);
    expect(await status('/v1/participants/904458060510001/notices')).toBeGreaterThanOrEqual(400);
    const { files } = (await get('/v1/purchase-files?participantNo=904458041110002')) as {
      files: { participantNo: string }[];
    };
    expect(files.every(({ participantNo }) => participantNo === '904458041110001')).toBe(true);
    const { terminals } = (await get('/v1/terminals?participantNo=904458060510001')) as {
      terminals: { participantNo: string }[];
    };
    expect(terminals.every(({ participantNo }) => participantNo === '904458041110001')).toBe(true);
    await page.context().close();
  });

  /** The bus company's browser, and requests as its pages send them. */
  async function signedIn() {
    const page = await world().as('bus-clerk', 'zh');
    const ask = (path: string) =>
      page.request.get(`${world().portalUrl}/api${path}`, { headers: { 'x-citycard-portal': '1' } });
    return {
      page,
      get: async (path: string): Promise<unknown> => (await ask(path)).json(),
      status: async (path: string) => (await ask(path)).status(),
    };
  }
}
