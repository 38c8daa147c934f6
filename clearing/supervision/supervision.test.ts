import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger, createPrincipal, fen, type Principal, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { raiseAlarm } from '../alarms/alarm.ts';
import { acknowledgeCase, answerCase, closeCase } from '../alarms/case-acts.ts';
import { listCases, showCase } from '../alarms/cases.ts';
import { setChannel, setContact } from '../alarms/channels.ts';
import { deliverNotices } from '../alarms/deliver.ts';
import { listNotices } from '../alarms/notices.ts';
import { planDuty } from '../alarms/roster.ts';
import { requireOwnSide } from '../alarms/own-side.ts';
import { advanceAsFarAsPossible } from '../day/advance.ts';
import { BUS, buy, CARD, DAY, fillDay, instruct, NEXT_DAY, PEOPLE, startTestCity } from '../day/test-city.ts';
import { approveAgentCap, proposeAgentCap } from '../float/agent-caps.ts';
import { balancesAt } from '../float/balances-at.ts';
import { takeNextDormancy } from '../float/dormancy.ts';
import { approveFeeWithdrawal, proposeFeeWithdrawal } from '../float/fee-withdrawal.ts';
import { positionOf } from '../float/float-position.ts';
import { floatHistory } from '../float/history.ts';
import { readLiveFigures, takeLiveFigures } from '../float/live.ts';
import { completeProofs, explainProof } from '../float/proofs.ts';
import { openAccount } from '../ledger/accounts.ts';
import { post, postOrThrow } from '../ledger/posting.ts';
import { transfer } from '../ledger/test-ledger.ts';
import { verifyLedger } from '../ledger/verify.ts';
import { settlePayment } from '../settlement/payment-outcome.ts';
import { approveRuleChange, proposeRuleChange, type RuleChange } from './rule-book.ts';
import { superviseOnce } from './supervise.ts';

const person = (id: string, roles: Principal['roles']): Principal => ({
  id,
  name: `Test ${id}`,
  kind: 'person',
  roles,
});
const SUPERVISOR = person('watching', ['supervisor']);
const SECOND = person('watching-2', ['supervisor']);
const PLATFORM = person('platform', ['platform']);
const CUSTODY = 'bank-custody:622800000001';
const OWN = 'bank-own-funds:O1';
const AGENT = '904458060510001';

let city: Awaited<ReturnType<typeof startTestCity>>;
let db: (typeof city)['db'];
const seal = {
  seal: (context: string, clear: Buffer) => Promise.resolve(Buffer.from(`${context}|${clear.toString('hex')}`)),
  open: (_: string, sealed: Buffer) => Promise.resolve(Buffer.from(sealed.toString().split('|')[1] ?? '', 'hex')),
};
const once = () => superviseOnce({ db, logger: createLogger('test', { level: 'silent' }), seal, secrets: new Map() });
const open = async () => (await listCases(db, ['open', 'acknowledged'])).map(({ kind }) => kind);
const bankSays = (closing: bigint) =>
  db.query(
    `insert into clearing.bank_statement (account_no, statement_date, opening_fen, closing_fen, entry_count, statement_id, message_id, content_sha256)
     values ('622800000001', $1, 0, $2, 0, 's', 'm', '\\x00')`,
    [DAY, closing],
  );

beforeAll(async () => {
  city = await startTestCity();
  db = city.db;
  await transact(db, async (tx) => {
    for (const each of [SUPERVISOR, SECOND, PLATFORM]) await createPrincipal(tx, each);
    for (const code of [OWN, 'suspense:main']) await openAccount(tx, code);
  });
  await fillDay(db);
  await takeLiveFigures(db);
});
afterAll(() => city.stop());

