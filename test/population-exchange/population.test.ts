import { afterAll, beforeAll, describe } from 'vitest';
import { arrivingFileTests } from './arriving-files.ts';
import { atRestTests } from './at-rest.ts';
import { commandLineTests } from './command-line.ts';
import { conflictTests } from './conflicts.ts';
import { departingFileTests } from './departing-files.ts';
import { entitlementTests } from './entitlements.ts';
import { identityTests } from './identity.ts';
import { legalTests } from './legal-orders.ts';
import { questionTests } from './questions.ts';
import { type ExchangeCity, startExchangeCity } from './test-city.ts';

let city: ExchangeCity;
beforeAll(async () => {
  city = await startExchangeCity();
});
afterAll(() => city.stop());

describe('population exchange', () => {
  describe('files of a department', () => arrivingFileTests(() => city));
  describe('conflicts', () => conflictTests(() => city));
  describe('files for a department', () => departingFileTests(() => city));
  atRestTests(() => city);
});
describe('the command line', () => commandLineTests(() => city));
describe('questions of departments', () => questionTests(() => city));
describe('identity checks', () => identityTests(() => city));
describe('legal orders', () => legalTests(() => city));
describe('entitlements', () => entitlementTests(() => city));
