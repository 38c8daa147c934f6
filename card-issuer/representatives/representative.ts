import {
  addDays,
  type BusinessDate,
  businessDate,
  cityDate,
  type Principal,
  recordAct,
  transact,
  type Transaction,
} from '@citycard/common';
import { issuerErrors } from '../errors.ts';
import {
  type DocumentKindName,
  maskName,
  maskNumber,
  readDocumentNumber,
  type ResidentDeps,
} from '../residents/index.ts';
import { readRecords } from '../residents/record.ts';
import { documentKey, indexKeys } from '../residents/search-keys.ts';
import { representativeErrors } from './errors.ts';

/** What a representative can be allowed to do. */
export const representedActs = ['loss-report', 'found', 'pick-up', 'return'] as const;
export type RepresentedAct = (typeof representedActs)[number];

/** Papers that make a guardian or a proxy. */
export const PAPERS = {
  guardian: ['household-book', 'birth-certificate', 'court-order'],
  proxy: ['letter-of-authority', 'notarised-authority'],
} as const;
export type Paper = (typeof PAPERS)[keyof typeof PAPERS][number];

export interface NewRepresentative {
  readonly kind: keyof typeof PAPERS;
  readonly name: string;
  readonly document: { readonly kind: DocumentKindName; readonly number: string };
  readonly scope: readonly RepresentedAct[];
  readonly validTo: BusinessDate;
  readonly paper: Paper;
  /** Number or date of the paper, as it is filed. */
  readonly paperReference: string;
}

/** A representative as a counter sees one. */
export interface RepresentativeView {
  readonly representativeId: bigint;
  readonly kind: string;
  readonly name: string;
  readonly document: string;
  readonly scope: readonly string[];
  readonly validTo: BusinessDate;
  readonly paper: string;
  readonly ended: boolean;
}

/** A letter of authority is forgotten in a drawer after that; whoever still needs it writes a new one. */
const PROXY_DAYS = 366;
const OF_AGE = 18;

const contextOf = (residentId: bigint, personIndex: Buffer): string =>
  `representative of resident ${residentId} ${personIndex.toString('hex')}`;

/**
 * Enters who may act for a holder: what, until when, and by which paper. A guardian by household book or birth certificate ends
 * when the holder comes of age; a proxy lasts a year at most.
 *
 * @throws card-issuer.resident-unknown, card-issuer.representatives.*
 */
export async function enterRepresentative(
  deps: ResidentDeps,
  clerk: Principal,
  residentId: bigint,
  entry: NewRepresentative,
): Promise<{ representativeId: bigint }> {
  const { db, protection } = deps;
  const today = cityDate(new Date());
  if (!(PAPERS[entry.kind] as readonly string[]).includes(entry.paper)) {
    throw representativeErrors.paperDoesNotFit({ kind: entry.kind, paper: entry.paper });
  }
  const personIndex = await personIndexOf(deps, entry.document);
  const [holder] = await readRecords(db, protection, [residentId]);
  if (holder === undefined) throw issuerErrors.residentUnknown();
  const own = await db.query('select from issuer.resident_document where index_value = $1 and resident_id = $2', [
    personIndex,
    residentId,
  ]);
  if (own.rowCount !== 0) throw representativeErrors.ownRepresentative();
  if (entry.validTo < today) throw representativeErrors.inThePast();
  const last = lastDay(entry, holder.document['birth-date']?.value, today);
  if (last !== undefined && entry.validTo > last) throw representativeErrors.tooLong({ last });
  const { name, document, paperReference } = entry;
  const sealed = await protection.seal(
    contextOf(residentId, personIndex),
    Buffer.from(JSON.stringify({ name, document, paperReference })),
  );
  return transact(db, async (tx) => {
    const { rows } = await tx.query<{ representative_id: bigint }>(
      `insert into issuer.representative (resident_id, kind, scope, valid_from, valid_to, person_index, sealed, document_kind, entered_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning representative_id`,
      [
        residentId,
        entry.kind,
        [...new Set(entry.scope)],
        today,
        entry.validTo,
        personIndex,
        sealed,
        entry.paper,
        clerk.id,
      ],
    );
    const representativeId = rows[0]?.representative_id ?? 0n;
    await recordAct(tx, clerk, {
      act: 'enter-representative',
      subject: `resident ${residentId}`,
      detail: { representativeId, kind: entry.kind, scope: entry.scope, validTo: entry.validTo, paper: entry.paper },
    });
    return { representativeId };
  });
}

function lastDay(
  entry: NewRepresentative,
  birthDate: string | undefined,
  today: BusinessDate,
): BusinessDate | undefined {
  if (entry.kind === 'proxy') return addDays(today, PROXY_DAYS);
  if (entry.paper === 'court-order') return undefined;
  const ofAge = birthDate === undefined ? undefined : birthday(birthDate, OF_AGE);
  if (ofAge === undefined || ofAge <= today) throw representativeErrors.notAMinor();
  return addDays(ofAge, -1);
}

