import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  accountBalance,
  type BillerAdapter,
  type BillerDirectory,
  cardBalance,
  cardNo,
  clearingMigrations,
  createParticipant,
  keepBillStatement,
  openCardAccounts,
  postOrThrow,
  registerBiller,
  startInbox,
  type StatementLine,
} from '@citycard/clearing';
import {
  addDays,
  businessDate,
  type CityCardError,
  commonMigrations,
  createLogger,
  createPrincipal,
  fen,
  luhnDigit,
  type Principal,
  startTestDatabase,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeptResults } from '../matching/kept-result.ts';
import { reconciliationMigrations } from '../migrations.ts';
import { approveBillAction, askBillerFirst, type BillActionTerms, proposeBillAction } from './act.ts';
import { dayFilesOfInbox } from '../day-files/inbox.ts';
import { linesOf } from '../day-files/lines.ts';
import { type DayFileDeps, takeDayFile } from '../day-files/take.ts';
import { compareBills, readCheck } from './check.ts';
import { lookAtBillers } from './look.ts';

const POLICE = '904458071110001';
const SHOP = '904458060510001';
const DAY = businessDate('2026-11-10');
const maker: Principal = { id: 'maker', name: '测试经办', kind: 'person', roles: ['finance-maker'] };
const checker: Principal = { id: 'checker', name: '测试复核', kind: 'person', roles: ['finance-checker'] };
const body = '310458099000071001';
const CARD = cardNo(body + luhnDigit(body));

let database: TestDatabase;
let db: TestDatabase['db'];
let numbers = 0;
/** What the biller answers when it is asked to take a payment, or to take one back. */
const police = { pays: true, cancels: true };
const adapter: BillerAdapter = {
  enquire: () => Promise.resolve([]),
  pay: () =>
    Promise.resolve(police.pays ? { outcome: 'paid', receipt: 'THEIRS' } : { outcome: 'undecided', reason: 'gone' }),
  cancel: () => Promise.resolve(police.cancels ? { outcome: 'cancelled' } : { outcome: 'undecided', reason: 'gone' }),
  statement: () => Promise.resolve([]),
};
const billers: BillerDirectory = (billerCode) =>
  Promise.resolve({ biller: { billerCode, participantNo: POLICE, baseUrl: 'http://127.0.0.1:1' }, adapter });

beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations, reconciliationMigrations]);
  db = database.db;
  await transact(db, async (tx) => {
    for (const person of [maker, checker]) await createPrincipal(tx, person);
    await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'open')`, [DAY]);
    await createParticipant(tx, { participantNo: POLICE, name: '测试交警', kind: 'biller', industry: 12 });
    await createParticipant(tx, { participantNo: SHOP, name: '测试充值点', kind: 'agent' });
    await registerBiller(tx, { billerCode: 'FINE', participantNo: POLICE, baseUrl: 'http://127.0.0.1:1' });
    await openCardAccounts(tx, CARD);
    const leg = { debit: `operator-pending:${POLICE}`, credit: 'pending-credit', amount: fen(100_000) };
    await postOrThrow(tx, DAY, [{ key: 'credit', cardNo: CARD, reason: 'generated', legs: [leg] }]);
  });
});
afterAll(() => database.stop());

/** A payment as it stands at our side, decided on a day. */
async function payment(state: 'asked' | 'paid' | 'refused', over: { day?: string; settled?: 'biller' | 'card' } = {}) {
  const paymentId = `P${String((numbers += 1)).padStart(4, '0')}`;
  await db.query(
    `insert into clearing.bill_payment (card_no, sam_no, sam_transaction_no, issuer_city, payment_id, biller_code, customer, bill_reference, amount_fen,
       asked_at, state, receipt, refusal, decided_at, settled, settled_at)
     values ($1, '990000000001', $2, '4580', $3, 'FINE', 'LUG12345', 'B1', 300, $4::date + interval '3 hours', $5, 'R',
       case when $5 = 'refused' then 'closed' end, case when $5 <> 'asked' then $4::date + interval '4 hours' end, $6::text,
       case when $6::text is not null then now() end)`,
    [CARD, numbers, paymentId, over.day ?? DAY, state, over.settled ?? null],
  );
  return paymentId;
}
const line = (paymentId: string, amount = 300, outcome: StatementLine['outcome'] = 'paid'): StatementLine => ({
  paymentId,
  amountFen: fen(amount),
  outcome,
  receipt: 'R',
});
const deliver = (day: typeof DAY, lines: readonly StatementLine[]) =>
  transact(db, async (tx) => {
    await keepBillStatement(tx, 'FINE', day, lines);
    return compareBills(tx, 'FINE', day);
  });
const kindsOf = async (day: typeof DAY) =>
  ((await readCheck(db, 'FINE', day))?.differences ?? [])
    .filter(({ resolved }) => !resolved)
    .map((each) => `${each.kind} ${each.paymentId}`);
async function resolve(paymentId: string, kind: string, action: BillActionTerms['action'], bearer?: string) {
  const key = { billerCode: 'FINE', date: DAY, paymentId, kind };
  const terms = { action, reason: 'looked at (test)', ...(bearer !== undefined && { bearer }) };
  await transact(db, (tx) => proposeBillAction(tx, maker, key, terms));
  await expect(askBillerFirst({ db, billers }, maker, key)).rejects.toMatchObject({ code: 'identity.same-person' });
  await askBillerFirst({ db, billers }, checker, key);
  return transact(db, (tx) => approveBillAction(tx, checker, key));
}

describe('the statement of a biller', () => {
  const ids: Record<string, string> = {};
  it('is matched payment by payment, and every way the two sides can differ is found', async () => {
    for (const name of ['equal', 'missing', 'dearer', 'gone', 'later']) ids[name] = await payment('paid');
    ids['undecided'] = await payment('asked');
    ids['refused'] = await payment('refused', { settled: 'card' });
    const { equal, missing, dearer, gone, later, undecided, refused } = ids;
    const statement = [
      line(equal ?? ''),
      line(dearer ?? '', 301),
      line(gone ?? '', 300, 'cancelled'),
      line('stranger', 77),
      line('nobody', 55),
      line(undecided ?? ''),
      line(refused ?? ''),
      line(equal ?? ''),
    ];
    expect(await deliver(DAY, statement)).toMatchObject({ found: 9, opened: 9 });
    expect(new Set(await kindsOf(DAY))).toEqual(
      new Set([
        `only-ours ${missing}`,
        `only-ours ${later}`,
        `amount ${dearer}`,
        `outcome ${gone}`,
        'only-theirs stranger',
        'only-theirs nobody',
        `in-doubt ${undecided}`,
        `outcome ${refused}`,
        `duplicate ${equal}`,
      ]),
    );
    expect(await deliver(DAY, statement)).toMatchObject({ opened: 0, ended: 0 });
    await expect(deliver(DAY, statement.slice(1))).rejects.toMatchObject({ code: 'clearing.bills.statement-known' });
    expect(await readCheck(db, 'FINE', DAY)).toMatchObject({ ours: { count: 5, amountFen: 1500n }, closed: false });
    const { rows } = await db.query<{ run_no: bigint }>(
      `select run_no from reconciliation.match_run where plan = 'biller-bills' and counterpart = 'FINE'`,
    );
    expect(rows).toHaveLength(1);
    const results = new KeptResults(db);
    const [told] = await results.rows(rows[0]?.run_no ?? 0n, { key: `${dearer} paid`, offset: 0, limit: 1 });
    await results.close();
    expect(told?.['explanation']).toContain('300 fen against 301 fen, more than the 0 fen allowed');
  });

  it('that comes with a later day ends what was alone', async () => {
    await deliver(addDays(DAY, 1), [line(ids['later'] ?? '')]);
    await transact(db, (tx) => lookAtBillers(tx, addDays(DAY, 1)));
    expect(await kindsOf(DAY)).not.toContain(`only-ours ${ids['later']}`);
    expect(await kindsOf(addDays(DAY, 1))).toEqual([]);
  });

  it('is made up or cancelled on either side by two persons, with the booking, until it is closed', async () => {
    const pending = async () => (await accountBalance(db, `operator-pending:${POLICE}`)).posted;
    const [before, credit] = [await pending(), (await cardBalance(db, CARD, 'pending-credit')).posted];
    await expect(resolve('stranger', 'only-theirs', 'cancel-ours')).rejects.toMatchObject({
      code: 'reconciliation.billers.action-unfit',
    });
    await expect(resolve('nobody', 'only-theirs', 'make-up-ours')).rejects.toMatchObject({
      code: 'reconciliation.billers.bearer-unfit',
    });
    police.cancels = false;
    await expect(resolve('stranger', 'only-theirs', 'cancel-theirs')).rejects.toMatchObject({
      code: 'clearing.bills.not-reached',
    });
    police.cancels = true;
    await resolve('stranger', 'only-theirs', 'cancel-theirs');
    // Of a payment we never heard of, the company bears what the biller has; of one that was refused, the card that got its money back.
    expect(await resolve('nobody', 'only-theirs', 'make-up-ours', 'company')).toMatchObject({
      postingKey: expect.stringMatching(/^difference:\d+$/) as string,
    });
    await resolve(ids['refused'] ?? '', 'outcome', 'make-up-ours');
    await resolve(ids['dearer'] ?? '', 'amount', 'make-up-ours', 'company');
    expect(await pending()).toBe(before + 55n + 300n + 1n);
    expect((await accountBalance(db, 'write-off:main')).posted).toBe(56n);
    expect((await cardBalance(db, CARD, 'pending-credit')).posted).toBe(credit - 300n);
    await resolve(ids['missing'] ?? '', 'only-ours', 'cancel-ours');
    const { rows } = await db.query('select state from clearing.bill_cancellation where payment_id = $1', [
      ids['missing'],
    ]);
    expect(rows).toEqual([{ state: 'cancelled' }]);
    await resolve(ids['gone'] ?? '', 'outcome', 'ask-again');
    await resolve(ids['equal'] ?? '', 'duplicate', 'explained');
    await resolve(ids['undecided'] ?? '', 'in-doubt', 'ask-again');
    await expect(resolve(ids['undecided'] ?? '', 'in-doubt', 'ask-again')).rejects.toMatchObject({
      code: 'reconciliation.billers.difference-unknown',
    });
    const check = await readCheck(db, 'FINE', DAY);
    expect(check).toMatchObject({ closed: true });
    expect(check?.differences.find(({ paymentId }) => paymentId === 'nobody')).toMatchObject({
      kind: 'only-theirs',
      action: 'make-up-ours',
      proposedBy: 'maker',
      approvedBy: 'checker',
    });
    // Looked at again, nothing that two persons decided comes back; what changed outside is new.
    await transact(db, (tx) => lookAtBillers(tx, addDays(DAY, 1)));
    expect(await kindsOf(DAY)).toEqual([]);
  });
});

describe('a signed day file', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'day-files-'));
  });
  afterAll(() => rm(root, { recursive: true }));

  const HEAD = 'partner,date,normalCount,normalFen,cancelCount,cancelFen,refundCount,refundFen';
  const COLUMNS =
    'line,kind,terminal,batch,serial,account,accountKind,card,paymentId,amountFen,balanceBeforeFen,purseSerial,partnerClearingDate,ourClearingDate';
  const text = (end: string, ...lines: string[]) => Buffer.from([...lines, ''].join(end));
  /** Stands in for the city CA, whose register is proved elsewhere: a "signature" is the signer's number. */
  const verifySignature: DayFileDeps['verifySignature'] = (_, { signatureDer, expectedCn }) =>
    Promise.resolve(
      signatureDer.toString() === expectedCn
        ? { ok: true, serial: '01' }
        : { ok: false, reason: 'it is of somebody else' },
    );
  const LOAD = `1,normal,T9000001,000001,000077,622200000000001234,借记,${CARD},,500,1000,12,2026-11-12,`;
  const ofAgent = text('\r\n', HEAD, `${SHOP},2026-11-12,1,500,0,0,0,0`, COLUMNS, LOAD);
  const take = (name: string, content: Buffer, participantNo = SHOP, signer = participantNo) =>
    takeDayFile(
      { db, verifySignature },
      { participantNo, name, content, signature: Buffer.from(signer), channel: 'http' },
    );

  it('comes by the inbox, is compared at once, and says of every line what became of it', async () => {
    const folders = { inbox: join(root, 'inbox'), outbox: join(root, 'outbox') };
    const name = `${SHOP}-20261112.day.csv`;
    await mkdir(join(folders.inbox, SHOP), { recursive: true });
    await writeFile(join(folders.inbox, SHOP, `${name}.p7s`), SHOP);
    await writeFile(join(folders.inbox, SHOP, name), ofAgent);
    const logger = createLogger('day-files', { level: 'silent' });
    const others = dayFilesOfInbox({ db, verifySignature });
    const inbox = startInbox({ db, logger, folders, others, quietMs: 0, lookEveryMs: 20 });
    const answer = () => readFile(join(folders.outbox, SHOP, `${name}.taken.txt`), 'utf8').catch(() => '');
    await expect.poll(answer, { timeout: 10_000 }).toMatch(/amount +500 fen\r\nnot alike +1 lines/);
    await inbox.stop();
    expect((await linesOf(db, SHOP, name)).split('\r\n')[1]).toBe(
      `1,normal,T9000001,000001,000077,1234,借记,${CARD},,500,1000,12,2026-11-12,,only-theirs,`,
    );
    expect(await take(name, ofAgent)).toMatchObject({ repeated: true, open: 1 });
    await expect(linesOf(db, SHOP, 'other')).rejects.toMatchObject({ code: 'reconciliation.day-files.file-unknown' });
  });

  it('of a biller is its statement, in GB 18030 with line ends LF CR as in any other form', async () => {
    const [paid, gone] = [await payment('paid', { day: '2026-11-12' }), await payment('paid', { day: '2026-11-12' })];
    const row = (no: number, kind: string, id: string) => `${no},${kind},,,,,,,${id},300,,,2026-11-12,2026-11-13`;
    const lines = [HEAD, 'FINE,2026-11-12,1,300,1,300,0,0', COLUMNS, row(1, 'normal', paid), row(2, 'cancel', gone)];
    const [first = '', ...rest] = lines.map((each, at) => (at === 3 ? each.replace(',,,,,,', ',,,,,\u0000,') : each));
    const [before = '', after = ''] = [first, ...rest, ''].join('\n\r').split('\u0000');
    const gb18030 = Buffer.concat([Buffer.from(before), Buffer.from([0xbd, 0xe8, 0xbc, 0xc7]), Buffer.from(after)]);
    expect(await take('FINE-20261112.day.csv', gb18030, POLICE)).toMatchObject({ lines: 2, open: 1, repeated: false });
    expect((await linesOf(db, POLICE, 'FINE-20261112.day.csv')).split('\r\n').slice(1, 3)).toEqual([
      `1,normal,,,,,借记,,${paid},300,,,2026-11-12,2026-11-13,equal,`,
      `2,cancel,,,,,,,${gone},300,,,2026-11-12,2026-11-13,outcome,`,
    ]);
  });

  it('that is half, twice with another content, misnamed, late by a digit or signed by another is refused whole', async () => {
    const codeOf = (promise: Promise<unknown>) =>
      promise.then(
        () => 'taken',
        (error: unknown) => (error as CityCardError).code,
      );
    const name = `${SHOP}-20261113.day.csv`;
    const file = (...lines: string[]) => text('\n', HEAD, `${SHOP},2026-11-13,2,1000,0,0,0,0`, COLUMNS, ...lines);
    const second = LOAD.replace('1,normal', '2,normal').replace('000077', '000078');
    expect(
      await Promise.all([
        codeOf(take(name, file(LOAD))),
        codeOf(take(name, file(LOAD, second.replace(',500,', ',501,')))),
        codeOf(take(name, file(LOAD, second.replace(',500,', ',5.00,')))),
        codeOf(take(name, file(LOAD, second.replace('2,normal', '3,normal')))),
        codeOf(take(name, file(LOAD, second.replace(CARD, '')))),
        codeOf(take(name, Buffer.concat([file(LOAD), Buffer.from([0xff, 0xff, 0x0a])]))),
        codeOf(take(`${SHOP}-20261114.day.csv`, file(LOAD, second))),
        codeOf(take('list.csv', file(LOAD, second))),
        codeOf(take(name, file(LOAD, second), SHOP, POLICE)),
        codeOf(take(name, file(LOAD, second), POLICE)),
        codeOf(take(`${SHOP}-20261112.day.csv`, text('\n', HEAD, `${SHOP},2026-11-12,0,0,0,0,0,0`, COLUMNS))),
      ]),
    ).toEqual([
      'reconciliation.day-files.head-differs',
      'reconciliation.day-files.head-differs',
      'reconciliation.day-files.line-bad',
      'reconciliation.day-files.line-bad',
      'reconciliation.day-files.line-bad',
      'reconciliation.day-files.encoding-bad',
      'reconciliation.day-files.head-other',
      'reconciliation.day-files.name-bad',
      'reconciliation.day-files.signature-bad',
      'reconciliation.day-files.not-yours',
      'reconciliation.day-files.file-known',
    ]);
    const { rows } = await db.query('select file_name from reconciliation.day_file order by 1');
    expect(rows).toEqual([{ file_name: `${SHOP}-20261112.day.csv` }, { file_name: 'FINE-20261112.day.csv' }]);
  });
});