describe('live figures', () => {
  it('follow the chain without adding the cards up, and are what the trial balance says', async () => {
    for (let round = 0; round < 3; round += 1) {
      await buy(db, DAY, 'purse', BUS, 1_000 + round);
      const { figures } = await asRead();
      const said = positionOf(DAY, await balancesAt(db, DAY), new Map());
      expect(figures.position).toMatchObject({
        owedFen: said.owedFen.toString(),
        differenceFen: '0',
        owed: { purse: said.owed.purse.toString(), 'pending-credit': '2000' },
      });
      expect(figures.cities).toEqual([{ city: '4520', receivableFen: '900', payableFen: '2400', netFen: '-1500' }]);
      expect(figures.agents).toMatchObject([{ participantNo: AGENT, prefundFen: '500000', roomFen: '500000' }]);
    }
    expect((await db.query('select recounts from clearing.float_tally_head')).rows).toEqual([{ recounts: 0n }]);
  });

  it('find what was not noted with its chunk', async () => {
    await buy(db, DAY, 'purse', BUS, 5);
    await db.query(
      'delete from clearing.chunk_turnover where chunk_no = (select max(chunk_no) from clearing.chunk_turnover)',
    );
    const { figures } = await asRead();
    const said = positionOf(DAY, await balancesAt(db, DAY), new Map());
    expect(figures.position.owed.purse).toBe(said.owed.purse.toString());
    expect((await db.query('select recounts from clearing.float_tally_head')).rows).toEqual([{ recounts: 1n }]);
  });

  const asRead = async () => {
    await takeLiveFigures(db);
    const live = await readLiveFigures(db);
    expect(live?.ageMs).toBeLessThan(2_000);
    return live as { figures: { position: { owed: Record<string, string> }; cities: unknown; agents: unknown } };
  };
});

describe('a day that closes', () => {
  it('without the bank’s statement is closed, not proved, and told; no fee is drawn until the statement is there', async () => {
    await instruct(city.deps);
    const { rows } = await db.query<{ id: string; fen: bigint }>(
      `select end_to_end_id as id, amount_fen as fen from clearing.payment where state = 'pending'`,
    );
    for (const each of rows) {
      const paid = { bookedAt: new Date(), bankReference: `B-${each.id}`, part: 1, account: CUSTODY };
      await transact(db, (tx) => settlePayment(tx, { endToEndId: each.id, amountFen: fen(each.fen), ...paid }));
    }
    expect(await advanceAsFarAsPossible(city.deps, DAY)).toBe('closed');
    const live = await once();
    expect(live.proofs).toMatchObject([{ date: DAY, account: CUSTODY }]);
    expect(await open()).toContain('bank-statement-missing');
    const order = { amountFen: fen(100), from: CUSTODY, to: OWN };
    const { withdrawalNo } = await transact(db, (tx) => proposeFeeWithdrawal(tx, PEOPLE.maker, order));
    const draw = (who: Principal = PEOPLE.checker) => transact(db, (tx) => approveFeeWithdrawal(tx, who, withdrawalNo));
    await expect(draw()).rejects.toMatchObject({ code: 'clearing.fees-on-hold' });
    await bankSays((await balancesAt(db, DAY)).find(({ code }) => code === CUSTODY)!.balanceFen);
    expect(await completeProofs(db)).toBe(1);
    expect((await once()).proofs).toEqual([]);
    await once();
    await expect(draw(PEOPLE.maker)).rejects.toMatchObject({ code: 'identity.same-person' });
    expect(await draw()).toMatchObject({ state: 'posted', approvedBy: PEOPLE.checker.id });
    expect(await draw()).toMatchObject({ state: 'posted' });
    await expect(
      transact(db, (tx) => proposeFeeWithdrawal(tx, PEOPLE.maker, { ...order, amountFen: fen(1_000_000) })),
    ).rejects.toMatchObject({ code: 'supervision.not-withdrawable' });
    await expect(
      transact(db, (tx) => proposeFeeWithdrawal(tx, PEOPLE.maker, { ...order, to: 'bank-own-funds:9' })),
    ).rejects.toMatchObject({ code: 'clearing.account-unknown' });
  });

  it('is kept for the history, with each participant and with what lies dormant', async () => {
    expect(await takeNextDormancy(db)).toBe(DAY);
    expect(await takeNextDormancy(db)).toBeUndefined();
    const history = await floatHistory(db, DAY, NEXT_DAY);
    expect(history).toMatchObject({ days: [DAY], participants: { [AGENT]: { prefundFen: [500_000n] } } });
    const purses = (await balancesAt(db, DAY)).find(({ kind }) => kind === 'purse')!.balanceFen;
    expect(history.dormancy['0']).toEqual({ cards: [1n], balanceFen: [-purses] });
    await expect(db.query('update clearing.float_day set owed_fen = 0')).rejects.toThrow(/only ever added to/);
  });

  it('whose statement differs stays unproved until a supervisor has explained it', async () => {
    await db.query(`alter table clearing.float_proof disable trigger float_proof_guard`);
    await db.query(`update clearing.float_proof set statement_fen = ledger_fen - 1`);
    await db.query(`alter table clearing.float_proof enable trigger float_proof_guard`);
    expect((await once()).proofs).toMatchObject([{ differenceFen: 1n }]);
    const proof = { date: DAY, account: CUSTODY, explanation: 'generated explanation' };
    await transact(db, (tx) => explainProof(tx, SUPERVISOR, proof));
    await expect(transact(db, (tx) => explainProof(tx, SUPERVISOR, proof))).rejects.toMatchObject({
      code: 'supervision.proof-unknown',
    });
    expect((await once()).proofs).toEqual([]);
  });
});

