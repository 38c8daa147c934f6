import { clearingMigrations } from '@citycard/clearing';
import { commonMigrations, startTestDatabase, type TestDatabase } from '@citycard/common';
import { connectHsm } from '@citycard/hsm-sim';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cardIssuerMigrations } from '../index.ts';
import { createProtection } from './protection.ts';
import { startTestProtection, type TestProtection } from './test-protection.ts';

let database: TestDatabase;
let hsm: TestProtection;
beforeAll(async () => {
  [database, hsm] = await Promise.all([
    startTestDatabase([commonMigrations, clearingMigrations, cardIssuerMigrations]),
    startTestProtection(),
  ]);
});
afterAll(async () => {
  await hsm.stop();
  await database.stop();
});

const keys = async () =>
  (
    await database.db.query<{ id: bigint; wrapped: string }>(
      'select data_key_id as id, wrapped from issuer.data_key order by 1',
    )
  ).rows;

describe('sealing', () => {
  it('is opened by another process that asks the HSM, and only in its place and unchanged', async () => {
    const clear = Buffer.from('测试 secret');
    const sealed = await hsm.protection(database.db).seal('resident 1', clear);
    expect(sealed.includes(clear)).toBe(false);
    const later = hsm.protection(database.db);
    expect(await later.open('resident 1', sealed)).toEqual(clear);
    expect(await later.seal('resident 1', clear)).not.toEqual(sealed);
    await expect(later.open('resident 2', sealed)).rejects.toMatchObject({
      code: 'card-issuer.protection.seal-broken',
    });
    for (const at of [0, 12, 25, sealed.length - 1]) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1;
      await expect(later.open('resident 1', changed)).rejects.toMatchObject({ status: 500 });
    }
    await expect(later.open('resident 1', Buffer.alloc(3))).rejects.toMatchObject({ status: 500 });
  });

  it('keeps no data key in clear, and begins another after its turn, while the old one still opens', async () => {
    const protection = hsm.protection(database.db);
    const old = await protection.seal('x', Buffer.from('1'));
    const [first] = await keys();
    const clearKey = await hsm.hsm.openDataKey('name:PERSONAL-DATA', first!.wrapped);
    expect(first!.wrapped).not.toContain(clearKey.toString('hex'));
    await database.db.query(`update issuer.data_key set made_at = made_at - interval '31 days'`);
    const next = hsm.protection(database.db);
    await Promise.all([next.prepare(), next.prepare(), next.seal('x', Buffer.from('2'))]);
    expect(await keys()).toHaveLength(2);
    expect(await next.open('x', old)).toEqual(Buffer.from('1'));
  });

  it('names a data key that the database has lost, and an HSM that does not answer', async () => {
    const sealed = await hsm.protection(database.db).seal('x', Buffer.from('1'));
    sealed.writeBigUInt64BE(99n, 1);
    await expect(hsm.protection(database.db).open('x', sealed)).rejects.toMatchObject({
      code: 'card-issuer.protection.data-key-unknown',
    });
    const away = connectHsm({ host: '127.0.0.1', port: 1, timeoutMs: 50 });
    const protection = createProtection({ db: database.db, hsm: away });
    await expect(protection.prepare()).rejects.toMatchObject({ status: 503 });
    await expect(protection.blindIndexes([{ kind: 'k', value: 'v' }])).rejects.toMatchObject({
      code: 'card-issuer.protection.hsm-away',
    });
    await away.close();
  });
});

describe('blind indexes', () => {
  it('are the same for the same, differ by kind, and take values of any length', async () => {
    const protection = hsm.protection(database.db);
    const long = '长'.repeat(200);
    const [a, b, c, d, e] = await protection.blindIndexes([
      { kind: 'name', value: '测试' },
      { kind: 'name', value: '测试' },
      { kind: 'phone', value: '测试' },
      { kind: 'name', value: long },
      { kind: 'name', value: `${long}长` },
    ]);
    expect(a).toHaveLength(16);
    expect(a).toEqual(b);
    expect(new Set([a, c, d, e].map(String)).size).toBe(4);
    expect(await protection.blindIndexes([])).toEqual([]);
  });
});
