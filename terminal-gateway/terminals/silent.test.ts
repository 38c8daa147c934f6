import { clearingMigrations, type WatchContext } from '@citycard/clearing';
import { commonMigrations, startTestDatabase, type TestDatabase } from '@citycard/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gatewayMigrations } from '../index.ts';
import { silentTerminalWatch } from './silent.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations, gatewayMigrations]);
  await database.db.query(
    `insert into gateway.terminal (terminal_no, merchant_no, industry, functions, mac_algorithm, status, last_seen_at)
     select 'T' || lpad(n::text, 7, '0'), '904458041110001', 1, '{enquiry}', 'x9.19', case n when 3 then 'suspended' else 'active' end,
            case n when 1 then now() when 2 then null else now() - interval '25 hours' end
       from generate_series(1, 3) n`,
  );
});
afterAll(() => database.stop());

const look = () =>
  silentTerminalWatch.look({ db: database.db, thresholds: { afterHours: 24 } } as unknown as WatchContext);

test('terminals that were just heard, never heard or suspended are not silent', async () => {
  expect(await look()).toEqual([]);
});

test('ten thousand that fell silent are one finding with their number, the longest silent first', async () => {
  await database.db.query(
    `insert into gateway.terminal (terminal_no, merchant_no, industry, functions, mac_algorithm, last_seen_at)
     select 'S' || lpad(n::text, 7, '0'), '904458041110001', 1, '{enquiry}', 'x9.19', now() - interval '25 hours' - make_interval(mins => n)
       from generate_series(1, 10000) n`,
  );
  const [finding, ...others] = await look();
  expect(others).toEqual([]);
  expect(finding?.subject).toBe('terminals');
  expect(finding?.evidence).toMatchObject({ count: 10_000n, heardLastAt: expect.any(String) as string });
  expect(finding?.evidence['terminals']).toHaveLength(20);
  expect((finding?.evidence['terminals'] as string[])[0]).toBe('S0010000');
});
