import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  approveAct,
  authenticate,
  canonicalJson,
  commonMigrations,
  createPrincipal,
  type Principal,
  proposeAct,
  recordAct,
  requireOneSide,
  requireRole,
  returnProposal,
  startTestDatabase,
  type TestDatabase,
  transact,
  verifyActLog,
} from '../index.ts';

const anna: Principal = { id: 'anna', name: 'Anna (test)', kind: 'person', roles: ['finance-maker'] };
const bo: Principal = { id: 'bo', name: 'Bo (test)', kind: 'person', roles: ['finance-checker'] };
const carrier: Principal = {
  id: 'carrier',
  name: 'Test carrier',
  kind: 'partner',
  roles: ['operator-partner'],
  participantNo: '0101',
};

let test: TestDatabase;
const tokens = new Map<string, string>();

beforeAll(async () => {
  test = await startTestDatabase([commonMigrations]);
  for (const principal of [anna, bo, carrier]) {
    const { token } = await transact(test.db, (tx) => createPrincipal(tx, principal));
    tokens.set(principal.id, token);
  }
});
afterAll(() => test.stop());

describe('a principal', () => {
  it('is known by its token and by nothing else', async () => {
    for (const principal of [anna, carrier]) {
      expect(await authenticate(test.db, tokens.get(principal.id)!)).toEqual(principal);
    }
    expect(await authenticate(test.db, 'anna')).toBeUndefined();
  });

  it('has a token that the database does not know', async () => {
    const { rows } = await test.db.query<{ all: string }>('SELECT p::text AS all FROM platform.principal p');
    for (const token of tokens.values()) {
      expect(Buffer.from(token, 'base64url')).toHaveLength(32);
      for (const row of rows) {
        expect(row.all).not.toContain(token);
        expect(row.all).not.toContain(Buffer.from(token, 'base64url').toString('hex'));
      }
    }
  });

  it('is registered once', async () => {
    await expect(transact(test.db, (tx) => createPrincipal(tx, anna))).rejects.toMatchObject({
      code: 'identity.principal-exists',
      status: 409,
    });
    expect(await authenticate(test.db, tokens.get('anna')!)).toEqual(anna);
  });

  it('may do what one of its roles may do', () => {
    requireRole(anna, 'supervisor', 'finance-maker');
    expect(() => requireRole(anna, 'supervisor')).toThrow(
      expect.objectContaining({ code: 'identity.role-missing', status: 403 }),
    );
  });
});

describe('supervisor and company', () => {
  const create = (id: string, roles: Principal['roles'], personNo?: string) =>
    transact(test.db, (tx) =>
      createPrincipal(tx, {
        id,
        name: `Test ${id}`,
        kind: 'person',
        roles,
        ...(personNo !== undefined && { personNo }),
      }),
    );
  const refused = { code: 'identity.both-sides', status: 409 };

  it('are never one person, under one name or two', async () => {
    await expect(create('both', ['supervisor', 'finance-maker'])).rejects.toMatchObject(refused);
    await create('watching', ['supervisor', 'auditor'], 'STAFF-1');
    await expect(create('acting', ['clerk'], 'STAFF-1')).rejects.toMatchObject(refused);
    await create('acting', ['clerk'], 'STAFF-2');
    await expect(
      test.db.query(`UPDATE platform.principal SET person_no = 'STAFF-1' WHERE id = 'acting'`),
    ).rejects.toMatchObject({ code: 'CCI01' });
  });

  it('are told apart again when they act', async () => {
    const watching: Principal = { id: 'watching', name: 'Test watching', kind: 'person', roles: ['supervisor'] };
    await transact(test.db, (tx) => requireOneSide(tx, watching));
    // What was so before anybody asked for the number of the staff register.
    await test.db.query('ALTER TABLE platform.principal DISABLE TRIGGER one_side_guard');
    await test.db.query(`UPDATE platform.principal SET person_no = 'STAFF-1' WHERE id = 'acting'`);
    await test.db.query('ALTER TABLE platform.principal ENABLE TRIGGER one_side_guard');
    await expect(transact(test.db, (tx) => requireOneSide(tx, watching))).rejects.toMatchObject(refused);
  });
});

