import { describe, expect, it } from 'vitest';
import type { TestCity } from '../installation.ts';
import { populationRoutes } from './population-routes.ts';

const card = '3104580010000000012';
const resident = { idNumber: '440524188001010014', name: '测试', population: 'permanent' };

const registrars = ['registrar-1', 'registrar-2'] as const;
const finance = ['finance-maker', 'finance-checker'] as const;

const clerks = ['clerk-1', 'clerk-2'] as const;
const cancellation = `/v1/cards/${card}/loads/999999/cancellation`;
const represented = `/v1/cards/${card}/by-representative`;
const document = { kind: 'resident-id-card', number: '440524188001010014' };
const proxy = {
  kind: 'proxy',
  name: '测试代理',
  document,
  scope: ['return'],
  validTo: '2099-01-01',
  paper: 'letter-of-authority',
  paperReference: '1',
};
const heirs = [{ name: '测试继承', documentNo: '440524188001010014' }];
const claim = { paper: 'inheritance-certificate', paperReference: '1', heirs, cardHandedIn: true };

/** Every route of counters and bureau with a request that would do, and the people of the demo who may send it. */
type Guarded = readonly [method: string, path: string, body: unknown, ...may: string[]];
const routes: Guarded[] = [
  ['POST', '/v1/residents', resident, 'clerk-1', 'clerk-2'],
  ['POST', '/v1/card-batches', { product: 'standard', count: 1 }, 'bureau-1', 'bureau-2'],
  ['GET', '/v1/card-batches/999999', undefined, 'bureau-1', 'bureau-2'],
  ['POST', '/v1/card-batches/999999/release', undefined, 'bureau-1', 'bureau-2'],
  ['GET', '/v1/card-batches', undefined, 'bureau-1', 'bureau-2'],
  ['POST', '/v1/card-batches/999999/pause', undefined, 'bureau-1', 'bureau-2'],
  ['POST', '/v1/card-batches/999999/resume', undefined, 'bureau-1', 'bureau-2'],
  ['POST', '/v1/card-batches/999999/cancel', undefined, 'bureau-1', 'bureau-2'],
  ['GET', '/v1/card-batches/999999/quarantine', undefined, 'bureau-1', 'bureau-2'],
  ['GET', '/v1/card-batches/999999/yield', undefined, 'bureau-1', 'bureau-2'],
  ['GET', '/v1/card-batches/999999/yield.csv', undefined, 'bureau-1', 'bureau-2'],
  ['POST', `/v1/card-batches/999999/cards/${card}/rejection`, { reason: 'test' }, 'bureau-1', 'bureau-2'],
  ['GET', '/v1/personalisation/machines', undefined, 'bureau-1', 'bureau-2', 'platform', 'platform-2'],
  ['POST', '/v1/sams', { participantNo: '904458041119999' }, 'platform', 'platform-2'],
  ['POST', `/v1/cards/${card}/issue`, { residentId: 1, depositFen: 1, shiftId: 1 }, 'clerk-1', 'clerk-2'],
  ['POST', `/v1/cards/${card}/loss-report`, { by: 'phone' }, 'clerk-1', 'clerk-2'],
  ['POST', `/v1/cards/${card}/found`, undefined, 'clerk-1', 'clerk-2'],
  ['GET', `/v1/cards/${card}`, undefined, 'clerk-1', 'clerk-2', ...registrars, 'auditor'],
  ['POST', `/v1/cards/${card}/activation`, undefined, 'clerk-1', 'clerk-2'],
  ['POST', `/v1/cards/${card}/block`, { reason: 'test' }, 'clerk-1', 'clerk-2', ...registrars],
  ['POST', `/v1/cards/${card}/unblock`, { reason: 'test' }, 'clerk-1', 'clerk-2', ...registrars],
  ['POST', `/v1/cards/${card}/destruction`, { reason: 'test' }, 'clerk-1', 'clerk-2', ...registrars],
  ['GET', `/v1/cards/${card}/history`, undefined, 'clerk-1', 'clerk-2', ...registrars, 'auditor'],
  ['POST', `/v1/cards/${card}/replacement`, { newCardNo: card, shiftId: 1, cardHandedIn: true }, 'clerk-1', 'clerk-2'],
  ['POST', `/v1/cards/${card}/return`, { shiftId: 1, cardHandedIn: true }, 'clerk-1', 'clerk-2'],
  ['POST', `/v1/cards/${card}/renewal`, { newCardNo: card, shiftId: 1 }, 'clerk-1', 'clerk-2'],
  ['POST', `/v1/cards/${card}/extension`, { reader: 'none' }, 'clerk-1', 'clerk-2'],
  ['POST', `/v1/cards/${card}/balance-payment`, { shiftId: 1 }, 'clerk-1', 'clerk-2'],
  ['GET', `/v1/cards/${card}/balance`, undefined, 'clerk-1', 'clerk-2', ...finance, 'auditor'],
  ['POST', `/v1/cards/${card}/balance-release`, { reason: 'test' }, 'finance-maker'],
  ['POST', `/v1/cards/${card}/balance-release/approval`, { reason: 'test', approvalId: 1 }, 'finance-checker'],
  ['POST', `/v1/cards/${card}/pin`, { act: 'set', reader: 'none', pin: '4321' }, 'clerk-1', 'clerk-2'],
  ['POST', `/v1/cards/${card}/chip-block`, { reader: 'none', forGood: false }, 'clerk-1', 'clerk-2'],
  ['POST', `/v1/cards/${card}/chip-unblock`, { reader: 'none' }, 'clerk-1', 'clerk-2'],
  ['POST', `/v1/cards/${card}/concession-script`, { reader: 'none' }, 'clerk-1', 'clerk-2', ...registrars],
  ['GET', '/v1/residents/999999/cards', undefined, 'clerk-1', 'clerk-2', ...registrars, 'auditor'],
  ['GET', '/v1/residents/999999/concessions', undefined, 'clerk-1', 'clerk-2', ...registrars, 'auditor'],
  [
    'POST',
    '/v1/residents/999999/concessions',
    { category: 'senior', evidence: 'identity-document' },
    'clerk-1',
    'clerk-2',
    ...registrars,
  ],
  ['POST', '/v1/residents/999999/concessions/withdrawal', { reason: 'test' }, 'clerk-1', 'clerk-2', ...registrars],
  ['POST', '/v1/shifts', undefined, 'clerk-1', 'clerk-2'],
  ['POST', '/v1/shifts/999999/closing', { countedFen: 0 }, 'clerk-1', 'clerk-2'],
  ['POST', '/v1/shifts/999999/cash-supplies', { amountFen: 1, from: 'bank-custody:1' }, 'finance-maker'],
  ['GET', '/v1/shifts/999999/cash-supplies', undefined, 'clerk-1', 'clerk-2', ...finance, 'auditor', 'supervisor'],
  ['POST', '/v1/shifts/999999/cash-supplies/999999/approval', undefined, 'finance-checker'],
  ['POST', '/v1/shifts/999999/cash-supplies/999999/receipt', { countedFen: 1 }, 'clerk-1', 'clerk-2'],
  ['POST', '/v1/shifts/999999/cash-supplies/999999/refusal', { countedFen: 1 }, 'clerk-1', 'clerk-2'],
  ['GET', `/v1/cards/${card}/legacy-balances`, undefined, ...clerks],
  ['POST', `/v1/cards/${card}/legacy-conversions`, { participantNo: '4599', legacyCardNo: 'OLD-1' }, ...clerks],
  ['GET', `/v1/cards/${card}/loads`, undefined, ...clerks],
  ['GET', cancellation, undefined, ...clerks],
  ['POST', cancellation, undefined, ...clerks],
  ['POST', `${cancellation}/approval`, undefined, ...clerks, 'finance-checker'],
  ['POST', `${cancellation}/debit`, { reader: 'window-1' }, ...clerks],
  ['POST', `${cancellation}/decisions`, { paid: true }, ...clerks, ...finance],
  ['POST', `${cancellation}/decisions/999999/approval`, { paid: true }, ...clerks, ...finance],
  ['GET', '/v1/residents/999999/representatives', undefined, ...clerks, ...registrars],
  ['POST', '/v1/residents/999999/representatives', proxy, ...clerks, ...registrars],
  ['POST', `${represented}/loss-report`, { document }, ...clerks],
  ['POST', `${represented}/found`, { document }, ...clerks],
  ['POST', `${represented}/pick-up`, { document }, ...clerks],
  ['POST', `${represented}/return`, { document, shiftId: 1, cardHandedIn: true, damaged: false }, ...clerks],
  ['POST', `/v1/cards/${card}/heir-payments`, claim, ...clerks],
  ['POST', `/v1/cards/${card}/heir-payments/999999/approval`, claim, ...clerks, ...registrars],
  ...populationRoutes,
];

