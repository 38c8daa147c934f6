import { residentIdCheck } from '@citycard/common';
import { describe, expect, it } from 'vitest';
import type { TestCity } from '../installation.ts';

let residents = 0;

/** A valid number nobody has: a test district, born on 1 March 1990, counted on. */
export function newIdNumber(): string {
  residents += 1;
  const body = `370702${`1990${residents < 900 ? '03' : '04'}01`}${String(residents % 900).padStart(3, '0')}`;
  return body + residentIdCheck(body);
}

export async function register(city: TestCity, name = '测试居民'): Promise<number> {
  const person = { idNumber: newIdNumber(), name, population: 'permanent' };
  const answer = await city.http('clerk-1', 'POST', '/v1/residents', person);
  expect(answer.status).toBe(201);
  return Number(answer.body['residentId']);
}

/** Registration at the counter (requirements R1, R2). */
export function residentTests(city: () => TestCity): void {
  const post = (body: unknown) => city().http('clerk-1', 'POST', '/v1/residents', body);
  const registered = async () => {
    const found = await city().installation.db.query<{ n: bigint }>('select count(*) as n from issuer.resident');
    return found.rows[0]?.n;
  };
  const acts = async () => {
    const found = await city().installation.db.query<{ n: bigint }>(
      `select count(*) as n from platform.act_log where act = 'register-resident'`,
    );
    return found.rows[0]?.n;
  };

  describe('residents', () => {
    it('are registered once, whichever form of their number comes second', async () => {
      // Published examples of GB 11643, the same person in both generations of numbers.
      const person = { name: '测试甲', population: 'permanent' };
      const first = await post({ ...person, idNumber: '11010519491231002X' });
      expect(first.status).toBe(201);
      const before = [await registered(), await acts()];
      for (const idNumber of ['11010519491231002X', '11010519491231002x', '110105491231002']) {
        const again = await post({ ...person, name: '测试乙', idNumber });
        expect(again.status).toBe(409);
        expect(again.body).toMatchObject({
          code: 'card-issuer.resident-exists',
          params: { residentId: first.body['residentId'] },
        });
      }
      expect([await registered(), await acts()]).toEqual(before);
    });

    it('are registered once when two counters are as fast', async () => {
      const person = { idNumber: newIdNumber(), name: '测试丙', population: 'permanent' };
      const answers = await Promise.all(
        ['clerk-1', 'clerk-2', 'clerk-1', 'clerk-2'].map((clerk) =>
          city().http(clerk, 'POST', '/v1/residents', person),
        ),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    });

    it.each([
      ['a check character that is wrong', '110105194912310021', 'card-issuer.impossible-id-number'],
      ['a day that never was', '110105190002290014', 'card-issuer.impossible-id-number'],
      ['a province that is none', '000105194912310020', 'card-issuer.impossible-id-number'],
      ['fifteen digits of no day', '110105490231002', 'card-issuer.impossible-id-number'],
      ['letters', 'ABCDEFGHIJKLMNOPQR', 'http.invalid'],
      ['too few digits', '1101051949', 'http.invalid'],
    ])('cannot have a number with %s', async (_, idNumber, code) => {
      const before = await registered();
      const answer = await post({ idNumber, name: '测试丁', population: 'permanent' });
      expect(answer).toMatchObject({ status: 422, body: { code } });
      expect(JSON.stringify(answer.body)).not.toContain(idNumber);
      expect(await registered()).toBe(before);
    });

    it('of the floating population show a residence permit', async () => {
      const person = { idNumber: newIdNumber(), name: '测试戊', population: 'floating' };
      const without = await post(person);
      expect(without).toMatchObject({ status: 422, body: { code: 'card-issuer.permit-missing' } });
      expect((await post({ ...person, residencePermitNo: 'TEST-PERMIT-1' })).status).toBe(201);
    });

    it.each([
      ['no name', { name: '' }],
      ['a name of a novel', { name: '长'.repeat(61) }],
      ['another population', { population: 'tourist' }],
      ['a field nobody knows', { nickname: 'x' }],
      ['a telephone number of words', { phone: 'call me maybe' }],
    ])('are refused with %s', async (_, wrong) => {
      const answer = await post({ idNumber: newIdNumber(), name: '测试己', population: 'permanent', ...wrong });
      expect(answer).toMatchObject({ status: 422, body: { code: 'http.invalid' } });
    });
  });
}
