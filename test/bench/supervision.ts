import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CARD_ACCOUNT_KINDS,
  type CardNo,
  cardNo,
  clearingMigrations,
  floatHistory,
  openAccount,
  type Posting,
  postWithBalances,
  readLiveFigures,
  superviseOnce,
} from '@citycard/clearing';
import {
  addDays,
  businessDate,
  commonMigrations,
  createLogger,
  type Database,
  fen,
  luhnDigit,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
  transact,
} from '@citycard/common';
import type { Bench, BenchResult } from './bench.ts';
import { processTree } from './cpu-time.ts';

const DAY = businessDate('2026-11-20');
const FIRST_DAY = addDays(DAY, -365);
const CARDS = 20_000;
const SET = 50;
const EVERY_MS = 1_000;
/** Looks without load beforehand, for the share of this process in a look. */
const IDLE_LOOKS = 10;
const PARTICIPANTS = 50;

/**
 * What supervision costs while loads go on, and how fast a year opens. Loads from agents' prefunds are posted in sets of 50 as fast as one
 * connection does; supervision looks once a second beside them, over a connection of its own. Its share is the processor time of that
 * connection's backend, and what a look takes in this process: of one core, and of all that is spent here. Gateway and HSM, which a load
 * needs too, are not there: in a city, whose loads keep more than one core busy, the share is smaller.
 */
export const supervisionBench: Bench = {
  name: 'supervision',
  help: 'live figures beside loads: age and share of CPU; a year of history; --seconds 20',
  run: async (context) => {
    const seconds = context.count('seconds', 20);
    const directory = await mkdtemp(join(tmpdir(), 'supervision-bench-'));
    const postgres = await startEmbeddedPostgres({ directory });
    try {
      await migrate(postgres.url, [commonMigrations, clearingMigrations]);
      const db = openDatabase(postgres.url, { max: 2 });
      const watching = openDatabase(postgres.url, { max: 1 });
      try {
        const cards = await prepare(db);
        return [...(await beside(db, watching, cards, seconds)), ...(await yearOf(db))];
      } finally {
        await watching.end();
        await db.end();
      }
    } finally {
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    }
  },
};

async function beside(
  db: Database,
  watching: Database,
  cards: readonly CardNo[],
  seconds: number,
): Promise<BenchResult[]> {
  const deps = {
    db: watching,
    logger: createLogger('bench', { level: 'silent' }),
    seal: { open: () => Promise.reject(new Error('nobody is told')) },
    secrets: new Map(),
  };
  const lookedAt = new Map<string, number>();
  // Rules as often as they ask for, as in an installation.
  const look = () =>
    superviseOnce(deps, ({ rule, everyMs }) => {
      const now = performance.now();
      if (now - (lookedAt.get(rule) ?? -Infinity) < everyMs) return false;
      lookedAt.set(rule, now);
      return true;
    });
  await look();
  const own = process.cpuUsage();
  for (let n = 0; n < IDLE_LOOKS; n += 1) await look();
  const { user, system } = process.cpuUsage(own);
  const perLook = (user + system) / 1e6 / IDLE_LOOKS;

  const { rows } = await watching.query<{ pid: number }>('select pg_backend_pid() as pid');
  const backend = processTree(rows[0]?.pid);
  const tree = processTree(process.pid);
  const server = processTree(await postmasterOf(db));
  const before = { backend: backend.cpuSeconds(), own: process.cpuUsage(), server: server.cpuSeconds() };
  const until = performance.now() + seconds * 1000;
  let loads = 0;
  const load = async () => {
    for (; performance.now() < until; loads += SET) {
      const set = nextLoads(cards, loads);
      const { outcomes } = await transact(db, (tx) => postWithBalances(tx, DAY, set));
      if (outcomes.some(({ outcome }) => outcome !== 'posted')) throw new Error('a load was not posted');
    }
  };
  let [looks, oldestMs] = [0, 0];
  const supervise = async () => {
    for (let next = performance.now(); performance.now() < until; next += EVERY_MS) {
      const live = await readLiveFigures(watching);
      oldestMs = Math.max(oldestMs, looks === 0 ? 0 : (live?.ageMs ?? 0));
      await look();
      looks += 1;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, next + EVERY_MS - performance.now())));
    }
  };
  await Promise.all([load(), supervise()]);
  const spent = process.cpuUsage(before.own);
  const all = server.cpuSeconds() - before.server + (spent.user + spent.system) / 1e6;
  const supervision = backend.cpuSeconds() - before.backend + perLook * looks;
  const recounts = await db.query<{ recounts: bigint }>('select recounts from clearing.float_tally_head');
  if (recounts.rows[0]?.recounts !== 0n) throw new Error('the short way missed transfers');
  if (tree.resolutionSeconds > 1) throw new Error('no processor time can be read here');
  return [
    { name: 'supervision-share', value: round((supervision / all) * 100), unit: '% of CPU', wall: seconds },
    {
      name: 'supervision-of-a-core',
      value: round((supervision / seconds) * 100),
      unit: '% of one core',
      wall: seconds,
    },
    { name: 'supervision-per-look', value: round((supervision / looks) * 1000), unit: 'CPU-ms', wall: seconds },
    { name: 'live-figures-age', value: oldestMs, unit: 'ms at most', wall: seconds },
    { name: 'loads-beside', value: Math.round(loads / all), unit: 'loads/CPU-s', wall: seconds },
  ];
}

