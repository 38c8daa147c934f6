import { HOME_CITY } from '@citycard/clearing';
import type { Database } from '@citycard/common';
import { takeAnswers } from './answers-in.ts';
import { answerPurchases } from './answers-out.ts';
import { addressOf, type DeliveredCityFile, type TakenCityFile } from './delivery.ts';
import type { CityDeps, CityFileKind, CityFileSummary } from './deps.ts';
import { cityErrors } from './errors.ts';
import { signFiles } from './outbox.ts';
import { takePurchases } from './purchases-in.ts';
import { exportRouted } from './purchases-out.ts';

/**
 * Does everything that is due towards one city: purchases with its cards not sent yet go into CCIP files, its own CCIP
 * files whose rows are decided are answered by CCIR files, and all new files are signed. Safe to repeat and to kill.
 *
 * @throws CityCardError `cities.city-unknown`; HsmUnavailable after the files were fixed, then the next call signs them
 */
export async function exchangeWithCity(deps: CityDeps, city: string): Promise<CityFileSummary[]> {
  const { rowCount } = await deps.db.query(`select from clearing.participant where kind = 'city' and city_code = $1`, [
    city,
  ]);
  if (rowCount === 0 || city === (deps.homeCity ?? HOME_CITY)) throw cityErrors.cityUnknown({ city });
  await exportRouted(deps, city);
  await answerPurchases(deps, city);
  return signFiles(deps, city);
}

/**
 * Takes in a signed file of another city, `.ccip` or `.ccir`, whole or not at all.
 *
 * @throws CityCardError of the cities catalogue; then nothing was changed
 */
export async function takeCityFile(
  deps: Pick<CityDeps, 'db' | 'homeCity'>,
  file: DeliveredCityFile,
): Promise<TakenCityFile> {
  const home = deps.homeCity ?? HOME_CITY;
  const { city, kind } = await addressOf(deps.db, file, home);
  return kind === 'ccir' ? takeAnswers(deps.db, file, city) : takePurchases(deps.db, file, city, home);
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
