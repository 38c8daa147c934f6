import {
  cardBalance,
  cardNo,
  type CardNo,
  clearingMigrations,
  createParticipant,
  openAccount,
  openPurse,
  postOrThrow,
} from '@citycard/clearing';
import {
  addDays,
  businessDate,
  cityDate,
  commonMigrations,
  createHttpServer,
  createLogger,
  createPrincipal,
  fen,
  type HttpServer,
  luhnDigit,
  type Principal,
  startTestDatabase,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { reconciliationMigrations } from '../migrations.ts';
import { registerResidentCaseRoutes } from './index.ts';

export const TODAY = cityDate(new Date());
export const DAY = addDays(TODAY, -1);
export const [BUS, TAXI, AGENT] = ['904458041110001', '904458041210001', '904458060510001'] as const;

let database: TestDatabase;
export let db: TestDatabase['db'];
export let url: string;
let server: HttpServer;
const tokens: Record<string, string> = {};
/** A seal that is none, so that a leak shows: what is stored is the clear text turned around. */
export const seal = {
  seal: (context: string, clear: Buffer) => Promise.resolve(Buffer.from(`${context}|${clear.toString('hex')}`)),
  open: (context: string, sealed: Buffer) => {
    const [own, hex = ''] = sealed.toString().split('|');
    if (own !== context) throw new Error('sealed for something else');
    return Promise.resolve(Buffer.from(hex, 'hex'));
  },
};

/** A city of companies and people, with cases and nothing else served. */
export async function startCases(): Promise<void> {
  database = await startTestDatabase([commonMigrations, clearingMigrations, reconciliationMigrations]);
  ({ db, url } = database);
  server = createHttpServer({ logger: createLogger('test', { level: 'silent' }), db, title: 'Cases' });
  registerResidentCaseRoutes(server, { db, seal });
  const people: [string, Principal['roles'], string?][] = [
    ['clerk', ['clerk']],
    ['maker', ['finance-maker']],
    ['checker', ['finance-checker']],
    ['supervisor', ['supervisor']],
    ['bus', ['operator-partner'], BUS],
    ['taxi', ['operator-partner'], TAXI],
    ['kiosk', ['agent-partner'], AGENT],
    ['hotline', ['department-partner']],
    ['hotline-2', ['department-partner']],
  ];
  await transact(db, async (tx) => {
    await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'closed'), ($2, 'open')`, [
      DAY,
      TODAY,
    ]);
    for (const [no, kind] of [
      [BUS, 'operator'],
      [TAXI, 'operator'],
      [AGENT, 'agent'],
    ] as const)
      await createParticipant(tx, { participantNo: no, name: `Generated ${no}`, kind });
    await openAccount(tx, 'bank-custody:test');
    await openAccount(tx, 'write-off:main');
    for (const [id, roles, participantNo] of people) {
      const kind = participantNo === undefined ? ('person' as const) : ('partner' as const);
      const principal = { id, name: `Test ${id}`, kind, roles, ...(participantNo !== undefined && { participantNo }) };
      tokens[id] = (await createPrincipal(tx, principal)).token;
    }
  });
}

export async function stopCases(): Promise<void> {
  await server.close();
  await database.stop();
}

export type Json = Record<string, unknown>;
export async function call(person: string, method: 'GET' | 'POST' | 'PUT', url: string, payload?: object) {
  const headers = {
    authorization: `Bearer ${tokens[person]}`,
    ...(method === 'POST' && { 'idempotency-key': `${person}-${url}-${JSON.stringify(payload)}` }),
  };
  const response = await server.inject({ method, url, headers, ...(payload && { payload }) });
  return { status: response.statusCode, body: response.body === '' ? {} : response.json<Json>() };
}

let numbers = 0;
/** A card with 50.00, and rides of it in Beijing time on the day before today. */
export async function card(
  rides: readonly { at: string; amount: number; participant?: string; state?: string }[] = [],
): Promise<CardNo> {
  const body = `310458099${String((numbers += 1)).padStart(9, '0')}`;
  const no = cardNo(body + luhnDigit(body));
  await transact(db, async (tx) => {
    const [validFrom, validTo] = [businessDate('2026-01-01'), businessDate('2036-01-01')];
    await openPurse(tx, {
      cardNo: no,
      algorithm: '3des',
      validFrom,
      validTo,
      purseCap: fen(100_000),
      mainType: 1,
      subType: 0,
    });
    const leg = { debit: 'bank-custody:test', credit: 'purse', amount: fen(5_000) };
    await postOrThrow(tx, TODAY, [{ cardNo: no, key: `first:${no}`, reason: 'generated', legs: [leg] }]);
  });
  for (const [counter, ride] of rides.entries()) await addRide(no, counter, ride);
  return no;
}

export async function addRide(
  no: CardNo,
  counter: number,
  {
    at,
    amount,
    participant = BUS,
    state = 'accepted',
  }: { at: string; amount: number; participant?: string; state?: string },
): Promise<void> {
  const intake = (numbers += 1);
  await transact(db, async (tx) => {
    await tx.query(
      `insert into clearing.purchase_record (card_no, business_date, intake_id, record_index, raw, issuer_city, offline_counter, balance_before_fen,
         amount_fen, sam_no, sam_transaction_no, tapped_at, flag, industry, hotlist_version, participant_no, state, reason_code, decided_at, posted_date)
       values ($1, $2, $3, 0, decode(repeat('00', 64), 'hex'), '4580', $4, 5000, $5, '990000000001', $3, $6, 0, 1, 0, $7, $8, $9, now(), $10)`,
      [
        no,
        DAY,
        intake,
        counter,
        amount,
        new Date(`${DAY}T${at}:00+08:00`),
        participant,
        state,
        state === 'accepted' ? null : '0D',
        state === 'accepted' ? DAY : null,
      ],
    );
    if (state !== 'accepted') return;
    await openAccount(tx, `operator-pending:${participant}`).catch(() => undefined);
    const leg = { debit: 'purse', credit: `operator-pending:${participant}`, amount: fen(amount) };
    await postOrThrow(tx, TODAY, [{ cardNo: no, key: `purchase:${intake}:0`, reason: 'generated', legs: [leg] }]);
  });
}

export const pendingCredit = async (no: CardNo) => (await cardBalance(db, no, 'pending-credit')).posted;

export const open = (no: string, over: object = {}, by = 'clerk') =>
  call(by, 'POST', '/v1/cases', { kind: 'charged-twice', channel: 'counter', cardNo: no, occurredOn: DAY, ...over });
export const twice = () =>
  card([
    { at: '08:00', amount: 200 },
    { at: '08:04', amount: 200 },
    { at: '12:00', amount: 300, participant: TAXI },
  ]);
