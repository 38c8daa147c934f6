import {
  addDays,
  createHttpServer,
  createLogger,
  createPrincipal,
  fen,
  type Principal,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advanceAsFarAsPossible } from '../day/advance.ts';
import {
  approve,
  BUS,
  BUS_TWO,
  buy,
  DAY,
  fillDay,
  instruct,
  NEXT_DAY,
  PEOPLE,
  startTestCity,
} from '../day/test-city.ts';
import { cutOff } from '../day/days.ts';
import { postOrThrow } from '../ledger/posting.ts';
import { transfer } from '../ledger/test-ledger.ts';
import { listPayments } from '../settlement/payments.ts';
import { settlePayment } from '../settlement/payment-outcome.ts';
import { openHolds, holdPayments } from '../settlement/payment-hold.ts';
import { listSheets } from '../settlement/sheets.ts';
import {
  applyDueAccountChanges,
  approveAccountChange,
  listAccountChanges,
  noticeOfChangeSent,
  proposeAccountChange,
  WAITING_DAYS,
  withdrawAccountChange,
} from './account-change.ts';
import { registerAccountRoutes } from './account-routes.ts';
import {
  approveContract,
  fileContact,
  fileDocument,
  missingOnFile,
  participantFile,
  proposeContract,
} from './documents.ts';
import { approveExit, approveLeaving, openObligations, proposeExit, proposeLeaving, returnPrefund } from './exit.ts';
import { listNotices } from './notices.ts';
import { findParticipant, type ParticipantStatus } from './participant.ts';
import { assignSam, participantOfSam } from './sam-assignment.ts';
import {
  approveResumption,
  PARTICIPANT_TRANSITIONS,
  proposeResumption,
  requireTransition,
  suspendParticipant,
} from './standing.ts';

const AGENT = '904458060510001';
const OFFICER: Principal = { id: 'officer-1', name: 'Officer (test)', kind: 'person', roles: ['platform'] };
const SECOND: Principal = { id: 'officer-2', name: 'Second (test)', kind: 'person', roles: ['platform'] };
const OWNER: Principal = {
  id: 'bus-two',
  name: 'Bus Two (test)',
  kind: 'partner',
  roles: ['operator-partner'],
  participantNo: BUS_TWO,
};

let city: Awaited<ReturnType<typeof startTestCity>>;
let ownerToken = '';
beforeAll(async () => {
  city = await startTestCity();
  await transact(city.db, async (tx) => {
    for (const person of [OFFICER, SECOND]) await createPrincipal(tx, person);
    ownerToken = (await createPrincipal(tx, OWNER)).token;
  });
  await fillDay(city.db);
});
afterAll(() => city.stop());

const inTx: <T>(work: Parameters<typeof transact<T>>[1]) => Promise<T> = (work) => transact(city.db, work);
const hash = (digit: string) => digit.repeat(64);
const proof = async (participantNo: string) =>
  (
    await inTx((tx) =>
      fileDocument(tx, OFFICER, {
        participantNo,
        kind: 'account-proof',
        reference: 'bank letter 1',
        sha256: hash('a'),
      }),
    )
  ).documentNo;
const account = (accountNo: string) => ({ accountNo, bankLineNo: '102458000011', accountName: 'Bus One (test)' });
const accountOf = async (no: string) => (await findParticipant(city.db, no))?.settlementAccount?.accountNo;

