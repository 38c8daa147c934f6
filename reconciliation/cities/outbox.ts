import { type CcirRow, encodeCcirRow, encodeFileHeader, fileNameOf, signDetachedCms } from '@citycard/clearing';
import { createHash } from 'node:crypto';
import { type BusinessDate, cityDate, type Database, type Fen, type Transaction } from '@citycard/common';
import { signingCertificate } from './agreements/our-certificate.ts';
import { CITY_FILES_KEY, type CityDeps, type CityFileKind, type CityFileSummary } from './deps.ts';
import { cityErrors } from './errors.ts';

const LAST_SEQUENCE = 99_999_999n;

/**
 * Takes the next number for files of this kind to the city. The row stays locked until the transaction ends, so a number
 * is used by exactly one file and numbers have no holes.
 */
async function nextSequence(tx: Transaction, kind: CityFileKind, city: string): Promise<number> {
  await tx.query('insert into reconciliation.city_sequence (kind, city) values ($1, $2) on conflict do nothing', [
    kind,
    city,
  ]);
  const { rows } = await tx.query<{ last_sequence: bigint }>(
    `update reconciliation.city_sequence set last_sequence = last_sequence + 1
      where kind = $1 and city = $2 and last_sequence < $3 returning last_sequence`,
    [kind, city, LAST_SEQUENCE],
  );
  if (rows[0] === undefined) throw cityErrors.sequenceSpent({ city });
  return Number(rows[0].last_sequence);
}

/** Locks the numbers of a kind, so that two exchanges with a city do not choose the same records. */
export async function lockSequence(tx: Transaction, kind: CityFileKind, city: string): Promise<void> {
  await tx.query('insert into reconciliation.city_sequence (kind, city) values ($1, $2) on conflict do nothing', [
    kind,
    city,
  ]);
  await tx.query('select from reconciliation.city_sequence where kind = $1 and city = $2 for update', [kind, city]);
}

/** Writes an outgoing file of the given rows, still without its signature. */
export async function createFile(
  tx: Transaction,
  file: { kind: 'ccip' | 'ccir'; home: string; city: string; rows: readonly Buffer[]; totalFen: Fen },
): Promise<{ name: string; sequence: number; businessDate: BusinessDate }> {
  const createdAt = new Date();
  const sequence = await nextSequence(tx, file.kind, file.city);
  const header = {
    magic: file.kind === 'ccip' ? 'CCIP' : 'CCIR',
    sender: file.home + file.city,
    businessDate: cityDate(createdAt),
    sequence,
    count: file.rows.length,
    totalFen: file.totalFen,
    createdAt,
  } as const;
  const name = fileNameOf(header);
  const content = Buffer.concat([encodeFileHeader(header), ...file.rows]);
  await tx.query(
    `insert into reconciliation.city_file
       (file_name, direction, kind, city, sequence, business_date, record_count, amount_fen, sha256, content)
     values ($1, 'out', $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      name,
      file.kind,
      file.city,
      sequence,
      header.businessDate,
      header.count,
      file.totalFen,
      createHash('sha256').update(content).digest(),
      content,
    ],
  );
  return { name, sequence, businessDate: header.businessDate };
}

/** The rows of a CCIR file as bytes, and what they accept in total. */
export function encodeAnswers(rows: readonly CcirRow[]): { rows: Buffer[]; totalFen: bigint } {
  return { rows: rows.map(encodeCcirRow), totalFen: rows.reduce((sum, row) => sum + row.acceptedFen, 0n) };
}

/**
 * Signs every file for the city that is not signed yet, those of an earlier run that was cut short included. A file can
 * be fetched from the moment it is signed. @throws HsmUnavailable: try again later, nothing is lost
 */
export async function signFiles(deps: CityDeps, city: string): Promise<CityFileSummary[]> {
  const { rows } = await deps.db.query<{ file_name: string; content: Buffer }>(
    `select file_name, content from reconciliation.city_file
      where direction = 'out' and city = $1 and signature is null order by kind, sequence`,
    [city],
  );
  if (rows.length === 0) return [];
  const certificatePem = await signingCertificate(deps, city);
  const signed: CityFileSummary[] = [];
  for (const { file_name: name, content } of rows) {
    const signature = await signDetachedCms(deps.hsm, { keyName: CITY_FILES_KEY, certificatePem, content });
    const summary = await keepSignature(deps.db, name, signature);
    if (summary !== undefined) signed.push(summary);
  }
  return signed;
}

/** Undefined when another exchange signed the file first; then that signature stays. */
async function keepSignature(db: Database, name: string, signature: Buffer): Promise<CityFileSummary | undefined> {
  const { rows } = await db.query<{ kind: CityFileKind; record_count: number; amount_fen: bigint }>(
    `update reconciliation.city_file set signature = $2 where file_name = $1 and signature is null
     returning kind, record_count, amount_fen`,
    [name, signature],
  );
  const [row] = rows;
  return row && { name, kind: row.kind, records: row.record_count, amountFen: row.amount_fen };
}