/** A year of 50 participants as closed days left it: read, put into columns and written as JSON. */
async function yearOf(db: Database): Promise<BenchResult[]> {
  await db.query(
    `insert into clearing.business_day (business_date, state) select $1::date + n, 'closed' from generate_series(0, 364) n`,
    [FIRST_DAY],
  );
  await db.query(
    `insert into clearing.float_day select d.business_date, 1e11, 1e9, 9e10, 1e9, 0, 0, 1e9, 0, 1e6, 1e8, 1e8, '{}' from clearing.business_day d where state = 'closed'`,
  );
  await db.query(
    `insert into clearing.float_day_participant
     select d.business_date, 'P' || lpad(n::text, 5, '0'), 1e7 + n, 1e6, 1e6, 0 from clearing.business_day d cross join generate_series(1, ${PARTICIPANTS}) n
      where state = 'closed'`,
  );
  await db.query(
    `insert into clearing.float_day_dormancy select d.business_date, n, 1e6, 1e9 from clearing.business_day d cross join generate_series(0, 5) n where state = 'closed'`,
  );
  const walls: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const from = performance.now();
    const history = await floatHistory(db, FIRST_DAY, DAY);
    JSON.stringify(history, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value));
    walls.push(performance.now() - from);
    if (history.days.length !== 365) throw new Error('the year is not whole');
  }
  const median = walls.sort((a, b) => a - b)[2] ?? 0;
  return [{ name: 'year-of-history', value: Math.round(median), unit: 'ms to open', wall: median / 1000 }];
}

const round = (value: number): number => Math.round(value * 100) / 100;
const agent = (no: number): string => `agent-prefund:A${String(no).padStart(4, '0')}`;

async function prepare(db: Database): Promise<readonly CardNo[]> {
  const cards = Array.from({ length: CARDS }, (_, index) => benchCard(index));
  await transact(db, async (tx) => {
    await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'open')`, [DAY]);
    await openAccount(tx, 'bank-custody:B1');
    for (let no = 0; no < PARTICIPANTS; no += 1) await openAccount(tx, agent(no), { floor: fen(0) });
    await tx.query(
      `insert into clearing.card_account (card_no, kind) select c, k from unnest($1::text[]) as c, unnest($2::text[]) as k`,
      [cards, CARD_ACCOUNT_KINDS],
    );
    const prefunds = Array.from({ length: PARTICIPANTS }, (_, no) => ({
      key: `prefund:${no}`,
      reason: 'prefund',
      legs: [{ debit: 'bank-custody:B1', credit: agent(no), amount: fen(1_000_000_000_000) }],
    }));
    await postWithBalances(tx, DAY, prefunds);
  });
  await db.query('vacuum analyze');
  return cards;
}

function nextLoads(cards: readonly CardNo[], from: number): Posting[] {
  return Array.from({ length: SET }, (_, place) => {
    const count = from + place;
    const card = cards[(count * 7919) % CARDS];
    if (card === undefined) throw new RangeError('no such card');
    const legs = [{ debit: agent(count % PARTICIPANTS), credit: 'purse', amount: fen(5_000) }];
    return { cardNo: card, key: `load:${count}`, reason: 'load', legs };
  });
}

/** The process every other process of the server descends from. */
async function postmasterOf(db: Database): Promise<number> {
  const { rows } = await db.query<{ data_directory: string }>('show data_directory');
  const text = await readFile(join(rows[0]?.data_directory ?? '', 'postmaster.pid'), 'utf8');
  return Number(text.split('\n')[0]);
}

function benchCard(index: number): CardNo {
  const body = `310458099${String(index + 1).padStart(9, '0')}`;
  return cardNo(body + luhnDigit(body));
}
