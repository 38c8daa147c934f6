import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { TestCity } from '../installation.ts';

interface Row {
  readonly route: string;
  readonly roles: string;
}

const ROW = /^\| (GET|POST|PUT|DELETE) `(\/[^`?]*)[^`]*`[^|]*\|(?: ([^|]*) \|)?[^|]*\|$/;
/** Public, and left out of the description: nothing but the page says that they are there. */
const UNDESCRIBED = ['GET /healthz', 'GET /metrics', 'GET /readyz', 'GET /v1/openapi.json'];
/** Somebody of the demo whose role no route asks for: every refusal names the roles that would do. */
const NOBODY = 'custodian-1';

/** What docs/interfaces.md says of routes is what the product has. */
export function routePageTests(city: () => TestCity): void {
  const written = async (): Promise<readonly Row[]> => {
    const page = await readFile(new URL('../../docs/interfaces.md', import.meta.url), 'utf8');
    return page.split('\n').flatMap((line) => {
      const [, method, path, roles] = ROW.exec(line) ?? [];
      return method === undefined ? [] : [{ route: `${method} ${path}`, roles: roles ?? '' }];
    });
  };
  const described = async (): Promise<readonly string[]> => {
    const { body } = await city().http('nobody', 'GET', '/v1/openapi.json');
    return Object.entries(body['paths'] as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
  };

  it('the page of interfaces has every route of the product once, and no other', async () => {
    const routes = [...(await described()), ...UNDESCRIBED];
    expect(routes.length).toBeGreaterThan(150);
    expect((await written()).map(({ route }) => route).toSorted()).toEqual(routes.toSorted());
  });

  it('the page of interfaces names the roles that the product asks for', async () => {
    const wrong: string[] = [];
    let compared = 0;
    for (const { route, roles } of await written()) {
      const [method = '', path = ''] = route.split(' ');
      if (UNDESCRIBED.includes(route)) continue;
      const { status, body } = await city().http(NOBODY, method, filledIn(path));
      // A request that lacks its body is told so before it is told who may send it.
      if (status !== 403) continue;
      const asked = /roles (.*)\.$/.exec(String(body['title']))?.[1] ?? '';
      const named = roles.replace(/,? another person$/, '');
      if (named !== asked) wrong.push(`${route}: the page says ${named}, the product ${asked}`);
      compared += 1;
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(100);
  });
}

/** A path that fits its description: dates as dates, card numbers with 19 digits, anything else a number. */
function filledIn(path: string): string {
  return path
    .replaceAll(/\{(date|businessDate)\}/g, '2026-01-01')
    .replaceAll('{cardNo}', '3104580010000000012')
    .replaceAll('{participantNo}', '904458041119999')
    .replaceAll('{department}', 'public-security')
    .replaceAll(/\{\w+\}/g, '1');
}
