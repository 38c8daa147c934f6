import { expect, it } from 'vitest';
import type { TestCity } from '../installation.ts';
import { filledIn, writtenRoutes } from './route-page.ts';

/** Public, and left out of the description: nothing but the page says that they are there. */
const UNDESCRIBED = ['GET /healthz', 'GET /metrics', 'GET /readyz', 'GET /v1/openapi.json'];
/** Somebody of the demo whose role no route asks for: every refusal names the roles that would do. */
const NOBODY = 'custodian-1';
/** What the page says of routes that ask for no role. */
const FOR_ALL = ['any valid token', 'everybody, without a token'];

/** What docs/interfaces.md says of routes is what the product has. */
export function routePageTests(city: () => TestCity): void {
  it('the page of interfaces has every route of the product once, and no other', async () => {
    const { body } = await city().http('nobody', 'GET', '/v1/openapi.json');
    const described = Object.entries(body['paths'] as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const written = await writtenRoutes();
    expect(written.length).toBeGreaterThan(150);
    expect(written.map(({ route }) => route).toSorted()).toEqual([...described, ...UNDESCRIBED].toSorted());
  });

  it('the page of interfaces names the roles that the product asks for', async () => {
    const wrong: string[] = [];
    for (const { route, roles } of await writtenRoutes()) {
      if (UNDESCRIBED.includes(route)) continue;
      const { method, path } = filledIn(route);
      const { status, body } = await city().http(NOBODY, method, path);
      if (status !== 403) {
        if (!FOR_ALL.includes(roles)) wrong.push(`${route}: the page says ${roles}, the product asks for no role`);
        continue;
      }
      const asked = /roles (.*)\.$/.exec(String(body['title']))?.[1] ?? '';
      const named = roles.replace(/,? another person$/, '');
      if (named !== asked) wrong.push(`${route}: the page says ${named}, the product ${asked}`);
    }
    expect(wrong).toEqual([]);
  });
}
