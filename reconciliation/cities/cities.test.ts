import { randomBytes } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  accountBalance,
  decodeCcirRow,
  decodeFileHeader,
  validateReceived,
  verifyDetachedCms,
} from '@citycard/clearing';
import {
  createHttpServer,
  createLogger,
  createPrincipal,
  type Database,
  openJobSystem,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerReconciliationRoutes } from '../index.ts';
import type { DeliveredCityFile } from './delivery.ts';
import { exchangeWithCity, listCityFiles, readCityFile, takeCityFile } from './exchange.ts';
import { exportRouted } from './purchases-out.ts';
import { registerCityExchange } from './runs/jobs.ts';
import { runExchange } from './runs/run.ts';
import { listExchanges, orderExchange } from './runs/standing.ts';
import {
  agreeOn,
  type Answer,
  answers,
  BUS,
  countFrom,
  load,
  newCard,
  outcomes,
  purse,
  QINGDAO,
  receivable,
  routed,
  sequenceOf,
  startNeighbours,
  tap,
  theirFile,
  TODAY,
} from './cities.test-data.ts';

let db: Database;
let deps: Awaited<ReturnType<typeof startNeighbours>>;
beforeAll(async () => {
  deps = await startNeighbours();
  ({ db } = deps);
});
afterAll(() => deps.stop());

describe('purchases with cards of a neighbour', () => {
  it('travel once, signed, in files whose numbers have no holes', async () => {
    const { records } = await routed([100, 0, 250]);
    const files = await exchangeWithCity(deps, '4520');
    expect(files).toMatchObject([{ kind: 'ccip', records: 3, amountFen: 350n }]);
    const { content, signature } = await readCityFile(db, '4520', files[0]!.name);
    expect(decodeFileHeader(content, 'CCIP')).toMatchObject({
      ok: true,
      header: { sender: '45804520', count: 3, totalFen: 350n, sequence: 1, businessDate: TODAY },
    });
    expect(content.subarray(64)).toEqual(Buffer.concat(records));
    const asked = { content, signatureDer: signature, expectedCn: '4580', at: new Date() };
    expect(await verifyDetachedCms(db, asked)).toMatchObject({ ok: true });

    expect(await exchangeWithCity(deps, '4520')).toEqual([]);
    await routed([70]);
    const both = await Promise.all([exchangeWithCity(deps, '4520'), exchangeWithCity(deps, '4520')]);
    expect(both.flat().map(({ name }) => sequenceOf(name))).toEqual([2]);
  });

  it('wait for their signature when the HSM was gone, and are not shown before', async () => {
    await routed([10]);
    const before = await listCityFiles(db, '4520', 'out');
    expect(await exportRouted(deps, '4520')).toBe(1);
    expect(await listCityFiles(db, '4520', 'out')).toEqual(before);
    expect(await exchangeWithCity(deps, '4520')).toMatchObject([{ records: 1, amountFen: 10n }]);
    expect(await listCityFiles(db, '4520', 'out')).toHaveLength(before.length + 1);
  });

  it('are not sent to a city we have no agreement with', async () => {
    await expect(exchangeWithCity(deps, '4530')).rejects.toMatchObject({ code: 'cities.city-unknown' });
    await expect(exchangeWithCity(deps, '4580')).rejects.toMatchObject({ code: 'cities.city-unknown' });
  });
});

