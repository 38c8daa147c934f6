import { contentSha256, type Database, type Principal, recordAct, type Transaction } from '@citycard/common';
import { residentErrors } from './errors.ts';
import { maskDigits } from './history.ts';
import type { ItemName } from './items.ts';
import { mergedInto } from './record.ts';

const SHORTEST_PURPOSE = 4;
const LONGEST_PURPOSE = 200;

/** A line to add to the log of disclosures. */
export interface NewDisclosure {
  readonly kind: 'search' | 'disclosure' | 'refused';
  readonly purpose: string;
  readonly items: readonly ItemName[];
  readonly residentIds: readonly bigint[];
  /** What was searched by, and its blind index: who searched for a number shows even when nobody was found. */
  readonly criterion?: { readonly kind: string; readonly index: Buffer };
}

/** A line of the log, as the resident may be told. */
export interface Disclosure {
  readonly disclosureNo: bigint;
  readonly at: Date;
  readonly reader: string;
  readonly kind: string;
  readonly purpose: string;
  readonly items: readonly string[];
}

/** The purpose as it is kept. @throws card-issuer.residents.purpose-missing */
export function readPurpose(purpose: string): string {
  const text = maskDigits(purpose.trim());
  const { length } = [...text];
  if (length < SHORTEST_PURPOSE || length > LONGEST_PURPOSE) throw residentErrors.purposeMissing();
  return text;
}

/**
 * Adds a line: who, what, why, when, about whom. Its hash goes into the act log, so a line changed or removed later
 * shows. Writers of the act log wait for each other, so this comes last in a transaction.
 */
export async function logDisclosure(tx: Transaction, reader: Principal, line: NewDisclosure): Promise<bigint> {
  const { rows } = await tx.query<{ disclosure_no: bigint; at: Date }>({
    name: 'disclosure-line',
    text: `with line as (
       insert into issuer.disclosure (reader, kind, purpose, items, criterion, criterion_index, residents)
       values ($1, $2, $3, $4, $5, $6, $7) returning disclosure_no, at),
     people as (
       insert into issuer.disclosure_resident (resident_id, disclosure_no)
       select id, disclosure_no from line, (select distinct id from unnest($8::bigint[]) as id) as ids)
     select disclosure_no, at from line`,
    values: [
      reader.id,
      line.kind,
      line.purpose,
      line.items,
      line.criterion?.kind ?? null,
      line.criterion?.index ?? null,
      line.residentIds.length,
      line.residentIds,
    ],
  });
  const row = rows[0];
  if (row === undefined) throw new Error('a disclosure just written cannot be found');
  const sha256 = lineSha256({
    disclosureNo: row.disclosure_no,
    at: row.at,
    reader: reader.id,
    kind: line.kind,
    purpose: line.purpose,
    items: line.items,
    criterion: line.criterion?.index ?? null,
    residents: line.residentIds,
  });
  const { residentIds } = line;
  const only = residentIds.length === 1 ? `resident ${residentIds[0]}` : `${residentIds.length} residents`;
  await recordAct(tx, reader, {
    act: line.kind === 'refused' ? 'refuse-lookup' : `personal-data-${line.kind}`,
    subject: only,
    detail: { disclosureNo: row.disclosure_no, sha256 },
  });
  return row.disclosure_no;
}

/** What the act log holds of a line; {@link verifyDisclosures} computes it again from the tables. */
export function lineSha256(line: {
  readonly disclosureNo: bigint;
  readonly at: Date;
  readonly reader: string;
  readonly kind: string;
  readonly purpose: string;
  readonly items: readonly string[];
  readonly criterion: Buffer | null;
  readonly residents: readonly bigint[];
}): string {
  const residents = [...new Set(line.residents.map(String))].sort();
  return contentSha256({ ...line, criterion: line.criterion?.toString('hex'), residents }).toString('hex');
}

/** Who looked at this resident, or at a record merged into it, newest first: what a resident who asks is told. */
export async function disclosuresOf(
  db: Database | Transaction,
  residentId: bigint,
  limit = 100,
): Promise<Disclosure[]> {
  const { rows } = await db.query<Disclosure>(
    `select d.disclosure_no as "disclosureNo", d.at, d.reader, d.kind, d.purpose, d.items
       from (select distinct disclosure_no from issuer.disclosure_resident where resident_id = any($1::bigint[])) r
       join issuer.disclosure d using (disclosure_no)
      order by d.disclosure_no desc limit $2`,
    [[residentId, ...(await mergedInto(db, residentId))], limit],
  );
  return rows;
}

/** What one reader looked at, newest first. */
export async function disclosuresBy(db: Database, reader: string, limit = 100): Promise<Disclosure[]> {
  const { rows } = await db.query<Disclosure>(
    `select disclosure_no as "disclosureNo", at, reader, kind, purpose, items from issuer.disclosure
      where reader = $1 order by at desc limit $2`,
    [reader, limit],
  );
  return rows;
}

/** Who searched by this value, newest first, whether anybody was found or not. */
export async function searchesFor(db: Database, index: Buffer, limit = 100): Promise<Disclosure[]> {
  const { rows } = await db.query<Disclosure>(
    `select disclosure_no as "disclosureNo", at, reader, kind, purpose, items from issuer.disclosure
      where criterion_index = $1 order by at desc limit $2`,
    [index, limit],
  );
  return rows;
}
