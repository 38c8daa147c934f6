import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { batchProgress, cardIssuerMigrations, prepareBatch, releaseBatch } from '@citycard/card-issuer';
import { foundDemo, installationMigrations, publishedKey } from '@citycard/citycard';
import { RemoteReader, VirtualCard } from '@citycard/city-sim';
import { clearingMigrations } from '@citycard/clearing';
import {
  authenticate,
  commonMigrations,
  type Database,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
} from '@citycard/common';
import { connectHsm, verifyAuditLog } from '@citycard/hsm-sim';
import { blankChips, faultsOf, personaliseAll } from './chips.ts';
import { freePort, startKillable } from './killable.ts';

/**
 * `node --import tsx test/perso/ten-thousand.ts --cards 10000 --kills 3`: personalises that many virtual cards through a
 * machine in a process of its own, which is killed with SIGKILL at so many random moments, and the HSM once; then proves that
 * every chip is one card, every card on one chip, and the stock adds up. Exit code 1 and the reasons when not.
 */
const AT_ONCE = 48;
const HOST = '127.0.0.1';
const COPIES = 3;

const { values } = parseArgs({
  options: { cards: { type: 'string', default: '10000' }, kills: { type: 'string', default: '3' } },
});
const [cards, kills] = [Number(values.cards), Number(values.kills)];
if (!Number.isInteger(cards) || cards < 1 || cards > 10_000 || !Number.isInteger(kills) || kills < 0)
  throw new RangeError('--cards takes 1 to 10000, --kills a whole number');

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const tell = (what: string) =>
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${what}\n`);
const began = performance.now();

async function person(db: Database, token: string | undefined) {
  const principal = await authenticate(db, token ?? '');
  if (principal === undefined) throw new Error('the demo has no such person');
  return principal;
}

/** At which of the ejected chips something is killed: spread over the run, at random within it. */
function moments(count: number): number[] {
  return Array.from({ length: count }, (_, at) => Math.floor((cards * (at + 0.2 + 0.6 * Math.random())) / count));
}

async function run(directory: string, undo: (() => Promise<unknown>)[]): Promise<string[]> {
  const postgres = await startEmbeddedPostgres({ directory: join(directory, 'postgres') });
  undo.push(() => postgres.stop());
  await migrate(postgres.url, [commonMigrations, clearingMigrations, cardIssuerMigrations, installationMigrations]);
  const db = openDatabase(postgres.url);
  undo.push(() => db.end());

  const store = join(directory, 'hsm');
  const hsmPort = await freePort();
  const hsm = await startKillable([path('../../hsm-sim/main.ts')], {
    HSM_PORT: String(hsmPort),
    HSM_STORE: store,
    HSM_LMK: 'test',
    HSM_STOP_WITH_STDIN: '1',
  });
  undo.push(() => hsm.stop());
  const client = connectHsm({ host: HOST, port: hsmPort });
  undo.push(() => client.close());
  const people = await foundDemo({ db, hsm: client });
  const { batchId } = await prepareBatch(db, await person(db, people['bureau-1']?.token), 'standard', cards);
  await releaseBatch(db, await person(db, people['bureau-2']?.token), batchId);
  tell(`a batch of ${cards} is released`);

  const port = await freePort();
  const machine = await startKillable([path('./machine-process.ts'), postgres.url, String(hsmPort), String(port)]);
  undo.push(() => machine.stop());
  const machineKills = moments(kills);
  const hsmKill = kills === 0 ? Infinity : Math.floor(cards * (0.1 + 0.8 * Math.random()));
  let hsmKilled = false;
  const killing: Promise<void>[] = [];
  const kill = (what: string, killed: { killAndStart(): Promise<void> }, ejected: number) => {
    tell(`kill -9 of the ${what} after ${ejected} chips`);
    killing.push(
      killed.killAndStart().then(() => {
        tell(`the ${what} is back`);
      }),
    );
  };

  const chips = blankChips(cards);
  const started = performance.now();
  const insertions = await personaliseAll(db, chips, () => ({ host: HOST, port }), {
    atOnce: AT_ONCE,
    onEjected: (ejected) => {
      if (machineKills[0] !== undefined && ejected >= machineKills[0]) {
        machineKills.shift();
        kill('machine', machine, ejected);
      }
      if (!hsmKilled && ejected >= hsmKill) {
        hsmKilled = true;
        kill('HSM', hsm, ejected);
      }
    },
  });
  await Promise.all(killing);
  const seconds = (performance.now() - started) / 1000;
  const { cards: numbers, ...progress } = await batchProgress(db, batchId);
  tell(`${numbers.length} cards in ${seconds.toFixed(1)} s, chips put in ${insertions} times`);

  const faults = await faultsOf(db, batchId, chips);
  for (const chip of chips.slice(0, COPIES)) {
    const copy = new VirtualCard({ transportKey: publishedKey('CHIP'), serial: chip.serial });
    await (
      await RemoteReader.insert(copy, { host: HOST, port })
    ).removed;
    if (copy.personalised) faults.push('a copy of a finished chip became a card');
  }
  await hsm.stop();
  const audit = verifyAuditLog(store, 'test');
  if (!audit.ok) faults.push(`the audit log of the HSM is broken at entry ${audit.entry}: ${audit.reason}`);
  const interruptions = await db.query<{ reason: string; cards: number }>(
    'select reason, count(*)::int as cards from issuer.personalisation_fault group by reason order by reason',
  );
  const report = {
    cards,
    kills,
    seconds: Math.round(seconds),
    insertions,
    ...progress,
    interruptions: interruptions.rows,
    faults,
  };
  process.stdout.write(
    `${JSON.stringify(report, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value), 2)}\n`,
  );
  return faults;
}

const directory = await mkdtemp(path('../../var/ten-thousand-'));
const undo: (() => Promise<unknown>)[] = [];
try {
  const faults = await run(directory, undo);
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  for (let last = undo.pop(); last !== undefined; last = undo.pop()) await last();
  await rm(directory, { recursive: true, force: true });
}
