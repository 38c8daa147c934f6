/** A route with a request that would do, and the people of the demo who may send it. */
type Guarded = readonly [method: string, path: string, body: unknown, ...may: string[]];

const clerks = ['clerk-1', 'clerk-2'] as const;
const registrars = ['registrar-1', 'registrar-2'] as const;
const counter = [...clerks, ...registrars];
const deciding = [...registrars, 'platform', 'platform-2'];

const resident = '/v1/residents/999999';
const department = '/v1/departments/civil-affairs';
const conflict = '/v1/population/conflicts/999999';
const order = '/v1/legal-orders';
const imported = '/v1/resident-imports/999999';
const idNumber = '440524188001010014';
const said = { date: '2030-01-01', reason: 'test' };
const file = { manifest: '', content: '', signature: '' };
const reference = 'TEST-1';
const terms = {
  ...{ name: 'Test', certificateCn: 'TEST0001', reference },
  ...{ queriesPerMinute: 1, oldestPeriodDays: 1, statistics: false },
};
const entitlement = { purpose: 'test', items: ['name'], reference };
const rule = {
  ...{ department: 'public-security', item: '*', side: 'own-item' },
  ...{ decision: 'person', validFrom: '2030-01-01' },
};
const reader = { principal: 'registrar-1', group: 'family-planning' };
const decision = { decision: 'ours', reason: 'test' };

/** Residents, what departments are told of them, and what authorities order. */
export const populationRoutes: readonly Guarded[] = [
  ['POST', '/v1/residents/search', { phone: '13900000000', purpose: 'test' }, ...counter],
  ['GET', resident, undefined, ...counter],
  ['POST', `${resident}/disclosure`, { purpose: 'test', items: ['name'] }, ...counter],
  ['POST', `${resident}/corrections`, { changes: [{ item: 'phone', value: null }], reason: 'test' }, ...counter],
  ['GET', `${resident}/disclosures`, undefined, ...registrars, 'auditor'],
  ['GET', `${resident}/changes`, undefined, ...registrars, 'auditor'],
  ['PUT', `${resident}/photo`, undefined, ...counter],
  ['POST', `${resident}/photo-disclosure`, { purpose: 'test' }, ...counter],
  ['POST', `${resident}/moves`, { direction: 'out', ...said }, ...registrars],
  ['POST', `${resident}/death`, said, ...registrars],
  ['POST', `${resident}/death-correction`, said, ...registrars],
  ['POST', `${resident}/identity-check`, undefined, ...counter],
  ['GET', `${resident}/identity-check`, undefined, ...counter, 'auditor'],
  ['GET', '/v1/residents/duplicates', undefined, ...registrars, 'auditor'],
  ['POST', '/v1/residents/duplicates/search', undefined, ...registrars],
  ['POST', '/v1/residents/duplicates/two-people', { residents: [1, 2] }, ...registrars],
  ['POST', '/v1/resident-merges', { survivor: 1, merged: 2, reason: 'test' }, ...registrars],
  ['POST', '/v1/resident-merges/999999/approval', undefined, ...registrars],
  ['POST', '/v1/resident-imports', { name: 'test', columns: ['name'] }, ...registrars],
  ['GET', imported, undefined, ...registrars],
  ['DELETE', imported, undefined, ...registrars],
  ['GET', `${imported}/outcomes`, undefined, ...registrars],
  ['POST', `${imported}/batches/999999`, { rows: [['test']] }, ...registrars],
  ['POST', `${imported}/admission`, undefined, ...registrars],
  ['GET', '/v1/disclosures?reader=test', undefined, 'auditor', 'supervisor'],
  ['POST', '/v1/disclosures/search', { idNumber }, ...registrars, 'auditor'],
  ['GET', '/v1/disclosures/verification', undefined, 'auditor', 'supervisor'],
  ['GET', '/v1/departments', undefined, ...deciding, 'auditor'],
  ['GET', `${department}/decisions`, undefined, ...deciding, 'auditor'],
  ['POST', `${department}/terms`, terms, ...deciding],
  ['POST', `${department}/terms/999999/approval`, terms, ...deciding],
  ['POST', `${department}/entitlements`, entitlement, ...deciding],
  ['POST', `${department}/entitlements/999999/approval`, entitlement, ...deciding],
  ['POST', `${department}/entitlements/revocation`, entitlement, ...deciding],
  ['POST', `${department}/credentials`, { system: 'test' }, 'platform', 'platform-2'],
  ['POST', `${department}/population-files`, file, ...registrars],
  ['GET', `${department}/population-files`, undefined, ...registrars, 'auditor'],
  ['POST', `${department}/population-exports`, undefined, ...registrars],
  ['POST', `${department}/population-acknowledgements`, file, ...registrars],
  ['GET', '/v1/population/conflicts', undefined, ...registrars, 'auditor'],
  ['GET', conflict, undefined, ...registrars, 'auditor'],
  ['POST', `${conflict}/view`, { purpose: 'test' }, ...registrars],
  ['POST', `${conflict}/resolution`, decision, ...registrars],
  ['POST', `${conflict}/proposal`, decision, ...registrars],
  ['POST', `${conflict}/approval`, { decision: 'ours' }, ...registrars],
  ['POST', '/v1/population/conflict-rules', rule, ...registrars],
  ['GET', '/v1/population/conflict-rules', undefined, ...registrars, 'auditor'],
  ['POST', '/v1/population/conflict-rules/999999/approval', rule, ...registrars],
  ['POST', '/v1/population/sensitive-readers', reader, ...registrars],
  ['POST', '/v1/population/sensitive-readers/revocation', reader, ...registrars],
  ['POST', '/v1/population/sensitive-readers/999999/approval', reader, ...registrars],
  ['POST', '/v1/population/query', { idNumber, purpose: 'test', reference }],
  ['GET', '/v1/population/statistics/floating-by-district', undefined, ...registrars],
  ['GET', '/v1/population/statistics/permit-expiries', undefined, ...registrars],
  ['GET', '/v1/registrar/cases', undefined, ...registrars, 'auditor'],
  ['POST', '/v1/registrar/cases/999999/closing', { outcome: 'test' }, ...registrars],
  ['POST', order, { kind: 'inquiry', authority: 'Test', documentNo: 'Test', target: { idNumber } }, ...registrars],
  ['GET', order, undefined, ...registrars, 'auditor'],
  ['POST', `${order}/999999/approval`, undefined, ...registrars],
  ['POST', `${order}/999999/refusal`, undefined, ...registrars],
  ['POST', `${order}/999999/collection`, undefined, ...registrars],
];
