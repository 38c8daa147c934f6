import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cardIssuerMigrations, createProtection } from '@citycard/card-issuer';
import { clearingMigrations } from '@citycard/clearing';
import {
  codeAt,
  commonMigrations,
  createPrincipal,
  newSecret,
  SignIn,
  startTestDatabase,
  stepAt,
  transact,
} from '@citycard/common';
import { connectHsm, startHsm } from '@citycard/hsm-sim';
import { expect, test } from 'vitest';

const PASSWORD = 'a long way from home';
const origin = { address: '10.0.0.1', agent: 'test' };

test('with the HSM away people go on signing in; a process started meanwhile lets in nobody, and says why', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'citycard-sign-in-'));
  const database = await startTestDatabase([commonMigrations, clearingMigrations, cardIssuerMigrations]);
  const device = await startHsm({ directory, lmk: 'test' });
  const hsm = connectHsm({ host: '127.0.0.1', port: device.port });
  const { db } = database;
  try {
    for (const name of ['a', 'b']) await hsm.createCustodian({ name, pin: '123456' });
    await hsm.authorise('a', '123456', 'b', '123456', ['generateKey'], 5);
    await hsm.generateKey({ name: 'PERSONAL-DATA', usage: 'data-wrap', algorithm: 'aes', exportable: false });
    const secret = newSecret();
    const first = new SignIn({ db, seal: createProtection({ db, hsm }) });
    await transact(db, (tx) => createPrincipal(tx, { id: 'ada', name: 'Test Ada', kind: 'person', roles: ['clerk'] }));
    await first.prepare();
    await transact(db, (tx) => first.equip(tx, [{ id: 'ada', password: PASSWORD, secret }]));

    const running = new SignIn({ db, seal: createProtection({ db, hsm }) });
    await running.prepare();
    await hsm.close();
    await device.stop();
    const given = { name: 'ada', password: PASSWORD, code: codeAt(secret, stepAt(new Date())) };
    const away = connectHsm({ host: '127.0.0.1', port: 1, timeoutMs: 50 });
    const late = new SignIn({ db, seal: createProtection({ db, hsm: away }) });
    await expect(late.signIn(given, origin)).rejects.toMatchObject({ code: 'card-issuer.protection.hsm-away' });
    await away.close();
    expect(await running.signIn(given, origin)).toMatchObject({ principal: { id: 'ada' }, mustEnrol: false });
  } finally {
    await hsm.close();
    await device.stop().catch(() => undefined);
    await database.stop();
    await rm(directory, { recursive: true, force: true });
  }
}, 180_000);
