import { createDecipheriv } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  assignSam,
  cardNo,
  type CardNo,
  clearingMigrations,
  createParticipant,
  openAccount,
  openPurses,
  postOrThrow,
} from '@citycard/clearing';
import {
  addDays,
  cityDate,
  commonMigrations,
  createLogger,
  type Database,
  fen,
  luhnDigit,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
  startTestDatabase,
  transact,
} from '@citycard/common';
import {
  createHandler,
  type GatewayDeps,
  gatewayMigrations,
  listenForTerminals,
  type TerminalListener,
} from '@citycard/terminal-gateway';
import { type BenchHsm, formKey, startBenchHsm } from './hsm-process.ts';

/** A terminal as its own side knows it; the key in hex. */
export interface BenchTerminal {
  readonly terminalNo: string;
  readonly merchantNo: string;
  readonly samNo: string;
  readonly mak: string;
}

/** A database that writes to disk, an HSM in a process of its own, an agent with money, signed-on terminals and cards. */
export interface GatewayCity {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly hsm: BenchHsm;
  readonly terminals: readonly BenchTerminal[];
  /** Root keys of loads and TACs, hex. */
  readonly roots: { readonly dlk: string; readonly dtk: string };
  /** Opens purses that no round has used yet. */
  cards(count: number): Promise<CardNo[]>;
  /** A gateway of this process; several may listen at once. */
  listen(deps?: Partial<GatewayDeps>): Promise<TerminalListener>;
  stop(): Promise<void>;
}

const AGENT = '904458041110001';
const BANK = 'bank-custody:1000000000000000001';
const PREFUND_FEN = 10n ** 15n;
const PURSES_AT_ONCE = 5_000;

/** Starts it; everything is thrown away at the end. */
export async function startGatewayCity(options: {
  readonly terminals: number;
  /** A copy of a migrated database on the server of the tests, which writes to disk when it likes; for tests that do not measure. */
  readonly forTest?: boolean;
}): Promise<GatewayCity> {
  const postgres = options.forTest === true ? await startTestDatabase(SCHEMAS) : await startOwnDatabase();
  // As the service opens it: connections outlive a quiet moment.
  const db = openDatabase(postgres.url, { idleTimeoutMs: 600_000 });
  const setsDb = openDatabase(postgres.url, { idleTimeoutMs: 600_000, pipelined: true });
  const hsm = await startBenchHsm();
  const dlk = await formKey(hsm.client, 'DLK', 'load', '3des');
  const dtk = await formKey(hsm.client, 'DTK', 'tac', '3des');
  const tmk = await formKey(hsm.client, 'TMK', 'terminal-master', '3des');
  await foundAgent(db);
  const terminals: BenchTerminal[] = [];
  for (let n = 0; n < options.terminals; n += 1) terminals.push(await signOn(db, hsm, tmk, n));
  const logger = createLogger('bench', { level: 'warn' });
  const listeners: TerminalListener[] = [];
  let issued = 0;
  return {
    db,
    databaseUrl: postgres.url,
    hsm,
    terminals,
    roots: { dlk: dlk.toString('hex'), dtk: dtk.toString('hex') },
    cards: async (count) => {
      const cards = Array.from({ length: count }, () => benchCard(issued++));
      for (let from = 0; from < count; from += PURSES_AT_ONCE)
        await transact(db, (tx) => openPurses(tx, cards.slice(from, from + PURSES_AT_ONCE), TERMS));
      return cards;
    },
    listen: async (deps = {}) => {
      const handle = createHandler({ db, setsDb, hsm: hsm.client, logger, billers: NO_BILLERS, ...deps });
      const listener = await listenForTerminals({ handle, logger, port: 0 });
      listeners.push(listener);
      return listener;
    },
    stop: async () => {
      for (const listener of listeners) await listener.drain();
      await hsm.stop();
      await setsDb.end();
      await db.end();
      await postgres.stop();
    },
  };
}

const SCHEMAS = [commonMigrations, clearingMigrations, gatewayMigrations];

/** A server of its own that writes to disk before it answers. */
async function startOwnDatabase(): Promise<{ url: string; stop(): Promise<void> }> {
  const directory = await mkdtemp(join(process.cwd(), 'var', 'bench-gateway-'));
  const postgres = await startEmbeddedPostgres({ directory });
  await migrate(postgres.url, SCHEMAS);
  return {
    url: postgres.url,
    stop: async () => {
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const NO_BILLERS: GatewayDeps['billers'] = () => Promise.resolve(undefined);

const TODAY = cityDate(new Date());
const TERMS = {
  algorithm: '3des',
  validFrom: addDays(TODAY, -365),
  validTo: addDays(TODAY, 3650),
  purseCap: fen(100_000),
  mainType: 1,
  subType: 0,
} as const;

/** Issuer 98 is nobody's: generated cards. */
function benchCard(sequence: number): CardNo {
  const body = `310458098${sequence.toString().padStart(9, '0')}`;
  return cardNo(body + luhnDigit(body));
}

async function foundAgent(db: Database): Promise<void> {
  await transact(db, async (tx) => {
    await tx.query(
      `insert into clearing.business_day (business_date, state) values ($1, 'open') on conflict do nothing`,
      [TODAY],
    );
    await createParticipant(tx, { participantNo: AGENT, name: 'Generated agent', kind: 'agent' });
    await openAccount(tx, BANK);
    const leg = { debit: BANK, credit: `agent-prefund:${AGENT}`, amount: fen(PREFUND_FEN) };
    await postOrThrow(tx, TODAY, [{ key: 'bench-prefund', reason: 'prefund for a benchmark', legs: [leg] }]);
  });
}

/** A terminal with working keys in force; the clear MAK is what its own side would have from the sign-on. */
async function signOn(db: Database, hsm: BenchHsm, tmk: Buffer, n: number): Promise<BenchTerminal> {
  const terminalNo = `BNC${n.toString().padStart(5, '0')}`;
  const samNo = `88880000${n.toString().padStart(4, '0')}`;
  const keys = await hsm.client.createWorkingKeys('name:TMK');
  const decipher = createDecipheriv('des-ede-ecb', tmk, null).setAutoPadding(false);
  const mak = Buffer.concat([decipher.update(keys.makUnderTmk), decipher.final()]);
  await db.query(
    `insert into gateway.terminal (terminal_no, merchant_no, industry, sam_no, functions, mac_algorithm, mak, pik)
     values ($1, $2, 1, $3, '{load,load-bound,purchase-upload,bill,enquiry}', 'x9.19', $4, $5)`,
    [terminalNo, AGENT, samNo, keys.mak, keys.pik],
  );
  await transact(db, (tx) =>
    assignSam(tx, { samNo, participantNo: AGENT, terminalNo, validFrom: new Date(Date.now() - 86_400_000) }),
  );
  return { terminalNo, merchantNo: AGENT, samNo, mak: mak.toString('hex') };
}