describe('the file of a participant', () => {
  it('says what is missing until documents, contacts, contract and account are there', async () => {
    expect(await missingOnFile(city.db, BUS)).toEqual([
      'a business licence in force',
      'a contract in force',
      'a settlement contact',
      'an operations contact',
    ]);
    const file = (kind: 'licence' | 'contract', sha256: string) =>
      inTx((tx) => fileDocument(tx, OFFICER, { participantNo: BUS, kind, reference: 'paper 7', sha256 }));
    await file('licence', hash('1'));
    const { documentNo } = await file('contract', hash('2'));
    expect(await file('contract', hash('2'))).toEqual({ documentNo });
    for (const purpose of ['settlement', 'operations'] as const)
      await inTx((tx) =>
        fileContact(tx, OFFICER, {
          participantNo: BUS,
          purpose,
          office: 'Accounts office',
          email: 'accounts@bus.example',
        }),
      );
    const contract = {
      participantNo: BUS,
      contractNo: 'C-1',
      validFrom: addDays(DAY, -900),
      noticeDays: 90,
      documentNo,
    };
    const other = { ...contract, contractNo: 'C-2', validFrom: DAY };
    const { approvalId } = await inTx((tx) => proposeContract(tx, OFFICER, contract));
    const put = (who: Principal, what = contract) => inTx((tx) => approveContract(tx, who, what, approvalId));
    await expect(put(OFFICER)).rejects.toMatchObject({ code: 'identity.same-person' });
    await expect(put(SECOND, { ...contract, noticeDays: 1 })).rejects.toMatchObject({
      code: 'identity.content-differs',
    });
    await put(SECOND);
    await put(SECOND);
    await expect(
      inTx(async (tx) => approveContract(tx, SECOND, other, (await proposeContract(tx, OFFICER, other)).approvalId)),
    ).rejects.toMatchObject({ code: 'clearing.participants.contract-overlaps' });
    await expect(inTx((tx) => proposeContract(tx, OFFICER, { ...contract, documentNo: 99n }))).rejects.toMatchObject({
      code: 'clearing.participants.document-unknown',
    });
    await expect(
      inTx((tx) => proposeContract(tx, OFFICER, { ...contract, validTo: addDays(DAY, -901) })),
    ).rejects.toMatchObject({
      code: 'clearing.participants.dates-reversed',
    });
    expect(await missingOnFile(city.db, BUS)).toEqual([]);
    expect(await participantFile(city.db, BUS)).toMatchObject({
      contracts: [{ contractNo: 'C-1', approvedBy: 'officer-2' }],
      missing: [],
    });
  });
});

