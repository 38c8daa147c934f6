import { addHotlistEntry } from '@citycard/clearing';
import { transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MERCHANT, type RunningEstate, startEstate, type TestTerminal } from '../terminals/running-estate.test-data.ts';
import { Fresh } from './fresh.ts';
import { parameterBlocks } from './parameters.ts';

let estate: RunningEstate;
beforeAll(async () => {
  estate = await startEstate({ demo: true });
});
afterAll(() => estate.stop());

const form = { participantNo: MERCHANT, industry: 1, functions: ['purchase-upload'], macAlgorithm: 'x9.19' };

async function ready(terminalNo: string, groupName?: string): Promise<TestTerminal> {
  await estate.call('platform', 'POST', '/v1/terminals', { ...form, terminalNo, ...(groupName && { groupName }) });
  const { body } = await estate.change('hand-over-keys', { terminals: [terminalNo], transport: 'TRANSPORT' });
  const [key] = body['keys'] as { tmkUnderTransport: string }[];
  const terminal = estate.terminal(terminalNo).load(key?.tmkUnderTransport ?? '');
  expect([await terminal.signOn(), await terminal.echo()]).toEqual(['00', '00']);
  return terminal;
}

const bytes = (hex: string) => Buffer.from(hex, 'hex');
const pair = (first: number, second: number, width: 2 | 4) => {
  const field = Buffer.alloc(4 + width);
  field.writeUInt32BE(first);
  field.writeUIntBE(second, 4, width);
  return field;
};

describe('parameters', () => {
  const limits = {
    loadMaximumFen: 50_000,
    purseCapFen: 100_000,
    uploadIntervalSeconds: 600,
    recordAgeLimitDays: 90,
    hotlistIntervalSeconds: 300,
  };
  const fetch = async (terminal: TestTerminal, block = 0) => {
    const { code, field } = await terminal.ask('360', pair(0, block, 2));
    return {
      code,
      version: field.length < 7 ? 0 : field.readUInt32BE(0),
      last: field[6],
      values: field.subarray(7).toString('hex'),
    };
  };
  const rollOut = (scope: object) =>
    estate.call('platform', 'POST', '/v1/parameter-rollouts', { reason: 'for a test', ...scope });

  it('reach some terminals first, then everybody, and go back', async () => {
    const [north, south] = [await ready('P0000001', 'north'), await ready('P0000002', 'south')];
    expect(await fetch(north)).toEqual({
      code: '00',
      version: 1,
      last: 1,
      values: '0104000186a0' + '0204000186a0' + '030400000384' + '0402005a' + '050400000384',
    });
    const { body } = await estate.change('publish-parameters', limits);
    const version = Number(body['version']);
    expect((await fetch(north)).version).toBe(1);
    expect((await rollOut({ version, groups: ['north'] })).status).toBe(201);
    expect([(await fetch(north)).version, (await fetch(south)).version]).toEqual([version, 1]);
    expect((await north.ask('361', pair(version, 0, 2).subarray(0, 4))).code).toBe('00');
    const rollouts = (await estate.call('auditor', 'GET', '/v1/parameter-rollouts')).body['rollouts'];
    expect((rollouts as object[])[0]).toMatchObject({ version, terminalsDue: 1, terminalsDone: 1 });
    await rollOut({ version, everybody: true });
    expect((await fetch(south)).version).toBe(version);
    await rollOut({ version: 1, terminals: ['P0000002'] });
    expect([(await fetch(north)).version, (await fetch(south)).version]).toEqual([version, 1]);
    expect((await south.ask('361', bytes('00ffffff'))).code).toBe('30');
    const behind = await estate.call('auditor', 'GET', `/v1/terminals?parametersOtherThan=${version}`);
    expect(behind.body['terminals']).toMatchObject([{ terminalNo: 'P0000002' }]);
  });

  it('longer than one block come in several, all of the set the first was of', async () => {
    const terminal = await ready('P0000003');
    const moreTags = [0x10, 0x11, 0x12, 0x13, 0x14].map((tag) => ({ tag, value: 'ab'.repeat(240) }));
    const published = await estate.change('publish-parameters', { ...limits, moreTags });
    const version = Number(published.body['version']);
    await rollOut({ version, everybody: true });
    const first = await fetch(terminal);
    expect(first).toMatchObject({ code: '00', version, last: 0 });
    await rollOut({ version: 1, everybody: true });
    const secondBlock = await fetch(terminal, 1);
    expect(secondBlock).toMatchObject({ code: '00', version, last: 1 });
    expect(first.values.length / 2).toBeLessThanOrEqual(992);
    expect((first.values + secondBlock.values).match(/1[0-4]f0(ab){240}/g)).toHaveLength(5);
    expect((await fetch(terminal, 2)).code).toBe('30');
    expect((await fetch(terminal)).version).toBe(1);
    expect(parameterBlocks({ ...limits, moreTags: [] })).toHaveLength(1);
  });

  it('are refused to nobody in particular, and to nobody at all', async () => {
    expect((await rollOut({ version: 1 })).body['code']).toBe('terminal-gateway.lists.rollout-names-nobody');
    expect((await rollOut({ version: 1, everybody: true, groups: ['x'] })).status).toBe(422);
    expect((await rollOut({ version: 999, everybody: true })).status).toBe(404);
    expect((await estate.change('publish-parameters', { ...limits, loadMaximumFen: -1 })).status).toBe(422);
  });
});

