import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WatchContext } from '@citycard/clearing';
import { connectHsm, startHsm } from '@citycard/hsm-sim';
import { expect, test, vi } from 'vitest';
import { hsmWatch } from './hsm-watch.ts';

test('an HSM that went away is found while it is away, and no longer when it is back', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hsm-watch-'));
  const first = await startHsm({ directory, lmk: 'test' });
  const hsm = connectHsm({ host: '127.0.0.1', port: first.port, timeoutMs: 500 });
  const watch = hsmWatch(hsm);
  const look = () => watch.look({ thresholds: { afterSeconds: 0 } } as unknown as WatchContext);
  const until = { timeout: 8_000, interval: 100 };
  expect(await look()).toEqual([]);
  await first.stop();
  await vi.waitFor(async () => {
    const [finding] = await look();
    expect(finding).toMatchObject({ subject: 'HSM', evidence: { secondsWithoutAnswer: 2 } });
  }, until);
  const second = await startHsm({ directory, lmk: 'test', port: first.port });
  await vi.waitFor(async () => expect(await look()).toEqual([]), until);
  await hsm.close();
  await second.stop();
  rmSync(directory, { recursive: true });
}, 20_000);
