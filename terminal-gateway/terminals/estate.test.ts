import { participantOfSam } from '@citycard/clearing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TERMINAL_TRANSITIONS } from './status.ts';
import { MODEL_TRANSITIONS } from './models.ts';
import { flushSeen } from './last-seen.ts';
import { formKey, MERCHANT, OTHER_MERCHANT, type RunningEstate, startEstate } from './running-estate.test-data.ts';

let estate: RunningEstate;
beforeAll(async () => {
  estate = await startEstate({ demo: false });
  estate.reports.set('POS-1/1.0', 41n);
  await estate.call('platform', 'POST', '/v1/terminal-models', {
    model: 'POS-1',
    softwareVersion: '1.0',
    maker: 'Test maker',
  });
  await estate.change('activate-model', { model: 'POS-1', softwareVersion: '1.0' });
});
afterAll(() => estate.stop());

const form = {
  participantNo: MERCHANT,
  industry: 1,
  functions: ['purchase-upload', 'enquiry'],
  macAlgorithm: 'x9.19',
  model: 'POS-1',
};
const register = (terminalNo: string, more: object = {}) =>
  estate.call('platform', 'POST', '/v1/terminals', { ...form, terminalNo, ...more });
const show = async (terminalNo: string) => (await estate.call('platform', 'GET', `/v1/terminals/${terminalNo}`)).body;

/** A terminal that has signed on and been answered. */
async function keyed(terminalNo: string, more: object = {}) {
  await register(terminalNo, more);
  const { body } = await estate.change('hand-over-keys', { terminals: [terminalNo], transport: 'TRANSPORT' });
  const [key] = body['keys'] as { tmkUnderTransport: string; kcv: string }[];
  const terminal = estate.terminal(terminalNo).load(key?.tmkUnderTransport ?? '');
  expect(await terminal.signOn()).toBe('00');
  expect(await terminal.echo()).toBe('00');
  return terminal;
}

describe('registering', () => {
  it('refuses with a sentence what cannot be', async () => {
    expect((await register('T0000001', { samNo: '370799000001' })).status).toBe(201);
    for (const [code, more] of [
      ['terminal-gateway.terminal-exists', { terminalNo: 'T0000001' }],
      ['terminal-gateway.estate.participant-unknown', { participantNo: 'NOBODY' }],
      ['terminal-gateway.estate.model-unknown', { model: 'POS-9' }],
      ['terminal-gateway.estate.model-missing', { model: undefined }],
      ['terminal-gateway.estate.sam-in-use', { samNo: '370799000001' }],
      ['terminal-gateway.mac-too-weak', { functions: ['load'], macAlgorithm: 'ecb' }],
      ['http.invalid', { terminalNo: 'T1' }],
    ] as const) {
      const { body } = await register('T0000002', more);
      expect([code, body['code']]).toEqual([code, code]);
    }
    expect((await register('T0000003', { functions: ['load'], macAlgorithm: 'ecb', tlsOnly: true })).status).toBe(201);
  });

  it('waits for software of the model to be accepted', async () => {
    await estate.call('platform', 'POST', '/v1/terminal-models', {
      model: 'POS-2',
      softwareVersion: '0.9',
      maker: 'Test maker',
    });
    expect((await register('T0000004', { model: 'POS-2' })).body['code']).toBe(
      'terminal-gateway.estate.model-not-accepted',
    );
    const activate = () => estate.change('activate-model', { model: 'POS-2', softwareVersion: '0.9' });
    expect((await activate()).body['code']).toBe('terminal-gateway.estate.report-missing');
    estate.reports.set('POS-2/0.9', 42n);
    expect((await activate()).body).toMatchObject({ state: 'production', reportNo: 42 });
    expect((await register('T0000004', { model: 'POS-2' })).status).toBe(201);
    expect((await activate()).body['code']).toBe('terminal-gateway.estate.model-state');
  });

  const row = (terminalNo: string, more: object = {}) => ({
    ...form,
    functions: 'purchase-upload|enquiry',
    terminalNo,
    ...more,
  });
  const bulk = async (allOrNothing: boolean, rows: object[]) =>
    (await estate.call('platform', 'POST', '/v1/terminal-registrations', { allOrNothing, rows })).body;

  it('of many names each bad row and takes the others, or none', async () => {
    const rows = [
      row('M0000001'),
      row('M000 002'),
      row('M0000001'),
      row('M0000003', { industry: '999' }),
      row('M0000004', { samNo: '370799000001' }),
      row('M0000005', { colour: 'red' }),
      row('M0000006', { industry: '2', groupName: 'north' }),
    ];
    const wrong = { rows: 7, refused: 5 };
    expect(await bulk(true, rows)).toMatchObject({ ...wrong, registered: 0 });
    expect((await show('M0000001'))['code']).toBe('terminal-gateway.terminal-unknown');
    const taken = await bulk(false, rows);
    expect(taken).toMatchObject({ ...wrong, registered: 2 });
    expect(
      (taken['bad'] as { row: number; code: string }[]).map(({ row: no, code }) => `${no} ${code.split('.').at(-1)}`),
    ).toEqual(['2 malformed', '3 named-twice', '4 malformed', '5 sam-in-use', '6 malformed']);
    // The list again: what is there stays as it is.
    expect(await bulk(false, [row('M0000001'), row('M0000007')])).toMatchObject({
      registered: 1,
      unchanged: 1,
      refused: 0,
    });
    expect(await bulk(true, [row('M0000001', { industry: 3 })])).toMatchObject({ registered: 0, refused: 1 });
  });
});