describe('the hotlist', () => {
  const serial = (number: number) => String(number).padStart(20, '0');
  const publish = (from: number, to: number, action: 'add' | 'remove' = 'add') =>
    transact(estate.database.db, async (tx) => {
      for (let number = from; number <= to; number += 1)
        await addHotlistEntry(tx, { action, applicationSerial: serial(number), reason: 'generated', by: 'test' });
    });
  const page = async (terminal: TestTerminal, held: number, index: number) => {
    const { code, field } = await terminal.ask('390', pair(held, index, 4));
    if (field.length === 0) return { code, version: 0, next: 0, more: 0, entries: [] };
    const entries = Array.from({ length: field[9] ?? 0 }, (_, at) => field.toString('hex', 10 + 11 * at, 21 + 11 * at));
    expect(field.length).toBe(10 + 11 * entries.length);
    return { code, version: field.readUInt32BE(0), next: field.readUInt32BE(4), more: field[8], entries };
  };
  /** As the interface says it: all pages from the version held, then 391. */
  const download = async (terminal: TestTerminal, held: number, list: Set<string>) => {
    for (let index = 0; ;) {
      const { code, version, next, more, entries } = await page(terminal, held, index);
      expect(code).toBe('00');
      for (const entry of entries) entry.startsWith('01') ? list.add(entry.slice(2)) : list.delete(entry.slice(2));
      index = next;
      if (more === 1) continue;
      expect((await terminal.ask('391', pair(version, 0, 2).subarray(0, 4))).code).toBe('00');
      return version;
    }
  };

  it('is empty at version 0, then whole and in order over several pages', async () => {
    const terminal = await ready('H0000001');
    expect(await page(terminal, 0, 0)).toEqual({ code: '00', version: 0, next: 0, more: 0, entries: [] });
    await publish(1, 200);
    await publish(7, 7, 'remove');
    const first = await page(terminal, 0, 0);
    expect(first).toMatchObject({ version: 201, next: 89, more: 1 });
    expect(first.entries[0]).toBe(`01${serial(1)}`);
    const list = new Set<string>();
    expect(await download(terminal, 0, list)).toBe(201);
    expect([list.size, list.has(serial(7))]).toEqual([199, false]);
    expect(await page(terminal, 201, 0)).toMatchObject({ version: 201, next: 0, more: 0, entries: [] });
    expect((await page(terminal, 200, 0)).entries).toEqual([`02${serial(7)}`]);
    expect((await page(terminal, 200, 2)).code).toBe('30');
  });

  it('shows at once what was published, however many ask and publish', async () => {
    const terminal = await ready('H0000002');
    const before = (await page(terminal, 0, 0)).version;
    const [, , ...pages] = await Promise.all([
      publish(301, 303),
      publish(311, 313),
      ...Array.from({ length: 12 }, () => page(terminal, before, 0)),
    ]);
    const after = await page(terminal, before, 0);
    expect(after.version).toBe(before + 6);
    // Whatever a page showed while they were publishing is the beginning of what came out.
    for (const { entries } of pages) expect(after.entries.slice(0, entries.length)).toEqual(entries);
  });

  it('is refused to a terminal with a version from the future, with one alarm, and given from the start when it asks so', async () => {
    const terminal = await ready('H0000003');
    const held = 4_000_000;
    const list = new Set([serial(7), serial(9)]);
    expect((await terminal.ask('391', pair(held, 0, 2).subarray(0, 4))).code).toBe('30');
    expect((await page(terminal, held, 0)).code).toBe('30');
    expect((await page(terminal, held, 0)).code).toBe('30');
    const version = await download(terminal, 0, list);
    expect(list.has(serial(7))).toBe(false);
    expect(await page(terminal, version, 0)).toMatchObject({ entries: [] });
    const { rows } = await estate.database.db.query(
      `select subject from clearing.alarm where kind = 'hotlist-version-from-future'`,
    );
    expect(rows).toEqual([{ subject: 'terminal H0000003' }]);
  });

  it('is told from the start to everybody when the database was restored, downloads under way first ending as they began', async () => {
    const [terminal, busy] = [await ready('H0000004'), await ready('H0000005')];
    const version = await download(terminal, 0, new Set());
    await page(busy, 0, 0);
    await publish(400, 500);
    expect(
      (await estate.call('platform', 'POST', '/v1/hotlist/retelling', { reason: 'restored' })).body['terminals'],
    ).toBeGreaterThan(1);
    expect((await page(busy, 10, 89)).entries[0]).toBe(`01${serial(100)}`);
    const retold = new Set<string>();
    await download(terminal, version, retold);
    expect(retold.has(serial(1))).toBe(true);
    expect(await page(terminal, version, 101)).toMatchObject({ entries: [] });
  });

  it('has an age at every terminal', async () => {
    const terminal = await ready('H0000006');
    await download(terminal, 0, new Set());
    const lacking = async (query: string) => {
      const { body } = await estate.call('auditor', 'GET', `/v1/terminals?${query}`);
      return (body['terminals'] as { terminalNo: string }[]).map(({ terminalNo }) => terminalNo);
    };
    expect(await lacking('hotlistOlderThanHours=0')).not.toContain('H0000006');
    await publish(600, 600);
    expect(await lacking('hotlistOlderThanHours=0')).toContain('H0000006');
    expect(await lacking('hotlistOlderThanHours=1')).not.toContain('H0000006');
    await estate.database.db.query(
      `update clearing.hotlist_entry set published_at = published_at - interval '30 hours'`,
    );
    expect(await lacking('hotlistOlderThanHours=24')).toContain('H0000006');
    const ages = (await estate.call('auditor', 'GET', '/v1/hotlist/ages')).body as {
      olderThan: { hours: number; terminals: number }[];
      terminals: number;
      upToDate: number;
    };
    expect(ages.upToDate).toBe(0);
    expect(ages.olderThan.map(({ terminals }) => terminals)).toEqual([
      ages.terminals,
      ages.terminals,
      ages.terminals,
      0,
      0,
    ]);
    const view = (await estate.call('auditor', 'GET', '/v1/terminals/H0000006')).body;
    expect(Date.parse(String(view['hotlistLackingSince']))).toBeLessThan(Date.now() - 29 * 3_600_000);
  });
});

describe('one look for many questions', () => {
  it('never answers with what was seen before the question', async () => {
    let clock = 0;
    const looks: (() => void)[] = [];
    const fresh = new Fresh(async () => {
      const seen = clock;
      await new Promise<void>((resolve) => looks.push(resolve));
      return seen;
    });
    const first = fresh.ask();
    clock = 1;
    const [second, third] = [fresh.ask(), fresh.ask()];
    looks[0]?.();
    expect(await first).toBe(0);
    await new Promise((resolve) => setImmediate(resolve));
    looks[1]?.();
    expect([await second, await third]).toEqual([1, 1]);
    expect(looks).toHaveLength(2);
  });

  it('goes on after a look that failed', async () => {
    let works = false;
    const fresh = new Fresh(() => (works ? Promise.resolve('seen') : Promise.reject(new Error('away'))));
    await expect(fresh.ask()).rejects.toThrow('away');
    works = true;
    expect(await fresh.ask()).toBe('seen');
  });
});
