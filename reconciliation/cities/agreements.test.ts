import { accountBalance, createParticipant, revokeCertificate, secondPass, validateReceived } from '@citycard/clearing';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  addDays,
  businessDate,
  createHttpServer,
  createLogger,
  createPrincipal,
  type Database,
  fen,
  type Role,
  transact,
} from '@citycard/common';
import { reconciliationReports } from '../reports/reconciliation-reports.ts';
import { registerReconciliationRoutes } from '../routes.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  agreeOn,
  answers,
  type Answer,
  countFrom,
  outcomes,
  purse,
  QINGDAO,
  receivable,
  routed,
  sequenceOf,
  signedFile,
  startNeighbours,
  tap,
  theirFile,
  TODAY,
} from './cities.test-data.ts';
import { listDisputes } from './disputes/dispute.ts';
import { endOverdue, openDispute, takeDisputeAnswer } from './disputes/ours.ts';
import { presentAgain } from './disputes/second-presentment.ts';
import { approveDecision, proposeDecision, takeDispute } from './disputes/theirs.ts';
import { exchangeWithCity, takeCityFile } from './exchange.ts';
import { chaseAnswers } from './way/chase.ts';

const DAY_MS = 86_400_000;
const person = (id: string) => ({ id, name: id, kind: 'person' as const, roles: ['finance-maker' as const] });
const NEIGHBOUR = {
  id: 'partner-4520',
  name: 'Test neighbour',
  kind: 'partner' as const,
  roles: ['city-partner' as const],
  participantNo: QINGDAO,
};

let db: Database;
let deps: Awaited<ReturnType<typeof startNeighbours>>;
beforeAll(async () => {
  deps = await startNeighbours();
  ({ db } = deps);
});
afterAll(() => deps.stop());

/** Sends purchases of these amounts and has the neighbour answer them; the number of our file. */
async function answered(amounts: readonly number[], says: (ccip: number) => readonly Answer[]) {
  const { intakeId } = await routed(amounts);
  const ccip = sequenceOf((await exchangeWithCity(deps, '4520'))[0]?.name);
  await takeCityFile(deps, await answers(says(ccip)));
  return { intakeId, ccip };
}

async function openLate(): Promise<{ subject_key: string; state: string }[]> {
  const { rows } = await db.query<{ subject_key: string; state: string }>(
    `select subject_key, state from reconciliation.difference where counterpart_kind = 'city' and kind = 'late' order by 1`,
  );
  return rows;
}