describe('answers of the neighbour', () => {
  let intakeId: bigint;
  let ccip: number;
  beforeAll(async () => {
    ({ intakeId } = await routed([100, 200, 400]));
    ccip = sequenceOf((await exchangeWithCity(deps, '4520'))[0]?.name);
  });

  it('that are wrong in any way are refused whole', async () => {
    const right: Answer[] = [
      [ccip, 0, '00', 100],
      [ccip, 1, '0F'],
      [ccip, 2, '01'],
    ];
    const refused = async (file: DeliveredCityFile | Promise<DeliveredCityFile>, code: string) => {
      await expect(takeCityFile(deps, await file)).rejects.toMatchObject({ code: `cities.${code}` });
      countFrom(100);
    };
    countFrom(100);
    await refused(answers(right, { signedBy: '4530' }), 'signature-bad');
    await refused({ ...(await answers(right)), signature: Buffer.from('none') }, 'signature-bad');
    const other = { ...(await answers(right)), content: (await answers(right, { total: 101n })).content };
    await refused(other, 'name-and-header-differ');
    await refused(answers(right, { to: '4520', from: '4580', signedBy: '4520' }), 'not-for-us');
    await refused(answers(right, { from: '4530' }), 'city-unknown');
    await refused({ ...(await answers(right)), deliveredBy: BUS }, 'not-your-city');
    await refused({ ...(await answers(right)), name: '../4520.ccir' }, 'name-bad');
    await refused(answers(right, { total: 99n }), 'total-bad');
    await refused(answers(right, { count: 4 }), 'length-bad');
    await refused(answers(right.slice(0, 2)), 'rows-incomplete');
    await refused(answers([right[1]!, right[0]!, right[2]!]), 'rows-incomplete');
    await refused(answers([right[0]!, right[0]!, right[2]!]), 'row-answered');
    await refused(answers([...right, [ccip, 3, '00', 5]]), 'row-never-sent');
    await refused(answers([[ccip + 50, 0, '00', 100]]), 'row-never-sent');
    await refused(answers([[ccip, 0, '00', 99], right[1]!, right[2]!]), 'row-bad');
    await refused(answers([[ccip, 0, '01', 100], right[1]!, right[2]!]), 'row-bad');
    const unknownOutcome = Buffer.from('00000001000000006300000000000000', 'hex');
    await refused(theirFile('CCIR', [unknownOutcome], 0n), 'row-bad');
    expect(await outcomes(intakeId)).toEqual(['routed', 'routed', 'routed']);
    expect(await listCityFiles(db, '4520', 'in')).toEqual([]);
  });

  it('decide every row, and a held one again, once', async () => {
    const before = await receivable();
    const first = await answers([
      [ccip, 0, '00', 100],
      [ccip, 1, '0F'],
      [ccip, 2, '01'],
    ]);
    expect(await takeCityFile(deps, first)).toMatchObject({ status: 'accepted', records: 3, amountFen: 100n });
    expect(await outcomes(intakeId)).toEqual(['accepted', 'suspicious 0F', 'rejected 01']);
    expect(await receivable()).toBe(before + 100n);

    expect(await takeCityFile(deps, first)).toMatchObject({ status: 'repeat', records: 3 });
    const sequence = sequenceOf(first.name);
    await expect(takeCityFile(deps, await answers([[ccip, 1, '00', 200]], { sequence }))).rejects.toMatchObject({
      code: 'cities.other-content',
      status: 409,
    });
    const code = async (rows: Answer[]) => {
      const result = await takeCityFile(deps, await answers(rows)).catch((error: { code: string }) => error);
      return 'code' in result ? result.code : result.status;
    };
    expect(await code([[ccip, 0, '00', 100]])).toBe('cities.row-answered');
    expect(await code([[ccip, 1, '0F']])).toBe('cities.row-answered');
    expect(await code([[ccip, 1, '00', 200]])).toBe('accepted');
    expect(await code([[ccip, 1, '00', 200]])).toBe('cities.row-answered');
    expect(await outcomes(intakeId)).toEqual(['accepted', 'accepted', 'rejected 01']);
    expect(await receivable()).toBe(before + 300n);
  });

  it('arriving several times at once count once', async () => {
    const { intakeId: another } = await routed([33]);
    const sent = sequenceOf((await exchangeWithCity(deps, '4520'))[0]?.name);
    const before = await receivable();
    const file = await answers([[sent, 0, '00', 33]]);
    const results = await Promise.all([1, 2, 3].map(() => takeCityFile(deps, file)));
    expect(results.map(({ status }) => status).sort()).toEqual(['accepted', 'repeat', 'repeat']);
    expect(await outcomes(another)).toEqual(['accepted']);
    expect(await receivable()).toBe(before + 33n);
  });
});