describe('rules', () => {
  const propose = (who: Principal, change: RuleChange) => transact(db, (tx) => proposeRuleChange(tx, who, change));
  const approve = (who: Principal, id: bigint, change: RuleChange) =>
    transact(db, (tx) => approveRuleChange(tx, who, id, change));

  it('are changed by two supervisors, and never so that they are silent', async () => {
    const change = { rule: 'agent-near-cap', thresholds: { roomFen: 600_000 } };
    const { approvalId } = await propose(SUPERVISOR, change);
    await expect(approve(SUPERVISOR, approvalId, change)).rejects.toMatchObject({ code: 'identity.same-person' });
    expect(await approve(SECOND, approvalId, change)).toMatchObject({ version: 1, thresholds: { roomFen: 600_000 } });
    await expect(
      propose(SUPERVISOR, { rule: 'forged-tac-cluster', thresholds: { records: 1_000_000 } }),
    ).rejects.toThrow(
      'With records = 1000000 the rule forged-tac-cluster would be silent, or never be: it takes 2 to 20 records.',
    );
    await expect(
      propose(SUPERVISOR, { rule: 'float-shortfall', thresholds: { aboveFen: 999_999 } }),
    ).rejects.toMatchObject({
      code: 'supervision.threshold-above-float',
    });
    await expect(propose(SUPERVISOR, { rule: 'float-shortfall', severity: 'notice' })).rejects.toMatchObject({
      code: 'supervision.severity-lowered',
    });
    await once();
    expect(await open()).toContain('agent-near-cap');
  });

  it('hold fees while money is missing, until it is there and a supervisor has closed the case', async () => {
    const lose = transfer('lose', 'concession-receivable:x', 'purse', 1, CARD);
    await transact(db, async (tx) => {
      await openAccount(tx, 'former-issuer-receivable:9');
      await openAccount(tx, 'concession-receivable:x');
      await postOrThrow(tx, NEXT_DAY, [lose]);
    });
    // A kind of account nobody counts among assets stands for money that is gone.
    const gone = async (amount: number) => {
      await db.query('alter table clearing.float_tally disable trigger user');
      await db.query(`update clearing.float_tally set credits = credits + $1 where kind = 'purse'`, [amount]);
    };
    await gone(50);
    await once();
    expect(await open()).toContain('float-shortfall');
    const held = await db.query('select cause from clearing.fee_hold where lifted_at is null');
    expect(held.rows).toEqual([{ cause: 'float-shortfall' }]);
    await gone(-50);
    await once();
    const found = (await listCases(db, ['open'])).find(({ kind }) => kind === 'float-shortfall')!;
    expect((await showCase(db, found.caseNo)).alarms[0]).toMatchObject({
      evidence: { unexplainedFen: '50', rule: 'float-shortfall', ruleVersion: 0 },
    });
    await transact(db, (tx) => closeCase(tx, SUPERVISOR, found.caseNo, 'the money is there again'));
    await once();
    await once();
    expect((await db.query('select from clearing.fee_hold where lifted_at is null')).rowCount).toBe(0);
  });

  it('an agent stops at its cap by itself, which the company proposes and a supervisor approves', async () => {
    const load = (key: string, amount: number) =>
      transact(db, (tx) => post(tx, NEXT_DAY, [transfer(key, `agent-prefund:${AGENT}`, 'purse', amount, CARD)]));
    expect(await load('l1', 500_001)).toMatchObject([{ outcome: 'floor' }]);
    const cap = {
      participantNo: AGENT,
      capFen: fen(1_000),
      coverFen: fen(2_000),
      coverNote: 'guarantee 1 (generated)',
    };
    await expect(
      transact(db, (tx) => proposeAgentCap(tx, PEOPLE.maker, { ...cap, coverFen: fen(999) })),
    ).rejects.toMatchObject({ code: 'supervision.cap-not-covered' });
    const { approvalId } = await transact(db, (tx) => proposeAgentCap(tx, PEOPLE.maker, cap));
    await transact(db, (tx) => approveAgentCap(tx, SUPERVISOR, approvalId, cap));
    expect(await load('l2', 500_900)).toMatchObject([{ outcome: 'posted' }]);
    expect(await load('l3', 101)).toMatchObject([{ outcome: 'floor' }]);
    expect((await once()).agents).toMatchObject([
      { prefundFen: -900n, netDebitCapFen: 1_000n, coverFen: 2_000n, roomFen: 100n },
    ]);
    const lower = { ...cap, capFen: fen(100) };
    const again = await transact(db, (tx) => proposeAgentCap(tx, PEOPLE.maker, lower));
    await transact(db, (tx) => approveAgentCap(tx, SUPERVISOR, again.approvalId, lower));
    expect(await load('l4', 1)).toMatchObject([{ outcome: 'floor' }]);
    expect(await verifyLedger(db)).toMatchObject({ ok: true });
  });
});

