import type { Page } from 'playwright-core';
import type { PortalWorld } from './world.ts';

interface Shown {
  readonly id: string;
  readonly password: string;
  readonly code?: string;
}

/** What a demo shows of one of its people, with a code that is good now; waits for the next one when it must. */
export async function goodCode(page: Page, world: PortalWorld, person: string): Promise<Required<Shown>> {
  for (;;) {
    const answer = await page.request.get(`${world.portalUrl}/api/demo-users`);
    const { users } = (await answer.json()) as { users: Shown[] };
    const user = users.find(({ id }) => id === person);
    if (user === undefined) throw new Error(`the demo has no user ${person}`);
    const { code } = user;
    if (code !== undefined) return { ...user, code };
    await page.waitForTimeout(2_000);
  }
}

/**
 * Sees an approval through whose last button was pressed: a certificate is made on this computer when there is none yet, a fresh
 * code is given when the last is too old. Comes back when every dialog is closed.
 */
export async function signAsAsked(page: Page, world: PortalWorld, person: string): Promise<void> {
  const certificate = page.locator('[data-act="make-certificate"]');
  const code = page.locator('input[name=step-up-code]');
  const dialogs = page.getByRole('dialog');
  for (let calm = 0; calm < 4;) {
    await page.waitForTimeout(250);
    if (await code.isVisible()) {
      await code.fill((await goodCode(page, world, person)).code);
      await code.press('Enter');
      await code.waitFor({ state: 'hidden' });
    } else if (await certificate.isVisible()) {
      // Pressed already, it is busy or about to go.
      await certificate.click({ timeout: 1_000 }).catch(() => undefined);
    }
    calm = (await dialogs.count()) === 0 ? calm + 1 : 0;
  }
}
