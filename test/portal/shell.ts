import { expect, it } from 'vitest';
import { look, violations } from './browser.ts';
import type { PortalWorld } from './world.ts';

/** What holds for every page of staff, whatever its face. */
export function shellTests(world: () => PortalWorld): void {
  it('leads somebody who has not signed in to the page of signing in, in both languages', async () => {
    for (const language of ['zh', 'en'] as const) {
      const page = await world().open(language);
      await page.goto(`${world().portalUrl}/finance`);
      await page.waitForURL(/\/sign-in\?to=/);
      expect(await page.getAttribute('html', 'lang')).toBe(language === 'zh' ? 'zh-CN' : 'en');
      expect(await violations(page)).toEqual([]);
      await look(page, `sign-in-${language}`);
      await page.context().close();
    }
  });

  it('sends scripts and styles from files of its own only', async () => {
    const response = await fetch(world().portalUrl);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    const html = await response.text();
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=/);
  });

  it('shows each person the faces of its roles, and nothing of the others', async () => {
    const page = await world().as('clerk-1', 'en');
    await page.waitForURL(/\/counter/);
    expect(await page.locator('header nav a').allTextContents()).toEqual(['Counter']);
    await page.context().close();
  });
}
