import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { errorCatalogue } from '../errors.ts';
import { createLogger } from './logger.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'citycard-log-'));
});
afterAll(() => rm(directory, { recursive: true }));

it('keeps card numbers, identity numbers, keys and passwords out of the log', async () => {
  const destination = path.join(directory, 'deep', 'app.log');
  const logger = createLogger('test', { level: 'info', destination });
  const card = '3101234010000000017';
  const id = '11010519491231002X';
  const secret = 'c0ffee';

  logger.info({ cardNo: card, requests: [{ card_no: card, residentId: id, headers: { authorization: secret } }] });
  logger.info({ text: `card ${card}`, number: BigInt(card), seventeen: 12345678901234567n }, `holder ${id} of ${card}`);
  logger.child({ token: secret }).warn({ key: secret }, `at postgres://me:${secret}@db/x`);
  const { torn } = errorCatalogue('test', { torn: { status: 409, sentence: `Card ${card} was torn.` } });
  logger.error({ err: torn({ cardNo: card, terminal: 'T1' }) }, 'failed');
  logger.error(new Error(`no purse ${card}`));

  const text = await readFile(destination, 'utf8');
  for (const hidden of [card, id, secret]) expect(text).not.toContain(hidden);
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toHaveLength(5);
  expect(lines[1]).toMatchObject({
    level: 'info',
    name: 'test',
    text: 'card ***************0017',
    seventeen: '12345678901234567',
    msg: 'holder **************002X of ***************0017',
  });
  expect(lines[3]).toMatchObject({ err: { type: 'CityCardError', code: 'test.torn', detail: { terminal: 'T1' } } });
});
