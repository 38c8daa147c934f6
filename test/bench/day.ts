import { type ChildProcess, fork } from 'node:child_process';
import { once as event } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publishedKey } from '@citycard/citycard';
import type { BulkDay, BulkOutcomes } from '@citycard/city-sim';
import { verifyLedger } from '@citycard/clearing';
import { addDays, businessDate, cityDate, compactDate, type Database } from '@citycard/common';
import type { Bench, BenchContext, BenchResult } from './bench.ts';
import { makeCopyTable } from './copy-table.ts';
import { processTree } from './cpu-time.ts';
import { HOME_CITY, ISSUER, LOADED_FEN, openCards } from './day-cards.ts';
import { type DayCity, NEIGHBOUR_CITY, startDayCity } from './day-city.ts';
import { allJudged, allWalked, clearDay } from './day-clearing.ts';
import { forgetPeaks, Meter, peakMiB, type Phase } from './day-meter.ts';
import { makeLogFiles } from './log-files.ts';
import type { WriterAnswer, WriterOrder } from './day-writer.ts';
import type { DepotAnswer, DepotOrder } from './intake-depot.ts';

const LEAST_CARDS = 20_000;
const TAPS_OF_A_CARD = 3;
const RECORDS_PER_FILE = 500_000;
const WRITERS = 2;
/** Sets of postings whose hashes are computed again in the end. */
const CHUNKS_PROVED = 20n;
/** One card in so many was loaded where the back office has not heard of it: its purchases are held. */
const UNFUNDED_EVERY = 1_000;
/** The readers' day: from so long ago until shortly before the files are sent. */
const TAPS_FROM_MS = 16 * 3_600_000;
const TAPS_TO_MS = 600_000;

/** What a record and the decisions about it write into the log, about; and what a server writes between two checkpoints at most. */
const LOG_BYTES = 4_096;
const MOST_LOG_MEGABYTES = 4_096;

interface Size {
  readonly records: number;
  readonly cards: number;
  readonly seed: number;
  readonly unfundedEvery: number;
}

interface DayMeasured {
  readonly phases: readonly Phase[];
  readonly whole: Phase;
  readonly copy: Phase;
  readonly memoryMiB: number;
}

/**
 * A day's purchases from the companies' files to the closed day. Beside it one single-stream COPY of the same records into a
 * table with the same unique indexes, and the same day with a tenth of the records, each in a fresh city.
 */
export const dayBench: Bench = {
  name: 'day',
  help: 'clear a day, intake to closed, against COPY and a tenth; --records 1000000 --cards --seed 1 --unfunded 1000 --no-tenth',
  run: async (context) => {
    const records = context.count('records', 1_000_000);
    const cards = context.count('cards', Math.max(LEAST_CARDS, Math.ceil(records / TAPS_OF_A_CARD)));
    const seed = context.count('seed', 1);
    const unfundedEvery = context.count('unfunded', UNFUNDED_EVERY);
    const rest = { seed, unfundedEvery };
    const tenth =
      context.text('no-tenth') === undefined
        ? await measureDay(context, { ...rest, records: Math.ceil(records / 10), cards: Math.ceil(cards / 10) })
        : undefined;
    const whole = await measureDay(context, { ...rest, records, cards });
    return [...rowsOf(whole, records), ...(tenth === undefined ? [] : rowsOfTenth(tenth, whole, records))];
  },
};

function rowsOf({ whole, copy, phases, memoryMiB }: DayMeasured, records: number): BenchResult[] {
  const per = ({ cpu }: Phase) => Math.round(records / Math.max(cpu, 0.01));
  const row = (phase: Phase): BenchResult => ({
    name: phase.name,
    value: per(phase),
    unit: 'records/CPU-s',
    wall: round(phase.wall),
  });
  const baseline = { name: 'COPY', value: per(copy) };
  return [
    { ...row(whole), baseline, ratio: round(per(whole) / per(copy)) },
    { name: 'day-wall-of-copy', value: round(whole.wall / copy.wall), unit: 'x COPY', wall: round(copy.wall) },
    ...phases.map((phase) => row({ ...phase, name: `day-${phase.name}` })),
    { name: 'day-memory', value: memoryMiB, unit: 'MiB', wall: round(whole.wall) },
  ];
}

