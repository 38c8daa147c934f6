import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  cardIssuerMigrations,
  createProtection,
  findResidents,
  importResidents,
  type ResidentDeps,
} from '@citycard/card-issuer';
import { clearingMigrations } from '@citycard/clearing';
import {
  commonMigrations,
  createPrincipal,
  type Database,
  migrate,
  openDatabase,
  type Principal,
  residentIdCheck,
  startEmbeddedPostgres,
  transact,
} from '@citycard/common';
import { connectHsm, startHsm } from '@citycard/hsm-sim';
import { type Bench, type BenchResult, once } from './bench.ts';
import { type ProcessTree, processTree } from './cpu-time.ts';

/** Memory as a machine for nine million residents would give it, the rest as an installation starts with. */
const SETTINGS = { shared_buffers: '1GB', maintenance_work_mem: '256MB', work_mem: '64MB', max_wal_size: '8GB' };
/** Every hundredth row repeats the number of an earlier one. */
const REPEATED_EVERY = 100;
const SEARCHES = 600;
/** A service is not held to the limits of a person; the search is logged and counted all the same. */
const READER: Principal = { id: 'reader', name: 'reader', kind: 'service', roles: ['system'] };
const FILLED = 'residents';
const HEADER = ['id-number', 'name', 'phone', 'household-area', 'address'];
const SURNAMES = [...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗'];
const GIVEN = [...'伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国文辉力'];

/**
 * Import with duplicate detection and search, on a PostgreSQL and an HSM of its own (`--residents N`). With `--directory D`
 * the register is kept in D, and the next run with it only searches.
 */
export const residentsBench: Bench = {
  name: 'residents',
  help: 'register residents in bulk, then search by number, name and phone; --residents 200000 --directory D (kept)',
  run: async (context) => {
    const count = context.count('residents', 200_000);
    const kept = context.text('directory');
    const directory = kept ?? (await mkdtemp(join(tmpdir(), 'citycard-bench-')));
    await mkdir(directory, { recursive: true });
    const postgres = await startEmbeddedPostgres({ directory: join(directory, 'postgres'), settings: SETTINGS });
    const device = await startHsm({ directory: join(directory, 'hsm'), lmk: 'test' });
    const hsm = connectHsm({ host: '127.0.0.1', port: device.port, connections: 4, timeoutMs: 60_000 });
    const db = openDatabase(postgres.url);
    try {
      const deps: ResidentDeps = { db, protection: createProtection({ db, hsm }) };
      const tree = processTree();
      const imported: BenchResult[] = [];
      if (!(await alreadyFilled(directory, count))) {
        await migrate(postgres.url, [commonMigrations, clearingMigrations, cardIssuerMigrations]);
        await makeKeys(hsm);
        imported.push(...(await importHalves(deps, count, tree, context.progress)));
        await writeFile(join(directory, FILLED), String(count));
      }
      return [...imported, ...(await searches(deps, count, tree)), await space(db, count)];
    } finally {
      await db.end();
      await hsm.close();
      await device.stop();
      await postgres.stop();
      if (kept === undefined) await rm(directory, { recursive: true, force: true });
    }
  },
};

/** @throws when the directory holds a register of another size, or one whose import was interrupted */
async function alreadyFilled(directory: string, count: number): Promise<boolean> {
  const text = await readFile(join(directory, FILLED), 'utf8').catch(() => undefined);
  if (text === undefined) return false;
  if (Number(text) !== count) throw new Error(`${directory} holds a register of ${text} residents, not ${count}`);
  return true;
}

async function importHalves(
  deps: ResidentDeps,
  count: number,
  tree: ProcessTree,
  progress: (line: string) => void,
): Promise<readonly BenchResult[]> {
  const registrar = await person(deps.db, 'registrar', 'registrar');
  await person(deps.db, READER.id, 'system', 'service');
  const halves: BenchResult[] = [];
  // Two files of the same size: near-linear means that the second, on a register already filled, is as fast.
  for (const half of [0, 1]) {
    const from = half * Math.floor(count / 2);
    const rows = people(from, half === 0 ? Math.floor(count / 2) : count);
    const size = half === 0 ? Math.floor(count / 2) : count - from;
    const measured = await once(tree, async () => {
      const file = { name: `half ${half + 1}`, source: 'public-security', header: HEADER, rows } as const;
      const done = await importResidents(deps, registrar, file, ({ batches, bucketsLeft }) => {
        if (batches % 20 === 0 || bucketsLeft < 64)
          progress(`half ${half + 1}: ${batches} batches, ${bucketsLeft} buckets left`);
      });
      if (done.accepted + done.known !== size)
        throw new Error(
          `${size} rows became ${JSON.stringify(done, (_, v: unknown) => (typeof v === 'bigint' ? Number(v) : v))}`,
        );
      return size;
    });
    halves.push({
      name: `import-half-${half + 1}`,
      value: Math.round(measured.perCpuSecond),
      unit: 'residents/CPU-s',
      wall: Math.round(measured.wall * 10) / 10,
    });
  }
  await deps.db.query('vacuum analyze');
  return halves;
}

async function searches(deps: ResidentDeps, count: number, tree: ProcessTree): Promise<BenchResult[]> {
  const kinds = {
    number: ([idNumber]: readonly string[]) => ({ idNumber: idNumber ?? '' }),
    'name-birth': ([idNumber = '', name = '']: readonly string[]) => ({
      name,
      birthDate: `${idNumber.slice(6, 10)}-${idNumber.slice(10, 12)}-${idNumber.slice(12, 14)}`,
    }),
    name: ([, name]: readonly string[]) => ({ name: name ?? '' }),
    phone: ([, , phone]: readonly string[]) => ({ phone: phone ?? '' }),
  };
  const results: BenchResult[] = [];
  for (const [kind, criterion] of Object.entries(kinds)) {
    const times: number[] = [];
    const measured = await once(tree, async () => {
      for (let turn = 0; turn < SEARCHES; turn += 1) {
        const [row = []] = people((turn * 7_919) % count, ((turn * 7_919) % count) + 1);
        const before = performance.now();
        const found = await findResidents(deps, READER, criterion(row), { purpose: 'bench of the search' });
        times.push(performance.now() - before);
        if (found.length === 0) throw new Error(`nobody found by ${kind}`);
      }
      return SEARCHES;
    });
    times.sort((a, b) => a - b);
    const p95 = times[Math.floor(times.length * 0.95)] ?? 0;
    const wall = Math.round(measured.wall * 100) / 100;
    results.push({ name: `search-p95-${kind}`, value: Math.round(p95 * 100) / 100, unit: 'ms', wall });
    // Milliseconds on a busy machine are mostly waiting; this is what a search costs.
    results.push({ name: `search-${kind}`, value: Math.round(measured.perCpuSecond), unit: 'searches/CPU-s', wall });
  }
  return results;
}

async function space(db: Database, count: number): Promise<BenchResult> {
  const { rows } = await db.query<{ bytes: bigint }>('select pg_database_size(current_database()) as bytes');
  return { name: 'database-size', value: Number(rows[0]?.bytes ?? 0n) / count, unit: 'bytes/resident', wall: 0 };
}

/** Made-up people, the same for the same number; area 370799 is none of the standard. */
function* people(from: number, to: number): Generator<string[]> {
  for (let n = from; n < to; n += 1) {
    const repeats = n % REPEATED_EVERY === REPEATED_EVERY - 1;
    yield row(repeats ? n - (REPEATED_EVERY >> 1) : n);
  }
}

function row(n: number): string[] {
  const day = new Date(Date.UTC(1930, 0, 1) + (Math.floor(n / 999) % 30_000) * 86_400_000);
  const area = 370790 + (Math.floor(n / (999 * 30_000)) % 10);
  const order = String((n % 999) + 1).padStart(3, '0');
  const body = `${area}${day.toISOString().slice(0, 10).replaceAll('-', '')}${order}`;
  // A multiplier that shares no factor with the sizes spreads neighbours over all names.
  const spread = (n * 48_271) % 2_147_483_647;
  const name = `${SURNAMES[spread % 20]}${GIVEN[(spread >> 5) % 32]}${GIVEN[(spread >> 10) % 32]}`;
  const phone = `199${String(n % 100_000_000).padStart(8, '0')}`;
  return [body + residentIdCheck(body), name, phone, '370702001', `测试路${n % 1000}号`];
}

async function person(
  db: Database,
  id: string,
  role: 'registrar' | 'system',
  kind: Principal['kind'] = 'person',
): Promise<Principal> {
  const principal: Principal = { id, name: id, kind, roles: [role] };
  await transact(db, (tx) => createPrincipal(tx, principal));
  return principal;
}

async function makeKeys(hsm: ReturnType<typeof connectHsm>): Promise<void> {
  for (const name of ['a', 'b', 'c']) await hsm.createCustodian({ name, pin: '123456' });
  await hsm.authorise('a', '123456', 'b', '123456', ['generateKey'], 5);
  await hsm.generateKey({ name: 'PERSONAL-DATA', usage: 'data-wrap', algorithm: 'aes', exportable: false });
  await hsm.generateKey({ name: 'BLIND-INDEX', usage: 'blind-index', algorithm: 'hmac', exportable: false });
  await hsm.cancelAuthorisation();
}
