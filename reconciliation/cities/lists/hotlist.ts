import { addHotlistEntries, HOME_CITY, hotlistHead, verifyDetachedCms } from '@citycard/clearing';
import { createHash } from 'node:crypto';
import { cityDate, type Database, transact, type Transaction } from '@citycard/common';
import type { CityDeps } from '../deps.ts';
import type { DeliveredCityFile, TakenCityFile } from '../delivery.ts';
import { cityErrors } from '../errors.ts';
import { nextSerial } from '../text/outgoing.ts';
import { MOST_ROWS, readText, textName, writeText } from '../text/text-file.ts';
import { forgetParts, keepPart, partOf, partsSum } from './parts.ts';

/** application serial 20 ‖ level `00`. */
const ROW = /^([0-9]{20})00$/;
const ROW_LENGTH = 22;

/** The newest entry of every serial of a city's cards that adds it. */
const LISTED = `
select application_serial from (
  select distinct on (application_serial) application_serial, action, put_by from clearing.hotlist_entry
   where application_serial like $1 order by application_serial, version desc) e
 where action = 'add'`;

const serialsOf = (city: string): string => `0310${city}%`;
const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

/**
 * Writes the list of our cards that nobody should take (WL), whole, when it is another than the last that city was sent. While nothing was
 * put on our hotlist, or only cards of others, the list is not read. One of more rows than a text file has room for is written in
 * parts with serials one after the other. It still has to be signed. Answers whether there is a new one.
 */
