import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createParticipant, OWN_COUNTERS } from '@citycard/clearing';
import { transact } from '@citycard/common';
import type { Credentials } from '../demo/people.ts';
import type { Configuration } from '../installation/configuration.ts';
import type { Installation } from '../installation/installation.ts';

const program = fileURLToPath(new URL('../../city-sim/reader/virtual-desk.ts', import.meta.url));
/** Where counter pages look for the readers of their computer (docs/counter-readers.md). */
const BRIDGE_PORT = 18_583;
/** Clerks of the demo who have a desk with a virtual reader. */
const CLERKS = { 'desk-1': 'clerk-1', 'desk-2': 'clerk-2' } as const;

/**
 * Sets up the counters of a demo: readers with virtual cards, as a process of the simulated city that knows nothing but addresses and
 * credentials. What it cannot do it leaves out; the demo runs without.
 */
export async function startDesks(
  configuration: Configuration,
  installation: Installation,
  people: Credentials,
  portalUrl: string,
): Promise<{ stop(): Promise<void> }> {
  const { host, varDirectory, portalPort } = configuration;
  const { port } = new URL(portalUrl);
  const token = (person: string) => ({ token: people[person]?.token ?? '' });
  const file = join(varDirectory, 'demo', 'desks.json');
  await mkdir(join(varDirectory, 'demo'), { recursive: true, mode: 0o700 });
  const content = {
    baseUrl: installation.baseUrl,
    host,
    origins: [new URL(portalUrl).origin, `http://127.0.0.1:${port}`, `http://localhost:${port}`],
    // Several demos on free ports run beside each other.
    port: portalPort === 0 ? 0 : BRIDGE_PORT,
    desks: Object.fromEntries(Object.entries(CLERKS).map(([desk, clerk]) => [desk, token(clerk)])),
    bureau: [token('bureau-1'), token('bureau-2')],
  };
  await writeFile(file, JSON.stringify(content), { mode: 0o600 });
  await giveSams(installation, token('platform').token);
  const child = spawn(process.execPath, ['--import', 'tsx', program, file], { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  return {
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Each desk debits cards with a SAM of its own when a load is cancelled; who runs the desks is the company. */
async function giveSams(installation: Installation, token: string): Promise<void> {
  await transact(installation.db, (tx) =>
    createParticipant(tx, { participantNo: OWN_COUNTERS, name: '居民卡公司柜台（演示）', kind: 'company' }),
  );
  for (const counter of Object.keys(CLERKS)) {
    const response = await fetch(new URL('/v1/counter-sams', installation.baseUrl), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ counter, participantNo: OWN_COUNTERS }),
    });
    if (!response.ok) throw new Error(`POST /v1/counter-sams answered ${response.status}: ${await response.text()}`);
  }
}
