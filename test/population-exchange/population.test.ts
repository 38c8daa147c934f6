import { afterAll, beforeAll, describe } from 'vitest';
import { commandLineTests } from './command-line.ts';
import { entitlementTests } from './entitlements.ts';
import { exchangeTests } from './exchange.ts';
import { identityTests } from './identity.ts';
import { legalTests } from './legal-orders.ts';
import { questionTests } from './questions.ts';
import { type ExchangeCity, startExchangeCity } from './test-city.ts';

let city: ExchangeCity;
beforeAll(async () => {
  city = await startExchangeCity();
});
afterAll(() => city.stop());

describe('population exchange', () => exchangeTests(() => city));
describe('the command line', () => commandLineTests(() => city));
describe('questions of departments', () => questionTests(() => city));
describe('identity checks', () => identityTests(() => city));
describe('legal orders', () => legalTests(() => city));
describe('entitlements', () => entitlementTests(() => city));
