import { cardNo, findPurse } from '@citycard/clearing';
import { beforeAll, expect, it } from 'vitest';
import type { ExchangeCity } from './test-city.ts';

/** The check with Public Security: its answers, its silence, and what they do to limits. */
export function identityTests(started: () => ExchangeCity): void {
  let city: ExchangeCity;
  beforeAll(() => {
    city = started();
  });
  const check = (residentId: bigint) => city.http('clerk-1', 'POST', `/v1/residents/${residentId}/identity-check`);
  const stateOf = async (residentId: bigint): Promise<unknown> =>
    (await city.http('clerk-1', 'GET', `/v1/residents/${residentId}/identity-check`)).body.verification;

  it('gives match, no match and no such person; the last two are cases for the registrar', async () => {
    const [right, wrong, unknown] = [
      await city.register('测试地'),
      await city.register('测试天'),
      await city.register('测试人'),
    ];
    city.responder.enrol(right.idNumber, '测试地');
    city.responder.enrol(wrong.idNumber, '测试另');
    expect((await check(right.residentId)).body).toEqual({ verification: 'match' });
    expect((await check(wrong.residentId)).body).toEqual({ verification: 'no-match' });
    expect((await check(unknown.residentId)).body).toEqual({ verification: 'no-such-person' });
    const { body } = await city.http('registrar-1', 'GET', '/v1/registrar/cases');
    const mismatches = body.cases.filter(({ kind }: { kind: string }) => kind === 'identity-mismatch');
    expect(mismatches.map(({ residentId }: { residentId: number }) => BigInt(residentId))).toEqual([
      wrong.residentId,
      unknown.residentId,
    ]);
    const url = `/v1/registrar/cases/${mismatches[0].caseId}/closing`;
    expect((await city.http('registrar-1', 'POST', url, { outcome: 'name corrected' })).status).toBe(204);
    expect((await city.http('registrar-2', 'POST', url, { outcome: 'name corrected' })).status).toBe(404);
  });

  it('is outdated when somebody gives the person another name', async () => {
    const { residentId, idNumber } = await city.register('测试山');
    city.responder.enrol(idNumber, '测试山');
    expect((await check(residentId)).body.verification).toBe('match');
    const correction = { changes: [{ item: 'name', value: '测试另山' }], reason: 'typing mistake' };
    const corrected = await city.http('registrar-1', 'POST', `/v1/residents/${residentId}/corrections`, correction);
    expect(corrected.status).toBe(200);
    expect(await stateOf(residentId)).toBe('pending');
    expect((await check(residentId)).body.verification).toBe('no-match');
    expect(await stateOf(residentId)).toBe('no-match');
  });

  it.each([
    ['failing', 'HTTP 503'],
    ['silent', 'TimeoutError'],
    ['talking-nonsense', 'an answer nobody can read'],
  ] as const)('goes on with a line that is %s: the resident waits in the queue', async (mood, reason) => {
    const { residentId, idNumber } = await city.register('测试雨');
    city.responder.mood = mood;
    expect((await check(residentId)).body).toEqual({ verification: 'pending', pendingBecause: reason });
    city.responder.mood = 'well';
    city.responder.enrol(idNumber, '测试雨');
    expect(await stateOf(residentId)).toBe('pending');
  });

  it('is made up for when the line is back, and lifts the limits of the card', async () => {
    const { residentId, idNumber } = await city.register('测试雪');
    city.responder.enrol(idNumber, '测试雪');
    await city.db.query(`update issuer.card_product set purse_cap_fen = 300000 where product = 'standard'`);
    const number = await city.issueCard(residentId);
    const cap = async () => (await findPurse(city.db, cardNo(number)))?.purseCap;
    expect(await cap()).toBe(100_000n);
    await city.db.query('update issuer.identity_check set next_attempt_at = now() where resident_id = $1', [
      residentId,
    ]);
    const checks = city.startChecks();
    await expect.poll(() => stateOf(residentId), { timeout: 5_000 }).toBe('match');
    await checks.stop();
    expect(await cap()).toBe(300_000n);
    expect(await city.db.query('select from issuer.identity_check where resident_id = $1', [residentId])).toMatchObject(
      {
        rowCount: 1,
      },
    );
    const confirmed = await city.issueCard((await city.register('测试霜')).residentId);
    expect((await findPurse(city.db, cardNo(confirmed)))?.purseCap).toBe(100_000n);
    await city.db.query(`update issuer.card_product set purse_cap_fen = 100000 where product = 'standard'`);
  });
}