function rowsOfTenth(tenth: DayMeasured, whole: DayMeasured, records: number): BenchResult[] {
  const perSecond = Math.round(records / 10 / tenth.whole.cpu);
  const wall = round(tenth.whole.wall);
  return [
    { name: 'day-tenth', value: perSecond, unit: 'records/CPU-s', wall },
    { name: 'day-scaling', value: round(whole.whole.wall / tenth.whole.wall), unit: 'x wall for 10 x', wall },
    { name: 'day-scaling-cpu', value: round(whole.whole.cpu / tenth.whole.cpu), unit: 'x CPU for 10 x', wall },
    { name: 'day-memory-tenth', value: tenth.memoryMiB, unit: 'MiB', wall },
  ];
}

async function measureDay(context: BenchContext, size: Size): Promise<DayMeasured> {
  context.progress(`a city for ${size.records} records of ${size.cards} cards`);
  const city = await startDayCity();
  const sender = fork(fileURLToPath(new URL('./intake-depot.ts', import.meta.url)), { execArgv: process.execArgv });
  try {
    const today = cityDate(new Date());
    await timed(context, 'cards opened and loaded', () => openCards(city, size, today));
    await city.restart('serving');
    await timed(context, 'the day before cleared', () => clearDay(city, today, () => undefined));
    const written = await timed(context, 'files written', () => writeFiles(city, size, compactDate(today)));
    await city.restart('visit');
    const megabytes = Math.min(MOST_LOG_MEGABYTES, Math.ceil((size.records * LOG_BYTES) / 1_048_576));
    await timed(context, 'log files made', () => makeLogFiles(city.db(), megabytes));

    const date = addDays(businessDate(today), 1);
    const without = [sender.pid ?? 0];
    const tree = processTree(process.pid, () => without);
    const meter = new Meter(tree);
    const say = (phase: Phase) => {
      context.progress(`${phase.name}: ${phase.wall.toFixed(1)} s, ${phase.cpu.toFixed(1)} s of CPU`);
    };
    const passed = (name: string) => {
      say(meter.end(name));
    };
    forgetPeaks(without);
    meter.begin();
    for (const { path, token } of written.files)
      await ask(sender, { do: 'send', path, baseUrl: city.baseUrl(), token });
    passed('intake');
    await city.restart('serving');
    await allJudged(city, (waiting) => context.progress(`${waiting} records wait to be judged`));
    passed('validation');
    await allWalked(city);
    passed('chains');
    const closed = await clearDay(city, date, passed);
    const memoryMiB = peakMiB(without);

    await prove(city, date, written.outcomes, closed.stages.at(-1)?.evidence);
    // Nothing of ours runs beside the baseline.
    const baseline = new Meter(tree);
    await city.withoutProduct(async (db) => {
      baseline.begin();
      await copyRecords(db, written.copies);
      say(baseline.end('COPY'));
    });
    return { phases: meter.phases, whole: meter.whole('day'), copy: baseline.whole('COPY'), memoryMiB };
  } finally {
    sender.kill();
    await city.stop();
  }
}

interface Written {
  readonly files: readonly { readonly path: string; readonly token: string }[];
  readonly copies: readonly string[];
  readonly outcomes: BulkOutcomes;
}

