import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CARD_ACCOUNT_KINDS,
  type CardNo,
  cardNo,
  clearingMigrations,
  openAccount,
  type Posting,
  postWithBalances,
} from '@citycard/clearing';
import {
  businessDate,
  commonMigrations,
  type Database,
  fen,
  luhnDigit,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
  transact,
} from '@citycard/common';
import { type Bench, interleaved, result } from './bench.ts';
import { processTree } from './cpu-time.ts';
import { makeLogFiles } from './log-files.ts';

const DAY = businessDate('2026-11-20');
const CARDS = 20_000;
const OPERATORS = 10;
const SET = 500;
const SMALL_SET = 50;
const DAY_SET = 5_000;
const UNIT = 'transfers/PostgreSQL CPU-s';
/** More than any card spends here. */
const FUNDS = fen(1_000_000_000);
/** More than the rounds write. */
const LOG_MEGABYTES = 1_024;

/**
 * The ledger alone: sets of purchases of different cards, each from a purse to one of ten operators, decided, written and sealed,
 * balances answered. Counted is PostgreSQL with all its processes, on a server of its own that waits for its disk; what the caller
 * spends is not. Its log files are there before the first round. The baseline writes the same rows by the same kind of statement into one table with the same two unique indexes: no
 * balance, no decision, no chain.
 */
export const postingBench: Bench = {
  name: 'posting',
  help: 'the ledger in sets of 500, 50 and 5 000, PostgreSQL alone, against a plain INSERT of the rows; --transfers 30000 a round, --runs 5',
  run: async (context) => {
    const transfers = context.count('transfers', 30_000);
    const runs = context.count('runs', 5);
    const directory = await mkdtemp(join(tmpdir(), 'posting-bench-'));
    const postgres = await startEmbeddedPostgres({ directory });
    try {
      await migrate(postgres.url, [commonMigrations, clearingMigrations]);
      const db = openDatabase(postgres.url, { max: 1 });
      try {
        const cards = await prepare(db);
        const purchases = new Purchases(cards);
        const tree = processTree(await postmasterOf(db));
        const post = (size: number) => async () => {
          for (let done = 0; done < transfers; done += size) {
            const set = purchases.next(size);
            const { outcomes } = await transact(db, (tx) => postWithBalances(tx, DAY, set));
            if (outcomes.some(({ outcome }) => outcome !== 'posted')) throw new Error('a purchase was not posted');
          }
          return transfers;
        };
        const insert = async () => {
          for (let done = 0; done < transfers; done += SET) await insertRows(db, purchases.next(SET));
          return transfers;
        };
        const measured = await interleaved(
          tree,
          { insert, large: post(SET), small: post(SMALL_SET), day: post(DAY_SET) },
          { runs },
        );
        const baseline = { name: 'plain INSERT', measured: measured.insert };
        return [
          result('posting', UNIT, measured.large, baseline),
          result(`posting-${SMALL_SET}`, UNIT, measured.small, baseline),
          result(`posting-${DAY_SET}`, UNIT, measured.day, baseline),
        ];
      } finally {
        await db.end();
      }
    } finally {
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    }
  },
};

/** Cards with money on their purses, operators to take it, and the table of the baseline. */
async function prepare(db: Database): Promise<readonly CardNo[]> {
  const cards = Array.from({ length: CARDS }, (_, index) => benchCard(index));
  await transact(db, async (tx) => {
    await openAccount(tx, 'bank-custody:B1');
    for (let no = 0; no < OPERATORS; no += 1) await openAccount(tx, operator(no));
    await tx.query(
      `insert into clearing.card_account (card_no, kind) select c, k from unnest($1::text[]) as c, unnest($2::text[]) as k order by k, c`,
      [cards, CARD_ACCOUNT_KINDS],
    );
  });
  for (let from = 0; from < CARDS; from += SET) {
    const legs = [{ debit: 'bank-custody:B1', credit: 'purse', amount: FUNDS }];
    const loads = cards
      .slice(from, from + SET)
      .map((card) => ({ cardNo: card, key: `load:${card}`, reason: 'load', legs }));
    await transact(db, (tx) => postWithBalances(tx, DAY, loads));
  }
  await db.query(`create table bench_transfer (
    card_no text not null, business_date date not null, posting_key text not null, leg smallint not null, debit_account text not null,
    credit_account text not null, amount_fen bigint not null, phase text not null, resolves_key text, reason text not null,
    expires_at timestamptz, posted_at timestamptz not null, chunk_no bigint not null, position integer not null, row_sha256 bytea not null,
    primary key (card_no, business_date, chunk_no, position), unique (posting_key, card_no))`);
  await db.query('vacuum analyze');
  await makeLogFiles(db, LOG_MEGABYTES);
  return cards;
}

/** Purchases as intake numbers them, their cards in no order. */
class Purchases {
  readonly #cards: readonly CardNo[];
  #count = 0;

  constructor(cards: readonly CardNo[]) {
    this.#cards = cards;
  }

  next(size: number): Posting[] {
    return Array.from({ length: size }, () => {
      const count = (this.#count += 1);
      const card = this.#cards[(count * 7919) % CARDS];
      if (card === undefined) throw new RangeError('no such card');
      const legs = [{ debit: 'purse', credit: operator(count % OPERATORS), amount: fen(200) }];
      return {
        cardNo: card,
        key: `purchase:${1000 + Math.floor(count / 100)}:${count % 100}`,
        reason: 'offline purchase',
        legs,
      };
    });
  }
}

async function insertRows(db: Database, set: readonly Posting[]): Promise<void> {
  await db.query({
    name: 'bench-insert',
    text: `insert into bench_transfer
           select l.card, $1, l.key, 1, l.debit, l.credit, l.amount, 'posted', null, l.reason, null, now(), $2, l.place, '\\x'
             from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[]) with ordinality
                  as l(card, key, debit, credit, amount, reason, place)`,
    values: [
      DAY,
      (chunks += 1),
      set.map(({ cardNo: card }) => card),
      set.map(({ key }) => key),
      set.map(({ legs }) => legs[0]?.debit),
      set.map(({ legs }) => legs[0]?.credit),
      set.map(({ legs }) => legs[0]?.amount),
      set.map(({ reason }) => reason),
    ],
  });
}
let chunks = 0;

/** The process every other process of the server descends from. */
async function postmasterOf(db: Database): Promise<number> {
  const { rows } = await db.query<{ data_directory: string }>('show data_directory');
  const text = await readFile(join(rows[0]?.data_directory ?? '', 'postmaster.pid'), 'utf8');
  return Number(text.split('\n')[0]);
}

const operator = (no: number): string => `operator-pending:O${String(no).padStart(3, '0')}`;

function benchCard(index: number): CardNo {
  const body = `310458099${String(index + 1).padStart(9, '0')}`;
  return cardNo(body + luhnDigit(body));
}
