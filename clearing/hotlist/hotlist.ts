import type { Database, Transaction } from '@citycard/common';
import { clearingErrors } from '../errors.ts';

/** One entry of the append-only list; version n is the nth entry for ever (terminal-interface.md §3, "Hotlist"). */
export interface HotlistEntry {
  readonly version: bigint;
  readonly action: 'add' | 'remove';
  /** 20 digits: `0` ‖ card number. */
  readonly applicationSerial: string;
}

export interface HotlistPage {
  readonly currentVersion: bigint;
  readonly nextIndex: number;
  readonly more: boolean;
  readonly entries: readonly HotlistEntry[];
}

/** Appends an entry and answers its version. The list's head stays locked until the transaction ends. `by`: who put it there. */
export async function addHotlistEntry(
  tx: Transaction,
  entry: { action: 'add' | 'remove'; applicationSerial: string; reason: string; by?: string },
): Promise<bigint> {
  const { rows } = await tx.query<{ version: bigint }>(
    `with head as (update clearing.hotlist_head set version = version + 1 returning version)
     insert into clearing.hotlist_entry (version, action, application_serial, reason, put_by)
     select version, $1, $2, $3, $4 from head returning version`,
    [entry.action, entry.applicationSerial, entry.reason, entry.by ?? 'system'],
  );
  if (rows[0] === undefined) throw new Error('the head row of the hotlist is missing');
  return rows[0].version;
}

/** Appends entries in their order, all in one statement: the list's head is held as long for a hundred thousand as for one. */
export async function addHotlistEntries(
  tx: Transaction,
  action: 'add' | 'remove',
  applicationSerials: readonly string[],
  { reason, by }: { readonly reason: string; readonly by: string },
): Promise<void> {
  if (applicationSerials.length === 0) return;
  await tx.query(
    `with head as (update clearing.hotlist_head set version = version + cardinality($2::text[]) returning version)
     insert into clearing.hotlist_entry (version, action, application_serial, reason, put_by)
     select head.version - cardinality($2::text[]) + s.place, $1, s.serial, $3, $4
       from head cross join unnest($2::text[]) with ordinality as s (serial, place)`,
    [action, applicationSerials, reason, by],
  );
}

/** Whether the newest entry of the serial adds it. */
export async function isHotlisted(db: Database | Transaction, applicationSerial: string): Promise<boolean> {
  const { rows } = await db.query<{ action: string }>(
    `select action from clearing.hotlist_entry where application_serial = $1 order by version desc limit 1`,
    [applicationSerial],
  );
  return rows[0]?.action === 'add';
}

/**
 * A page of what a terminal that holds `versionHeld` still lacks; `index` counts entries after that version.
 *
 * @throws CityCardError `clearing.hotlist-version-unknown` when the terminal claims a version not published yet.
 */
export async function hotlistPage(
  db: Database | Transaction,
  { versionHeld, index, limit }: { versionHeld: bigint | number; index: number; limit: number },
): Promise<HotlistPage> {
  const from = BigInt(versionHeld) + BigInt(index);
  // One statement, so that head and entries are of one moment.
  const { rows } = await db.query<{ current: bigint } & { [K in keyof HotlistEntry]: HotlistEntry[K] | null }>(
    `select h.version as current, e.version, e.action, e.application_serial as "applicationSerial"
       from clearing.hotlist_head h
       left join clearing.hotlist_entry e on e.version > $1 and e.version <= $1 + $2 and e.version <= h.version
      order by e.version`,
    [from, limit],
  );
  const current = rows[0]?.current ?? 0n;
  if (from > current) throw clearingErrors.hotlistVersionUnknown({ version: from, current });
  const entries = rows.flatMap(({ version, action, applicationSerial }) =>
    version === null || action === null || applicationSerial === null ? [] : [{ version, action, applicationSerial }],
  );
  const nextIndex = index + entries.length;
  return { currentVersion: current, nextIndex, more: BigInt(versionHeld) + BigInt(nextIndex) < current, entries };
}

/** The newest version; 0 while nothing was ever published. */
export async function hotlistHead(db: Database | Transaction): Promise<bigint> {
  const { rows } = await db.query<{ version: bigint }>({
    name: 'clearing-hotlist-head',
    text: 'select version from clearing.hotlist_head',
  });
  return rows[0]?.version ?? 0n;
}

/** Entries after a version up to another, in order; for whoever keeps a copy of the log, which never changes. */
export async function hotlistEntries(
  db: Database | Transaction,
  after: bigint,
  to: bigint,
): Promise<Pick<HotlistEntry, 'action' | 'applicationSerial'>[]> {
  const { rows } = await db.query<{ action: 'add' | 'remove'; applicationSerial: string }>(
    `select action, application_serial as "applicationSerial" from clearing.hotlist_entry
      where version > $1 and version <= $2 order by version`,
    [after, to],
  );
  return rows;
}

/**
 * The newest version published at or before that moment: a terminal that holds less has lacked an entry since then. 0 when
 * nothing had been published by then.
 */
export async function hotlistVersionAt(db: Database | Transaction, at: Date): Promise<bigint> {
  const { rows } = await db.query<{ version: bigint }>(
    'select version from clearing.hotlist_entry where published_at <= $1 order by published_at desc, version desc limit 1',
    [at],
  );
  return rows[0]?.version ?? 0n;
}

/** When the first entry after each version was published; a version that lacks nothing is not in it. */
export async function hotlistLackingSince(
  db: Database | Transaction,
  versions: readonly bigint[],
): Promise<Map<bigint, Date>> {
  const { rows } = await db.query<{ held: bigint; since: Date }>(
    `select held, e.published_at as since from unnest($1::bigint[]) as held join clearing.hotlist_entry e on e.version = held + 1`,
    [[...new Set(versions)]],
  );
  return new Map(rows.map(({ held, since }) => [held, since]));
}

/**
 * Records that a terminal has taken a version over (message 391); the hotlist in force at a tap follows from it.
 *
 * @throws CityCardError `clearing.hotlist-version-unknown` for a version not published yet.
 */
export async function confirmHotlist(
  tx: Transaction,
  terminalNo: string,
  version: bigint | number,
  at: Date,
): Promise<void> {
  const { rows } = await tx.query<{ current: bigint }>('select version as current from clearing.hotlist_head');
  const current = rows[0]?.current ?? 0n;
  if (BigInt(version) > current) throw clearingErrors.hotlistVersionUnknown({ version, current });
  await tx.query(
    `insert into clearing.hotlist_confirmation (terminal_no, version, confirmed_at) values ($1, $2, $3)
     on conflict do nothing`,
    [terminalNo, version, at],
  );
}
