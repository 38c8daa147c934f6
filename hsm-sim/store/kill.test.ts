import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { verifyAuditLog } from '../audit/verify-audit-log.ts';
import { KeyRing } from '../keys/key-ring.ts';
import { KeyStore } from './key-store.ts';

/** Starting the victim takes most of the time; `HSM_KILLS=100` for a night. */
const KILLS = Number(process.env['HSM_KILLS'] ?? 6);
const victim = fileURLToPath(new URL('kill-victim.test-data.ts', import.meta.url));

it('a store killed again and again at any moment opens every time with every key it acknowledged', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hsm-kill-'));
  const acknowledged: string[] = [];
  for (let run = 0; run < KILLS; run++) {
    const child = spawn(process.execPath, ['--import', 'tsx', victim, directory, String(run)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await once(child.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 40));
    child.kill('SIGKILL');
    await exited;
    acknowledged.push(...said.split('\n').slice(0, -1));
    const store = KeyStore.open(directory, 'test');
    const ring = new KeyRing(store);
    const names = store.content.keys.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(acknowledged));
    for (const name of names.slice(-3)) expect(ring.listed(name).kcv).toMatch(/^[0-9A-F]{6}$/);
    // Of each run at most the key whose acknowledgement the kill took is there besides.
    expect(names.length).toBeLessThanOrEqual(acknowledged.length + run + 1);
    expect(verifyAuditLog(directory, 'test')).toMatchObject({ ok: true });
  }
  expect(acknowledged.length).toBeGreaterThan(KILLS);
  rmSync(directory, { recursive: true });
}, 60_000);
