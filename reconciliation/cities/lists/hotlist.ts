import { addHotlistEntry, HOME_CITY, verifyDetachedCms } from '@citycard/clearing';
import { createHash } from 'node:crypto';
import { cityDate, type Database, transact, type Transaction } from '@citycard/common';
import type { CityDeps } from '../deps.ts';
import type { DeliveredCityFile, TakenCityFile } from '../delivery.ts';
import { cityErrors } from '../errors.ts';
import { nextSerial } from '../text/outgoing.ts';
import { readText, textName, writeText } from '../text/text-file.ts';

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

/**
 * Writes the list of our cards that nobody should take (WL), whole, when it is another than the last that city was sent. It still
 * has to be signed. Answers whether there is a new one.
 */
export async function writeHotlist(deps: CityDeps, city: string): Promise<boolean> {
  const home = deps.homeCity ?? HOME_CITY;
  return transact(deps.db, async (tx) => {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('hotlist for city ' || $1, 0))`, [city]);
    const { rows } = await tx.query<{ application_serial: string }>(`${LISTED} order by 1`, [serialsOf(home)]);
    const { rows: last } = await tx.query<{ content: Buffer }>(
      `select content from reconciliation.city_file where direction = 'out' and kind = 'list' and city = $1 order by sequence desc limit 1`,
      [city],
    );
    const lines = rows.map(({ application_serial: serial }) => `${serial}00`);
    const before = last[0] === undefined ? [] : readText('the last list', last[0].content).rows;
    if (lines.length === before.length && lines.every((line, place) => line === before[place])) return false;
    const serial = await nextSerial(tx);
    const date = cityDate(new Date());
    const content = writeText({
      ...{ sender: home, receiver: city, date, city: home, sumFen: 0n, rows: lines },
      recordLength: ROW_LENGTH,
    });
    await tx.query(
      `insert into reconciliation.city_file (file_name, direction, kind, city, sequence, business_date, record_count, amount_fen, sha256, content)
       values ($1, 'out', 'list', $2, $3, $4, $5, 0, $6, $7)`,
      [
        textName('WL', date, home, serial),
        city,
        serial,
        date,
        lines.length,
        createHash('sha256').update(content).digest(),
        content,
      ],
    );
    return true;
  });
}

/**
 * Takes in the whole hotlist of another city's own cards: those new on it go on our hotlist, those it has dropped come off, whoever
 * else's entries stay. An older list than the newest known changes nothing.
 *
 * @throws CityCardError `cities.signature-bad`, `.list-bad`, `.text-bad`; then nothing was changed
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
  const serials = text.rows.map((row, index) => {
    const [, card] = ROW.exec(row) ?? [];
    if (card === undefined)
      throw cityErrors.listBad({ name, problem: `row ${index + 1} is not a serial of 20 digits and level 00` });
    if (!card.startsWith(`0310${city}`))
      throw cityErrors.listBad({ name, problem: `row ${index + 1} is of no card of city ${city}` });
    return card;
  });
  const result = { name, kind: 'list', records: serials.length, amountFen: 0n } as const;
  return transact(db, async (tx) => {
    const { rowCount } = await tx.query(
      `insert into reconciliation.city_hotlist as h (city, sequence, entries) values ($1, $2, $3)
       on conflict (city) do update set sequence = excluded.sequence, entries = excluded.entries, taken_at = clock_timestamp()
         where h.sequence < excluded.sequence`,
      [city, serial, serials.length],
    );
    if (rowCount === 0) return { status: 'repeat', ...result };
    await apply(tx, city, new Set(serials));
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
  for (const applicationSerial of wanted)
    if (!listed.has(applicationSerial))
      await addHotlistEntry(tx, { action: 'add', applicationSerial, reason: `on the hotlist of ${by}`, by });
  for (const { application_serial: applicationSerial } of own)
    if (!wanted.has(applicationSerial))
      await addHotlistEntry(tx, { action: 'remove', applicationSerial, reason: `off the hotlist of ${by}`, by });
}