/** Who was born on 29 February comes of age on 1 March. */
function birthday(born: string, years: number): BusinessDate {
  const [year = '', month = '', day = ''] = born.split('-');
  const wanted = `${Number(year) + years}-${month}-${day}`;
  return month === '02' && day === '29' && (Number(year) + years) % 4 !== 0
    ? businessDate(`${Number(year) + years}-03-01`)
    : businessDate(wanted);
}

/** Those who may or might act for a resident, masked, the newest first. */
export async function representativesOf(deps: ResidentDeps, residentId: bigint): Promise<RepresentativeView[]> {
  const { rows } = await deps.db.query<{
    representative_id: bigint;
    kind: string;
    scope: string[];
    valid_to: BusinessDate;
    person_index: Buffer;
    sealed: Buffer;
    document_kind: string;
    ended_at: Date | null;
  }>(
    `select representative_id, kind, scope, valid_to, person_index, sealed, document_kind, ended_at from issuer.representative
      where resident_id = $1 order by representative_id desc limit 50`,
    [residentId],
  );
  const today = cityDate(new Date());
  const opened = await deps.protection.openAll(
    rows.map((row) => ({ context: contextOf(residentId, row.person_index), sealed: row.sealed })),
  );
  return rows.map((row, at) => {
    const person = JSON.parse(opened[at]?.toString() ?? '{}') as Pick<NewRepresentative, 'name' | 'document'>;
    return {
      representativeId: row.representative_id,
      kind: row.kind,
      scope: row.scope,
      validTo: row.valid_to,
      name: maskName(person.name),
      document: maskNumber(person.document.number),
      paper: row.document_kind,
      ended: row.ended_at !== null || row.valid_to < today,
    };
  });
}

/** Ends an authority at once: revoked, or the guardian changed. Ending it again changes nothing. */
export async function endRepresentative(tx: Transaction, clerk: Principal, representativeId: bigint): Promise<void> {
  const { rows } = await tx.query<{ resident_id: bigint; ended_at: Date | null }>(
    'select resident_id, ended_at from issuer.representative where representative_id = $1 for update',
    [representativeId],
  );
  const [row] = rows;
  if (row === undefined) throw representativeErrors.unknown();
  if (row.ended_at !== null) return;
  await tx.query(
    'update issuer.representative set ended_by = $2, ended_at = clock_timestamp() where representative_id = $1',
    [representativeId, clerk.id],
  );
  const subject = `resident ${row.resident_id}`;
  await recordAct(tx, clerk, { act: 'end-representative', subject, detail: { representativeId } });
}

/** The blind index of the document the person shows; the number itself goes no further. */
export async function personIndexOf(
  { protection }: Pick<ResidentDeps, 'protection'>,
  document: NewRepresentative['document'],
): Promise<Buffer> {
  const read = readDocumentNumber(document.kind, document.number);
  if (!read.ok) throw representativeErrors.documentImpossible({ reason: read.reason });
  const [key] = await indexKeys(protection, [documentKey(document.kind, read.number)]);
  if (key === undefined) throw new Error('one key has one index');
  return key.index;
}

/**
 * Makes sure, in the transaction of the act, that the person with this document may do it for the holder of the card, and notes that
 * it was done by that person.
 *
 * @throws card-issuer.card-unknown, card-issuer.representatives.card-has-no-holder, not-authorised
 */
export async function requireRepresentative(
  tx: Transaction,
  clerk: Principal,
  asked: { readonly cardNo: string; readonly personIndex: Buffer; readonly act: RepresentedAct },
): Promise<{ representativeId: bigint; residentId: bigint }> {
  const card = await tx.query<{ resident_id: bigint | null }>(
    'select resident_id from issuer.card where card_no = $1',
    [asked.cardNo],
  );
  const holder = card.rows[0];
  if (holder === undefined) throw issuerErrors.cardUnknown();
  if (holder.resident_id === null) throw representativeErrors.cardHasNoHolder();
  const { rows } = await tx.query<{ representative_id: bigint }>(
    `select representative_id from issuer.representative
      where resident_id = $1 and person_index = $2 and $3 = any(scope) and ended_at is null and valid_from <= $4 and valid_to >= $4
      order by representative_id desc limit 1 for share`,
    [holder.resident_id, asked.personIndex, asked.act, cityDate(new Date())],
  );
  const representativeId = rows[0]?.representative_id;
  if (representativeId === undefined) throw representativeErrors.notAuthorised({ act: asked.act });
  await tx.query('insert into issuer.representative_act (representative_id, act, clerk) values ($1, $2, $3)', [
    representativeId,
    asked.act,
    clerk.id,
  ]);
  await recordAct(tx, clerk, {
    act: 'act-by-representative',
    subject: `card ${asked.cardNo}`,
    detail: { representativeId, act: asked.act },
  });
  return { representativeId, residentId: holder.resident_id };
}
