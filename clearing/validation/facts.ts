import {
  type BusinessDate,
  businessDate,
  type Database,
  type Fen,
  fen,
  numberArray,
  textArray,
} from '@citycard/common';
import type { CardAlgorithm } from '@citycard/hsm-sim';
import type { HotlistEntry } from './hotlist-in-force.ts';
import { prepared } from '../prepared.ts';
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

/** What the back office knows of cards, SAMs and participants of a set of records; validation itself changes none of it. */
export interface Facts {
  /** By card number. */
  readonly purses: ReadonlyMap<string, Purse>;
  /** Cards that may not have the money for what they buy in this set. */
  readonly tight: ReadonlySet<string>;
  readonly participants: ReadonlyMap<string, Participant>;
  /** Codes of the cities there is an agreement with. */
  readonly cities: ReadonlySet<string>;
  /** By SAM number. */
  readonly assignments: ReadonlyMap<string, readonly SamAssignment[]>;
  /** By application serial, oldest first. */
  readonly hotlist: ReadonlyMap<string, readonly HotlistEntry[]>;
}

export const NOTHING_KNOWN: Facts = {
  purses: new Map(),
  tight: new Set(),
  participants: new Map(),
  cities: new Set(),
  assignments: new Map(),
  hotlist: new Map(),
};

/** SAMs and who holds them, read once for sets that are decided within seconds of each other: each meets most SAMs of the city. */
export type KnownAssignments = Map<string, readonly SamAssignment[]>;

export async function readFacts(
  db: Database,
  purchases: readonly ReceivedPurchase[],
  assignments: KnownAssignments,
): Promise<Facts> {
  const participants = await readParticipants(db, purchases);
  await addAssignments(db, purchases, assignments);
  return {
    participants,
    cities: await readCities(db),
    ...(await readPurses(db, purchases)),
    assignments,
    hotlist: await readHotlist(db, purchases),
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

/**
 * The terms of every card as one text: most share them with thousands, and rows of thousands cost both sides more than they say.
 * Looked up one by one, so that no plan reads all purses of the city, whatever it believes of them.
 */
async function readPurses(
  db: Database,
  purchases: readonly ReceivedPurchase[],
): Promise<{ purses: Map<string, Purse>; tight: Set<string> }> {
  const spent = new Map<string, bigint>();
  for (const { ref, record } of purchases) spent.set(ref.cardNo, (spent.get(ref.cardNo) ?? 0n) + record.amountFen);
  const { rows } = await db.query<{ cards: string | null; tight: string | null }>(
    prepared(
      'purchase-purses',
      `select string_agg(concat_ws(' ', p.card_no, p.issuer_city, p.algorithm, p.valid_to, p.purse_cap_fen, p.sandbox), ',') as cards,
              string_agg(p.card_no, ',') filter (where a.fen < asked.fen) as tight
         from unnest($1::text[], $2::bigint[]) as asked(card_no, fen)
        cross join lateral (select * from clearing.purse p where p.card_no = asked.card_no limit 1) p
         left join lateral (select available_fen - floor_fen as fen from clearing.card_account a
                             where a.card_no = asked.card_no and a.kind = 'purse' limit 1) a on true`,
    ),
    [textArray([...spent.keys()]), numberArray([...spent.values()])],
  );
  const [found] = rows;
  const terms = new Map<string, Purse>();
  const purses = new Map<string, Purse>();
  for (const line of found?.cards?.split(',') ?? []) {
    const end = line.indexOf(' ');
    const words = line.slice(end + 1);
    const purse = terms.get(words) ?? purseOf(words);
    terms.set(words, purse);
    purses.set(line.slice(0, end), purse);
  }
  const tight = new Set(found?.tight?.split(',') ?? []);
  return { purses, tight };
}

function purseOf(words: string): Purse {
  const [issuerCity = '', algorithm = '', validTo = '', cap = '', sandbox] = words.split(' ');
  return {
    issuerCity,
    algorithm: algorithm as CardAlgorithm,
    validTo: businessDate(validTo),
    capFen: fen(BigInt(cap)),
    sandbox: sandbox === 't',
  };
}

async function addAssignments(
  db: Database,
  purchases: readonly ReceivedPurchase[],
  known: KnownAssignments,
): Promise<void> {
  const samNumbers = distinct(purchases.map((purchase) => purchase.record.samNo)).filter((samNo) => !known.has(samNo));
  if (samNumbers.length === 0) return;
  const { rows } = await db.query<{
    sam_no: string;
    participant_no: string;
    terminal_no: string | null;
    valid_from: Date;
    valid_to: Date | null;
  }>(
    `select sam_no, participant_no, terminal_no, valid_from, valid_to from clearing.sam_assignment where sam_no = any($1)`,
    [textArray(samNumbers)],
  );
  const found = grouped(rows, (row): [string, SamAssignment] => [
    row.sam_no,
    { participantNo: row.participant_no, terminalNo: row.terminal_no, from: row.valid_from, to: row.valid_to },
  ]);
  for (const samNo of samNumbers) known.set(samNo, found.get(samNo) ?? []);
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
    [textArray(distinct(purchases.map((purchase) => purchase.record.applicationSerial)))],
  );
  return grouped(rows, (row) => [
    row.application_serial,
    { version: row.version, action: row.action, publishedAt: row.published_at },
  ]);
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
