import {
  createHttpServer,
  createLogger,
  createPrincipal,
  type HttpServer,
  type Role,
  transact,
} from '@citycard/common';
import { addDays, cityDate, commonMigrations, startTestDatabase, type TestDatabase } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountBalance } from '../ledger/balances.ts';
import { openAccount } from '../ledger/accounts.ts';
import { clearingMigrations } from '../migrations.ts';
import { createParticipant } from '../participants/participant.ts';
import { registerOwnRoutes } from '../participants/own/routes.ts';
import { alarmOverdueAppeals, APPEAL_DAYS } from './appeal.ts';
import { registerAppealRoutes } from './routes.ts';

const TODAY = cityDate(new Date());
const CARD = '3104580000000000013';
let database: TestDatabase;
let server: HttpServer;
const tokens = new Map<string, string>();
let intakes = 0;

beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations]);
  const { db } = database;
  server = createHttpServer({ logger: createLogger('test', { level: 'silent' }), db, title: 'test' });
  registerAppealRoutes(server, { db });
  registerOwnRoutes(server, { db });
  await transact(db, async (tx) => {
    await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'open')`, [TODAY]);
    await openAccount(tx, 'write-off:main');
    for (const no of ['OP-1', 'OP-2'])
      await createParticipant(tx, { participantNo: no, name: `Operator ${no}`, kind: 'operator', industry: 1 });
    const people: readonly (readonly [string, Role, string?])[] = [
      ['one', 'operator-partner', 'OP-1'],
      ['two', 'operator-partner', 'OP-2'],
      ['nobody', 'operator-partner'],
      ['maker', 'finance-maker'],
      ['checker', 'finance-checker'],
    ];
    for (const [id, role, participantNo] of people) {
      const principal = {
        id,
        name: id,
        kind: participantNo === undefined ? 'person' : 'partner',
        roles: [role],
      } as const;
      const { token } = await createPrincipal(tx, {
        ...principal,
        ...(participantNo !== undefined && { participantNo }),
      });
      tokens.set(id, token);
    }
  });
});
afterAll(async () => {
  await server.close();
  await database.stop();
});

let keys = 0;
const ask = async (as: string, method: 'GET' | 'POST', url: string, payload?: object) => {
  const reply = await server.inject({
    method,
    url,
    headers: { authorization: `Bearer ${tokens.get(as)}`, 'idempotency-key': `k${(keys += 1)}` },
    ...(payload !== undefined && { payload }),
  });
  return { status: reply.statusCode, body: reply.json() };
};

/** A record of a bus of line 0012, vehicle 000345, in this state since so many days. */
async function record(participantNo: string, state: string, code: string | null, days = 0): Promise<string> {
  intakes += 1;
  const raw = Buffer.alloc(64);
  raw.write('0012000345', 56, 'hex');
  const { rows } = await database.db.query<{ id: bigint }>(
    `insert into clearing.intake (source, participant_no, file_name, file_sequence, sha256, record_count, amount_fen, received_at, business_date)
     values ('ccpf', $1, $2, $3, sha256($2::text::bytea), 1, 200, now(), $4) returning intake_id as id`,
    [participantNo, `${participantNo}-${intakes}.ccpf`, intakes * 2, TODAY],
  );
  await database.db.query(
    `insert into clearing.purchase_record (card_no, business_date, intake_id, record_index, raw, issuer_city, offline_counter, balance_before_fen,
       amount_fen, sam_no, sam_transaction_no, tapped_at, flag, industry, hotlist_version, participant_no, state, reason_code, decided_at)
     values ($1, $2, $3, 0, $4, '4580', $5::integer, 0, 200, $6, $5::integer, now(), 0, 1, 0, $7, $8, $9, now() - make_interval(days => $10))`,
    [CARD, TODAY, rows[0]?.id, raw, intakes, `99000000000${participantNo.at(-1)}`, participantNo, state, code, days],
  );
  return String(rows[0]?.id);
}

const objection = (intakeId: string) => ({
  cardNo: CARD,
  businessDate: TODAY,
  intakeId,
  index: 0,
  reason: 'not-hot-listed',
  words: 'The reader held the older list at that hour.',
});

describe('an objection to a refused record', () => {
  it('is answered by two persons of finance, and paid with the next sheet when it is upheld', async () => {
    const opened = await ask('one', 'POST', '/v1/appeals', objection(await record('OP-1', 'rejected', '06')));
    expect(opened).toMatchObject({
      status: 201,
      body: { state: 'open', refusedFor: '06', card: '0013', answerDueOn: addDays(TODAY, 15) },
    });
    const path = `/v1/appeals/${opened.body.appealNo}/answer`;
    const answer = { uphold: true, words: 'The list reached that reader a day later.' };
    expect((await ask('maker', 'POST', path, answer)).status).toBe(201);
    expect((await ask('one', 'GET', '/v1/appeals')).body.appeals[0]).not.toHaveProperty('answer');
    const other = await ask('checker', 'POST', `${path}/approval`, { ...answer, uphold: false });
    expect(other.body.code).toBe('identity.content-differs');
    expect(await ask('checker', 'POST', `${path}/approval`, answer)).toMatchObject({
      status: 200,
      body: { state: 'upheld' },
    });
    expect((await ask('checker', 'POST', `${path}/approval`, answer)).status).toBe(409);
    const one = `/v1/appeals/${opened.body.appealNo}`;
    expect((await ask('checker', 'GET', one)).body).toMatchObject({ cardNo: CARD, state: 'upheld', amountFen: 200 });
    const own = await ask('one', 'GET', one);
    expect(own.body).toMatchObject({ card: '0013', upheld: true });
    expect(own.body).not.toHaveProperty('cardNo');
    expect((await ask('two', 'GET', one)).body.code).toBe('clearing.appeals.unknown');
    expect((await accountBalance(database.db, 'operator-payable:OP-1')).posted).toBe(200n);
    expect((await ask('one', 'GET', '/v1/appeals')).body.appeals[0]).toMatchObject({
      upheld: true,
      answer: answer.words,
    });
  });

  it('is dismissed without money', async () => {
    const opened = await ask('two', 'POST', '/v1/appeals', objection(await record('OP-2', 'rejected', '01')));
    const path = `/v1/appeals/${opened.body.appealNo}/answer`;
    const answer = { uphold: false, words: 'The TAC was computed again and is wrong.' };
    await ask('maker', 'POST', path, answer);
    expect((await ask('checker', 'POST', `${path}/approval`, answer)).body.state).toBe('dismissed');
    expect((await accountBalance(database.db, 'operator-payable:OP-2')).posted).toBe(0n);
  });

  it('is made once, in time, by whose record it is, about a refused one', async () => {
    const own = objection(await record('OP-1', 'rejected', '06'));
    expect((await ask('two', 'POST', '/v1/appeals', own)).body.code).toBe('clearing.appeals.record-unknown');
    const both = await Promise.all([ask('one', 'POST', '/v1/appeals', own), ask('one', 'POST', '/v1/appeals', own)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    const held = objection(await record('OP-1', 'suspicious', '05'));
    expect((await ask('one', 'POST', '/v1/appeals', held)).body.code).toBe('clearing.appeals.not-refused');
    const old = objection(await record('OP-1', 'rejected', '06', APPEAL_DAYS + 1));
    expect((await ask('one', 'POST', '/v1/appeals', old)).body.code).toBe('clearing.appeals.too-late');
    expect((await ask('maker', 'POST', '/v1/appeals', own)).status).toBe(403);
    expect((await ask('one', 'POST', '/v1/appeals', { ...own, words: '' })).status).toBe(422);
  });

  it('that nobody answers in time is told of once', async () => {
    const late = addDays(TODAY, 16);
    const told = await transact(database.db, (tx) => alarmOverdueAppeals(tx, late));
    expect(told).toBe(1);
    expect(await transact(database.db, (tx) => alarmOverdueAppeals(tx, late))).toBe(0);
  });
});

describe('what a participant sees', () => {
  it('is its own alone, whatever it asks', async () => {
    const mine = await ask('one', 'GET', '/v1/own/records');
    const theirs = await ask('two', 'GET', '/v1/own/records');
    expect(mine.body.records.length).toBeGreaterThan(0);
    const named = (list: { fileName: string }[]) => [...new Set(list.map(({ fileName }) => fileName.slice(0, 4)))];
    expect(named(mine.body.records)).toEqual(['OP-1']);
    expect(named(theirs.body.records)).toEqual(['OP-2']);
    expect(
      (await ask('two', 'GET', '/v1/appeals')).body.appeals.map(
        (each: { participantNo: string }) => each.participantNo,
      ),
    ).toEqual(['OP-2']);
    expect((await ask('two', 'GET', '/v1/own/uploads?participantNo=OP-1')).status).toBe(422);
    expect((await ask('nobody', 'GET', '/v1/own/standing')).status).toBe(403);
    expect((await ask('maker', 'GET', '/v1/own/standing')).status).toBe(403);
  });

  it('tells uploads by line and vehicle, files that did not come, and SAMs that were silent', async () => {
    await database.db.query(
      `insert into clearing.sam_assignment (sam_no, participant_no, terminal_no, valid_from) values
         ('990000000001', 'OP-1', 'BUS00345', now() - interval '9 days'), ('990000000009', 'OP-1', 'BUS00777', now() - interval '9 days'),
         ('990000000002', 'OP-2', 'BUS00999', now() - interval '9 days')`,
    );
    const { body } = await ask('one', 'GET', `/v1/own/uploads?date=${TODAY}`);
    expect(body.uploaded).toMatchObject([{ line: '0012', vehicle: '000345', terminalNo: 'BUS00345', accepted: 0 }]);
    expect(body.notUploaded).toMatchObject([{ samNo: '990000000009', terminalNo: 'BUS00777' }]);
    expect(body.missingFiles.length).toBeGreaterThan(0);
    expect(body.files.every(({ fileName }: { fileName: string }) => fileName.startsWith('OP-1'))).toBe(true);
  });

  it('has reasons in words, deadlines, and accounts with their movements', async () => {
    const { body } = await ask('one', 'GET', '/v1/own/records?state=refused');
    expect(body.records[0]).toMatchObject({
      state: 'rejected',
      reason: expect.stringMatching(/\w/),
      deadline: expect.stringMatching(/^20/),
    });
    const held = (await ask('one', 'GET', '/v1/own/records?state=held')).body.records;
    expect(held).toMatchObject([{ reasonCode: '05', deadline: addDays(TODAY, 60), appealNo: null }]);
    const standing = (await ask('one', 'GET', '/v1/own/standing')).body;
    expect(standing).toMatchObject({ participantNo: 'OP-1', held: { count: 1, amountFen: 200 }, openDay: TODAY });
    expect(standing.balances).toContainEqual({ kind: 'operator-payable', postedFen: 200, availableFen: 200 });
    const statement = (await ask('one', 'GET', '/v1/own/statement?account=operator-payable')).body;
    expect(statement).toMatchObject({ openingFen: 0, closingFen: 200, lines: [{ side: 'credit', amountFen: 200 }] });
    expect(JSON.stringify(statement)).not.toContain(CARD);
    for (const path of ['sheets', 'journal', 'certificates'])
      expect((await ask('one', 'GET', `/v1/own/${path}`)).status).toBe(200);
    expect((await ask('one', 'GET', '/v1/own/fees')).status).toBe(404);
    expect((await ask('one', 'GET', '/v1/own/statement?account=agent-prefund')).status).toBe(404);
  });
});
