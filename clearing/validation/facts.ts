import { type BusinessDate, businessDate, type Database, type Fen, fen } from '@citycard/common';
import type { CardAlgorithm } from '@citycard/hsm-sim';
import { FLAG } from '../purchases/purchase-record.ts';
import type { HotlistEntry } from './hotlist-in-force.ts';
import { type KnownRow, type OpenGrayRow, readKnown, readOpenGrays } from './known.ts';
import type { ReceivedPurchase } from './received-purchase.ts';

export interface Purse {
  readonly issuerCity: string;
  readonly algorithm: CardAlgorithm;
  readonly validTo: BusinessDate;
  readonly capFen: Fen;
  readonly sandbox: boolean;
}

export interface Participant {
  readonly status: string;
  /** Of cities. */
  readonly cityCode: string | null;
}

export interface SamAssignment {
  readonly participantNo: string;
  readonly terminalNo: string | null;
  readonly from: Date;
  readonly to: Date | null;
}

/** Everything the back office knows that bears on a set of records, read in sets. */
export interface Facts {
  /** By card number. */
  readonly purses: ReadonlyMap<string, Purse>;
  readonly participants: ReadonlyMap<string, Participant>;
  /** Codes of the cities there is an agreement with. */
  readonly cities: ReadonlySet<string>;
  /** By SAM number. */
  readonly assignments: ReadonlyMap<string, readonly SamAssignment[]>;
  /** By application serial, oldest first. */
  readonly hotlist: ReadonlyMap<string, readonly HotlistEntry[]>;
  readonly known: readonly KnownRow[];
  readonly openGrays: readonly OpenGrayRow[];
  /** Keys ({@link lockKey}) of reports of locked cards that are known already. */
  readonly locks: ReadonlySet<string>;
}

/** What makes a report of a locked card the same report: serial, SAM, date and time. */
export function lockKey(cardNo: string, samNo: string, tappedAt: Date | undefined): string {
  return `${cardNo}|${samNo}|${tappedAt?.getTime()}`;
}

export async function readFacts(db: Database, purchases: readonly ReceivedPurchase[]): Promise<Facts> {
  const participants = await readParticipants(db, purchases);
  return {
    participants,
    cities: await readCities(db),
    purses: await readPurses(db, purchases),
    assignments: await readAssignments(db, purchases),
    hotlist: await readHotlist(db, purchases),
    known: await readKnown(db, purchases),
    openGrays: await readOpenGrays(db, purchases),
    locks: await readLocks(db, purchases),
  };
}

const distinct = <T>(values: Iterable<T>): T[] => [...new Set(values)];

async function readParticipants(
  db: Database,
  purchases: readonly ReceivedPurchase[],
): Promise<Map<string, Participant>> {
  const { rows } = await db.query<{ participant_no: string; status: string; city_code: string | null }>(
    'select participant_no, status, city_code from clearing.participant where participant_no = any($1)',
    [distinct(purchases.map((purchase) => purchase.participantNo))],
  );
  return new Map(rows.map((row) => [row.participant_no, { status: row.status, cityCode: row.city_code }]));
}

/** Cities we settle with: one that is still being tried owes nothing yet, whoever of its residents rides here. */
async function readCities(db: Database): Promise<Set<string>> {
  const { rows } = await db.query<{ city_code: string }>(
    `select city_code from clearing.participant where kind = 'city' and status not in ('test', 'exited')`,
  );
  return new Set(rows.map((row) => row.city_code));
}

async function readPurses(db: Database, purchases: readonly ReceivedPurchase[]): Promise<Map<string, Purse>> {
  const { rows } = await db.query<{
    card_no: string;
    issuer_city: string;
    algorithm: CardAlgorithm;
    valid_to: string;
    purse_cap_fen: bigint;
    sandbox: boolean;
  }>(
    `select card_no, issuer_city, algorithm, valid_to, purse_cap_fen, sandbox from clearing.purse where card_no = any($1)`,
    [distinct(purchases.map((purchase) => purchase.ref.cardNo))],
  );
  return new Map(
    rows.map((row) => [
      row.card_no,
      {
        issuerCity: row.issuer_city,
        algorithm: row.algorithm,
        validTo: businessDate(row.valid_to),
        capFen: fen(row.purse_cap_fen),
        sandbox: row.sandbox,
      },
    ]),
  );
}

async function readAssignments(
  db: Database,
  purchases: readonly ReceivedPurchase[],
): Promise<Map<string, SamAssignment[]>> {
  const { rows } = await db.query<{
    sam_no: string;
    participant_no: string;
    terminal_no: string | null;
    valid_from: Date;
    valid_to: Date | null;
  }>(
    `select sam_no, participant_no, terminal_no, valid_from, valid_to from clearing.sam_assignment where sam_no = any($1)`,
    [distinct(purchases.map((purchase) => purchase.record.samNo))],
  );
  return grouped(rows, (row) => [
    row.sam_no,
    { participantNo: row.participant_no, terminalNo: row.terminal_no, from: row.valid_from, to: row.valid_to },
  ]);
}

async function readHotlist(db: Database, purchases: readonly ReceivedPurchase[]): Promise<Map<string, HotlistEntry[]>> {
  const { rows } = await db.query<{
    application_serial: string;
    version: bigint;
    action: 'add' | 'remove';
    published_at: Date;
  }>(
    `select application_serial, version, action, published_at from clearing.hotlist_entry
      where application_serial = any($1) order by version`,
    [distinct(purchases.map((purchase) => purchase.record.applicationSerial))],
  );
  return grouped(rows, (row) => [
    row.application_serial,
    { version: row.version, action: row.action, publishedAt: row.published_at },
  ]);
}

async function readLocks(db: Database, purchases: readonly ReceivedPurchase[]): Promise<Set<string>> {
  const locks = purchases.filter(({ record }) => record.flag === FLAG.cardLocked && record.tappedAt !== undefined);
  if (locks.length === 0) return new Set();
  const { rows } = await db.query<{ card_no: string; sam_no: string; tapped_at: Date }>(
    `select distinct r.card_no, r.sam_no, r.tapped_at
       from unnest($1::text[], $2::text[], $3::timestamptz[]) as asked(card_no, sam_no, tapped_at)
       join clearing.purchase_record r
         on r.card_no = asked.card_no and r.sam_no = asked.sam_no and r.tapped_at = asked.tapped_at
        and r.flag = 3 and r.state = 'accepted'`,
    [
      locks.map(({ ref }) => ref.cardNo),
      locks.map(({ record }) => record.samNo),
      locks.map(({ record }) => record.tappedAt),
    ],
  );
  return new Set(rows.map((row) => lockKey(row.card_no, row.sam_no, row.tapped_at)));
}

function grouped<Row, T>(rows: readonly Row[], entry: (row: Row) => readonly [string, T]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const [key, value] = entry(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}
