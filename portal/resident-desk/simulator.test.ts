import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@citycard/common';
import { expect, it } from 'vitest';
import { startResidentDesk } from './desk.ts';

it('plays the gateway of notices: each reference once, the newest first, and never more than a page of them', async () => {
  const pagesDirectory = await mkdtemp(join(tmpdir(), 'citycard-simulator-'));
  const desk = await startResidentDesk({
    host: '127.0.0.1',
    port: 0,
    serviceUrl: 'http://127.0.0.1:1',
    token: 'x'.repeat(40),
    simulator: true,
    logger: createLogger('test', { level: 'silent' }),
    pagesDirectory,
  });
  const hand = (reference: string, to = '13800000000') =>
    fetch(new URL('/simulator/notices', desk.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ reference, to, text: `for ${reference}` }),
    });
  const seen = async () =>
    ((await (await fetch(new URL('/simulator/notices', desk.url))).json()) as { notices: { reference: string }[] })
      .notices;
  try {
    for (const reference of ['a', 'b', 'a']) expect((await hand(reference)).status).toBe(200);
    expect(await seen()).toMatchObject([{ reference: 'b', text: 'for b' }, { reference: 'a' }]);
    expect((await hand('c', 'nobody')).status).toBe(422);
    for (let each = 0; each < 40; each += 1) await hand(`n${each}`);
    expect((await seen()).map(({ reference }) => reference)).toEqual(
      Array.from({ length: 30 }, (_, at) => `n${39 - at}`),
    );
  } finally {
    await desk.stop();
    await rm(pagesDirectory, { recursive: true, force: true });
  }
});