describe('a change of settlement account', () => {
  let changeNo = 0n;

  it('takes two persons, a proof on file and a contact to tell', async () => {
    const documentNo = await proof(BUS);
    const propose = (over = {}) =>
      inTx((tx) =>
        proposeAccountChange(tx, PEOPLE.both, {
          participantNo: BUS,
          account: account('62287777'),
          documentNo,
          ...over,
        }),
      );
    await expect(propose({ documentNo: 99n })).rejects.toMatchObject({
      code: 'clearing.participants.document-unknown',
    });
    ({ changeNo } = await propose());
    await expect(propose()).rejects.toMatchObject({ code: 'clearing.participants.change-open' });
    await expect(inTx((tx) => approveAccountChange(tx, PEOPLE.both, changeNo))).rejects.toMatchObject({
      code: 'identity.same-person',
    });
    const early = inTx((tx) => noticeOfChangeSent(tx, PEOPLE.maker, changeNo, 'letter'));
    await expect(early).rejects.toMatchObject({ code: 'clearing.participants.change-not-there' });
    // Somebody puts a contact of its own in first: the one before is told as well.
    await inTx((tx) =>
      fileContact(tx, OFFICER, {
        participantNo: BUS,
        purpose: 'settlement',
        office: 'Elsewhere',
        email: 'else@where.example',
      }),
    );
    await inTx((tx) => approveAccountChange(tx, PEOPLE.checker, changeNo));
    expect(await inTx((tx) => approveAccountChange(tx, PEOPLE.checker, changeNo))).toMatchObject({ state: 'approved' });
    const told = (await listNotices(city.db, BUS)).filter(({ sentence }) => sentence.includes('7777'));
    expect(told.map(({ email }) => email)).toEqual(['accounts@bus.example', 'else@where.example']);
    expect(told[0]?.sentence).not.toContain('62287777');
    expect(await accountOf(BUS)).not.toBe('62287777');
  });

  it('pays the old account until the waiting period after the notice is over, and lifts what held payments then', async () => {
    const { db, deps } = city;
    const sentAt = new Date();
    const { payableFrom } = await inTx((tx) => noticeOfChangeSent(tx, PEOPLE.maker, changeNo, 'letter', sentAt));
    expect(payableFrom.getTime() - sentAt.getTime()).toBe(WAITING_DAYS * 86_400_000);
    expect(await inTx((tx) => noticeOfChangeSent(tx, PEOPLE.maker, changeNo, 'letter'))).toEqual({
      changeNo,
      payableFrom,
    });
    await cutOff(db, DAY);
    // Over since, but not at the cut-off: whenever the sheets of the day are made, they say the old account.
    const wait = (until: Date) => db.query('update clearing.settlement_account_change set payable_from = $1', [until]);
    await wait(new Date());
    await advanceAsFarAsPossible(deps, DAY);
    await wait(payableFrom);
    const sheet = (await listSheets(db, DAY)).find(({ participantNo }) => participantNo === BUS);
    expect(sheet?.settlementAccount?.accountNo).not.toBe('62287777');
    await approve(db);
    await advanceAsFarAsPossible(deps, DAY);
    await inTx((tx) => applyDueAccountChanges(tx, new Date(payableFrom.getTime() - 1)));
    expect(await accountOf(BUS)).not.toBe('62287777');
    await inTx((tx) => holdPayments(tx, { participantNo: BUS, reason: 'test' }));
    // Two workers at once bring it into force once.
    await Promise.all([1, 2].map(() => inTx((tx) => applyDueAccountChanges(tx, payableFrom))));
    expect(await accountOf(BUS)).toBe('62287777');
    expect(await openHolds(db)).toEqual([]);
    expect(await listAccountChanges(db, BUS)).toMatchObject([{ state: 'in-force', inForceAt: payableFrom }]);
    const early = db.query(
      `update clearing.settlement_account_change set in_force_at = payable_from - interval '1 second'`,
    );
    await expect(early).rejects.toMatchObject({ constraint: 'settlement_account_change_waited' });
  });

  it('is stopped by the participant itself, and by no other', async () => {
    const documentNo = await proof(BUS_TWO);
    await inTx((tx) =>
      fileContact(tx, OFFICER, {
        participantNo: BUS_TWO,
        purpose: 'settlement',
        office: 'Accounts',
        email: 'a@two.example',
      }),
    );
    const { changeNo: theirs } = await inTx((tx) =>
      proposeAccountChange(tx, PEOPLE.maker, { participantNo: BUS_TWO, account: account('62286666'), documentNo }),
    );
    await inTx((tx) => approveAccountChange(tx, PEOPLE.checker, theirs));
    const server = createHttpServer({ logger: createLogger('test', { level: 'silent' }), db: city.db, title: 'test' });
    registerAccountRoutes(server, { db: city.db });
    const object = async (no: string) => {
      const response = await server.inject({
        method: 'POST',
        url: `/v1/participants/${no}/account-changes/${theirs}/withdrawal`,
        headers: { authorization: `Bearer ${ownerToken}` },
        payload: { reason: 'we did not ask for this' },
      });
      return [response.statusCode, response.json<{ code?: string; state?: string }>()] as const;
    };
    expect(await object(BUS)).toMatchObject([403, { code: 'clearing.participants.not-yours' }]);
    expect(await object(BUS_TWO)).toMatchObject([200, { state: 'withdrawn' }]);
    await server.close();
    const sent = inTx((tx) => noticeOfChangeSent(tx, PEOPLE.maker, theirs, 'email'));
    await expect(sent).rejects.toMatchObject({ code: 'clearing.participants.change-not-there' });
    const approveAgain = inTx((tx) => approveAccountChange(tx, PEOPLE.checker, theirs));
    await expect(approveAgain).rejects.toMatchObject({ code: 'clearing.participants.change-not-there' });
    const inForce = inTx((tx) => withdrawAccountChange(tx, PEOPLE.maker, changeNo, 'late'));
    await expect(inForce).rejects.toMatchObject({ code: 'clearing.participants.change-not-there' });
    const { rows } = await city.db.query(
      `select severity, subject from clearing.alarm where kind = 'account-change-withdrawn'`,
    );
    expect(rows).toEqual([{ severity: 'critical', subject: BUS_TWO }]);
  });

  it('for somebody without a contact is not approved; a first account counts at once', async () => {
    const { rows } = await city.db.query<{ no: string; filed: boolean }>(
      `select participant_no as no, settlement_account is not null as filed from clearing.participant where kind in ('biller', 'agent') order by kind desc`,
    );
    const [water, agent] = rows;
    const change = async (participantNo: string) => {
      const documentNo = await proof(participantNo);
      const { changeNo: no } = await inTx((tx) =>
        proposeAccountChange(tx, PEOPLE.maker, { participantNo, account: account('62285555'), documentNo }),
      );
      return inTx((tx) => approveAccountChange(tx, PEOPLE.checker, no));
    };
    expect([water?.filed, agent?.filed]).toEqual([true, false]);
    await expect(change(water!.no)).rejects.toMatchObject({ code: 'clearing.participants.contact-missing' });
    expect(await change(agent!.no)).toMatchObject({ state: 'in-force' });
    expect(await accountOf(agent!.no)).toBe('62285555');
  });
});

