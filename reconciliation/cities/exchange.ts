import { HOME_CITY } from '@citycard/clearing';
import { CityCardError, type Database } from '@citycard/common';
import { createHash } from 'node:crypto';
import { readAgreement } from './agreements/agreement.ts';
import { takeAnswers } from './answers-in.ts';
import { answerPurchases } from './answers-out.ts';
import { takeStatement } from './centre/take-statement.ts';
import { findUncounted } from './centre/uncounted.ts';
import { addressOf, type DeliveredCityFile, type TakenCityFile } from './delivery.ts';
import type { CityDeps, CityFileKind, CityFileSummary } from './deps.ts';
import { endOverdue } from './disputes/ours.ts';
import { cityErrors } from './errors.ts';
import { takeHotlist, writeHotlist } from './lists/hotlist.ts';
import { signFiles } from './outbox.ts';
import { bookWaiting } from './position/room.ts';
import { takePurchases } from './purchases-in.ts';
import { exportRouted } from './purchases-out.ts';
import { takeTextAnswers, takeTextPurchases } from './text/incoming.ts';
import { writeTextForms } from './text/outgoing.ts';
import { chaseAnswers } from './way/chase.ts';
import { type Delivered, deliverFiles } from './way/deliver.ts';

/**
 * Does everything that is due towards one city: purchases with its cards not sent yet go into CCIP files, its own CCIP
 * files whose rows are decided are answered by CCIR files, our hotlist is written when it has changed, all new files are signed, and
 * delivered where the city is sent them. Acceptances that waited for room are booked as far as there is room. Safe to repeat and
 * to kill.
 *
 * @throws CityCardError `cities.city-unknown`; HsmUnavailable after the files were fixed, then the next call signs them
 */
export async function exchangeWithCity(deps: CityDeps, city: string, now = true): Promise<CityFileSummary[]> {
  return (await exchangeStepByStep(deps, city, now)).files;
}

/** What came of an exchange: files made and signed, and what became of those that were due to go. */
export interface ExchangeResult {
  readonly files: CityFileSummary[];
  readonly delivered: Delivered;
}

/** As {@link exchangeWithCity}, and says before each step what it is and how much is done. */
export async function exchangeStepByStep(
  deps: CityDeps,
  city: string,
  now: boolean,
  tell: (step: string, percent: number) => Promise<void> = () => Promise.resolve(),
): Promise<ExchangeResult> {
  const { rowCount } = await deps.db.query(`select from clearing.participant where kind = 'city' and city_code = $1`, [
    city,
  ]);
  if (rowCount === 0 || city === (deps.homeCity ?? HOME_CITY)) throw cityErrors.cityUnknown({ city });
  const { format, through, deliverTo } = await readAgreement(deps.db, city);
  await tell('acceptances beyond the cap', 5);
  await bookWaiting(deps.db, city);
  await tell('purchases', 10);
  await exportRouted(deps, city);
  await tell('answers', 30);
  await answerPurchases(deps, city);
  await tell('hotlist', 50);
  if (deliverTo !== undefined) await writeHotlist(deps, city);
  await tell('signatures', 60);
  const files = await signFiles(deps, city);
  if (format === 'text' && through !== undefined) await writeTextForms(deps, city, through);
  await tell('delivery', 80);
  return { files, delivered: await deliverFiles(deps, city, now) };
}

/** What waits for a city too long: files are sent again, disputes end, answers no centre has counted are found. */
export async function lookAfterCity(deps: CityDeps, city: string, now: Date = new Date()): Promise<void> {
  await chaseAnswers(deps.db, city, now);
  await findUncounted(deps.db, city, deps.homeCity ?? HOME_CITY, now);
  await endOverdue(deps.db, now);
}

/**
 * Takes in a signed file of another city or of the centre between cities, binary or text, whole or not at all. What is refused is put
 * down with its reason.
 *
 * @throws CityCardError of the cities catalogue; then nothing else was changed
 */
