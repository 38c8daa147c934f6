import { commonMigrations, startTestDatabase, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alarmsAfter, raiseAlarm } from '../alarms/alarm.ts';
import { accountBalance } from '../ledger/balances.ts';
import { clearingMigrations } from '../migrations.ts';
import { createParticipant, findParticipant, listParticipants, type ParticipantKind } from './participant.ts';
import { assignSam, endSamAssignment, participantOfSam } from './sam-assignment.ts';

let database: Awaited<ReturnType<typeof startTestDatabase>>;
beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations]);
});
afterAll(async () => {
  await database.stop();
});

const admit = (participantNo: string, kind: ParticipantKind, over = {}) =>
  transact(database.db, (tx) =>
    createParticipant(tx, { participantNo, name: `Generated ${participantNo}`, kind, ...over }),
  );

describe('a participant', () => {
  it.each<[ParticipantKind, string, string[]]>([
    ['operator', 'OPER1', ['operator-pending:OPER1', 'operator-payable:OPER1']],
    ['agent', 'AGEN1', ['agent-prefund:AGEN1', 'operator-pending:AGEN1']],
    ['biller', 'BILL1', ['biller-payable:BILL1', 'operator-pending:BILL1']],
    ['city', 'CITY1', ['city-receivable:4520', 'city-payable:4520']],
    ['bank', 'BANK1', []],
  ])('of kind %s is admitted once, with its accounts', async (kind, no, accounts) => {
    const over = kind === 'city' ? { cityCode: '4520' } : { industry: 1 };
    await admit(no, kind, over);
    await admit(no, kind, over);
    expect(await findParticipant(database.db, no)).toMatchObject({
      participantNo: no,
      kind,
      status: 'production',
      ...over,
    });
    for (const account of accounts) expect((await accountBalance(database.db, account)).posted).toBe(0n);
    await expect(admit(no, kind, { ...over, name: 'Another' })).rejects.toMatchObject({
      code: 'clearing.participant-exists',
    });
  });

  it('of kind city has a code of its own', async () => {
    await expect(admit('CITY2', 'city', { cityCode: '4520' })).rejects.toMatchObject({
      code: 'clearing.city-code-taken',
    });
    expect(await findParticipant(database.db, 'CITY2')).toBeUndefined();
  });

  it('is listed by number', async () => {
    const all = await listParticipants(database.db);
    expect(all.map((each) => each.participantNo)).toEqual(['AGEN1', 'BANK1', 'BILL1', 'CITY1', 'OPER1']);
    expect(await findParticipant(database.db, 'NOBODY')).toBeUndefined();
  });

  it('needs a number that its accounts can carry', async () => {
    for (const no of ['abc', 'A B C D', 'A_BCD', 'A'.repeat(16)])
      await expect(admit(no, 'operator')).rejects.toMatchObject({ constraint: 'participant_no_form' });
  });
});

describe('a SAM', () => {
  const samNo = '100000000001';
  const day = (number: number): Date => new Date(Date.UTC(2026, 10, number));
  const assign = (participantNo: string, from: number, to?: number) =>
    transact(database.db, (tx) =>
      assignSam(tx, {
        samNo,
        participantNo,
        terminalNo: 'T0000001',
        validFrom: day(from),
        ...(to && { validTo: day(to) }),
      }),
    );

  it('has one holder at any time', async () => {
    await assign('OPER1', 1, 10);
    await assign('OPER1', 1, 10);
    await expect(assign('AGEN1', 9)).rejects.toMatchObject({ code: 'clearing.sam-taken' });
    await assign('AGEN1', 10);
    expect(await participantOfSam(database.db, samNo, day(9))).toMatchObject({
      participantNo: 'OPER1',
      validTo: day(10),
    });
    expect(await participantOfSam(database.db, samNo, day(10))).toMatchObject({ participantNo: 'AGEN1' });
    expect(await participantOfSam(database.db, samNo, new Date(0))).toBeUndefined();
  });

  it('changes hands when its assignment has ended', async () => {
    await transact(database.db, (tx) => endSamAssignment(tx, samNo, day(20)));
    await assign('BILL1', 20);
    expect(await participantOfSam(database.db, samNo, day(19))).toMatchObject({ participantNo: 'AGEN1' });
    expect(await participantOfSam(database.db, samNo, day(20))).toMatchObject({ participantNo: 'BILL1' });
  });

  it('is given to one of two who want it at once', async () => {
    const give = (participantNo: string) =>
      transact(database.db, (tx) => assignSam(tx, { samNo: '100000000002', participantNo, validFrom: day(1) }));
    const results = await Promise.allSettled([give('OPER1'), give('AGEN1')]);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('has 12 digits and goes to a participant that exists', async () => {
    const give = (sam: string, participantNo: string) =>
      transact(database.db, (tx) => assignSam(tx, { samNo: sam, participantNo, validFrom: day(1) }));
    await expect(give('12345', 'OPER1')).rejects.toMatchObject({ code: 'clearing.sam-number-malformed' });
    await expect(give('100000000003', 'NOBODY')).rejects.toMatchObject({ code: 'clearing.participant-unknown' });
  });
});

it('an alarm stands or falls with what happened', async () => {
  const alarm = { kind: 'generated', severity: 'notice', subject: 'nobody', evidence: { amountFen: 5n } } as const;
  const failed = transact(database.db, async (tx) => {
    await raiseAlarm(tx, alarm);
    throw new Error('generated');
  });
  await expect(failed).rejects.toThrow('generated');
  await transact(database.db, (tx) => raiseAlarm(tx, alarm));
  const alarms = await alarmsAfter(database.db, 0n);
  expect(alarms).toMatchObject([{ kind: 'generated', evidence: { amountFen: '5' } }]);
});