/** The companies write their files, two at a time, each in a process of its own that ends before anything is measured. */
async function writeFiles(city: DayCity, size: Size, date: string): Promise<Written> {
  const directory = join(city.varDirectory, 'depot');
  await mkdir(directory);
  const now = Math.floor(Date.now() / 1_000) * 1_000;
  const day: BulkDay = {
    ...size,
    tacRoot: publishedKey('DTK').toString('hex'),
    homeCity: HOME_CITY,
    neighbourCity: NEIGHBOUR_CITY,
    issuer: ISSUER,
    operators: city.companies.map(({ participantNo, industry, weight, samNumbers }) => ({
      participantNo,
      industry,
      weight,
      samNumbers,
    })),
    from: now - TAPS_FROM_MS,
    to: now - TAPS_TO_MS,
    loadedFen: LOADED_FEN,
  };
  const files: { path: string; token: string }[] = [];
  const outcomes: BulkOutcomes = {};
  const copies = Array.from({ length: WRITERS }, (_, n) => join(directory, `${n}.copy`));
  const waiting = city.companies.map((company, operator) => ({ company, operator }));
  const write = async (copyTo: string) => {
    const writer = fork(fileURLToPath(new URL('./day-writer.ts', import.meta.url)), { execArgv: process.execArgv });
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { company, operator } = next;
      const target = { operator, directory, date, firstSequence: 1, recordsPerFile: RECORDS_PER_FILE, copyTo };
      const order: WriterOrder = { day, target: { ...target, signer: company.signer } };
      const { files: made, error } = await ask<WriterOrder, WriterAnswer>(writer, order);
      if (made === undefined) throw new Error(`a company wrote no files: ${error}`);
      files.push(...made.paths.map((path) => ({ path, token: company.token })));
      for (const [outcome, { count, fen }] of Object.entries(made.outcomes)) {
        const sum = (outcomes[outcome] ??= { count: 0, fen: 0 });
        sum.count += count;
        sum.fen += fen;
      }
    }
    writer.kill();
    await event(writer, 'exit');
  };
  await Promise.all(copies.map(write));
  return { files, copies, outcomes };
}

async function ask<Order extends object = DepotOrder, Answer extends { error?: string } = DepotAnswer>(
  process: ChildProcess,
  order: Order,
): Promise<Answer> {
  process.send(order);
  const [answer] = (await event(process, 'message')) as [Answer];
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer;
}

/** The outcomes are those the companies' files were made for, and the day's own proofs hold. */
async function prove(
  city: DayCity,
  date: string,
  expected: BulkOutcomes,
  closed: Readonly<Record<string, unknown>> | undefined,
): Promise<void> {
  const { rows } = await city.db().query<{ outcome: string; count: bigint; fen: bigint }>(
    `select concat_ws(' ', state, reason_code) as outcome, count(*) as count, sum(amount_fen)::bigint as fen
       from clearing.purchase_record where business_date = $1 group by 1`,
    [date],
  );
  const said = (outcomes: readonly (readonly [string, bigint | number, bigint | number])[]) =>
    outcomes
      .map(([outcome, count, fen]) => `${outcome}: ${count} of ${fen} fen`)
      .sort()
      .join('\n');
  const found = said(rows.map(({ outcome, count, fen }) => [outcome, count, fen]));
  const wanted = said(Object.entries(expected).map(([outcome, { count, fen }]) => [outcome, count, fen]));
  if (found !== wanted) throw new Error(`the outcomes are\n${found}\nand should be\n${wanted}`);
  const position = closed?.['float'] as { ok?: boolean } | undefined;
  if (String(closed?.['trialBalanceSumFen']) !== '0') throw new Error('the trial balance of the closed day is not 0');
  if (position?.ok !== true) throw new Error(`the float is not whole: ${JSON.stringify(position)}`);
  await proveLastChunks(city);
}

/** The chain of the day's last sets; `citycard ledger verify` would look at all of them. */
async function proveLastChunks(city: DayCity): Promise<void> {
  const { rows } = await city.db().query<{ chunk: bigint }>('select max(chunk_no) as chunk from clearing.ledger_chunk');
  const since = (rows[0]?.chunk ?? 0n) - CHUNKS_PROVED;
  const { ok, firstFault } = await verifyLedger(city.db(), { since: since > 0n ? since : 0n });
  if (!ok)
    throw new Error(`the ledger is at fault: ${JSON.stringify(firstFault, (_, value: unknown) => String(value))}`);
}

async function copyRecords(db: Database, copies: readonly string[]): Promise<void> {
  await makeCopyTable(
    db,
    'primary key (card_no, business_date, intake_id, record_index)',
    'unique (card_no, issuer_city, offline_counter)',
    'unique (card_no, issuer_city, sam_no, sam_transaction_no)',
  );
  for (const path of copies) {
    await db.query(`copy public.bench_purchase from '${path}'`);
    await rm(path);
  }
}

async function timed<T>(context: BenchContext, what: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const answer = await work();
  context.progress(`${what} in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return answer;
}

const round = (value: number) => Math.round(value * 1000) / 1000;