describe('a file the neighbour does not answer', () => {
  it('is sent again after the days agreed, is a difference from then on, and none when the answer comes', async () => {
    const arrived: string[] = [];
    let says = 503;
    const server = createServer((request, response) => {
      if (says === 201) arrived.push(new URL(request.url ?? '', 'http://test').searchParams.get('name') ?? '');
      request.resume().once('end', () => response.writeHead(says).end('{}'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const deliverTo = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await agreeOn({ city: '4520', deliverTo, answerDays: 2, resendAtMost: 1 });
    await routed([120]);
    const name = (await exchangeWithCity(deps, '4520'))[0]!.name;
    says = 201;
    await exchangeWithCity(deps, '4520');
    expect(arrived).toEqual([name]);
    await exchangeWithCity(deps, '4520');
    expect(arrived).toEqual([name]);

    const later = (days: number) => new Date(Date.now() + days * DAY_MS);
    expect(await chaseAnswers(db, '4520', later(1))).toBe(0);
    expect(await chaseAnswers(db, '4520', later(3))).toBe(1);
    expect(await openLate()).toEqual([{ subject_key: name, state: 'open' }]);
    await exchangeWithCity(deps, '4520');
    expect(arrived).toEqual([name, name]);
    expect(await chaseAnswers(db, '4520', later(6))).toBe(1);
    await exchangeWithCity(deps, '4520');
    expect(await chaseAnswers(db, '4520', later(9))).toBe(0);
    const { rows } = await db.query(`select subject from clearing.alarm where kind = 'city-file-unanswered'`);
    expect(rows).toEqual([{ subject: name }]);

    await takeCityFile(deps, await answers([[sequenceOf(name), 0, '00', 120]]));
    expect(await openLate()).toEqual([{ subject_key: name, state: 'ended' }]);
    server.closeAllConnections();
    server.close();
    await agreeOn({ city: '4520' });
  });
});

describe('a position cap', () => {
  it('lets acceptances beyond it wait, and books them in order when there is room', async () => {
    const owed = await receivable();
    await agreeOn({ city: '4520', positionCapFen: fen(owed + 500n) });
    const { intakeId } = await answered([300, 300, 100], (ccip) => [
      [ccip, 0, '00', 300],
      [ccip, 1, '00', 300],
      [ccip, 2, '00', 100],
    ]);
    expect(await outcomes(intakeId)).toEqual(['accepted', 'routed', 'routed']);
    expect(await receivable()).toBe(owed + 300n);
    const { rows } = await db.query<{ evidence: { waiting: number; amountFen: string } }>(
      `select evidence from clearing.alarm where kind = 'city-position-cap'`,
    );
    expect(rows.map(({ evidence }) => evidence)).toMatchObject([{ waiting: 2, amountFen: '400' }]);

    await exchangeWithCity(deps, '4520');
    expect(await outcomes(intakeId)).toEqual(['accepted', 'routed', 'routed']);
    // They wait for room, not for the neighbour's word: no rule about silent cities ends them, however long it takes.
    for (const days of [8, 31, 91, 400]) await secondPass(deps, { today: addDays(TODAY, days) });
    expect(await outcomes(intakeId)).toEqual(['accepted', 'routed', 'routed']);
    const silent = await db.query(`select from clearing.alarm where kind = 'city-does-not-answer'`);
    expect(silent.rows).toHaveLength(0);
    await agreeOn({ city: '4520', positionCapFen: fen(owed + 600n) });
    await exchangeWithCity(deps, '4520');
    expect(await outcomes(intakeId)).toEqual(['accepted', 'accepted', 'routed']);
    await agreeOn({ city: '4520' });
    await exchangeWithCity(deps, '4520');
    expect(await outcomes(intakeId)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(await receivable()).toBe(owed + 700n);
  });

  it('keeps what the neighbour had held before and accepts beyond it from rules and people alike', async () => {
    const owed = await receivable();
    const { intakeId, ccip } = await answered([250], (no) => [[no, 0, '0F']]);
    await agreeOn({ city: '4520', positionCapFen: fen(owed + 100n) });
    await takeCityFile(deps, await answers([[ccip, 0, '00', 250]]));
    await secondPass(deps, { today: addDays(TODAY, 91) });
    expect(await outcomes(intakeId)).toEqual(['suspicious 0F']);
    await agreeOn({ city: '4520' });
    await exchangeWithCity(deps, '4520');
    expect(await outcomes(intakeId)).toEqual(['accepted']);
    expect(await receivable()).toBe(owed + 250n);
  });
});

describe('disputes', () => {
  const payable = async (account: string) => (await accountBalance(db, account)).posted;
  const dispute = (ccip: number, reasonCode: string, position = 0) => ({
    ...{ city: '4520', sequence: ccip, position, reasonCode, words: 'checked at the reader (test)' },
  });
  const open = (wanted: ReturnType<typeof dispute>, now?: Date) =>
    transact(db, (tx) => openDispute(tx, person('maker-1'), wanted, now));

  it('need a refusal for good, a reason that fits it, and the days agreed', async () => {
    const { ccip } = await answered([80, 90], (no) => [
      [no, 0, '01'],
      [no, 1, '0F'],
    ]);
    const refused = (wanted: ReturnType<typeof dispute>, code: string, now?: Date) =>
      expect(open(wanted, now)).rejects.toMatchObject({ code: `cities.${code}` });
    await refused(dispute(ccip, 'T01', 1), 'row-not-refused');
    await refused(dispute(ccip, 'T01', 2), 'row-unknown');
    await refused(dispute(ccip, 'X99'), 'reason-unknown');
    await refused(dispute(ccip, 'D01'), 'reason-misplaced');
    await refused(dispute(ccip, 'T01'), 'dispute-too-late', new Date(Date.now() + 31 * DAY_MS));
    await open(dispute(ccip, 'T01'));
    await refused(dispute(ccip, 'T01'), 'disputed');
  });

  it('are won by the neighbour’s word: what it owes goes to whoever sold, once', async () => {
    const before = await payable('operator-payable:904458041110001');
    const { ccip } = await answered([75], (no) => [[no, 0, '06']]);
    const { disputeNo } = await open(dispute(ccip, 'H01'));
    const accept = () =>
      transact(db, (tx) =>
        takeDisputeAnswer(tx, NEIGHBOUR, { disputeNo, city: '4520', accepted: true, words: 'the list came late' }),
      );
    expect(await accept()).toEqual({ state: 'accepted' });
    expect(await accept()).toEqual({ state: 'accepted' });
    expect(await payable('operator-payable:904458041110001')).toBe(before + 75n);
  });

  it('present the record a second time, and end with the answer to that', async () => {
    const before = await payable('operator-payable:904458041110001');
    const won = await answered([60], (no) => [[no, 0, '01']]);
    const lost = await answered([65], (no) => [[no, 0, '01']]);
    for (const [{ ccip }, answer] of [
      [won, ['00', 60]],
      [lost, ['01', 0]],
    ] as const) {
      const { disputeNo } = await open(dispute(ccip, 'T01'));
      const again = () => transact(db, (tx) => presentAgain(tx, deps, person('maker-1'), disputeNo));
      const { sequence } = await again();
      expect(await again()).toEqual({ sequence });
      expect(await exchangeWithCity(deps, '4520')).toMatchObject([{ kind: 'ccip', records: 1 }]);
      await takeCityFile(deps, await answers([[Number(sequence), 0, answer[0], answer[1]]]));
    }
    const [second, first] = await listDisputes(db, { city: '4520' });
    expect([first?.state, second?.state]).toEqual(['accepted', 'refused']);
    expect(await payable('operator-payable:904458041110001')).toBe(before + 60n);
    expect(await outcomes(won.intakeId)).toEqual(['rejected 01']);
  });

  it('end when nobody answers in time, and people are told', async () => {
    const { ccip } = await answered([55], (no) => [[no, 0, '01']]);
    const { disputeNo } = await open(dispute(ccip, 'Z99'));
    expect(await endOverdue(db, new Date(Date.now() + 15 * DAY_MS))).toBe(0);
    expect(await endOverdue(db, new Date(Date.now() + 16 * DAY_MS))).toBeGreaterThan(0);
    expect((await listDisputes(db, {})).find((each) => each.disputeNo === disputeNo)?.state).toBe('expired');
  });

  it('of the neighbour are ended by two of us, and paid out of the company’s own pocket', async () => {
    const card = await purse(1000);
    const forged = tap(card, 45, { tac: Buffer.alloc(4, 1) });
    const theirs = await theirFile('CCIP', [forged], 45n);
    await takeCityFile(deps, theirs);
    await validateReceived(deps);
    await exchangeWithCity(deps, '4520');
    const wanted = { ...dispute(sequenceOf(theirs.name), 'T01') };
    const { disputeNo } = await transact(db, (tx) => takeDispute(tx, NEIGHBOUR, wanted));
    const before = await payable('city-payable:4520');
    const decision = { disputeNo, accept: true, words: 'the card was read wrongly here (test)' };
    const { approvalId } = await transact(db, (tx) => proposeDecision(tx, person('maker-1'), decision));
    const approve = (id: string) => transact(db, (tx) => approveDecision(tx, person(id), decision, approvalId));
    await expect(approve('maker-1')).rejects.toMatchObject({ code: 'identity.same-person' });
    expect(await approve('checker-1')).toEqual({ state: 'accepted' });
    expect(await approve('checker-1')).toEqual({ state: 'accepted' });
    expect(await payable('city-payable:4520')).toBe(before + 45n);
  });
});

describe('the issuing city’s share of fees', () => {
  const balances = async () => {
    const of = async (account: string) => (await accountBalance(db, account)).posted;
    return {
      theyOwe: await of('city-receivable:4520'),
      weOwe: await of('city-payable:4520'),
      fees: await of('fee-income:main'),
    };
  };
  const share = { city: '4520', issuerShareMillionths: 12_345 };

  it('follows from each answer, half a fen up, on whichever side the cards are, and once', async () => {
    const tomorrow = addDays(TODAY, 1);
    // Answers of today were exchanged without it.
    await expect(agreeOn(share)).rejects.toThrow(/answers of .* were exchanged with another issuer's share/);
    await expect(agreeOn({ ...share, through: '4520', format: 'text' })).rejects.toThrow(/text rows regroup/);
    await agreeOn({ ...share, issuerShareFrom: tomorrow });
    const before = await balances();
    await answered([700], (no) => [[no, 0, '00', 700]]);
    expect(await balances()).toEqual({ ...before, theyOwe: before.theyOwe + 700n });

    await db.query(`update reconciliation.city_file set business_date = business_date - 1 where kind = 'ccir'`);
    await agreeOn(share);
    const { intakeId } = await routed([100, 200, 400]);
    const ccip = sequenceOf((await exchangeWithCity(deps, '4520'))[0]?.name);
    const file = await answers([
      [ccip, 0, '00', 100],
      [ccip, 1, '01'],
      [ccip, 2, '00', 400],
    ]);
    const start = await balances();
    for (let times = 0; times < 2; times += 1) await takeCityFile(deps, file);
    // 12 345 millionths of 5.00 are 6.1725 fen.
    expect(await balances()).toEqual({
      theyOwe: start.theyOwe + 500n,
      weOwe: start.weOwe + 6n,
      fees: start.fees - 6n,
    });
    expect(await outcomes(intakeId)).toEqual(['accepted', 'rejected 01', 'accepted']);

    await takeCityFile(deps, await theirFile('CCIP', [tap(await purse(1_000), 527)], 527n));
    await validateReceived(deps);
    const between = await balances();
    for (let times = 0; times < 2; times += 1) await exchangeWithCity(deps, '4520');
    // Of 5.27 they are 6.505815 fen, and ours.
    expect(await balances()).toEqual({ ...between, theyOwe: between.theyOwe + 7n, fees: between.fees + 7n });
  });

  it('is in the matrix of a centre too: another share than ours is a difference until it is corrected', async () => {
    const centre = 'inter-centre';
    await transact(db, (tx) =>
      createParticipant(tx, { participantNo: centre, name: 'Test centre', kind: 'city', cityCode: '0000' }),
    );
    await agreeOn({ ...share, through: '0000', settlement: 'centre' });
    const { rows } = await db.query<{ sequence: bigint; amount_fen: bigint; share_fen: bigint }>(
      `select sequence, amount_fen, share_fen from reconciliation.city_file where kind = 'ccir' and share_fen > 0 order by direction`,
    );
    const [theirs, ours] = rows;
    expect(rows.map((row) => [row.amount_fen, row.share_fen])).toEqual([
      [500n, 6n],
      [527n, 7n],
    ]);
    const digits = (value: bigint, width: number) => String(value).padStart(width, '0');
    const lineOf = (issuer: string, acquirer: string, row: (typeof rows)[number], shareFen: bigint) =>
      issuer + acquirer + digits(row.sequence, 8) + digits(row.amount_fen, 12) + digits(shareFen, 12);
    const toUs = (shareFen: bigint) => lineOf('4520', '4580', theirs!, shareFen);
    const fromUs = lineOf('4580', '4520', ours!, 7n);
    const statement = async (serial: number, lines: readonly string[], sum: bigint, shares: bigint) => {
      const total = `00000000${digits(0n, 8)}${digits(sum, 12)}${digits(shares, 12)}`;
      const day = TODAY.replaceAll('-', '');
      const head = [`0100004580${day}`, `${digits(BigInt(lines.length + 1), 5)}${digits(sum, 8)}45800040`];
      const name = `SA${day.slice(2)}45800000${digits(BigInt(serial), 6)}`;
      const text = [...head, ...lines, total].map((line) => `${line}\r\n`).join('');
      return { ...(await signedFile(name, text, '0000')), deliveredBy: centre };
    };
    const owes = async (city: string) =>
      (await accountBalance(db, `city-receivable:${city}`)).posted -
      (await accountBalance(db, `city-payable:${city}`)).posted;
    const before = await owes('4520');
    const wrong = await statement(1, [toUs(6n), fromUs], 1_027n, 12n);
    await expect(takeCityFile(deps, wrong)).rejects.toThrow(/shares of its rows come to 13/);
    await takeCityFile(deps, await statement(2, [toUs(5n), fromUs], 1_027n, 12n));
    // Ours alone is booked over: for cards of ours spent there we owe 5.27 less 0.07.
    expect([await owes('4520'), await owes('0000')]).toEqual([before + 520n, -520n]);
    const found = await db.query(
      `select kind, state, ours_fen as ours, theirs_fen as theirs from reconciliation.difference where counterpart = $1`,
      [centre],
    );
    expect(found.rows).toEqual([{ kind: 'amount', state: 'open', ours: 494n, theirs: 495n }]);
    await takeCityFile(deps, await statement(3, [toUs(6n)], 500n, 6n));
    expect([await owes('4520'), await owes('0000')]).toEqual([before + 520n - 494n, 494n - 520n]);
    await db.query(`update reconciliation.city_file set business_date = business_date - 1 where kind = 'ccir'`);
    await agreeOn({ city: '4520' });
  });
});

describe('over HTTP', () => {
  it('what a city is told no for waits for people; disputes go back and forth, each by whom it is for', async () => {
    const server = createHttpServer({ logger: createLogger('test', { level: 'silent' }), db, title: 'test' });
    registerReconciliationRoutes(server, deps);
    const bearer = async (id: string, roles: Role[], participantNo?: string) => {
      const principal = { id, name: id, kind: 'person', roles, ...(participantNo && { participantNo }) } as const;
      return { authorization: `Bearer ${(await transact(db, (tx) => createPrincipal(tx, principal))).token}` };
    };
    const maker = await bearer('http-maker', ['finance-maker', 'platform']);
    const second = await bearer('http-second', ['finance-checker', 'platform']);
    const city = await bearer('http-city', ['city-partner'], QINGDAO);
    const ask = async (
      headers: Record<string, string>,
      method: 'GET' | 'POST' | 'PUT',
      url: string,
      payload?: object,
    ) => {
      const answer = await server.inject({ method, url, headers, ...(payload !== undefined && { payload }) });
      return { status: answer.statusCode, body: answer.body === '' ? {} : answer.json<Record<string, unknown>>() };
    };

    const refusing = createServer((request, response) => {
      request.resume().once('end', () => response.writeHead(422).end('not like this (test)'));
    });
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
    const terms = {
      deliverTo: `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`,
      positionCapFen: 9_000_000,
    };
    const proposed = await ask(maker, 'POST', '/v1/cities/4520/agreement', terms);
    const path = `/v1/cities/4520/agreement/${String(proposed.body['approvalId'])}`;
    expect(await ask(maker, 'POST', path, terms)).toMatchObject({ status: 409 });
    expect(await ask(second, 'POST', path, terms)).toMatchObject({
      status: 200,
      body: { city: '4520', answerDays: 3 },
    });
    await routed([111]);
    const name = (await exchangeWithCity(deps, '4520'))[0]!.name;
    const standing = async () => {
      const { cities } = (await ask(maker, 'GET', '/v1/cities')).body as {
        cities: { city: string; refusedByIt: number }[];
      };
      return cities.find((each) => each.city === '4520')?.refusedByIt;
    };
    const refused = (await standing()) ?? 0;
    expect(refused).toBeGreaterThan(0);
    const { rows } = await db.query(`select from clearing.alarm where kind = 'city-refuses-file' and subject = $1`, [
      name,
    ]);
    expect(rows).toHaveLength(1);
    const again = `/v1/cities/4520/files/${name}/redelivery`;
    for (let times = 0; times < 2; times += 1) expect((await ask(maker, 'POST', again)).status).toBe(204);
    expect(await standing()).toBe(refused - 1);
    expect((await ask(maker, 'POST', again.replace(name, 'none.ccip'))).status).toBe(404);
    refusing.closeAllConnections();
    refusing.close();
    await agreeOn({ city: '4520' });

    await takeCityFile(deps, await answers([[sequenceOf(name), 0, '01']]));
    const wanted = {
      sequence: sequenceOf(name),
      position: 0,
      reasonCode: 'T01',
      words: 'the TAC was read rightly (test)',
    };
    const opened = await ask(maker, 'POST', '/v1/cities/4520/disputes', wanted);
    expect(opened.status).toBe(201);
    const dispute = `/v1/city-disputes/${String(opened.body['disputeNo'])}`;
    expect(await ask(city, 'GET', '/v1/city-disputes?open=true')).toMatchObject({
      body: { disputes: [{ direction: 'out', amountFen: 111, state: 'open' }] },
    });
    const decision = { accept: true, words: 'checked (test)' };
    expect(await ask(maker, 'POST', `${dispute}/decision`, decision)).toMatchObject({ status: 409 });
    expect((await ask(maker, 'POST', `${dispute}/answer`, decision)).status).toBe(403);
    const keyed = { ...city, 'idempotency-key': 'answer-1' };
    for (let times = 0; times < 2; times += 1)
      expect(await ask(keyed, 'POST', `${dispute}/answer`, decision)).toMatchObject({
        status: 200,
        body: { state: 'accepted' },
      });
    expect((await ask(city, 'GET', '/v1/dispute-reasons')).body['reasons']).toHaveLength(7);
    const csr = await ask(maker, 'POST', '/v1/city-certificate-request');
    expect(csr.body['csrPem']).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----/);
    const wrong = await ask(maker, 'PUT', '/v1/cities/4520/certificate', { certificatePem: 'none' });
    expect(wrong).toMatchObject({ status: 422, body: { code: 'cities.certificate-bad' } });
    await server.close();
  });
});

describe('the section about cities in the reports on reconciliation', () => {
  it('says of a day what the files, answers, books and disputes of the day come to', async () => {
    const { rows: dates } = await db.query<{ first: string; last: string }>(
      `select min(business_date) as first, max(business_date) as last from reconciliation.city_file`,
    );
    const [first, last] = [businessDate(dates[0]!.first), businessDate(dates[0]!.last)];
    const period = { name: last.slice(0, 7), kind: 'month', first, last } as const;
    const [report] = await transact(db, (tx) => reconciliationReports(tx, period));
    const row = (table: string, city = '4520') => {
      const found = report?.tables.find(({ name }) => name === table);
      const cells = found?.rows.find((each) => each[0] === city) ?? [];
      return Object.fromEntries((found?.columns ?? []).map(({ key }, place) => [key, cells[place]]));
    };
    const sent = row('city-sent');
    const { rows } = await db.query<Record<string, bigint>>(
      `select count(*) as records, sum(amount_fen)::bigint as "amountFen", count(*) filter (where outcome = '00') as accepted,
              sum(amount_fen) filter (where outcome = '00')::bigint as "acceptedFen", count(*) filter (where outcome = '0F') as held,
              count(*) filter (where outcome is null) as unanswered
         from reconciliation.city_sent_record`,
    );
    expect(sent).toMatchObject(rows[0]!);
    const parts = ['accepted', 'refused', 'held', 'unanswered'].map((name) => sent[name] as bigint);
    expect(parts.reduce((sum, each) => sum + each, 0n)).toBe(sent['records']);
    expect(parts.slice(0, 2).every((each) => each > 0n)).toBe(true);

    const { rows: files } = await db.query<{ name: string; content: Buffer }>(
      `select file_name as name, content from reconciliation.city_file where kind = 'ccir' and direction = 'out'`,
    );
    const totals = files.map(({ content }) => content.readBigUInt64BE(36));
    expect(row('city-received')).toMatchObject({
      ...{
        files: 2n,
        records: 2n,
        amountFen: 527n + 45n,
        answered: 2n,
        toAnswer: 0n,
        ourShareFen: 7n,
        theirShareFen: 6n,
      },
      acceptedFen: totals.reduce((sum, each) => sum + each, 0n),
    });
    const owed = await receivable();
    const weOwe = (await accountBalance(db, 'city-payable:4520')).posted;
    expect(row('city-positions')).toMatchObject({ positionFen: owed - weOwe, cap: 'none', settlement: 'bilateral' });
    const disputes = await listDisputes(db, { city: '4520' });
    const ours = disputes.filter(({ direction }) => direction === 'out');
    expect(row('city-disputes')).toMatchObject({
      opened: BigInt(ours.length),
      accepted: BigInt(ours.filter(({ state }) => state === 'accepted').length),
      refused: BigInt(ours.filter(({ state }) => state === 'refused').length),
      expired: BigInt(ours.filter(({ state }) => state === 'expired').length),
      open: BigInt(ours.filter(({ endedAt }) => endedAt === null).length),
    });
    expect(row('city-differences')).toMatchObject({ kind: 'late', found: 1n, ended: 1n, openAfter: 0n });
    expect(report?.tables.find(({ name }) => name === 'city-overdue')?.rows).toEqual([]);
    // Four days on, with a cap: what nobody has answered is overdue, and the cap stands beside the position.
    await agreeOn({ city: '4520', positionCapFen: fen(owed - weOwe + 25n) });
    await routed([77]);
    await exchangeWithCity(deps, '4520');
    await db.query(`update reconciliation.city_file set business_date = business_date - 4 where signature is not null`);
    const [later] = await transact(db, (tx) => reconciliationReports(tx, { ...period, kind: 'day', first: last }));
    const overdue = later?.tables.find(({ name }) => name === 'city-overdue')?.rows ?? [];
    expect(overdue.map((cells) => cells.slice(4, 7))).toContainEqual([1n, 77n, 4n]);
    const cap = later?.tables.find(({ name }) => name === 'city-positions')?.rows[1]?.slice(3, 6);
    expect(cap?.[0]).toBe(owed - weOwe);
    expect(cap?.[2]).toBe('0.25');
    await agreeOn({ city: '4520' });
  });
});

describe('files that promise what they do not hold, or are signed by whom we no longer believe', () => {
  it('are refused, leave nothing but their refusal, and may come again rightly', async () => {
    const { ccip } = await answered([30], (no) => [[no, 0, '0F']]);
    const { rows: before } = await db.query('select count(*) from reconciliation.city_file');
    countFrom(500);
    const short = await answers([[ccip, 0, '00', 30]], { count: 3 });
    await expect(takeCityFile(deps, short)).rejects.toMatchObject({ code: 'cities.length-bad' });
    const never = await answers([[ccip + 500, 0, '00', 30]]);
    await expect(takeCityFile(deps, never)).rejects.toMatchObject({ code: 'cities.row-never-sent' });
    const { rows: after } = await db.query('select count(*) from reconciliation.city_file');
    expect(after).toEqual(before);
    const { rows } = await db.query<{ code: string; times: number }>(
      `select code, times from reconciliation.city_refused_file where file_name = any($1) order by code`,
      [[short.name, never.name]],
    );
    expect(rows).toEqual([
      { code: 'cities.length-bad', times: 1 },
      { code: 'cities.row-never-sent', times: 1 },
    ]);

    const right = await answers([[ccip, 0, '00', 30]]);
    const yesterday = (shift: string) =>
      db.query(`update clearing.certificate set not_after = not_after ${shift} where cn = '4520' and kind = 'city'`);
    const { rows: ends } = await db.query<{ days: number }>(
      `select (not_after::date - current_date) + 1 as days from clearing.certificate where cn = '4520' and kind = 'city'`,
    );
    await db.query(`update clearing.certificate set not_before = not_before - interval '10 years' where cn = '4520'`);
    await yesterday(`- make_interval(days => ${ends[0]!.days})`);
    await expect(takeCityFile(deps, right)).rejects.toThrow(/expired/);
    await yesterday(`+ make_interval(days => ${ends[0]!.days})`);
    expect(await takeCityFile(deps, right)).toMatchObject({ status: 'accepted' });
    const { rows: certificates } = await db.query<{ serial: string }>(
      `select serial from clearing.certificate where cn = '4520' and kind = 'city'`,
    );
    await revokeCertificate(db, { serial: certificates[0]!.serial, reason: 'lost (test)' });
    const next = await answers([[ccip, 0, '00', 30]]);
    await expect(takeCityFile(deps, next)).rejects.toThrow(/revoked/);
  });
});