describe('a case', () => {
  it('is one however often something fires, is answered by the company and closed by a supervisor alone', async () => {
    await transact(db, async (tx) => {
      await tx.query(
        `insert into clearing.alarm (kind, severity, subject, evidence)
         select 'generated', 'warning', 'card ' || n, '{}' from generate_series(1, 10000) n`,
      );
      await raiseAlarm(tx, {
        kind: 'generated',
        severity: 'critical',
        subject: 'card 10001',
        evidence: { amountFen: 5n },
      });
    });
    await once();
    const found = (await listCases(db, ['open'])).filter(({ kind }) => kind === 'generated');
    expect(found).toMatchObject([{ alarmCount: 10_001n, severity: 'critical' }]);
    const { caseNo } = found[0]!;
    await transact(db, (tx) => answerCase(tx, PEOPLE.maker, caseNo, 'we look at it'));
    await expect(
      transact(db, (tx) => answerCase(tx, PEOPLE.maker, caseNo, 'ask 37079919900101001X')),
    ).rejects.toMatchObject({
      code: 'alarms.words-personal',
    });
    for (const act of [acknowledgeCase, (tx: never, by: Principal, no: bigint) => closeCase(tx, by, no, 'done')])
      await expect(transact(db, (tx) => act(tx as never, PEOPLE.maker, caseNo))).rejects.toMatchObject({
        code: 'identity.role-missing',
      });
    await expect(
      db.query(
        `update clearing.alarm_case set state = 'closed', closed_by = 'finance-maker', closed_at = now(), finding = 'x' where case_no = $1`,
        [caseNo],
      ),
    ).rejects.toMatchObject({ constraint: 'alarm_case_closed_by_supervisor' });
    await expect(db.query('delete from clearing.alarm where case_no = $1', [caseNo])).rejects.toThrow(
      /only ever added to/,
    );
    await transact(db, (tx) => closeCase(tx, SUPERVISOR, caseNo, 'generated by a test'));
    expect(await showCase(db, caseNo)).toMatchObject({
      state: 'closed',
      closedBy: SUPERVISOR.id,
      acts: [
        { act: 'answer', actor: PEOPLE.maker.id },
        { act: 'close', words: 'generated by a test' },
      ],
    });
  });
});