export async function takeCityFile(
  deps: Pick<CityDeps, 'db' | 'homeCity'>,
  file: DeliveredCityFile,
): Promise<TakenCityFile> {
  try {
    return await take(deps, file);
  } catch (error) {
    if (error instanceof CityCardError && error.status < 500) await putDownRefusal(deps.db, file, error);
    throw error;
  }
}

async function take(deps: Pick<CityDeps, 'db' | 'homeCity'>, file: DeliveredCityFile): Promise<TakenCityFile> {
  const { db, homeCity: home = HOME_CITY } = deps;
  const address = await addressOf(db, file, home);
  const { city } = address;
  switch (address.form) {
    case 'ccip':
      return takePurchases(db, file, city, home);
    case 'ccir':
      return takeAnswers(db, file, city);
    case 'FH':
    case 'DF':
      return takeTextPurchases(db, file, { signer: city, serial: address.serial, home });
    case 'DT':
      return takeTextAnswers(db, file, { signer: city, serial: address.serial, home });
    case 'SA':
      return takeStatement(db, file, { city, serial: address.serial }, home);
    case 'WL':
      return takeHotlist(db, file, { city, serial: address.serial }, home);
  }
}

const LONGEST_NAME = 80;

/** By whom a refused file came, its name, its hash and why; the file itself proves nothing and is not kept. */
async function putDownRefusal(db: Database, file: DeliveredCityFile, error: CityCardError): Promise<void> {
  const city = (await cityOfParticipant(db, file.deliveredBy)) ?? /^[0-9]{4}/.exec(file.name)?.[0] ?? 'unknown';
  await db.query(
    `insert into reconciliation.city_refused_file as r (city, file_name, sha256, code, sentence) values ($1, $2, $3, $4, $5)
     on conflict (city, file_name, sha256, code) do update set times = r.times + 1, last_at = clock_timestamp()`,
    [
      city,
      file.name.slice(0, LONGEST_NAME),
      createHash('sha256').update(file.content).digest(),
      error.code,
      error.message,
    ],
  );
}

export interface StoredCityFile extends CityFileSummary {
  readonly direction: 'out' | 'in';
  readonly sequence: number;
  readonly createdAt: Date;
}

/** The files exchanged with a city, the oldest first; outgoing ones only when signed. */
export async function listCityFiles(db: Database, city: string, direction: 'out' | 'in'): Promise<StoredCityFile[]> {
  const { rows } = await db.query<{
    file_name: string;
    kind: CityFileKind;
    sequence: bigint;
    record_count: number;
    amount_fen: bigint;
    created_at: Date;
  }>(
    `select file_name, kind, sequence, record_count, amount_fen, created_at from reconciliation.city_file
      where city = $1 and direction = $2 and signature is not null order by created_at, file_name`,
    [city, direction],
  );
  return rows.map((row) => ({
    name: row.file_name,
    kind: row.kind,
    direction,
    sequence: Number(row.sequence),
    records: row.record_count,
    amountFen: row.amount_fen,
    createdAt: row.created_at,
  }));
}

/** A file and its signature, byte for byte. @throws CityCardError `cities.file-unknown` */
export async function readCityFile(
  db: Database,
  city: string,
  name: string,
): Promise<{ content: Buffer; signature: Buffer }> {
  const { rows } = await db.query<{ content: Buffer; signature: Buffer }>(
    'select content, signature from reconciliation.city_file where city = $1 and file_name = $2 and signature is not null',
    [city, name],
  );
  if (rows[0] === undefined) throw cityErrors.fileUnknown({ name, city });
  return rows[0];
}

/** The city a participant speaks for. */
export async function cityOfParticipant(db: Database, participantNo: string | undefined): Promise<string | undefined> {
  const { rows } = await db.query<{ city_code: string }>(
    `select city_code from clearing.participant where kind = 'city' and participant_no = $1`,
    [participantNo ?? null],
  );
  return rows[0]?.city_code;
}