describe('the master key', () => {
  it('leaves by the word of two officers, once, under the transport key', async () => {
    await register('K0000001');
    const order = {
      kind: 'hand-over-keys',
      content: { terminals: ['K0000001'], transport: 'TRANSPORT' },
      reason: 'for a test',
    };
    const proposed = await estate.call('platform', 'POST', '/v1/terminal-changes', order);
    const approval = `/v1/terminal-changes/${String(proposed.body['changeNo'])}/approval`;
    expect((await estate.call('platform', 'POST', approval)).body['code']).toBe('identity.same-person');
    const handed = await estate.call('platform-2', 'POST', approval);
    expect(handed.status).toBe(200);
    expect((await estate.call('platform-2', 'POST', approval)).body['code']).toBe(
      'terminal-gateway.estate.change-decided',
    );
    const again = await estate.call('platform', 'POST', '/v1/terminal-changes', order);
    expect(again.body['code']).toBe('terminal-gateway.key-handed-over');
    const stored = await estate.database.db.query(`select content::text as text from gateway.terminal_change`);
    const [key] = handed.body['keys'] as { tmkUnderTransport: string }[];
    expect(JSON.stringify(stored.rows)).not.toContain(key?.tmkUnderTransport);
  });

  it('is replaced while the old one works on, until the new one is known to be loaded', async () => {
    const terminal = await keyed('K0000002');
    const { body } = await estate.change('hand-over-keys', {
      terminals: ['K0000002'],
      transport: 'TRANSPORT',
      replace: true,
    });
    const [key] = body['keys'] as { tmkUnderTransport: string; kcv: string }[];
    expect(await terminal.echo()).toBe('00');
    expect(await terminal.signOn()).toBe('00');
    const confirm = (kcv: string) =>
      estate.call('platform', 'POST', '/v1/terminals/K0000002/key-confirmation', { kcv });
    expect((await confirm('000000')).body['code']).toBe('terminal-gateway.estate.key-value-differs');
    expect(await terminal.echo()).toBe('00');
    expect((await confirm(key?.kcv ?? '')).status).toBe(204);
    expect(await terminal.echo()).toBe('A0');
    terminal.load(key?.tmkUnderTransport ?? '');
    expect([await terminal.signOn(), await terminal.echo()]).toEqual(['00', '00']);
    expect((await confirm(key?.kcv ?? '')).body['code']).toBe('terminal-gateway.estate.no-key-waiting');
  });

  it('may be one that custodians have formed of components', async () => {
    await register('K0000003');
    const key = Buffer.from('89abcdef012345670f1e2d3c4b5a6978', 'hex');
    const adopt = () => estate.change('adopt-key', { terminalNo: 'K0000003', key: 'TMK-K0000003' });
    expect((await adopt()).body['code']).toBe('terminal-gateway.estate.ceremony-key-unfit');
    await formKey(estate.hsm, 'TMK-K0000003', 'terminal-master', key);
    expect((await adopt()).status).toBe(200);
    const terminal = estate.terminal('K0000003').loadClear(key);
    expect([await terminal.signOn(), await terminal.echo()]).toEqual(['00', '00']);
  });
});