describe('the standing of a participant', () => {
  it('goes where its table says and nowhere else', () => {
    const all = Object.keys(PARTICIPANT_TRANSITIONS) as ParticipantStatus[];
    for (const from of all)
      for (const to of all) {
        const go = () => requireTransition('P', from, to);
        if (PARTICIPANT_TRANSITIONS[from].includes(to)) expect(go).not.toThrow();
        else expect(go).toThrow(`it cannot become ${to}`);
      }
  });

  it('is stopped by one officer and goes on by two', async () => {
    const stop = () => inTx((tx) => suspendParticipant(tx, OFFICER, BUS_TWO, 'files do not add up'));
    expect([await stop(), await stop()]).toMatchObject([{ status: 'suspended' }, { status: 'suspended' }]);
    const { approvalId } = await inTx((tx) => proposeResumption(tx, OFFICER, BUS_TWO));
    const go = (who: Principal) => inTx((tx) => approveResumption(tx, who, BUS_TWO, approvalId));
    await expect(go(OFFICER)).rejects.toMatchObject({ code: 'identity.same-person' });
    expect(await go(SECOND)).toMatchObject({ status: 'production' });
    await expect(go(SECOND)).rejects.toMatchObject({ code: 'clearing.participants.transition-refused' });
  });
});

describe('a participant that leaves', () => {
  const SAM = '100000000001';
  const leaving = { participantNo: AGENT, lastDay: NEXT_DAY, reason: 'contract ended' };

  it('does business until its last day, gets its prefund back, and is gone when nothing is open', async () => {
    const { db, deps } = city;
    await inTx((tx) =>
      assignSam(tx, { samNo: SAM, participantNo: AGENT, terminalNo: 'T0000001', validFrom: new Date(0) }),
    );
    const early = inTx((tx) => proposeLeaving(tx, OFFICER, { ...leaving, lastDay: DAY }));
    await expect(early).rejects.toMatchObject({ code: 'clearing.participants.last-day-past' });
    const { approvalId } = await inTx((tx) => proposeLeaving(tx, OFFICER, leaving));
    await inTx((tx) => approveLeaving(tx, SECOND, leaving, approvalId));
    const last = new Date(`${addDays(NEXT_DAY, 1)}T00:00:00+08:00`);
    expect(await participantOfSam(db, SAM, new Date(last.getTime() - 1))).toMatchObject({ participantNo: AGENT });
    expect(await participantOfSam(db, SAM, last)).toBeUndefined();
    const stillIn = { code: 'clearing.participants.still-in-business' };
    await expect(inTx((tx) => returnPrefund(tx, OFFICER, AGENT))).rejects.toMatchObject(stillIn);
    await cutOff(db, NEXT_DAY);
    const owed = inTx((tx) => proposeExit(tx, OFFICER, AGENT));
    await expect(owed).rejects.toMatchObject({ code: 'clearing.participants.still-owed' });
    await expect(owed).rejects.toThrow(`agent-prefund:${AGENT} holds 500000 fen`);

    expect(await inTx((tx) => returnPrefund(tx, OFFICER, AGENT))).toMatchObject({ returnedFen: 500_000n });
    expect(await inTx((tx) => returnPrefund(tx, OFFICER, AGENT))).toMatchObject({ returnedFen: 0n });
    await advanceAsFarAsPossible(deps, NEXT_DAY);
    await approve(db, NEXT_DAY);
    await advanceAsFarAsPossible(deps, NEXT_DAY);
    const third = addDays(NEXT_DAY, 1);
    await instruct(deps, third);
    const [payment] = await listPayments(db, { participantNo: AGENT });
    expect(payment).toMatchObject({ businessDate: third, amountFen: 500_000n, state: 'pending' });
    await expect(inTx((tx) => proposeExit(tx, OFFICER, AGENT))).rejects.toThrow('is not paid');
    await inTx((tx) =>
      settlePayment(tx, {
        endToEndId: payment!.endToEndId,
        amountFen: fen(500_000),
        bookedAt: new Date(),
        bankReference: 'X1',
      }),
    );
    expect((await openObligations(db, AGENT)).open).toEqual([]);
    const exit = await inTx((tx) => proposeExit(tx, OFFICER, AGENT));
    await expect(inTx((tx) => approveExit(tx, OFFICER, AGENT, exit.approvalId))).rejects.toMatchObject({
      code: 'identity.same-person',
    });
    expect(await inTx((tx) => approveExit(tx, SECOND, AGENT, exit.approvalId))).toMatchObject({ status: 'exited' });
    expect(await accountOf(AGENT)).toBeUndefined();
    expect(await participantFile(db, AGENT)).toMatchObject({
      statuses: [{ to: 'production' }, { from: 'production', to: 'leaving' }, { from: 'leaving', to: 'exited' }],
    });
  });

  it('and is owed something afterwards is not paid, but carried until it is taken back for that', async () => {
    const { db, deps } = city;
    const fourth = addDays(NEXT_DAY, 2);
    await inTx((tx) =>
      postOrThrow(tx, fourth, [transfer('late:1', 'bank-custody:622800000001', `operator-payable:${AGENT}`, 700)]),
    );
    await buy(db, fourth, 'purse', BUS, 100);
    await instruct(deps, fourth);
    const sheet = (await listSheets(db, fourth)).find(({ participantNo }) => participantNo === AGENT);
    expect(sheet).toMatchObject({
      disposition: 'carry',
      payableFen: 700n,
      carryReason: 'no complete settlement account is filed',
    });
    expect((await openObligations(db, AGENT)).accounts).toMatchObject([{ postedFen: 700n }]);
    const again = { ...leaving, lastDay: DAY, reason: 'a late return' };
    const { approvalId } = await inTx((tx) => proposeLeaving(tx, OFFICER, again));
    expect(await inTx((tx) => approveLeaving(tx, SECOND, again, approvalId))).toMatchObject({ status: 'leaving' });
    await expect(inTx((tx) => proposeExit(tx, OFFICER, AGENT))).rejects.toMatchObject({
      code: 'clearing.participants.still-owed',
    });
  });
});
