import { expect, test } from 'vitest';
import { assertHomeCity } from './home-city.ts';
import { clearingMigrations } from '@citycard/clearing';
import { commonMigrations, startTestDatabase } from '@citycard/common';

test('a database of another city is left alone', async () => {
  const { db, stop } = await startTestDatabase([commonMigrations, clearingMigrations]);
  await assertHomeCity(db);
  const ca = (cn: string) =>
    db.query(
      `insert into clearing.certificate (serial, kind, cn, key_id, pem, not_before, not_after)
       values (repeat('1', 32), 'ca', $1, repeat('2', 40), 'test', now(), now() + interval '1 day')
       on conflict (serial) do update set cn = excluded.cn`,
      [cn],
    );
  await ca('City Card CA 4580');
  await assertHomeCity(db);
  await ca('City Card CA 4520');
  await expect(assertHomeCity(db)).rejects.toThrow('The database is of city 4520, and CITYCARD_HOME_CITY says 4580.');
  await stop();
});
