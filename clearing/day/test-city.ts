import {
  addDays,
  type BusinessDate,
  businessDate,
  chinaCalendar,
  commonMigrations,
  createLogger,
  createPrincipal,
  type Database,
  fen,
  type Principal,
  startTestDatabase,
  transact,
} from '@citycard/common';
import { openAccount, openCardAccounts } from '../ledger/accounts.ts';
import { postOrThrow } from '../ledger/posting.ts';
import { testCard, transfer } from '../ledger/test-ledger.ts';
import { clearingMigrations } from '../migrations.ts';
import { addTariff } from '../pricing/tariff-table.ts';
import { approveSettlement, proposeSettlement } from '../settlement/approval.ts';
import { listSheets, sheetsSha256 } from '../settlement/sheets.ts';
import { advanceAsFarAsPossible } from './advance.ts';
import { cutOff, openDay } from './days.ts';
import type { ClearingDayDeps } from './deps.ts';

/** A generated city: two bus companies, a taxi company without an account, a water company, another city. */
export const BUS = '904458041110001';
export const BUS_TWO = '904458041110002';
export const TAXI = '904458041210001';
export const WATER = '904458049000001';
const AGENT = '904458060510001';
export const CITY = '904520000000000';
export const CARD = testCard(1);
export const DAY: BusinessDate = businessDate('2026-11-20'); // a Friday
export const NEXT_DAY = addDays(DAY, 1);
const CUSTODY = 'bank-custody:622800000001';

const account = (no: string) => ({
  accountNo: `6228${no.slice(-8)}`,
  bankLineNo: '102458000011',
  accountName: `Test & <Company> ${no}`,
});

export const PEOPLE = {
  maker: { id: 'finance-maker', name: 'Maker (test)', kind: 'person', roles: ['finance-maker'] },
  checker: { id: 'finance-checker', name: 'Checker (test)', kind: 'person', roles: ['finance-checker'] },
  both: { id: 'finance-both', name: 'Both (test)', kind: 'person', roles: ['finance-maker', 'finance-checker'] },
  bank: { id: 'bank', name: 'Bank (test)', kind: 'partner', roles: ['bank-partner'] },
} satisfies Record<string, Principal>;

const PARTICIPANTS: readonly [string, string, string, number | null, string | null, boolean][] = [
  [BUS, 'Bus One (test)', 'operator', 1, null, true],
  [BUS_TWO, 'Bus Two (test)', 'operator', 1, null, true],
  [TAXI, 'Taxi (test)', 'operator', 2, null, false],
  [WATER, 'Water (test)', 'biller', 3, null, true],
  [AGENT, 'Agent (test)', 'agent', null, null, false],
  [CITY, 'Neighbour (test)', 'city', null, '4520', true],
];

export async function startTestCity() {
  const database = await startTestDatabase([commonMigrations, clearingMigrations]);
  const { db } = database;
  const tokens = await transact(db, (tx) => populate(tx));
  const deps: ClearingDayDeps = {
    db,
    hsm: { verifyTacs: () => Promise.reject(new Error('no record of these tests needs the HSM')) },
    logger: createLogger('test', { level: 'silent' }),
    calendar: chinaCalendar(),
    custody: { accountNo: '622800000001', bankLineNo: '102458000011', accountName: 'City Card Company (test)' },
  };
  return { ...database, deps, tokens };
}

async function populate(tx: Parameters<Parameters<typeof transact>[1]>[0]): Promise<Record<string, string>> {
  for (const [no, name, kind, industry, city, pays] of PARTICIPANTS) {
    await tx.query(
      `insert into clearing.participant (participant_no, name, kind, industry, city_code, settlement_account) values ($1, $2, $3, $4, $5, $6)`,
      [no, name, kind, industry, city, pays ? JSON.stringify(account(no)) : null],
    );
  }
  for (const code of [CUSTODY, 'city-receivable:4520', 'city-payable:4520', `biller-payable:${WATER}`])
    await openAccount(tx, code);
  for (const no of [BUS, BUS_TWO, TAXI, WATER]) await openAccount(tx, `operator-pending:${no}`);
  await openAccount(tx, `agent-prefund:${AGENT}`, { floor: fen(0) });
  await openCardAccounts(tx, CARD);
  await openDay(tx, DAY);
  await addTariff(tx, {
    subject: { everybody: true },
    kind: 'by-amount',
    rate: '5000',
    validFrom: businessDate('2026-01-01'),
  });
  await postOrThrow(tx, DAY, [
    transfer('prefund:1', CUSTODY, `agent-prefund:${AGENT}`, 1_000_000),
    transfer('load:test', `agent-prefund:${AGENT}`, 'purse', 500_000, CARD),
  ]);
  const tokens: Record<string, string> = {};
  for (const person of Object.values(PEOPLE)) tokens[person.id] = (await createPrincipal(tx, person)).token;
  return tokens;
}