describe('an act of two people', () => {
  const propose = (by: Principal, subject: string, content: unknown) =>
    transact(test.db, (tx) => proposeAct(tx, by, { act: 'settle', subject, content }));
  const approve = (by: Principal, id: bigint, content: unknown) =>
    transact(test.db, (tx) => approveAct(tx, by, id, content));

  it('is proposed by one and approved by another, once', async () => {
    const content = { netFen: 1200n, to: '0101' };
    const { approvalId } = await propose(anna, 'day 2026-03-01', content);
    expect(await propose(anna, 'day 2026-03-01', content)).toEqual({ approvalId });
    // What came back through somebody's JSON is the same content.
    const result = await approve(bo, approvalId, { to: '0101', netFen: 1200 });
    expect(result).toEqual({ maker: 'anna', checker: 'bo' });
    expect(await approve(carrier, approvalId, content)).toEqual(result);
  });

  it('is refused to the same person, by the program and by the database', async () => {
    const { approvalId } = await propose(anna, 'day 2026-03-02', 1);
    await expect(approve(anna, approvalId, 1)).rejects.toMatchObject({ code: 'identity.same-person', status: 409 });
    await expect(
      test.db.query(`UPDATE platform.approval SET checker = 'anna', checked_at = now() WHERE id = $1`, [approvalId]),
    ).rejects.toMatchObject({ code: '23514', constraint: 'approval_two_people' });
    await expect(
      test.db.query(`INSERT INTO platform.approval (act, subject, content_sha256, maker, checker, checked_at)
                     VALUES ('settle', 'x', decode(repeat('00', 32), 'hex'), 'bo', 'bo', now())`),
    ).rejects.toMatchObject({ constraint: 'approval_two_people' });
    expect(await approve(bo, approvalId, 1)).toEqual({ maker: 'anna', checker: 'bo' });
  });

  it('is refused for other content than proposed, and for what nobody proposed', async () => {
    const { approvalId } = await propose(anna, 'day 2026-03-03', { netFen: 5n });
    await expect(approve(bo, approvalId, { netFen: 6n })).rejects.toMatchObject({ code: 'identity.content-differs' });
    await expect(approve(bo, 999_999n, 1)).rejects.toMatchObject({ code: 'identity.approval-unknown', status: 404 });
  });

  it('is returned with a reason by who could approve it, or taken back, and waits anew when its maker proposes it again', async () => {
    const { approvalId } = await propose(anna, 'day 2026-03-05', 1);
    const approvers = () => bo.roles;
    const back = (by: Principal, reason: string) =>
      transact(test.db, (tx) => returnProposal(tx, by, approvalId, reason, approvers));
    const stranger: Principal = { ...bo, id: 'stranger', roles: ['clerk'] };
    await expect(back(stranger, 'not mine to say')).rejects.toMatchObject({
      code: 'identity.role-missing',
      status: 403,
    });
    await back(bo, 'the sheet of the taxi is wrong');
    await back(bo, 'said twice');
    const refused = {
      code: 'identity.proposal-returned',
      status: 409,
      message: expect.stringContaining('the sheet of the taxi is wrong') as string,
    };
    await expect(approve(bo, approvalId, 1)).rejects.toMatchObject(refused);
    await expect(propose(carrier, 'day 2026-03-05', 1)).rejects.toMatchObject(refused);
    expect(await propose(anna, 'day 2026-03-05', 1)).toEqual({ approvalId });
    await back(anna, 'taken back by its maker');
    await expect(approve(bo, approvalId, 1)).rejects.toMatchObject({ code: 'identity.proposal-returned' });
    await propose(anna, 'day 2026-03-05', 1);
    expect(await approve(bo, approvalId, 1)).toEqual({ maker: 'anna', checker: 'bo' });
    await expect(back(bo, 'too late')).rejects.toMatchObject({ code: 'identity.approval-decided', status: 409 });
  });

  it('never changes afterwards', async () => {
    const { approvalId } = await propose(anna, 'day 2026-03-04', 1);
    await approve(bo, approvalId, 1);
    for (const statement of [
      `UPDATE platform.approval SET checker = 'carrier' WHERE id = $1`,
      `UPDATE platform.approval SET maker = 'carrier' WHERE id = $1`,
      'DELETE FROM platform.approval WHERE id = $1',
    ]) {
      await expect(test.db.query(statement, [approvalId])).rejects.toThrow(/never/);
    }
  });

  it('has one first approver when two come at once', async () => {
    const { approvalId } = await propose(anna, 'day 2026-03-05', 1);
    const [a, b] = await Promise.all([approve(bo, approvalId, 1), approve(carrier, approvalId, 1)]);
    expect(a).toEqual(b);
  });
});

describe('the act log', () => {
  it('chains what was done, also when many write at once', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        transact(test.db, (tx) =>
          recordAct(tx, n % 2 ? anna : bo, { act: 'look', subject: `day ${n}`, detail: { amountFen: 2n ** 60n, n } }),
        ),
      ),
    );
    expect(await verifyActLog(test.db)).toEqual({ ok: true, lines: 22n });
  });

  it('cannot be changed, and shows when somebody with all rights did', async () => {
    await expect(test.db.query('DELETE FROM platform.act_log')).rejects.toThrow(/only ever added to/);
    const tamper = async (statement: string) => {
      const tx = await test.db.connect();
      try {
        await tx.query(`ALTER TABLE platform.act_log DISABLE TRIGGER act_log_guard`);
        await tx.query(statement);
      } finally {
        tx.release();
      }
      return verifyActLog(test.db);
    };
    expect(await tamper('DELETE FROM platform.act_log WHERE sequence = 20')).toEqual({ ok: false, brokenAt: 20n });
    expect(await tamper(`UPDATE platform.act_log SET subject = 'nothing' WHERE sequence = 7`)).toEqual({
      ok: false,
      brokenAt: 7n,
    });
    expect(await tamper('DELETE FROM platform.act_log WHERE sequence = 3')).toEqual({ ok: false, brokenAt: 3n });
  });
});

describe('canonicalJson', () => {
  it('writes the same content the same way', () => {
    expect(canonicalJson({ b: [1n, undefined, 'x'], a: { d: new Date(0), c: undefined } })).toBe(
      '{"a":{"d":"1970-01-01T00:00:00.000Z"},"b":[1,null,"x"]}',
    );
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(() => canonicalJson(circle)).toThrow(TypeError);
    expect(() => canonicalJson({ n: NaN })).toThrow(TypeError);
  });
});