describe('purchases of our cards at the neighbour', () => {
  const rowsOf = (content: Buffer) =>
    Array.from({ length: (content.length - 64) / 16 }, (_, index) =>
      decodeCcirRow(content.subarray(64 + index * 16, 80 + index * 16)),
    );

  it('are answered when all are decided, and held ones again when they are', async () => {
    const [rich, poor] = [await purse(1_000), await purse(50)];
    const records = [tap(rich, 300), tap(rich, 40, { tac: randomBytes(4) }), tap(poor, 60), tap(newCard('4530'), 5)];
    const file = await theirFile('CCIP', records, 405n);
    expect(await takeCityFile(deps, file)).toMatchObject({
      status: 'accepted',
      kind: 'ccip',
      records: 4,
      amountFen: 405n,
    });
    expect(await takeCityFile(deps, file)).toMatchObject({ status: 'repeat', kind: 'ccip' });
    // Not before every row is decided.
    expect(await exchangeWithCity(deps, '4520')).toEqual([]);
    await validateReceived(deps);
    const [first] = await exchangeWithCity(deps, '4520');
    expect(first).toMatchObject({ kind: 'ccir', records: 4, amountFen: 300n });
    const { content, signature } = await readCityFile(db, '4520', first!.name);
    const ccipSequence = sequenceOf(file.name);
    expect(rowsOf(content)).toEqual([
      { ccipSequence, index: 0, outcome: '00', acceptedFen: 300n },
      { ccipSequence, index: 1, outcome: '01', acceptedFen: 0n },
      { ccipSequence, index: 2, outcome: '0F', acceptedFen: 0n },
      { ccipSequence, index: 3, outcome: '0A', acceptedFen: 0n },
    ]);
    const asked = { content, signatureDer: signature, expectedCn: '4580', at: new Date() };
    expect(await verifyDetachedCms(db, asked)).toMatchObject({ ok: true });

    expect(await exchangeWithCity(deps, '4520')).toEqual([]);
    await load(poor, 100);
    await validateReceived(deps);
    const [second] = await exchangeWithCity(deps, '4520');
    expect(sequenceOf(second?.name)).toBe(sequenceOf(first?.name) + 1);
    expect(rowsOf((await readCityFile(db, '4520', second!.name)).content)).toEqual([
      { ccipSequence, index: 2, outcome: '00', acceptedFen: 60n },
    ]);
    expect(await exchangeWithCity(deps, '4520')).toEqual([]);
    expect((await accountBalance(db, 'city-payable:4520')).posted).toBe(360n);
  });

  it('in a wrong file are refused whole', async () => {
    const record = tap(newCard('4580'), 5);
    const refused = async (file: DeliveredCityFile, code: string) => {
      await expect(takeCityFile(deps, file)).rejects.toMatchObject({ code: `cities.${code}` });
    };
    await refused(await theirFile('CCIP', [record], 6n), 'purchases-refused');
    await refused(await theirFile('CCIP', [record], 5n, { signedBy: '4530' }), 'signature-bad');
    await refused(await theirFile('CCIP', [record, record], 5n, { count: 1 }), 'purchases-refused');
    const used = (await listCityFiles(db, '4520', 'in')).find(({ kind }) => kind === 'ccip')!;
    await refused(await theirFile('CCIP', [record], 5n, { sequence: used.sequence }), 'other-content');
  });
});

