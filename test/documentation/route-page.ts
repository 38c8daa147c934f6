import { readFile } from 'node:fs/promises';

/** A row of docs/interfaces.md: `POST /v1/cards/{cardNo}/issue`, and the roles it is for, as the page says them. */
export interface RouteRow {
  readonly route: string;
  readonly roles: string;
}

const ROW = /^\| (GET|POST|PUT|DELETE) `(\/[^`?]*)[^`]*`[^|]*\|(?: ([^|]*) \|)?[^|]*\|$/;

/** Every route that the page of interfaces names. */
export async function writtenRoutes(): Promise<readonly RouteRow[]> {
  const page = await readFile(new URL('../../docs/interfaces.md', import.meta.url), 'utf8');
  return page.split('\n').flatMap((line) => {
    const [, method, path, roles] = ROW.exec(line) ?? [];
    return method === undefined ? [] : [{ route: `${method} ${path}`, roles: roles ?? '' }];
  });
}

/** The method and a path that fits its description: dates as dates, card numbers with 19 digits, anything else a number. */
export function filledIn(route: string): { method: string; path: string } {
  const [method = '', path = ''] = route.split(' ');
  return {
    method,
    path: path
      .replaceAll(/\{(date|businessDate)\}/g, '2026-01-01')
      .replaceAll('{cardNo}', '3104580010000000012')
      .replaceAll('{participantNo}', '904458041119999')
      .replaceAll('{department}', 'public-security')
      .replaceAll(/\{\w+\}/g, '1'),
  };
}
