import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHttpServer, createLogger, type HttpServer } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY, fillDay, NEXT_DAY } from '../day/test-city.ts';
import { closeDay, startSigningCity } from '../receipts/test-city.ts';
import { newCardNo, type PurchaseWorld, startPurchaseWorld, tap, TODAY } from '../validation/purchase-fixture.ts';
import { validateReceived } from '../validation/validate.ts';
import { recomputeTacs } from './recomputed-tacs.ts';
import { registerAuditRoutes, registerSignedAuditRoutes } from './routes.ts';

describe('an audit data file', () => {
  let city: Awaited<ReturnType<typeof startSigningCity>>;
  let server: HttpServer;
  beforeAll(async () => {
    city = await startSigningCity();
    await fillDay(city.db);
    await closeDay(city.deps, DAY);
    server = createHttpServer({ logger: createLogger('test', { level: 'silent' }), db: city.db, title: 'Audit' });
    registerAuditRoutes(server, city);
    registerSignedAuditRoutes(server, city);
  });
  afterAll(async () => {
    await server.close();
    await city.stop();
  });
  const get = (person: string, url: string) =>
    server.inject({ method: 'GET', url, headers: { authorization: `Bearer ${city.tokens[person]}` } });

  it('is signed by a certificate of the city CA, so that one changed byte shows', async () => {
    const at = (name: string) => join(city.directory, name);
    const content = (await get('auditor', `/v1/audit/data/${DAY}`)).rawPayload;
    writeFileSync(at('ca.pem'), city.caPem);
    writeFileSync(at('data.p7s'), (await get('auditor', `/v1/audit/data/${DAY}/signature`)).rawPayload);
    const verify = (bytes: Buffer) => {
      writeFileSync(at('data.zip'), bytes);
      const asked = ['cms', '-verify', '-binary', '-inform', 'DER', '-in', at('data.p7s'), '-content', at('data.zip')];
      execFileSync('openssl', [...asked, '-CAfile', at('ca.pem'), '-purpose', 'any', '-out', '/dev/null'], {
        stdio: 'pipe',
      });
    };
    verify(content);
    const changed = Buffer.from(content);
    changed.writeUInt8(changed.readUInt8(100) ^ 1, 100);
    expect(() => verify(changed)).toThrow();
  });

  it('has no signature while its days are open, nor for those who do not audit', async () => {
    expect((await get('auditor', `/v1/audit/data/${NEXT_DAY}/signature`)).statusCode).toBe(409);
    expect((await get('clerk', `/v1/audit/data/${DAY}/signature`)).statusCode).toBe(403);
  });

  it('and evidence is recomputed for samples that were drawn', async () => {
    expect((await get('supervisor', '/v1/audit/samples/99/recomputed-evidence')).statusCode).toBe(404);
    const strata = [{ name: 'all', size: 3 }];
    const drawn = await server.inject({
      method: 'POST',
      url: '/v1/audit/samples',
      headers: { authorization: `Bearer ${city.tokens['auditor']}` },
      payload: { from: DAY, to: DAY, seed: 'drawn in public', strata },
    });
    const { sampleNo } = drawn.json<{ sampleNo: number }>();
    const pack = await get('auditor', `/v1/audit/samples/${sampleNo}/recomputed-evidence`);
    expect([pack.statusCode, pack.rawPayload.readUInt32LE(0)]).toEqual([200, 0x04034b50]);
  });
});

describe('TACs computed anew', () => {
  let world: PurchaseWorld;
  beforeAll(async () => {
    world = await startPurchaseWorld();
  });
  afterAll(() => world.stop());

  it('say what the bytes say, whatever the tables say was decided', async () => {
    const card = await world.card();
    const intake = await world.upload([
      tap(card, { offlineCounter: 1 }),
      tap(card, { offlineCounter: 2, tac: Buffer.from('00112233', 'hex') }),
      tap(newCardNo()),
    ]);
    await validateReceived(world, {});
    // Somebody has made a forged record an accepted one.
    await world.db.query(
      `update clearing.purchase_record set state = 'accepted', reason_code = null where intake_id = $1 and record_index = 1`,
      [intake],
    );
    const { rows } = await world.db.query<{ cardNo: string; recordIndex: number }>(
      `select card_no as "cardNo", record_index as "recordIndex" from clearing.purchase_record where intake_id = $1 order by record_index desc`,
      [intake],
    );
    const items = rows.map((row) => ({ ...row, stratum: 'all', businessDate: TODAY, intakeId: intake.toString() }));
    expect(await recomputeTacs(world.db, world.hsm, items)).toEqual(['not a card of ours', 'wrong', 'right']);
  });
});
