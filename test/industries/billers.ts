import { createCertificateRequest, signDetached } from '@citycard/city-sim';
import { expect, describe, it } from 'vitest';
import type { TestCity } from '../installation.ts';
import { run } from '../bad-input/program.ts';

const POWER = '904458049009999';
const CODE = 'PWRX';
const HEADER = 'customer,reference,dueFen,dueDate,text';

/** Billers as their own systems and the people of the platform meet them. */
export function billerTests(city: () => TestCity): void {
  describe('a biller by file', () => {
    let token = '';
    let signer = { certificatePem: '', privateKeyPem: '' };
    const deliver = (lines: readonly string[], name: string, signed = lines) => {
      const bytes = (of: readonly string[]) => Buffer.from([HEADER, ...of, ''].join('\r\n'));
      return city().http(token, 'POST', `/v1/billers/${CODE}/bill-files?name=${name}`, bytes(lines), {
        'x-signature': signDetached(bytes(signed), signer).toString('base64'),
      });
    };

    it('is registered without an address, and only then', async () => {
      const platform = (method: string, path: string, body: unknown) => city().http('platform', method, path, body);
      const participant = { participantNo: POWER, name: 'Power (test)', kind: 'biller', industry: 9 };
      expect((await platform('POST', '/v1/participants', participant)).status).toBe(201);
      const { body } = await platform('POST', `/v1/partners/${POWER}/credentials`, { roles: ['biller-partner'] });
      token = String(body['token']);
      const { privateKeyPem, requestPem } = createCertificateRequest(POWER);
      const issued = await platform('POST', '/v1/certificates', { csrPem: requestPem, cn: POWER, kind: 'operator' });
      signer = { certificatePem: String(issued.body['certificatePem']), privateKeyPem };
      const register = (body_: object) => platform('PUT', `/v1/billers/${CODE}`, { participantNo: POWER, ...body_ });
      expect((await register({ baseUrl: 'http://127.0.0.1:1' })).body).toMatchObject({
        code: 'clearing.bills.address-needless',
      });
      expect((await register({})).status).toBe(200);
      const { body: list } = await city().http('auditor', 'GET', '/v1/billers');
      expect(list['billers']).toContainEqual({
        billerCode: CODE,
        participantNo: POWER,
        name: 'Power (test)',
        exchange: 'file',
      });
    });

    it('delivers its open bills whole or not at all, and one file once', async () => {
      const name = `${CODE}-20261122-00000001.bills.csv`;
      const lines = ['TESTE1,B1,500,2026-12-31,测试电费', 'TESTE1,B2,700,2026-12-31,'];
      expect(await deliver(lines, name)).toMatchObject({ status: 201, body: { lines: 2, amountFen: 1200 } });
      expect(await deliver(lines, name)).toMatchObject({ status: 200, body: { repeated: true } });
      expect((await deliver(lines.slice(1), name)).body).toMatchObject({ code: 'clearing.bills.file-known' });
      const refusals: [readonly string[], string, string, (readonly string[])?][] = [
        [lines, 'bills.csv', 'its name is not'],
        [['TESTE1,B1,0,2026-12-31,'], `${CODE}-20261122-00000002.bills.csv`, 'line 2 is no open bill'],
        [['TESTE1,B1,1,2026-02-30,'], `${CODE}-20261122-00000002.bills.csv`, 'a day that does not exist'],
        [[...lines, lines[0] ?? ''], `${CODE}-20261122-00000002.bills.csv`, 'line 4 repeats'],
        [lines, `${CODE}-20261122-00000002.bills.csv`, 'digests differ', ['other']],
      ];
      for (const [content, called, why, signed] of refusals) {
        const refused = await deliver(content, called, signed);
        expect([refused.status, refused.body['code'], String(refused.body['title'])]).toEqual([
          422,
          'clearing.bills.file-refused',
          expect.stringContaining(why),
        ]);
      }
      const filed = await city().installation.db.query('select from clearing.filed_bill where biller_code = $1', [
        CODE,
      ]);
      expect(filed.rowCount).toBe(2);
    });

    it('sees its own payments and nobody else’s', async () => {
      const { installation } = city();
      const file = (code: string) =>
        fetch(new URL(`/v1/billers/${code}/payment-files/2026-11-22`, installation.baseUrl), {
          headers: { authorization: `Bearer ${token}` },
        });
      expect(await (await file(CODE)).text()).toContain('paymentId,customer,reference,amountFen,lateFeeFen,receipt');
      expect((await file('NONE')).status).toBe(404);
      const payment = await city().http(token, 'GET', `/v1/bill-payments/${'0'.repeat(32)}`);
      expect(payment).toMatchObject({ status: 404, body: { code: 'clearing.bills.payment-unknown' } });
    });
  });

  it('the command line lists industries, and says what is wrong with a proposal', async () => {
    const words = ['--url', city().installation.baseUrl, '--token', city().people['platform']?.token ?? ''];
    const list = await run('citycard', ['industry', 'list', '--json', ...words]);
    expect(list).toMatchObject({ code: 0, errors: '' });
    expect(list.out).toContain('Tourism year card');
    const wrong: [string[], string][] = [
      [['propose', '0d', '2026-12-01', 'x.json'], 'name a code, for example 0D, not "0d"'],
      [['propose', '0D', 'tomorrow', 'x.json'], 'the first day of the version'],
      [['propose', '0D', '2026-12-01', '/nowhere/x.json'], 'cannot be read: ENOENT'],
      [['propose', '0D', '2099-12-01', 'package.json'], 'body'],
    ];
    for (const [command, why] of wrong) {
      const ended = await run('citycard', ['industry', ...command, ...words]);
      expect([command, ended.code]).toEqual([command, 2]);
      expect(ended.errors).toContain(why);
    }
  });
}
