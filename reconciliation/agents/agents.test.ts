import {
  accountBalance,
  approveSettleAfterEqual,
  cardBalance,
  cardNo,
  type CardNo,
  clearingMigrations,
  createParticipant,
  openAccount,
  openPurse,
  postOrThrow,
  proposeSettleAfterEqual,
  unequalSince,
} from '@citycard/clearing';
import {
  addDays,
  businessDate,
  commonMigrations,
  createPrincipal,
  fen,
  luhnDigit,
  type Principal,
  startTestDatabase,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconciliationMigrations } from '../migrations.ts';
import { type AgentAction, approveAction, proposeAction } from './act.ts';
import { compareStatement } from './compare.ts';
import { lookAtAgents } from './look.ts';
import { type AgentLine, keepStatement } from './statement.ts';
import { agentHead } from './view.ts';

const AGENT = '904458060510001';
const DAY = businessDate('2026-11-10');
const maker: Principal = { id: 'maker', name: '测试经办', kind: 'person', roles: ['finance-maker'] };
const checker: Principal = { id: 'checker', name: '测试复核', kind: 'person', roles: ['finance-checker'] };

let database: TestDatabase;
let db: TestDatabase['db'];
let numbers = 0;
beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations, reconciliationMigrations]);
  db = database.db;
  await transact(db, async (tx) => {
    for (const person of [maker, checker]) await createPrincipal(tx, person);
    await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'open')`, [DAY]);
    await createParticipant(tx, { participantNo: AGENT, name: '测试充值点', kind: 'agent' });
    await createParticipant(tx, { participantNo: 'BUS1', name: '测试公交', kind: 'operator', industry: 1 });
    await openAccount(tx, 'bank-custody:test');
    const leg = { debit: 'bank-custody:test', credit: `agent-prefund:${AGENT}`, amount: fen(100_000) };
    await postOrThrow(tx, DAY, [{ key: 'prefund', reason: 'generated', legs: [leg] }]);
  });
});
afterAll(() => database.stop());

const next = () => (numbers += 1);
interface Asked extends AgentLine {
  readonly cardNo: CardNo;
}

/** A load as it stands at our side; answers the line an honest agent has of it. */
async function load(amount: number, state: 'posted' | 'pending' | 'void', day = DAY): Promise<Asked> {
  const body = `310458099${String(next()).padStart(9, '0')}`;
  const no = cardNo(body + luhnDigit(body));
  const trace = String(next()).padStart(6, '0');
  await transact(db, async (tx) => {
    await openPurse(tx, {
      cardNo: no,
      algorithm: '3des',
      validFrom: DAY,
      validTo: businessDate('2036-01-01'),
      purseCap: fen(100_000),
      mainType: 1,
      subType: 0,
    });
    const leg = { debit: `agent-prefund:${AGENT}`, credit: 'purse', amount: fen(amount) };
    const posting = { cardNo: no, key: `load:${trace}`, reason: 'generated' };
    if (state === 'posted') await postOrThrow(tx, DAY, [{ ...posting, legs: [leg] }]);
    if (state === 'pending') await postOrThrow(tx, DAY, [{ ...posting, legs: [{ ...leg, phase: 'pending' }] }]);
    await tx.query(
      `insert into clearing.load (card_no, terminal_no, merchant_no, batch_no, trace_no, city_date, kind, online_counter, balance_before_fen, amount_fen,
         sam_no, host_date, host_time, posting_key, state, opened_at)
       values ($1, 'T9000001', $2, '000001', $3, $4, 'agent-cash', 1, 0, $5, '990000000009', '20261110', '120000', 'load:' || $3, $6, $4::date + interval '4 hours')`,
      [no, AGENT, trace, day, amount, state],
    );
  });
  return {
    kind: 'load',
    terminalNo: 'T9000001',
    batchNo: '000001',
    traceNo: trace,
    cardNo: no,
    amountFen: fen(amount),
  };
}

const total = (lines: readonly AgentLine[], kind: string) => {
  const own = lines.filter((line) => line.kind === kind);
  return { count: own.length, amountFen: fen(own.reduce((sum, { amountFen }) => sum + amountFen, 0n)) };
};
const statementOf = (lines: readonly AgentLine[]) => ({
  lines,
  loads: total(lines, 'load'),
  cancellations: total(lines, 'cancel'),
});
const deliver = (lines: readonly AgentLine[], day = DAY) =>
  transact(db, async (tx) => {
    await keepStatement(tx, AGENT, day, statementOf(lines));
    return compareStatement(tx, AGENT, day);
  });
async function open(): Promise<Map<string, bigint>> {
  const { rows } = await db.query<{ difference_no: bigint; kind: string; evidence: { traceNo: string } }>(
    `select difference_no, kind, evidence from reconciliation.difference where state = 'open' and counterpart = $1`,
    [AGENT],
  );
  return new Map(rows.map((row) => [`${row.kind} ${row.evidence.traceNo}`, row.difference_no]));
}
const act = (no: bigint | undefined, action: AgentAction) =>
  transact(db, async (tx) => {
    await proposeAction(tx, maker, no ?? 0n, { action, reason: 'seen in the log of the terminal' });
    return approveAction(tx, checker, no ?? 0n);
  });

describe('the day file of an agent', () => {
  it('is compared line by line, and closed when every difference was made up, cancelled or confirmed', async () => {
    const [equal, missing, dearer, gray, lost, twice] = [
      await load(1_000, 'posted'),
      await load(2_000, 'posted'),
      await load(3_000, 'posted'),
      await load(4_000, 'pending'),
      await load(5_000, 'pending'),
      await load(6_000, 'posted'),
    ];
    const voided = await load(7_000, 'void');
    const taken = await load(8_000, 'posted');
    const late = await load(9_000, 'posted', addDays(DAY, 1));
    const stranger: AgentLine = { ...voided, traceNo: '999999' };
    const lines = [
      equal,
      { ...dearer, amountFen: fen(3_100) },
      gray,
      lost,
      twice,
      twice,
      voided,
      stranger,
      taken,
      late,
      { ...taken, kind: 'cancel' as const },
    ];
    expect(await deliver(lines)).toEqual({ found: 8, opened: 8, ended: 0 });
    expect(await deliver(lines)).toEqual({ found: 8, opened: 0, ended: 0 });
    const found = await open();
    expect(new Set(found.keys())).toEqual(
      new Set([
        `only-ours ${missing.traceNo}`,
        `amount ${dearer.traceNo}`,
        `in-doubt ${gray.traceNo}`,
        `in-doubt ${lost.traceNo}`,
        `duplicate ${twice.traceNo}`,
        `only-theirs ${voided.traceNo}`,
        `only-theirs ${stranger.traceNo}`,
        `cancelled-theirs ${taken.traceNo}`,
      ]),
    );
    await expect(act(found.get(`amount ${dearer.traceNo}`), 'make-up-ours')).rejects.toMatchObject({
      code: 'reconciliation.agents.action-unfit',
    });
    const [prefund] = [(await accountBalance(db, `agent-prefund:${AGENT}`)).posted];
    await act(found.get(`only-ours ${missing.traceNo}`), 'make-up-theirs');
    await act(found.get(`amount ${dearer.traceNo}`), 'make-up-theirs');
    await act(found.get(`in-doubt ${gray.traceNo}`), 'confirm-ours');
    await act(found.get(`in-doubt ${lost.traceNo}`), 'void-ours');
    await act(found.get(`duplicate ${twice.traceNo}`), 'cancel-theirs');
    await act(found.get(`only-theirs ${voided.traceNo}`), 'make-up-ours');
    await act(found.get(`cancelled-theirs ${taken.traceNo}`), 'make-up-theirs');
    expect(await agentHead(db, AGENT, DAY)).toMatchObject({ state: 'open', open: 1 });
    // The voided load is with the agent still: it hears of it as a line of its own when the file is compared again.
    expect(await transact(db, (tx) => compareStatement(tx, AGENT, DAY))).toMatchObject({ opened: 1 });
    await act((await open()).get(`only-theirs ${lost.traceNo}`), 'cancel-theirs');
    expect(await act(found.get(`only-theirs ${stranger.traceNo}`), 'cancel-theirs')).toMatchObject({ closed: true });

    const head = await agentHead(db, AGENT, DAY);
    expect(head).toMatchObject({ state: 'closed', open: 0, lines: 11 });
    expect((await accountBalance(db, `agent-prefund:${AGENT}`)).posted).toBe(prefund - 4_000n - 7_000n);
    expect((await cardBalance(db, voided.cardNo, 'pending-credit')).posted).toBe(7_000n);
    expect((await cardBalance(db, gray.cardNo)).posted).toBe(4_000n);
    const again = await transact(db, (tx) => compareStatement(tx, AGENT, DAY));
    expect(again).toMatchObject({ opened: 0 });
    expect((await agentHead(db, AGENT, DAY)).state).toBe('closed');
    expect((await db.query(`select from reconciliation.difference where state = 'open'`)).rowCount).toBe(0);
  });

  it('is cancelled on our side when the card itself shows that the load never came to it', async () => {
    const day = addDays(DAY, -2);
    const [missing, there] = [await load(2_500, 'posted', day), await load(2_500, 'posted', day)];
    // What the cards said with their next purchase: the first never had the load.
    for (const [at, { cardNo: no }] of [missing, there].entries())
      await db.query(
        `insert into clearing.purchase_identity (card_no, issuer_city, offline_counter, sam_no, sam_transaction_no, content_sha256, business_date,
           intake_id, record_index, balance_before_fen, amount_fen, tapped_at) values ($1, '4580', 1, '990000000001', $2, 'x', $3, $2, 0, $4, 0, now())`,
        [no, next(), DAY, at === 0 ? 0 : 2_500],
      );
    // The balance the load began with is not what the card says it had: the one does not continue the other.
    await db.query('update clearing.load set balance_before_fen = 1 where card_no = $1', [missing.cardNo]);
    await deliver([], day);
    const found = await open();
    const prefund = (await accountBalance(db, `agent-prefund:${AGENT}`)).posted;
    await act(found.get(`only-ours ${missing.traceNo}`), 'cancel-ours');
    expect((await accountBalance(db, `agent-prefund:${AGENT}`)).posted).toBe(prefund + 2_500n);
    expect((await cardBalance(db, missing.cardNo)).posted).toBe(0n);
    await expect(act(found.get(`only-ours ${there.traceNo}`), 'cancel-ours')).rejects.toMatchObject({
      code: 'reconciliation.agents.card-has-it',
    });
    expect(await act(found.get(`only-ours ${there.traceNo}`), 'make-up-theirs')).toMatchObject({ closed: true });
    expect(await agentHead(db, AGENT, day)).toMatchObject({ afterMakeUp: { oursFen: 2_500, theirsFen: 2_500 } });
  });

  it('that is half, of another content, early or nobody’s is refused and changes nothing', async () => {
    const keep = (over: object, day = DAY, no = AGENT) =>
      transact(db, (tx) => keepStatement(tx, no, day, { ...statementOf([]), ...over }));
    await expect(keep({ loads: { count: 2, amountFen: fen(100) } }, addDays(DAY, 1))).rejects.toMatchObject({
      code: 'reconciliation.agents.totals-differ',
    });
    await expect(keep({})).rejects.toMatchObject({ code: 'reconciliation.agents.statement-known' });
    await expect(keep({}, businessDate('2099-01-01'))).rejects.toMatchObject({
      code: 'reconciliation.agents.day-not-over',
    });
    await expect(keep({}, DAY, 'BUS1')).rejects.toMatchObject({ code: 'reconciliation.agents.not-an-agent' });
  });

  it('that does not come is missed, and settlement waits for it where it was agreed so', async () => {
    await transact(db, async (tx) => {
      const change = { participantNo: AGENT, afterEqual: true, from: DAY };
      const { approvalId } = await proposeSettleAfterEqual(tx, maker, change);
      await approveSettleAfterEqual(tx, checker, approvalId, change);
      await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'cut-off')`, [
        addDays(DAY, 1),
      ]);
    });
    const line = await load(500, 'posted', addDays(DAY, 1));
    expect(await unequalSince(db, AGENT, DAY)).toBeUndefined();
    expect(await unequalSince(db, AGENT, addDays(DAY, 1))).toBe(addDays(DAY, 1));
    await transact(db, (tx) => lookAtAgents(tx, addDays(DAY, 3)));
    const missed = `select business_day from reconciliation.difference where state = 'open' and subject_key = 'day file'`;
    expect((await db.query(missed)).rows).toEqual([{ business_day: addDays(DAY, 1) }]);
    await deliver([line], addDays(DAY, 1));
    await transact(db, (tx) => lookAtAgents(tx, addDays(DAY, 3)));
    expect((await db.query(missed)).rows).toEqual([]);
    expect(await unequalSince(db, AGENT, addDays(DAY, 1))).toBeUndefined();
    expect(await agentHead(db, AGENT, addDays(DAY, 1))).toMatchObject({ state: 'closed' });
  });
});
