import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { clearingMigrations, floatHistory, readLiveFigures, startSupervision } from '@citycard/clearing';
import {
  addDays,
  businessDate,
  commonMigrations,
  createLogger,
  type Database,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
} from '@citycard/common';
import type { BenchContext, BenchResult } from './bench.ts';
import { processTree } from './cpu-time.ts';

const LAST_DAY = businessDate('2026-11-20');
const DAYS = 365;
const FIRST_DAY = addDays(LAST_DAY, 1 - DAYS);
const PARTICIPANTS = 50;
const OPENINGS = 5;
const POLL_MS = 250;
const BALANCE_FEN = 4_900;
/** Cards go unused for up to so many months: six years. */
const MONTHS = 72;

/**
 * A year of a city with many cards: days as they were kept when each closed, the cards behind the newest, written by statements. Measured is what
 * supervision does for that day (dormancy of every card), and then how fast the year opens: read, put into columns, written as JSON, with the
 * figures of now beside it.
 */
export async function openAYear(context: BenchContext): Promise<BenchResult[]> {
  const cards = context.count('cards', 5_000_000);
  const directory = await mkdtemp(join(process.cwd(), 'var', 'bench-year-'));
  const postgres = await startEmbeddedPostgres({ directory });
  try {
    await migrate(postgres.url, [commonMigrations, clearingMigrations]);
    const db = openDatabase(postgres.url, { max: 4 });
    try {
      context.progress(`writing ${DAYS} days and ${cards} cards`);
      for (const statement of statements(cards)) await db.query(statement);
      const worked = await workOutDormancy(db, cards);
      return [worked, ...(await open(db, cards))];
    } finally {
      await db.end();
    }
  } finally {
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

function statements(cards: number): string[] {
  const card = `'310458099' || lpad(n::text, 10, '0')`;
  const eachCard = `generate_series(1, ${cards}) n`;
  return [
    `set synchronous_commit = off`,
    `insert into clearing.business_day (business_date, state) select date '${FIRST_DAY}' + n, 'closed' from generate_series(0, ${DAYS - 1}) n`,
    `insert into clearing.business_day (business_date, state) values (date '${LAST_DAY}' + 1, 'open')`,
    `insert into clearing.float_day
     select d.business_date, 1e11, 1e9, 9e10, 1e9, 0, 0, 1e9, 0, 1e6, 1e8, 1e8, '{"owed": {"purse": "${cards * BALANCE_FEN}"}}'
       from clearing.business_day d where state = 'closed'`,
    `insert into clearing.float_day_participant
     select d.business_date, 'P' || lpad(n::text, 5, '0'), 1e7 + n, 1e6, 1e6, 0 from clearing.business_day d cross join generate_series(1, ${PARTICIPANTS}) n
      where state = 'closed'`,
    `insert into clearing.float_day_dormancy
     select d.business_date, n, 1e6, 1e9 from clearing.business_day d cross join generate_series(0, 5) n where state = 'closed' and business_date < '${LAST_DAY}'`,
    `insert into clearing.dormancy_progress (business_date) values (date '${LAST_DAY}' - 1)`,
    `insert into clearing.purse (card_no, issuer_city, valid_from, valid_to, purse_cap_fen, status, opened_at)
     select ${card}, '4580', '2020-01-01', '2036-01-01', 100000, 'active', '2020-01-05' from ${eachCard}`,
    `insert into clearing.card_account (card_no, kind, credits_posted, debits_posted, available_fen)
     select ${card}, 'purse', ${BALANCE_FEN + 100}, 100, ${BALANCE_FEN} from ${eachCard}`,
    `insert into clearing.card_activity (card_no, last_month)
     select ${card}, (date_trunc('month', date '${LAST_DAY}') - make_interval(months => n % ${MONTHS}))::date from ${eachCard}`,
    'analyze',
  ];
}

/** The newest day as supervision takes it over by itself; every card is in one of its rows. */
async function workOutDormancy(db: Database, cards: number): Promise<BenchResult> {
  const tree = processTree();
  const [cpu, began] = [tree.cpuSeconds(), performance.now()];
  const seal = { open: () => Promise.reject(new Error('nobody is told')) };
  const supervision = startSupervision({
    db,
    logger: createLogger('bench', { level: 'warn' }),
    seal,
    secrets: new Map(),
  });
  for (;;) {
    const { rows } = await db.query<{ cards: bigint }>(
      `select coalesce(sum(cards), 0)::bigint as cards from clearing.float_day_dormancy where business_date = $1`,
      [LAST_DAY],
    );
    if (rows[0]?.cards === BigInt(cards)) break;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  await supervision.stop();
  const wall = (performance.now() - began) / 1000;
  const alarms = await db.query(`select from clearing.alarm where kind = 'dormancy-differs'`);
  if (alarms.rowCount !== 0) throw new Error('dormancy is not the purses of the float');
  return {
    name: `dormancy of ${cards} cards, once a day`,
    value: round(tree.cpuSeconds() - cpu),
    unit: 'CPU-s',
    wall: round(wall),
  };
}

async function open(db: Database, cards: number): Promise<BenchResult[]> {
  const walls: number[] = [];
  for (let opening = 0; opening < OPENINGS; opening += 1) {
    const from = performance.now();
    const [history, live] = await Promise.all([floatHistory(db, FIRST_DAY, LAST_DAY), readLiveFigures(db)]);
    JSON.stringify({ history, live }, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value));
    walls.push(performance.now() - from);
    const last = Object.values(history.dormancy).reduce((sum, { cards: column }) => sum + (column.at(-1) ?? 0n), 0n);
    if (history.days.length !== DAYS || last !== BigInt(cards)) throw new Error('the year is not whole');
  }
  const [first = 0] = walls;
  const median = walls.sort((a, b) => a - b)[Math.floor(OPENINGS / 2)] ?? 0;
  return [
    { name: 'year-of-history', value: Math.round(median), unit: 'ms to open', wall: median / 1000 },
    { name: 'year-of-history, the first time', value: Math.round(first), unit: 'ms to open', wall: first / 1000 },
  ];
}

const round = (value: number): number => Math.round(value * 100) / 100;