describe('a terminal in service', () => {
  it('says its software when it signs on; it counts from the first right message', async () => {
    const terminal = await keyed('S0000001');
    expect(await terminal.signOn('POS-1/1.0 night build')).toBe('00');
    expect(await show('S0000001')).toMatchObject({ software: 'TEST-1/1.0 generated', softwareState: 'unknown' });
    expect(await terminal.echo()).toBe('00');
    await flushSeen(estate.database.db);
    const view = await show('S0000001');
    expect(view).toMatchObject({ software: 'POS-1/1.0 night build', softwareState: 'production' });
    expect(Date.now() - Date.parse(String(view['lastSeenAt']))).toBeLessThan(60_000);
  });

  it('is not known while suspended, and for good when retired', async () => {
    const terminal = await keyed('S0000002', { samNo: '370799000002' });
    const step = (name: string, body: object) =>
      estate.call('platform', 'POST', `/v1/terminals/S0000002/${name}`, body);
    expect((await step('suspension', { reason: 'stolen from the depot' })).status).toBe(204);
    expect([await terminal.echo(), await terminal.signOn()]).toEqual(['97', '97']);
    expect((await step('suspension', { reason: 'once more' })).body['code']).toBe(
      'terminal-gateway.estate.status-final',
    );
    expect((await estate.change('resume', { terminalNo: 'S0000002' })).status).toBe(200);
    expect(await terminal.echo()).toBe('00');
    expect((await step('retirement', { reason: 'scrapped', replacedBy: 'NOBODY01' })).status).toBe(409);
    await register('S0000003');
    expect((await step('retirement', { reason: 'scrapped', replacedBy: 'S0000003' })).status).toBe(204);
    expect(await terminal.echo()).toBe('97');
    expect(await show('S0000002')).toMatchObject({ status: 'retired', replacedBy: 'S0000003', tmkKcv: null });
    expect((await estate.change('resume', { terminalNo: 'S0000002' })).body['code']).toBe(
      'terminal-gateway.estate.status-final',
    );
    expect((await register('S0000002')).status).toBe(409);
    expect(await participantOfSam(estate.database.db, '370799000002', new Date(Date.now() + 1000))).toBeUndefined();
    // The SAM may go into another terminal.
    expect(
      (await estate.call('platform', 'POST', '/v1/terminals/S0000003/sam', { samNo: '370799000002' })).status,
    ).toBe(204);
  });

  it('of another merchant is answered 03; moved, it belongs to him from then on, its SAM too', async () => {
    const terminal = await keyed('S0000004', { samNo: '370799000004' });
    const before = new Date();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const move = { terminalNo: 'S0000004', participantNo: OTHER_MERCHANT, industry: 2 };
    expect((await estate.change('move', move)).status).toBe(200);
    expect(await terminal.echo()).toBe('03');
    const { db } = estate.database;
    expect((await participantOfSam(db, '370799000004', before))?.participantNo).toBe(MERCHANT);
    expect((await participantOfSam(db, '370799000004', new Date(Date.now() + 1000)))?.participantNo).toBe(
      OTHER_MERCHANT,
    );
    const history = await estate.call('platform', 'GET', '/v1/terminals/S0000004/history');
    expect((history.body['assignments'] as object[]).length).toBe(2);
    expect((await estate.change('move', move)).body['code']).toBe('terminal-gateway.estate.nothing-changes');
  });

  it('for TLS only is not known on plain TCP', async () => {
    const terminal = await keyed('S0000005');
    const provision = { terminalNo: 'S0000005', functions: ['load'], macAlgorithm: 'ecb' };
    expect((await estate.change('provision', provision)).body['code']).toBe('terminal-gateway.mac-too-weak');
    expect((await estate.change('provision', { ...provision, macAlgorithm: 'x9.19', tlsOnly: true })).status).toBe(200);
    expect(await terminal.echo()).toBe('97');
  });
});

describe('the list', () => {
  it('is read page by page and by what is asked for; partners see their own', async () => {
    const list = async (person: string, query: string) =>
      (await estate.call(person, 'GET', `/v1/terminals?${query}`)).body as {
        terminals: { terminalNo: string }[];
        cursor?: string;
      };
    const numbers: string[] = [];
    for (let query = 'limit=2&industry=1'; ;) {
      const page = await list('auditor', query);
      numbers.push(...page.terminals.map(({ terminalNo }) => terminalNo));
      if (page.cursor === undefined) break;
      query = `limit=2&industry=1&cursor=${page.cursor}`;
    }
    expect(numbers).toEqual([...new Set(numbers)].sort());
    expect(numbers).toContain('T0000001');
    expect((await list('auditor', 'status=retired')).terminals).toMatchObject([{ terminalNo: 'S0000002' }]);
    expect((await list('auditor', 'groupName=north')).terminals).toMatchObject([{ terminalNo: 'M0000006' }]);
    expect((await list('operator', 'industry=2')).terminals).toMatchObject([{ terminalNo: 'M0000006' }]);
    expect((await estate.call('operator', 'GET', '/v1/terminals/S0000004')).status).toBe(404);
    expect((await estate.call('auditor', 'GET', '/v1/terminals?cursor=eA')).status).toBe(422);
  });

  it('has entity tags: a change made on an old view is refused', async () => {
    const { headers } = await estate.call('platform', 'GET', '/v1/terminals/T0000001');
    const tag = String(headers['etag']);
    expect(
      (await estate.call('platform', 'GET', '/v1/terminals/T0000001', undefined, { 'if-none-match': tag })).status,
    ).toBe(304);
    const label = () =>
      estate.call('platform', 'PUT', '/v1/terminals/T0000001/labels', { groupName: 'south' }, { 'if-match': tag });
    expect((await label()).status).toBe(204);
    expect((await label()).status).toBe(412);
  });
});

it('states change by their tables and no other way', () => {
  expect(TERMINAL_TRANSITIONS).toEqual({
    active: ['suspended', 'retired'],
    suspended: ['active', 'retired'],
    retired: [],
  });
  expect(MODEL_TRANSITIONS).toEqual({ test: ['production', 'withdrawn'], production: ['withdrawn'], withdrawn: [] });
});
