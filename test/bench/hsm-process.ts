import { spawn } from 'node:child_process';
import { createCipheriv, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connectHsm, type CardAlgorithm, type HsmClient, type SymmetricUsage } from '@citycard/hsm-sim';

const main = fileURLToPath(new URL('../../hsm-sim/main.ts', import.meta.url));

/** An HSM in a process of its own, a client of it, and roots of both profiles whose value the bench knows. */
export interface BenchHsm {
  readonly client: HsmClient;
  readonly port: number;
  /** Root `DTK` of a profile is stored as `DTK-3des` or `DTK-sm4`. */
  root(name: string, algorithm: CardAlgorithm): Buffer;
  stop(): Promise<void>;
}

const ROOTS: readonly (readonly [string, SymmetricUsage])[] = [
  ['DPK', 'purchase'],
  ['DLK', 'load'],
  ['DTK', 'tac'],
  ['DAMK', 'maintenance'],
  ['CHIP', 'chip-transport'],
];
const CUSTODIANS = ['bench-1', 'bench-2', 'bench-3'] as const;
const PIN = '100001';

/** Starts it on a fresh store under the published test LMK. */
export async function startBenchHsm(): Promise<BenchHsm> {
  const store = await mkdtemp(join(tmpdir(), 'hsm-bench-'));
  const child = spawn(process.execPath, ['--import', 'tsx', main, '--port', '0', '--store', store], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, HSM_LMK: 'test', HSM_STOP_WITH_STDIN: '1' },
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { port } = JSON.parse(line) as { port: number };
  const client = connectHsm({ host: '127.0.0.1', port, timeoutMs: 60_000 });
  for (const name of CUSTODIANS) await client.createCustodian({ name, pin: PIN });
  await client.authorise(CUSTODIANS[0], PIN, CUSTODIANS[1], PIN, ['formKey'], 10);
  const roots = new Map<string, Buffer>();
  for (const [name, usage] of ROOTS)
    for (const algorithm of ['3des', 'sm4'] as const)
      roots.set(`${name}-${algorithm}`, await formKey(client, `${name}-${algorithm}`, usage, algorithm));
  return {
    client,
    port,
    root: (name, algorithm) => roots.get(`${name}-${algorithm}`) ?? Buffer.alloc(0),
    stop: async () => {
      await client.close();
      const exited = once(child, 'exit');
      child.stdin.end();
      await exited;
      await rm(store, { recursive: true });
    },
  };
}

/** A root of random components; its value. */
export async function formKey(client: HsmClient, name: string, usage: SymmetricUsage, algorithm: CardAlgorithm) {
  const root = Buffer.alloc(16);
  for (const custodian of CUSTODIANS) {
    const component = randomBytes(16);
    component.forEach((byte, at) => (root[at] = (root[at] ?? 0) ^ byte));
    const cipher = createCipheriv(algorithm === '3des' ? 'des-ede-ecb' : 'sm4-ecb', component, null);
    const kcv = cipher.update(Buffer.alloc(16)).toString('hex', 0, 3);
    await client.submitComponent({ name, usage, algorithm, exportable: false, custodian, pin: PIN, component, kcv });
  }
  await client.formKey({ name });
  return root;
}