describe('people', () => {
  it('on duty are told once of one thing, again when nobody takes note, and what they read is written down', async () => {
    const received: { reference: string; text: string; key: unknown }[] = [];
    let refuse = true;
    const gateway = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        received.push({
          ...(JSON.parse(body) as { reference: string; text: string }),
          key: request.headers['idempotency-key'],
        });
        response.statusCode = refuse ? 503 : 200;
        response.end('G-1');
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => gateway.once('listening', resolve));
    const endpoint = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/sms`;
    await transact(db, async (tx) => {
      await setChannel(tx, PLATFORM, { channel: 'sms', kind: 'sms', endpoint });
      await setContact(tx, SUPERVISOR, { principalId: SUPERVISOR.id, channel: 'sms', address: '+8600000000001' }, seal);
      await setContact(tx, SUPERVISOR, { principalId: SECOND.id, channel: 'sms', address: '+8600000000002' }, seal);
      const times = { beginsAt: new Date(), endsAt: new Date(Date.now() + 3_600_000) };
      await planDuty(tx, SUPERVISOR, { level: 0, principalId: SUPERVISOR.id, ...times });
      await planDuty(tx, SUPERVISOR, { level: 1, principalId: SECOND.id, ...times });
    });
    for (const what of [{ principalId: SUPERVISOR.id }, { channel: 'sms' }, { shiftNo: 1n }])
      await expect(transact(db, (tx) => requireOwnSide(tx, PLATFORM, what))).rejects.toMatchObject({
        code: 'alarms.supervisors-own',
      });
    const deliver = () =>
      deliverNotices({ db, logger: createLogger('test', { level: 'silent' }), seal, secrets: new Map() });
    const outage = () =>
      transact(db, (tx) => raiseAlarm(tx, { kind: 'hsm-away', severity: 'critical', subject: 'HSM', evidence: {} }));
    await outage();
    await outage();
    await once();
    const { caseNo } = (await listCases(db, ['open'])).find(({ kind }) => kind === 'hsm-away')!;
    const ofCase = () => listNotices(db, { caseNo });
    expect(await ofCase()).toMatchObject([{ principalId: SUPERVISOR.id, state: 'queued' }]);
    await deliver();
    expect(await ofCase()).toMatchObject([{ state: 'queued', attempts: 1, answer: 'the gateway answered 503' }]);
    refuse = false;
    // Killed after the gateway took it and before that was written down: it goes out again under the same reference.
    await db.query(`update clearing.notice set next_at = now()`);
    await deliver();
    expect(await ofCase()).toMatchObject([{ state: 'sent', attempts: 2, answer: 'G-1' }]);
    const mine = received.filter(({ text }) => text.includes('hsm-away'));
    expect(new Set(mine.map(({ reference }) => reference)).size).toBe(1);
    expect(mine.every(({ key, reference }) => key === reference)).toBe(true);
    expect(mine[0]!.text).not.toMatch(/\d{11}/);
    await db.query(`update clearing.alarm_case set next_level_at = now() where case_no = $1`, [caseNo]);
    await outage();
    await once();
    expect((await ofCase()).map(({ principalId, level }) => `${principalId} ${level}`).sort()).toEqual([
      `${SUPERVISOR.id} 0`,
      `${SUPERVISOR.id} 1`,
      `${SECOND.id} 1`,
    ]);
    await transact(db, (tx) => acknowledgeCase(tx, SECOND, caseNo));
    expect((await ofCase()).filter(({ readAt }) => readAt !== null)).toMatchObject([{ principalId: SECOND.id }]);
    expect((await showCase(db, caseNo)).acts.map(({ act }) => act)).toEqual(['escalate', 'acknowledge']);
    const { rows } = await db.query(`select address_sealed::text as address from clearing.duty_contact`);
    expect(JSON.stringify(rows)).not.toContain('8600000000001');
    await new Promise((resolve) => gateway.close(resolve));
  });
});