describe('routes', () => {
  it('let a city deliver and fetch its own files and nobody else', async () => {
    const server = createHttpServer({ logger: createLogger('test', { level: 'silent' }), db, title: 'test' });
    registerReconciliationRoutes(server, deps);
    const bearer = async (id: string, roles: ('city-partner' | 'platform')[], participantNo?: string) => {
      const principal = { id, name: id, kind: 'partner', roles, ...(participantNo && { participantNo }) } as const;
      return { authorization: `Bearer ${(await transact(db, (tx) => createPrincipal(tx, principal))).token}` };
    };
    const qingdao = await bearer('test-city', ['city-partner'], QINGDAO);
    const stranger = await bearer('test-stranger', ['city-partner'], BUS);
    const platform = await bearer('test-platform', ['platform']);

    await routed([15]);
    const exchange = await server.inject({ method: 'POST', url: '/v1/cities/4520/exchange', headers: platform });
    const { files } = exchange.json<{ files: { name: string; amountFen: number }[] }>();
    expect(files).toMatchObject([{ amountFen: 15 }]);
    const url = `/v1/cities/4520/files/${files[0]!.name}`;
    const fetched = await server.inject({ url, headers: qingdao });
    expect(fetched.rawPayload.toString('latin1', 0, 4)).toBe('CCIP');
    expect((await server.inject({ url: `${url}.p7s`, headers: qingdao })).rawPayload[0]).toBe(0x30);
    expect((await server.inject({ url, headers: stranger })).statusCode).toBe(403);
    expect((await server.inject({ url: `${url}x`, headers: qingdao })).statusCode).toBe(404);
    const list = await server.inject({ url: '/v1/cities/4520/files?direction=out', headers: qingdao });
    expect(list.json<{ files: { name: string }[] }>().files.at(-1)?.name).toBe(files[0]!.name);

    const file = await answers([[sequenceOf(files[0]!.name), 0, '00', 15]]);
    const deliver = (headers: { authorization: string }) =>
      server.inject({
        method: 'POST',
        url: `/v1/city-files?name=${file.name}`,
        headers: {
          ...headers,
          'content-type': 'application/octet-stream',
          'x-signature': file.signature.toString('base64'),
        },
        payload: file.content,
      });
    expect((await deliver(stranger)).statusCode).toBe(403);
    expect((await deliver(qingdao)).statusCode).toBe(201);
    const repeat = await deliver(qingdao);
    expect([repeat.statusCode, repeat.json()]).toMatchObject([200, { status: 'repeat', amountFen: 15 }]);
    await server.close();
  });
});

