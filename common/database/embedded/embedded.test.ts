import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../pool.ts';
import { makeSymlinks } from './binaries.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded.ts';

let root: string;
let directory: string;
let server: EmbeddedPostgres | undefined;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'citycard-embedded-'));
  directory = path.join(root, 'postgres');
});
afterAll(async () => {
  await server?.stop();
  await rm(root, { recursive: true, force: true });
});

const settings = { fsync: 'off' };
const start = async () => (server = await startEmbeddedPostgres({ directory, settings }));
const query = async (sql: string) => {
  const db = openDatabase(server!.url, { max: 1 });
  try {
    return (await db.query({ text: sql, rowMode: 'array' })).rows.flat() as unknown[];
  } finally {
    await db.end();
  }
};
const postmaster = async () =>
  Number((await readFile(path.join(directory, 'data/postmaster.pid'), 'utf8')).split('\n')[0]);
const isRunning = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Another process of ours that starts the server and then waits to be killed. */
async function otherProcess(): Promise<ChildProcess> {
  const program = `
    import { startEmbeddedPostgres } from ${JSON.stringify(path.join(import.meta.dirname, 'embedded.ts'))};
    await startEmbeddedPostgres({ directory: ${JSON.stringify(directory)}, settings: { fsync: 'off' } });
    console.log('started');
    setInterval(() => undefined, 1000);`;
  const file = path.join(root, 'other.mts');
  await writeFile(file, program);
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), file], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
  return child;
}

describe('the embedded PostgreSQL', () => {
  it('keeps its data from one start to the next', async () => {
    await start();
    expect(await query('SHOW listen_addresses')).toEqual(['127.0.0.1']);
    await query('CREATE TABLE kept AS SELECT 42 AS answer');
    const pid = await postmaster();
    await server?.stop();
    expect(isRunning(pid)).toBe(false);
    await start();
    expect(await query('SELECT answer FROM kept')).toEqual([42]);
  });

  it('is not reachable without its password', async () => {
    const url = new URL(server!.url);
    url.password = '';
    const db = openDatabase(url.href);
    await expect(db.query('SELECT 1')).rejects.toThrow(/password/);
    await db.end();
  });

  it('refuses a directory that is in use, and leaves its user alone', async () => {
    await expect(startEmbeddedPostgres({ directory })).rejects.toMatchObject({ code: 'database.directory-in-use' });
    expect(await query('SELECT 1')).toEqual([1]);
  });

  it('refuses a busy port, and can start afterwards', async () => {
    await server?.stop();
    const busy = net.createServer();
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
    const { port } = busy.address() as net.AddressInfo;
    await expect(startEmbeddedPostgres({ directory, port })).rejects.toMatchObject({
      code: 'database.port-in-use',
      message: expect.stringContaining(`Port ${port}`),
    });
    await new Promise((resolve) => busy.close(resolve));
    server = await startEmbeddedPostgres({ directory, port, settings });
    expect(server.port).toBe(port);
  });

  it('repeats the last words of a server that does not start', async () => {
    await server?.stop();
    await expect(startEmbeddedPostgres({ directory, settings: { work_mem: 'plenty' } })).rejects.toMatchObject({
      code: 'database.start-failed',
      message: expect.stringContaining('work_mem'),
    });
  });

  it('is not confused by a pid that belongs to somebody else by now', async () => {
    await writeFile(path.join(directory, 'data/postmaster.pid'), `${process.pid}\n`);
    await start();
    expect(await query('SELECT answer FROM kept')).toEqual([42]);
    await server?.stop();
  });

  it('ends when its process is killed', async () => {
    const other = await otherProcess();
    const pid = await postmaster();
    expect(isRunning(pid)).toBe(true);
    await expect(startEmbeddedPostgres({ directory })).rejects.toMatchObject({ code: 'database.directory-in-use' });
    other.kill('SIGKILL');
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 10_000 });
  });

  it('is ended by the next start when even its watchdog was killed', async () => {
    const other = await otherProcess();
    const pid = await postmaster();
    const watchdog = await childrenOf(other.pid!, pid);
    process.kill(watchdog, 'SIGKILL');
    other.kill('SIGKILL');
    await sleep(100);
    expect(isRunning(pid)).toBe(true);
    await start();
    expect(isRunning(pid)).toBe(false);
    expect(await query('SELECT answer FROM kept')).toEqual([42]);
    await server?.stop();
  });

  it('does not open what another version made', async () => {
    const old = path.join(root, 'old');
    await mkdir(path.join(old, 'data'), { recursive: true });
    await writeFile(path.join(old, 'data/PG_VERSION'), '17\n');
    await expect(startEmbeddedPostgres({ directory: old })).rejects.toMatchObject({
      code: 'database.directory-unusable',
      message: expect.stringContaining('PostgreSQL 17'),
    });
  });
});

/** The other child of that process than the one known: the watchdog. */
async function childrenOf(parent: number, known: number): Promise<number> {
  const children = (await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8')).trim().split(' ').map(Number);
  const names = await Promise.all(
    children.map(async (pid) => [pid, await readFile(`/proc/${pid}/cmdline`, 'utf8')] as const),
  );
  return names.find(([pid, name]) => pid !== known && name.startsWith('/bin/sh'))![0];
}

describe('makeSymlinks', () => {
  it('makes the links that npm did not, and may run twice at once', async () => {
    const native = path.join(root, 'package/native');
    await mkdir(path.join(native, 'lib'), { recursive: true });
    await writeFile(path.join(native, 'lib/libz.so.1.2'), 'library');
    const links = ['libz.so', 'libz.so.1'].map((name) => ({
      source: 'native/lib/libz.so.1.2',
      target: `native/lib/${name}`,
    }));
    await writeFile(path.join(native, 'pg-symlinks.json'), JSON.stringify(links));
    await symlink('libz.so.1.2', path.join(native, 'lib/libz.so'));
    await Promise.all([makeSymlinks(path.dirname(native)), makeSymlinks(path.dirname(native))]);
    for (const name of ['libz.so', 'libz.so.1']) {
      expect(await readlink(path.join(native, 'lib', name))).toBe('libz.so.1.2');
    }
  });
});
