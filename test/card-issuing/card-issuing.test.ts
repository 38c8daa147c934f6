import { afterAll, beforeAll, describe } from 'vitest';
import { startTestCity, type TestCity } from '../installation.ts';
import { counterTests } from './counter.ts';
import { personalisationTests } from './personalisation.ts';
import { residentTests } from './residents.ts';
import { roleTests } from './roles.ts';

/** From an identity number to a card in a hand: over HTTP, and through the machine with chips that are not the product's. */
describe('card issuing', () => {
  let city: TestCity;
  beforeAll(async () => {
    city = await startTestCity();
  });
  afterAll(() => city.stop());

  residentTests(() => city);
  personalisationTests(() => city);
  counterTests(() => city);
  roleTests(() => city);
});
