import { afterAll, beforeAll, describe } from 'vitest';
import { startTestCity, type TestCity } from '../installation.ts';
import { commandLineTests } from './command-line.ts';
import { purchaseFileTests } from './purchase-files.ts';
import { startTests } from './start.ts';

/** Input that is wrong: each has its clear message, changes nothing and loses nothing. */
describe('bad input', () => {
  let city: TestCity;
  beforeAll(async () => {
    city = await startTestCity();
  });
  afterAll(() => city.stop());

  purchaseFileTests(() => city);
  startTests(() => city);
  commandLineTests(() => city);
});
