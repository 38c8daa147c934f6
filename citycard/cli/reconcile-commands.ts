import { open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { citycardErrors } from '../errors.ts';
import type { Answered, Command, Surroundings } from './command.ts';
import { type Connection, problemText, reach } from './connection.ts';
import { bytesOf } from './fetched-bytes.ts';
import { fitting, noMore } from './fitting.ts';
import { searchOf } from './search-words.ts';
import { command } from './supervision-commands.ts';

const NUMBER = /^[1-9][0-9]{0,14}$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const WORD = /^[a-z][a-z-]{1,40}$/;
const COUNTERPART = /^[0-9A-Za-z.-]{1,40}$/;
const A_MATCH = 'the number of a match';
/** One request carries this much of a file. */
const PART_BYTES = 8 * 1024 * 1024;
const LOOK_MS = 500;

interface Run {
  readonly runNo: number;
  readonly state: string;
  readonly percent: number;
  readonly failure: string | null;
}

/** `theirs=FILE lines=9 sum=100 ours=FILE kind=city dry tolerance=5 before=1 after=2`, in any order. */
const OPTION =
  /^(dry|(theirs|ours)=.+|lines=[0-9]{1,9}|sum=-?[0-9]{1,15}|kind=(city|bank|operator|agent|biller|card)|(tolerance|before|after)=[0-9]{1,4})$/;
const NAMES: Readonly<Record<string, string>> = {
  tolerance: 'toleranceFen',
  before: 'daysBefore',
  after: 'daysAfter',
};

function optionsOf(words: readonly string[]) {
  const [files, body]: [Record<string, string>, Record<string, unknown>] = [{}, {}];
  const promised: { lines?: number; sum?: number } = {};
  for (const word of words) {
    const option = fitting(
      word,
      OPTION,
      'theirs=FILE, lines=LINES, sum=FEN, ours=FILE, kind=KIND, tolerance=FEN, before=DAYS, after=DAYS or dry',
    );
    const at = option.indexOf('=');
    const [name, value] = [at < 0 ? option : option.slice(0, at), option.slice(at + 1)];
    if (name === 'dry') body['dryRun'] = true;
    else if (name === 'kind') body['counterpartKind'] = value;
    else if (name === 'theirs' || name === 'ours') files[name] = value;
    else if (name === 'lines' || name === 'sum') promised[name] = Number(value);
    else body[NAMES[name] ?? name] = Number(value);
  }
  const { lines, sum } = promised;
  if (lines !== undefined && sum !== undefined) body['promised'] = { theirs: { lines, amountFen: sum } };
  else if (lines !== undefined || sum !== undefined)
    throw citycardErrors.badOption('a file is announced with both lines=LINES and sum=FEN');
  return { files, body };
}

/** Sends a file in parts; a part that was sent before is taken again without harm. */
async function send(connection: Connection, runNo: number, side: string, path: string): Promise<void> {
  const file = await open(path).catch((error: unknown) => {
    throw citycardErrors.badOption(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  try {
    const buffer = Buffer.alloc(PART_BYTES);
    for (let partNo = 1; ; partNo += 1) {
      const { bytesRead } = await file.read(buffer, 0, PART_BYTES);
      if (bytesRead === 0) return;
      const url = new URL(`/v1/matches/${runNo}/${side}/${partNo}`, connection.baseUrl);
      const response = await reach(url, {
        method: 'PUT',
        headers: { authorization: `Bearer ${connection.token}`, 'content-type': 'application/octet-stream' },
        body: Buffer.from(buffer.subarray(0, bytesRead)),
      });
      if (!response.ok)
        throw citycardErrors.refused(problemText(await response.json().catch(() => undefined), response.status));
    }
  } finally {
    await file.close();
  }
}

async function order(
  connection: Connection,
  [plan, counterpart, day, ...rest]: readonly string[],
  { say, stopping }: Surroundings,
): Promise<Answered> {
  const { files, body } = optionsOf(rest);
  const ordered = (await connection.post('/v1/matches', {
    plan: fitting(plan, WORD, 'a plan (reconcile plans)'),
    counterpart: fitting(counterpart, COUNTERPART, 'a counterpart'),
    businessDay: fitting(day, DATE, 'a business day, YYYY-MM-DD'),
    ...body,
  })) as Run;
  const path = `/v1/matches/${ordered.runNo}`;
  for (const [side, file] of Object.entries(files)) await send(connection, ordered.runNo, side, file);
  await connection.post(`${path}/start`);
  const stop = stopping();
  for (let told = -1; !stop.aborted; await sleep(LOOK_MS)) {
    const run = (await connection.get(path)) as Run;
    if (run.percent !== told) say(`match ${run.runNo}: ${run.state}, ${run.percent} %`);
    told = run.percent;
    if (run.state === 'done' || run.state === 'failed') return { answer: run, ok: run.state === 'done' };
  }
  // It goes on without us.
  return { answer: await connection.get(path), ok: true };
}

const SEARCH = /^(state=[a-z-]{3,20}|key=.{1,150}|(ourLine|theirLine|offset|limit)=[0-9]{1,9}|breaks)$/;

const SEARCHES = 'state=STATE, key=KEY, ourLine=N, theirLine=N, offset=N, limit=N or breaks';

const LISTS = /^(plan=[a-z][a-z-]{1,40}|counterpart=[0-9A-Za-z.-]{1,40}|businessDay=[0-9]{4}-[0-9]{2}-[0-9]{2})$/;

/** Matches line by line (docs/reconciliation.md). */
export const reconcileCommands: readonly Command[] = [
  command('finance-maker', 'reconcile plans', ': what can be matched, and by what terms', (connection, rest) => {
    noMore(rest, 'reconcile plans');
    return connection.get('/v1/match-plans');
  }),
  {
    words: 'reconcile order',
    help: 'reconcile order PLAN COUNTERPART DAY [theirs=FILE] [lines=LINES sum=FEN] [ours=FILE] [kind=KIND] [tolerance=FEN] [before=DAYS] [after=DAYS] [dry]: match, and wait for the result; exit code 1 when it fails',
    person: 'finance-maker',
    running: true,
    takesWords: true,
    run: order,
  },
  command(
    'finance-maker',
    'reconcile list',
    ' [plan=PLAN] [counterpart=COUNTERPART] [businessDay=DAY]: matches, the newest first; those of the daily looks too',
    (connection, search) =>
      connection.get(
        `/v1/matches${searchOf(search, LISTS, 'plan=PLAN, counterpart=COUNTERPART or businessDay=YYYY-MM-DD')}`,
      ),
  ),
  command(
    'finance-maker',
    'reconcile show',
    ' MATCH: how far it is, and what came out',
    (connection, [no, ...more]) => {
      noMore(more, 'reconcile show MATCH');
      return connection.get(`/v1/matches/${fitting(no, NUMBER, A_MATCH)}`);
    },
  ),
  command(
    'finance-maker',
    'reconcile lines',
    ' MATCH [state=STATE] [key=KEY] [ourLine=N] [theirLine=N] [breaks] [offset=N] [limit=N]: lines, and why they are so',
    (connection, [no, ...search]) =>
      connection.get(`/v1/matches/${fitting(no, NUMBER, A_MATCH)}/lines${searchOf(search, SEARCH, SEARCHES)}`),
  ),
  {
    words: 'reconcile fetch',
    help: 'reconcile fetch MATCH FOLDER: write the result as Parquet; rows of revised stand in place of those of main',
    person: 'finance-maker',
    running: false,
    takesWords: true,
    run: async (connection, [no, folder, ...more]) => {
      noMore(more, 'reconcile fetch MATCH FOLDER');
      const runNo = fitting(no, NUMBER, A_MATCH);
      if (folder === undefined) throw citycardErrors.badOption('reconcile fetch takes a match and a folder');
      for (const file of ['main', 'revised']) {
        const target = join(folder, `match-${runNo}-${file}.parquet`);
        await writeFile(`${target}.part`, await bytesOf(connection, `/v1/matches/${runNo}/result/${file}`));
        await rename(`${target}.part`, target);
      }
      return { answer: { folder, files: 2 }, ok: true };
    },
  },
];
