import { validateReceived, verifyLedger } from '@citycard/clearing';
import { type CaseOptions, fuzzCase } from './cases.ts';
import { Finding } from './codec-judge.ts';
import { Dice } from './dice.ts';
import { changedTables, takeFacts } from './facts.ts';
import { type FuzzCity, type FuzzTerminal, macOf, startFuzzCity } from './fuzz-city.ts';
import { judgeLink } from './link-judge.ts';
import { type Ending, runLink } from './link-run.ts';
import { MemoryWatch } from './memory-watch.ts';
import type { Sender } from './requests.ts';
import type { Report, TargetOptions } from './target.ts';

/** Links of one round; half of the rounds are in the hands of somebody who does not know the keys. */
const ROUND = 800;
const AT_ONCE = 24;
const FRAMES_PER_LINK = 12;
/** Verifying reads the whole ledger. */
const VERIFY_EVERY = 6;
const LINKS_GONE_MS = 10_000;
/** Messages × codes × operators of the table are a few hundred; a label somebody can choose makes thousands. */
const MOST_SERIES = 3_000;

/**
 * Fuzzes a gateway with its database and HSM over loopback. Even rounds send frames without a right MAC and hold that no
 * fact was stored; odd rounds send frames whose MAC is right, whatever else is wrong with them, and hold the ledger.
 */
export async function fuzzGateway(options: TargetOptions, report: (report: Report) => void): Promise<void> {
  const city = await startFuzzCity();
  const memory = new MemoryWatch();
  const codes = new Map<string, number>();
  let cases = 0;
  let frames = 0;
  const finding = (index: number, error: unknown, stream?: Buffer) => {
    report({
      kind: 'finding',
      case: index,
      sentence: error instanceof Finding ? error.message : String(error),
      ...(stream === undefined ? {} : { stream: stream.toString('hex') }),
    });
  };

  const oneLink = async (index: number, known: boolean) => {
    const dice = new Dice(options.seed, index);
    const { stream, pieces } = fuzzCase(dice, caseOptions(city.terminals, dice, known));
    const ending: Ending = dice.oneIn(12) ? 'reset' : dice.oneIn(1000) ? 'wait' : 'close';
    try {
      const verdict = judgeLink(stream, await runLink(city.listener.port, pieces, ending), ending, city.terminals);
      frames += verdict.frames;
      for (const code of verdict.codes) codes.set(code, (codes.get(code) ?? 0) + 1);
    } catch (error) {
      finding(index, error, stream);
    }
    cases += 1;
    report({ kind: 'progress', cases, frames, heapMiB: memory.lastMiB });
  };

  const db = city.city.installation.db;
  const first = Math.floor(options.firstCase / ROUND);
  try {
    for (let round = first; !options.stop.aborted && round * ROUND < options.lastCase; round += 1) {
      const known = round % 2 === 1;
      const before = known ? undefined : await takeFacts(db);
      await inParallel(round * ROUND, Math.min((round + 1) * ROUND, options.lastCase), options.stop, (index) =>
        oneLink(index, known),
      );
      await linksGone(city, (sentence) => finding(round * ROUND, sentence));
      if (before !== undefined) {
        const changed = changedTables(before, await takeFacts(db));
        if (changed.length > 0) finding(round * ROUND, `stored without a right MAC: ${changed.join(', ')}`);
      } else await settle(city, round % VERIFY_EVERY === 1, (sentence) => finding(round * ROUND, sentence));
      const leak = memory.look();
      if (leak !== undefined) finding(round * ROUND, leak);
    }
    await settle(city, true, (sentence) => finding(cases, sentence));
    const series = await city.seriesOfMetrics();
    if (series > MOST_SERIES) finding(cases, `the gateway keeps ${series} series of metrics`);
    report({ kind: 'done', details: await summary(city, codes, memory) });
  } finally {
    await city.stop();
  }
}

function caseOptions(terminals: readonly FuzzTerminal[], dice: Dice, known: boolean): CaseOptions {
  const seal = (body: Buffer, sender: Sender) => {
    const mac = macOf(sender as FuzzTerminal, body) ?? dice.bytes(8);
    // One bit aside is as wrong as any other.
    if (!known || dice.oneIn(20)) mac[dice.below(8)]! ^= 1 << dice.below(8);
    mac.copy(body, body.length - 8);
  };
  return { senders: terminals, seal, mostFrames: FRAMES_PER_LINK, breakBytes: !known || dice.oneIn(4) };
}

async function inParallel(
  from: number,
  to: number,
  stop: AbortSignal,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = from;
  const lane = async () => {
    while (next < to && !stop.aborted) {
      const index = next;
      next += 1;
      await work(index);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

/** Every link is closed on both sides a moment after the last case. */
async function linksGone(city: FuzzCity, finding: (sentence: string) => void): Promise<void> {
  const until = performance.now() + LINKS_GONE_MS;
  while (city.listener.statistics().connections > 0) {
    if (performance.now() > until) {
      finding(`${city.listener.statistics().connections} links are still open`);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Validates what was uploaded, as the workers would, and proves the ledger. */
async function settle(city: FuzzCity, verify: boolean, finding: (sentence: string) => void): Promise<void> {
  const { db, hsm } = city.city.installation;
  while ((await validateReceived({ db, hsm })).decided > 0);
  if (!verify) return;
  const ledger = await verifyLedger(db);
  if (!ledger.ok) finding(`the ledger does not verify: ${JSON.stringify(ledger.firstFault)}`);
}

async function summary(city: FuzzCity, codes: ReadonlyMap<string, number>, memory: MemoryWatch) {
  const { db } = city.city.installation;
  const ledger = await verifyLedger(db);
  const counted = await db.query<{ answers: number; loads: number }>(
    `select (select count(*)::int from gateway.stored_answer) as answers, (select count(*)::int from clearing.load) as loads`,
  );
  const { accepted, badFrames, malformed, slowFrames, idle, failures } = city.listener.statistics();
  return {
    codes: Object.fromEntries([...codes].sort(([a], [b]) => (a < b ? -1 : 1))),
    links: { accepted, badFrames, malformed, slowFrames, idle, failures },
    storedAnswers: counted.rows[0]?.answers,
    loads: counted.rows[0]?.loads,
    ledger: { ok: ledger.ok, transfers: Number(ledger.transfers) },
    seriesOfMetrics: await city.seriesOfMetrics(),
    heapFirstMiB: memory.firstMiB,
    heapLastMiB: memory.lastMiB,
  };
}