export async function writeHotlist(deps: CityDeps, city: string, rowsOfFile = MOST_ROWS): Promise<boolean> {
  const home = deps.homeCity ?? HOME_CITY;
  const head = await hotlistHead(deps.db);
  const { rows } = await deps.db.query<{ version: bigint; changed: boolean }>(
    `select s.version, exists (select from clearing.hotlist_entry e where e.version > s.version and e.application_serial like $2) as changed
       from reconciliation.city_hotlist_sent s where s.city = $1`,
    [city, serialsOf(home)],
  );
  const [sent] = rows;
  if (sent !== undefined && !sent.changed) {
    if (sent.version < head) await noteSeen(deps.db, city, head);
    return false;
  }
  return transact(deps.db, async (tx) => {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('hotlist for city ' || $1, 0))`, [city]);
    const listed = await tx.query<{ application_serial: string }>(`${LISTED} order by 1`, [serialsOf(home)]);
    const lines = listed.rows.map(({ application_serial: serial }) => `${serial}00`);
    const { rows: known } = await tx.query<{ same: boolean }>(
      `insert into reconciliation.city_hotlist_sent as s (city, version, entries, sha256) values ($1, $2, 0, $4)
       on conflict (city) do update set version = greatest(s.version, excluded.version) returning entries = $3 and sha256 = $5 as same`,
      [city, head, lines.length, sha256(Buffer.alloc(0)), sha256(Buffer.from(lines.join('\n')))],
    );
    if (known[0]?.same === true) return false;
    await tx.query('update reconciliation.city_hotlist_sent set entries = $2, sha256 = $3 where city = $1', [
      city,
      lines.length,
      sha256(Buffer.from(lines.join('\n'))),
    ]);
    await writeParts(tx, home, city, lines, rowsOfFile);
    return true;
  });
}

async function noteSeen(db: Database, city: string, version: bigint): Promise<void> {
  await db.query('update reconciliation.city_hotlist_sent set version = greatest(version, $2) where city = $1', [
    city,
    version,
  ]);
}

async function writeParts(
  tx: Transaction,
  home: string,
  city: string,
  lines: readonly string[],
  rowsOfFile: number,
): Promise<void> {
  const parts = Math.max(1, Math.ceil(lines.length / rowsOfFile));
  const date = cityDate(new Date());
  for (let part = 1; part <= parts; part += 1) {
    const rows = lines.slice((part - 1) * rowsOfFile, part * rowsOfFile);
    const serial = await nextSerial(tx);
    const head = { sender: home, receiver: city, date, city: home, sumFen: partsSum({ part, parts }) };
    const content = writeText({ ...head, rows, recordLength: ROW_LENGTH });
    await tx.query(
      `insert into reconciliation.city_file (file_name, direction, kind, city, sequence, business_date, record_count, amount_fen, sha256, content)
       values ($1, 'out', 'list', $2, $3, $4, $5, 0, $6, $7)`,
      [textName('WL', date, home, serial), city, serial, date, rows.length, sha256(content), content],
    );
  }
}

/**
 * Takes in the whole hotlist of another city's own cards: those new on it go on our hotlist, those it has dropped come off, whoever
 * else's entries stay. An older list than the newest known changes nothing; parts of a list wait until all have come.
 *
 * @throws CityCardError `cities.signature-bad`, `.list-bad`, `.text-bad`, `.other-content`; then nothing was changed
 */
export async function takeHotlist(
  db: Database,
  file: DeliveredCityFile,
  { city, serial }: { readonly city: string; readonly serial: number },
  home: string,
): Promise<TakenCityFile> {
  const { name, content } = file;
  const asked = { content, signatureDer: file.signature, expectedCn: city, at: file.receivedAt };
  const verdict = await verifyDetachedCms(db, asked);
  if (!verdict.ok) throw cityErrors.signatureBad({ name, reason: verdict.reason });
  const text = readText(name, content);
  if (text.sender !== city || text.receiver !== home)
    throw cityErrors.listBad({ name, problem: `line 1 says from ${text.sender} to ${text.receiver}` });
  const place = partOf(name, text);
  const serials = text.rows.map((row, index) => {
    const [, card] = ROW.exec(row) ?? [];
    if (card === undefined)
      throw cityErrors.listBad({ name, problem: `row ${index + 1} is not a serial of 20 digits and level 00` });
    if (!card.startsWith(`0310${city}`))
      throw cityErrors.listBad({ name, problem: `row ${index + 1} is of no card of city ${city}` });
    return card;
  });
  const result = { name, kind: 'list', records: serials.length, amountFen: 0n } as const;
  const [firstSerial, lastSerial] = [serial - place.part + 1, serial - place.part + place.parts];
  return transact(db, async (tx) => {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('hotlist of city ' || $1, 0))`, [city]);
    const { rowCount: old } = await tx.query(
      'select from reconciliation.city_hotlist where city = $1 and sequence >= $2',
      [city, lastSerial],
    );
    if (old !== 0) return { status: 'repeat', ...result };
    const whole = place.parts === 1 ? serials : await keepPart(tx, { name, city, firstSerial, serials, ...place });
    if (whole === undefined) return { status: 'accepted', ...result };
    await tx.query(
      `insert into reconciliation.city_hotlist (city, sequence, entries) values ($1, $2, $3)
       on conflict (city) do update set sequence = excluded.sequence, entries = excluded.entries, taken_at = clock_timestamp()`,
      [city, lastSerial, whole.length],
    );
    await forgetParts(tx, city, lastSerial);
    await apply(tx, city, new Set(whole));
    return { status: 'accepted', ...result };
  });
}

async function apply(tx: Transaction, city: string, wanted: ReadonlySet<string>): Promise<void> {
  const by = `city ${city}`;
  const { rows } = await tx.query<{ application_serial: string }>(`${LISTED}`, [serialsOf(city)]);
  const { rows: own } = await tx.query<{ application_serial: string }>(`${LISTED} and put_by = $2`, [
    serialsOf(city),
    by,
  ]);
  const listed = new Set(rows.map(({ application_serial: serial }) => serial));
  const added = [...wanted].filter((serial) => !listed.has(serial));
  const dropped = own.flatMap(({ application_serial: serial }) => (wanted.has(serial) ? [] : [serial]));
  await addHotlistEntries(tx, 'add', added, { reason: `on the hotlist of ${by}`, by });
  await addHotlistEntries(tx, 'remove', dropped, { reason: `off the hotlist of ${by}`, by });
}
