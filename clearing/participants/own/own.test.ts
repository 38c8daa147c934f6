import {
  cityDate,
  commonMigrations,
  createHttpServer,
  createLogger,
  createPrincipal,
  type HttpServer,
  startTestDatabase,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clearingMigrations } from '../../migrations.ts';
import { createParticipant } from '../participant.ts';
import { registerOwnRoutes } from './routes.ts';

const TODAY = cityDate(new Date());
const CARD = '3104580000000000013';
const tokens = new Map<string, string>();
let database: TestDatabase;
let server: HttpServer;

beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations]);
  const { db } = database;
  server = createHttpServer({ logger: createLogger('test', { level: 'silent' }), db, title: 'test' });
  registerOwnRoutes(server, { db });
  await transact(db, async (tx) => {
    await tx.query(`insert into clearing.business_day (business_date, state) values ($1::date - 3, 'open')`, [TODAY]);
    await createParticipant(tx, { participantNo: 'BUS-1', name: 'Buses', kind: 'operator', industry: 1 });
    for (const no of ['WTR-1', 'GAS-1'])
      await createParticipant(tx, { participantNo: no, name: `Biller ${no}`, kind: 'biller', industry: 3 });
    for (const [participantNo, role] of [
      ['BUS-1', 'operator-partner'],
      ['WTR-1', 'biller-partner'],
      ['GAS-1', 'biller-partner'],
    ] as const) {
      const partner = {
        id: participantNo,
        name: participantNo,
        kind: 'partner',
        roles: [role],
        participantNo,
      } as const;
      tokens.set(participantNo, (await createPrincipal(tx, partner)).token);
    }
  });
});
afterAll(async () => {
  await server.close();
  await database.stop();
});

const ask = async (as: string, url: string) => {
  const reply = await server.inject({ url, headers: { authorization: `Bearer ${tokens.get(as)}` } });
  return { status: reply.statusCode, body: reply.json() };
};

it('tells where a silent SAM was heard last, and nothing of it before it came here', async () => {
  const { db } = database;
  const raw = Buffer.alloc(64);
  raw.write('0012000345', 56, 'hex');
  const heard = async (participantNo: string, samNo: string, transaction: number) => {
    const { rows } = await db.query<{ id: bigint }>(
      `insert into clearing.intake (source, participant_no, file_name, file_sequence, sha256, record_count, amount_fen, received_at, business_date)
       values ('ccpf', $1, $2, $4, sha256($2::text::bytea), 1, 200, now(), $3::date - 3) returning intake_id as id`,
      [participantNo, `${samNo}-${transaction}.ccpf`, TODAY, transaction],
    );
    const { id } = rows[0]!;
    await db.query(
      `insert into clearing.purchase_record (card_no, business_date, intake_id, record_index, raw, issuer_city, offline_counter, balance_before_fen,
         amount_fen, sam_no, sam_transaction_no, tapped_at, flag, industry, hotlist_version, participant_no, state, decided_at)
       values ($1, $2::date - 3, $3, 0, $4, '4580', $5::integer, 0, 200, $6, $5::integer, now() - interval '3 days', 0, 1, 0, $7, 'accepted', now())`,
      [CARD, TODAY, id, raw, transaction, samNo, participantNo],
    );
    await db.query(
      `insert into clearing.purchase_identity (card_no, issuer_city, offline_counter, sam_no, sam_transaction_no, content_sha256, business_date, intake_id, record_index)
       values ($1, '4580', $2::integer, $3, $2::integer, sha256('x'), $4::date - 3, $5, 0)`,
      [CARD, transaction, samNo, TODAY, id],
    );
  };
  await heard('BUS-1', '990000000001', 7);
  await heard('BUS-1', '990000000001', 8);
  await heard('WTR-1', '990000000002', 9);
  await db.query(
    `insert into clearing.sam_assignment (sam_no, participant_no, terminal_no, valid_from) values
       ('990000000001', 'BUS-1', 'BUS00345', now() - interval '9 days'), ('990000000002', 'BUS-1', 'BUS00346', now() - interval '1 day')`,
  );
  const { body } = await ask('BUS-1', '/v1/own/uploads');
  expect(body.notUploaded).toMatchObject([
    { samNo: '990000000001', line: '0012', vehicle: '000345', lastTapAt: expect.stringMatching(/^20/) },
    { samNo: '990000000002', line: null, vehicle: null, lastTapAt: null },
  ]);
});

it('shows a biller the bills paid to it on a day, page by page, and no other its own', async () => {
  const { db } = database;
  await db.query(
    `insert into clearing.biller (biller_code, participant_no, base_url) values ('WTR1', 'WTR-1', 'http://127.0.0.1:9'), ('GAS1', 'GAS-1', null)`,
  );
  await db.query(
    `insert into clearing.bill_payment (card_no, sam_no, sam_transaction_no, issuer_city, payment_id, biller_code, customer, bill_reference,
       amount_fen, state, receipt, asked_at, decided_at)
     select $1, '990000000003', n, '4580', 'P' || n, case when n = 999 then 'GAS1' else 'WTR1' end, 'C' || n, 'R' || n, 100,
            'paid', 'Q' || n, now(), date_trunc('day', now() at time zone 'Asia/Shanghai') at time zone 'Asia/Shanghai' + n % 5 * interval '1 s'
       from generate_series(800, 1030) as n`,
    [CARD],
  );
  const first = (await ask('WTR-1', '/v1/own/bills')).body;
  expect(first).toMatchObject({
    billers: [{ billerCode: 'WTR1', byFile: false }],
    totals: { count: 230, amountFen: 23_000, undecided: 0 },
  });
  const second = (await ask('WTR-1', `/v1/own/bills?after=${first.next}`)).body;
  expect(second).not.toHaveProperty('next');
  const seen = [...first.payments, ...second.payments].map(({ paymentId }: { paymentId: string }) => paymentId);
  expect(new Set(seen).size).toBe(230);
  expect(seen).not.toContain('P999');
  expect(JSON.stringify(first)).not.toContain(CARD);
  expect((await ask('GAS-1', '/v1/own/bills')).body).toMatchObject({
    billers: [{ byFile: true }],
    totals: { count: 1 },
  });
  expect((await ask('BUS-1', '/v1/own/bills')).status).toBe(403);
});
