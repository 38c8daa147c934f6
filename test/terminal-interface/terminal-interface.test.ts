import { afterAll, beforeAll, describe } from 'vitest';
import { startTestCity, type TestCity } from '../installation.ts';
import { loads } from './loads.ts';
import { purchases } from './purchases.ts';
import { sessions } from './sessions.ts';

/** The product as a terminal meets it, over TCP, spoken to by a codec and a cryptography that are not the product's. */
describe('terminal interface', () => {
  let city: TestCity;
  beforeAll(async () => {
    city = await startTestCity();
  });
  afterAll(() => city.stop());

  sessions(() => city);
  loads(() => city);
  purchases(() => city);
});
