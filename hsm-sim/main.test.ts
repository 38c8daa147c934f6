import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { connectHsm, startHsm, verifyAuditLog, type HsmClient } from './index.ts';
import { checkValue } from './keys/check-value.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const directories: string[] = [];
const children = new Set<ChildProcess>();
const clients: HsmClient[] = [];

function temporaryStore(): string {
  const directory = mkdtempSync(join(tmpdir(), 'hsm-main-'));
  directories.push(directory);
  return directory;
}

function start(store: string, port = 0, environment: NodeJS.ProcessEnv = { HSM_LMK: 'test' }): ChildProcess {
  const args = ['--import', 'tsx', main, '--port', String(port), '--store', store];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...environment },
  });
  children.add(child);
  child.on('exit', () => children.delete(child));
  return child;
}

/** Resolves with the port of the ready line. */
async function ready(child: ChildProcess): Promise<number> {
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  const parsed = JSON.parse(line.toString()) as { ready: boolean; port: number };
  expect(parsed.ready).toBe(true);
  return parsed.port;
}

/** Exit code and the text of standard error. */
async function ended(child: ChildProcess): Promise<{ code: number | null; message: string }> {
  let message = '';
  child.stderr!.on('data', (chunk: Buffer) => (message += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, message };
}

function clientOf(port: number, timeoutMs = 5_000): HsmClient {
  const client = connectHsm({ host: '127.0.0.1', port, timeoutMs });
  clients.push(client);
  return client;
}

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  for (const child of children) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

describe('the HSM process', () => {
  it('keeps every key it acknowledged through kill -9, and takes its store back', async () => {
    const store = temporaryStore();
    const victim = start(store);
    const client = clientOf(await ready(victim), 1_000);
    await client.createCustodian({ name: 'li', pin: '100001' });
    await client.createCustodian({ name: 'wang', pin: '200002' });
    await client.authorise('li', '100001', 'wang', '200002', ['generateKey', 'formKey'], 5);
    const component = Buffer.from('00112233445566778899AABBCCDDEEFF', 'hex');
    const key = { usage: 'tac', algorithm: '3des', exportable: false } as const;
    const submitted = { ...key, name: 'HALF', custodian: 'li', pin: '100001', component };
    await client.submitComponent({ ...submitted, kcv: checkValue('3des', component) });
    const acknowledged: string[] = [];
    const making = (async () => {
      for (let index = 0; ; index++) {
        await client.generateKey({ ...key, name: `K${index}` });
        acknowledged.push(`K${index}`);
        if (index === 20) process.kill(victim.pid!, 'SIGKILL');
      }
    })();
    await expect(making).rejects.toMatchObject({ name: expect.stringMatching(/HsmUnavailable|LinkBroken/) });

    const survivor = start(store);
    const again = clientOf(await ready(survivor));
    const names = (await again.listKeys()).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(acknowledged));
    // At most the one key whose answer was lost is there besides.
    expect(names.length).toBeLessThanOrEqual(acknowledged.length + 1);
    await expect(again.generateKey({ ...key, name: 'LATER' })).rejects.toMatchObject({ code: '17' });
    await again.authorise('li', '100001', 'wang', '200002', ['formKey', 'discardComponents'], 5);
    await expect(again.formKey({ name: 'HALF' })).rejects.toMatchObject({ code: '31' });
    await again.discardComponents({ name: 'HALF' });

    survivor.kill('SIGTERM');
    expect((await ended(survivor)).code).toBe(0);
    expect(verifyAuditLog(store, 'test')).toMatchObject({ ok: true });
  });

  it('says in one line that the port is busy', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const { code, message } = await ended(start(temporaryStore(), port));
    holder.close();
    expect(code).toBe(1);
    expect(message).toBe(`hsm-sim: port ${port} is in use; stop the program that holds it or choose another port\n`);
  });

  it('refuses to start without a passphrase, and says what to set', async () => {
    const { code, message } = await ended(start(temporaryStore(), 0, {}));
    expect(code).toBe(1);
    expect(message).toMatch(/^hsm-sim: set HSM_LMK_PASSPHRASE.*\n$/);
  });
});

describe('the store', () => {
  it('opens under its own LMK only, and for one HSM at a time', async () => {
    const directory = temporaryStore();
    const lmk = { passphrase: 'a long enough passphrase' };
    const hsm = await startHsm({ directory, lmk });
    await expect(startHsm({ directory, lmk })).rejects.toThrow(/in use by process/);
    await hsm.stop();
    await expect(startHsm({ directory, lmk: { passphrase: 'another long passphrase' } })).rejects.toThrow(
      /another LMK/,
    );
    await expect(startHsm({ directory, lmk: { passphrase: 'short' } })).rejects.toThrow(/at least 12/);
    await (await startHsm({ directory, lmk })).stop();
  });

  it('notices an edited file', async () => {
    const directory = temporaryStore();
    await (await startHsm({ directory, lmk: 'test' })).stop();
    const { writeFileSync } = await import('node:fs');
    const path = join(directory, 'keys.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('\\"custodians\\":[]', '\\"custodians\\":[ ]'));
    await expect(startHsm({ directory, lmk: 'test' })).rejects.toThrow(/altered outside/);
    writeFileSync(path, '{');
    await expect(startHsm({ directory, lmk: 'test' })).rejects.toThrow(/cannot be read/);
  });
});