describe('the exchange as a job', () => {
  const standing = async () => (await listExchanges(db, '4520'))[0];
  const order = () =>
    transact(db, (tx) =>
      orderExchange(tx, { id: 'platform-1', name: 'x', kind: 'person', roles: ['platform'] }, '4520'),
    );

  it('is ordered, seen while it runs, ordered again without harm, and taken up when whoever ran it was killed', async () => {
    const waiting: ServerResponse[] = [];
    const names: string[] = [];
    let slow = true;
    const neighbour = createServer((request, response) => {
      names.push(new URL(request.url ?? '', 'http://test').searchParams.get('name') ?? '');
      request.resume().once('end', () => (slow ? waiting.push(response) : response.writeHead(201).end('{}')));
    });
    await new Promise<void>((resolve) => neighbour.listen(0, '127.0.0.1', resolve));
    const deliverTo = `http://127.0.0.1:${(neighbour.address() as AddressInfo).port}`;
    await agreeOn({ city: '4520', deliverTo });
    await routed([41]);
    const logger = createLogger('test', { level: 'silent' });
    const jobs = await openJobSystem({ databaseUrl: deps.url, logger });
    expect(await order()).toMatchObject({ state: 'ordered', percent: 0, orderedBy: 'platform-1' });
    expect(await order()).toMatchObject({ state: 'ordered' });
    const exchange = registerCityExchange(jobs, { ...deps, logger }, { lookEveryMs: 50 });
    try {
      await expect
        .poll(standing, { timeout: 20_000 })
        .toMatchObject({ state: 'running', step: 'delivery', percent: 80 });
      // Somebody else leaves it to whoever is at it.
      expect(await runExchange(deps, '4520')).toBe(false);
      expect(await order()).toMatchObject({ state: 'running', step: 'delivery' });
      slow = false;
      for (const response of waiting.splice(0)) response.writeHead(201).end('{}');
      await expect
        .poll(standing, { timeout: 20_000 })
        .toMatchObject({ state: 'done', percent: 100, runs: 2n, failure: null });
      expect(new Set(names).size).toBe(names.length);

      await db.query(
        `update reconciliation.city_exchange set state = 'running', step = 'answers', percent = 30 where city = '4520'`,
      );
      await expect.poll(standing, { timeout: 20_000 }).toMatchObject({ state: 'done', percent: 100, runs: 3n });
    } finally {
      await exchange.close();
      await jobs.close();
      neighbour.closeAllConnections();
      neighbour.close();
      await agreeOn({ city: '4520' });
    }
  });

  it('that fails says why, is told to people when it goes on failing, and goes on when that is mended', async () => {
    await routed([42]);
    await db.query(
      `insert into reconciliation.city_certificate (city, certificate_pem, not_after, set_by) values ('4520', 'test', now() - interval '1 day', 'test')`,
    );
    const alarms = async () =>
      (await db.query(`select evidence from clearing.alarm where kind = 'city-exchange-failed'`)).rows;
    expect(await runExchange(deps, '4520')).toBe(true);
    expect(await standing()).toMatchObject({ state: 'failed', step: 'signatures', percent: 60 });
    expect((await standing())?.failure).toMatch(/certificate from city 4520 is not used: it expired on/);
    expect(await alarms()).toEqual([]);
    await db.query(`update reconciliation.city_exchange set failing_since = failing_since - interval '11 minutes'`);
    for (let times = 0; times < 2; times += 1) await runExchange(deps, '4520');
    expect(await alarms()).toMatchObject([{ evidence: { city: '4520', step: 'signatures' } }]);
    await db.query('delete from reconciliation.city_certificate');
    await runExchange(deps, '4520');
    expect(await standing()).toMatchObject({ state: 'done', files: 1, failure: null, failingSince: null });
  });

  it('is ordered over HTTP by the platform, for cities there are', async () => {
    const server = createHttpServer({ logger: createLogger('test', { level: 'silent' }), db, title: 'test' });
    registerReconciliationRoutes(server, deps);
    const tokenOf = async (id: string, role: 'platform' | 'auditor') =>
      (await transact(db, (tx) => createPrincipal(tx, { id, name: id, kind: 'person', roles: [role] }))).token;
    const [platform, auditor] = [await tokenOf('run-platform', 'platform'), await tokenOf('run-auditor', 'auditor')];
    const ask = async (token: string, method: 'GET' | 'POST', url: string) => {
      const answer = await server.inject({ method, url, headers: { authorization: `Bearer ${token}` } });
      return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() };
    };
    expect(await ask(auditor, 'POST', '/v1/city-exchanges/4520')).toMatchObject({ status: 403 });
    expect(await ask(platform, 'POST', '/v1/city-exchanges/4520')).toMatchObject({
      ...{ status: 202, body: { city: '4520', state: 'ordered', orderedBy: 'run-platform' } },
    });
    for (const city of ['4530', '4580'])
      expect(await ask(platform, 'POST', `/v1/city-exchanges/${city}`)).toMatchObject({ status: 422 });
    expect(await ask(auditor, 'GET', '/v1/city-exchanges/4530')).toMatchObject({ status: 404 });
    expect((await ask(auditor, 'GET', '/v1/city-exchanges')).body).toMatchObject({ exchanges: [{ city: '4520' }] });
    await server.close();
  });
});