/** Subjects whose every route stands in the list. */
const SUBJECTS =
  /^\/v1\/(residents|resident-imports|resident-merges|disclosures|departments|population|registrar|legal-orders|card-batches|personalisation|sams|cards|shifts)(\/|$)/;

/** Who may do what (requirement R15). */
export function roleTests(city: () => TestCity): void {
  const describedRoutes = async () => {
    const description = await city().http('nobody', 'GET', '/v1/openapi.json');
    const paths = Object.entries(description.body['paths'] as Record<string, Record<string, unknown>>);
    return paths.flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
    );
  };

  describe('roles', () => {
    it.each(routes.map((route) => ({ route })))('$route.0 $route.1 is for the few', async ({ route }) => {
      const [method, path, body, ...may] = route;
      const strangers = Object.keys(city().people).filter((person) => !may.includes(person));
      expect(strangers.length).toBeGreaterThan(4);
      for (const person of strangers) {
        const answer = await city().http(person, method, path, body, { 'idempotency-key': 'stranger' });
        expect([person, answer.status, answer.body['code']]).toEqual([person, 403, 'identity.role-missing']);
      }
    });

    it('are tested for every route of counters and bureau', async () => {
      const shape = (path: string) =>
        path.replace(/\?.*/, '').replaceAll(/\{\w+\}|\d{6,19}|(?<=\/departments\/)[a-z-]+/g, '*');
      const ours = (await describedRoutes())
        .filter(({ path }) => SUBJECTS.test(path))
        .map(({ method, path }) => `${method} ${shape(path)}`);
      expect(ours.sort()).toEqual(routes.map(([method, path]) => `${method} ${shape(path)}`).sort());
    });

    it('begin with a token: no route of the whole product answers without one, or with a wrong one', async () => {
      const all = await describedRoutes();
      expect(all.length).toBeGreaterThan(30);
      for (const { method, path } of all) {
        const url = new URL(path.replaceAll(/\{\w+\}/g, '1'), city().installation.baseUrl);
        expect([method, path, (await fetch(url, { method })).status]).toEqual([method, path, 401]);
        expect([method, path, (await city().http('no-token-of-ours', method, url.href)).status]).toEqual([
          method,
          path,
          401,
        ]);
      }
    });
  });
}
