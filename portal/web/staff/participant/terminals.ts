import { api, take } from '../../parts/api.ts';

type Terminals = Awaited<ReturnType<typeof page>>['terminals'];

const page = (cursor: string | undefined) =>
  take(api.GET('/v1/terminals', { params: { query: { limit: 500, ...(cursor !== undefined && { cursor }) } } }));

/** A participant has some thousands of terminals at most. */
const PAGES_AT_MOST = 20;

/** The participant's terminals. */
export async function ownTerminals(): Promise<Terminals> {
  const all: Terminals = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < PAGES_AT_MOST; pages += 1) {
    const got = await page(cursor);
    all.push(...got.terminals);
    cursor = got.cursor;
    if (cursor === undefined) break;
  }
  return all;
}

/** The depot of each terminal: the group it is labelled with. */
export async function depotsByTerminal(): Promise<Map<string, string>> {
  return new Map((await ownTerminals()).map(({ terminalNo, groupName }) => [terminalNo, groupName ?? '']));
}