/** A purchase as validation leaves it: an accepted record and its posting. */
export async function buy(
  db: Database,
  date: BusinessDate,
  from: 'purse' | 'city',
  to: string,
  amount: number,
): Promise<void> {
  const credit = to === 'city' ? 'city-payable:4520' : `operator-pending:${to}`;
  await transact(db, async (tx) => {
    const { rows } = await tx.query<{ intake_id: bigint }>(
      `insert into clearing.intake (source, participant_no, sha256, record_count, amount_fen, received_at, business_date)
       values ('message', $1, '\\x00', 1, $2, now(), $3) returning intake_id`,
      [to, amount, date],
    );
    const intakeId = rows[0]?.intake_id ?? 0n;
    await insertRecord(tx, { date, intakeId, to, amount, state: 'accepted', code: null });
    await postOrThrow(tx, date, [
      from === 'purse'
        ? transfer(`purchase:${intakeId}:0`, 'purse', credit, amount, CARD)
        : transfer(`purchase:${intakeId}:0`, 'city-receivable:4520', credit, amount),
    ]);
  });
}

export async function insertRecord(
  tx: Pick<Database, 'query'>,
  record: { date: string; intakeId: bigint; to: string; amount: number; state: string; code: string | null },
): Promise<void> {
  await tx.query(
    `insert into clearing.purchase_record (card_no, business_date, intake_id, record_index, raw, issuer_city, offline_counter,
       balance_before_fen, amount_fen, sam_no, sam_transaction_no, flag, industry, hotlist_version, participant_no, state,
       reason_code, decided_at, posted_date)
     values ($1, $2, $3, 0, decode(repeat('00', 64), 'hex'), '4580', 1, 0, $4, '000000000001', 1, 0, 1, 0, $5, $6, $7,
             case when $6 <> 'received' then now() end, case when $6 = 'accepted' then $2::date end)`,
    [CARD, record.date, record.intakeId, record.amount, record.to, record.state, record.code],
  );
}

/** Money of a day: sales, a refused bill that leaves again, a bill owed to the water company, both directions of the other city. */
export async function fillDay(db: Database, date: BusinessDate = DAY): Promise<void> {
  await buy(db, date, 'purse', BUS, 20_000);
  await buy(db, date, 'purse', BUS, 101);
  await buy(db, date, 'purse', BUS_TWO, 30_000);
  await buy(db, date, 'purse', TAXI, 7_000);
  await buy(db, date, 'purse', WATER, 5_000);
  await buy(db, date, 'city', BUS, 900);
  await buy(db, date, 'purse', 'city', 2_400);
  await transact(db, async (tx) => {
    await postOrThrow(tx, date, [
      transfer(`bill:${date}:refused`, `operator-pending:${WATER}`, 'pending-credit', 2_000, CARD),
      transfer(`bill:${date}:paid`, `operator-pending:${WATER}`, `biller-payable:${WATER}`, 3_000),
    ]);
  });
}

/** Maker and checker approve whatever sheets the netted day has. */
export async function approve(db: Database, date: BusinessDate = DAY): Promise<void> {
  await transact(db, async (tx) => {
    const sha256 = sheetsSha256(await listSheets(tx, date));
    const { approvalId } = await proposeSettlement(tx, PEOPLE.maker, date, sha256);
    await approveSettlement(tx, PEOPLE.checker, date, approvalId);
  });
}

/** Cuts the day off and takes it as far as `instructed`. */
export async function instruct(deps: ClearingDayDeps, date: BusinessDate = DAY): Promise<void> {
  await cutOff(deps.db, date);
  await advanceAsFarAsPossible(deps, date);
  await approve(deps.db, date);
  await advanceAsFarAsPossible(deps, date);
}
