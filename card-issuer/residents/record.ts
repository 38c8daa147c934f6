import type { Database, Transaction } from '@citycard/common';
import { issuerErrors } from '../errors.ts';
import type { Protection } from '../protection/protection.ts';
import { decodeDocument, encodeDocument, type PersonalDocument } from './personal-document.ts';

export type ResidentState = 'living' | 'moved-out' | 'deceased' | 'merged';

/** A resident's row, opened. */
export interface ResidentRecord {
  readonly residentId: bigint;
  readonly document: PersonalDocument;
  readonly state: ResidentState;
  readonly mergedInto?: bigint;
  readonly photoVersion: number;
  readonly version: bigint;
}

interface Row {
  readonly resident_id: bigint;
  readonly sealed: Buffer;
  readonly state: ResidentState;
  readonly merged_into: bigint | null;
  readonly photo_version: number;
  readonly version: bigint;
}

const COLUMNS = 'resident_id, sealed, state, merged_into, photo_version, version';

/** What the personal document is sealed with: a row moved under another resident's number does not open. */
export const documentContext = (residentId: bigint): string => `resident ${residentId}`;

/** The records of these residents in the order asked for, unknown ones left out. */
export async function readRecords(
  db: Database | Transaction,
  protection: Protection,
  residentIds: readonly bigint[],
): Promise<ResidentRecord[]> {
  if (residentIds.length === 0) return [];
  const { rows } = await db.query<Row>(`select ${COLUMNS} from issuer.resident where resident_id = any($1::bigint[])`, [
    residentIds,
  ]);
  const opened = new Map((await openRows(protection, rows)).map((record) => [record.residentId, record]));
  return residentIds.flatMap((residentId) => opened.get(residentId) ?? []);
}

/** The residents a whole value leads to, in the order they were registered; `at` names where its index stands. */
export async function recordsByIndex(
  tx: Transaction,
  protection: Protection,
  at: 'resident_document' | 'resident_search',
  index: Buffer,
  limit: number,
): Promise<ResidentRecord[]> {
  const { rows } = await tx.query<Row>({
    name: `records-by-${at}`,
    text: `select ${COLUMNS} from issuer.resident
            where resident_id = any(array(
              select resident_id from issuer.${at} where index_value = $1 order by resident_id limit $2))
            order by resident_id`,
    values: [index, limit],
  });
  return openRows(protection, rows);
}

/** The record, locked until the transaction ends. @throws card-issuer.resident-unknown */
export async function lockRecord(tx: Transaction, protection: Protection, residentId: bigint): Promise<ResidentRecord> {
  const [record] = await lockRecords(tx, protection, [residentId]);
  if (record === undefined) throw issuerErrors.residentUnknown();
  return record;
}

/** The records, locked until the transaction ends, always in the same order; unknown ones are left out. */
export async function lockRecords(
  tx: Transaction,
  protection: Protection,
  residentIds: readonly bigint[],
): Promise<ResidentRecord[]> {
  const { rows } = await tx.query<Row>(
    `select ${COLUMNS} from issuer.resident where resident_id = any($1::bigint[]) order by resident_id for update`,
    [residentIds],
  );
  return openRows(protection, rows);
}

/** Writes the document of a locked record back, with the plain columns that follow from it. */
export async function writeDocument(
  tx: Transaction,
  protection: Protection,
  residentId: bigint,
  document: PersonalDocument,
): Promise<void> {
  const { population, district, permitValidTo } = plainColumns(document);
  await tx.query(
    `update issuer.resident
        set sealed = $2, population = $3, district = $4, permit_valid_to = $5, version = version + 1
      where resident_id = $1`,
    [
      residentId,
      await protection.seal(documentContext(residentId), encodeDocument(document)),
      population,
      district,
      permitValidTo,
    ],
  );
}

/** What statistics may see: kind of population, six-digit area of stay, end of the permit. */
export function plainColumns(document: PersonalDocument): {
  population: string;
  district: string | null;
  permitValidTo: string | null;
} {
  const area = document['stay-area'] ?? document['household-area'];
  return {
    population: document.population?.value ?? 'permanent',
    district: area?.value.slice(0, 6) ?? document['id-number']?.value.slice(0, 6) ?? null,
    permitValidTo: document['permit-valid-to']?.value ?? null,
  };
}

/** Every record that was merged into this one, directly or through others. */
export async function mergedInto(db: Database | Transaction, residentId: bigint): Promise<bigint[]> {
  const { rows } = await db.query<{ resident_id: bigint }>(
    `with recursive chain as (
       select resident_id from issuer.resident where merged_into = $1
       union select r.resident_id from issuer.resident r join chain c on r.merged_into = c.resident_id)
     select resident_id from chain`,
    [residentId],
  );
  return rows.map((row) => row.resident_id);
}

async function openRows(protection: Protection, rows: readonly Row[]): Promise<ResidentRecord[]> {
  const clear = await protection.openAll(
    rows.map(({ resident_id: id, sealed }) => ({ context: documentContext(id), sealed })),
  );
  return rows.map((row, at) => ({
    residentId: row.resident_id,
    document: decodeDocument(clear[at] ?? Buffer.alloc(0)),
    state: row.state,
    ...(row.merged_into === null ? {} : { mergedInto: row.merged_into }),
    photoVersion: row.photo_version,
    version: row.version,
  }));
}
