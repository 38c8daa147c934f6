import { createHash } from 'node:crypto';
import { CityCardError, type Database, type Principal, recordAct, transact, type Transaction } from '@citycard/common';
import { issuerErrors } from '../errors.ts';
import { registerResident, type ResidentDeps } from '../residents/index.ts';
import { documentKey, indexKeys, nameKey } from '../residents/search-keys.ts';
import { readSheet } from '../spreadsheet/read.ts';
import { groupErrors } from './errors.ts';
import { type BadRow, type MemberRow, readMembers } from './member-rows.ts';

export interface NewGroup {
  readonly kind: 'school' | 'employer';
  readonly name: string;
  readonly product: string;
  /** Principal of the organisation's contact person. */
  readonly contact?: string;
  /** Days in which a card that was handed out must be received. */
  readonly collectDays?: number;
}

export interface Group extends Required<Omit<NewGroup, 'contact'>> {
  readonly groupId: bigint;
  readonly contact?: string;
}

/** What became of one spreadsheet. */
export interface HandedIn {
  readonly rows: number;
  readonly good: number;
  readonly bad: readonly BadRow[];
}

/** Long enough for a school's holidays. */
const COLLECT_DAYS = 90;

/** Opens the application of a school or an employer. @throws card-issuer.product-unknown */
export async function openGroup(tx: Transaction, officer: Principal, group: NewGroup): Promise<{ groupId: bigint }> {
  const product = await tx.query('select from issuer.card_product where product = $1', [group.product]);
  if (product.rowCount === 0) throw issuerErrors.productUnknown(group.product);
  const { rows } = await tx.query<{ group_id: bigint }>(
    `insert into issuer.group_application (kind, name, product, contact, collect_days, opened_by)
     values ($1, $2, $3, $4, $5, $6) returning group_id`,
    [group.kind, group.name, group.product, group.contact ?? null, group.collectDays ?? COLLECT_DAYS, officer.id],
  );
  const groupId = rows[0]?.group_id ?? 0n;
  await recordAct(tx, officer, {
    act: 'open-group-application',
    subject: `group ${groupId}`,
    detail: { kind: group.kind },
  });
  return { groupId };
}

/** @throws card-issuer.groups.group-unknown */
export async function findGroup(
  db: Database | Transaction,
  groupId: bigint,
  options: { lock?: boolean } = {},
): Promise<Group> {
  const { rows } = await db.query<{
    group_id: bigint;
    kind: Group['kind'];
    name: string;
    product: string;
    contact: string | null;
    collect_days: number;
  }>(
    `select group_id, kind, name, product, contact, collect_days from issuer.group_application where group_id = $1
      ${options.lock === true ? 'for update' : ''}`,
    [groupId],
  );
  const [row] = rows;
  if (row === undefined) throw groupErrors.groupUnknown();
  return {
    groupId: row.group_id,
    kind: row.kind,
    name: row.name,
    product: row.product,
    collectDays: row.collect_days,
    ...(row.contact !== null && { contact: row.contact }),
  };
}

/**
 * Takes in a table of people: registers those who are not, joins all to the group, and names every row that goes back. People
 * are registered one by one, so that one row's fault is nobody else's; a file that broke off is handed in again.
 *
 * @throws card-issuer.groups.group-unknown, header-wrong, too-many-rows; card-issuer.spreadsheet.unreadable
 */
export async function handInMembers(
  deps: ResidentDeps,
  officer: Principal,
  groupId: bigint,
  content: Buffer,
): Promise<HandedIn> {
  const { db } = deps;
  const group = await findGroup(db, groupId);
  const sha256 = createHash('sha256').update(content).digest();
  const known = await findFile(db, groupId, sha256);
  if (known !== undefined) return known;
  const { good, bad } = readMembers(readSheet(content));
  await deps.protection.prepare();
  const joined: BadRow[] = [];
  for (const member of good) {
    const fault = await join(deps, officer, group, member);
    if (fault !== undefined) joined.push({ line: member.line, ...fault });
  }
  const allBad = [...bad, ...joined].toSorted((a, b) => a.line - b.line);
  return transact(db, async (tx) => {
    const rows = good.length + bad.length;
    await tx.query(
      `insert into issuer.group_file (group_id, file_sha256, row_count, good_count, bad_rows, handed_in_by)
       values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
      [groupId, sha256, rows, rows - allBad.length, JSON.stringify(allBad), officer.id],
    );
    await recordAct(tx, officer, {
      act: 'hand-in-group-members',
      subject: `group ${groupId}`,
      detail: { rows, good: rows - allBad.length, bad: allBad.length },
    });
    return { rows, good: rows - allBad.length, bad: allBad };
  });
}

async function findFile(db: Database, groupId: bigint, sha256: Buffer): Promise<HandedIn | undefined> {
  const { rows } = await db.query<{ row_count: number; good_count: number; bad_rows: BadRow[] }>(
    'select row_count, good_count, bad_rows from issuer.group_file where group_id = $1 and file_sha256 = $2',
    [groupId, sha256],
  );
  const [row] = rows;
  return row && { rows: row.row_count, good: row.good_count, bad: row.bad_rows };
}

/** The bad rows of all files of a group, file by file. */
export async function badRows(db: Database, groupId: bigint): Promise<BadRow[]> {
  await findGroup(db, groupId);
  const { rows } = await db.query<{ bad_rows: BadRow[] }>(
    'select bad_rows from issuer.group_file where group_id = $1 order by handed_in_at',
    [groupId],
  );
  return rows.flatMap((row) => row.bad_rows);
}

/** Registers the person unless registered, and joins the group; answers what is wrong with the row. */
async function join(
  deps: ResidentDeps,
  officer: Principal,
  group: Group,
  member: MemberRow,
): Promise<Omit<BadRow, 'line'> | undefined> {
  const registered = await registeredAs(deps, officer, member);
  if ('reason' in registered) return registered;
  const { residentId } = registered;
  const [photoIndex] = await deps.protection.blindIndexes([photoItem(group.groupId, member.photo)]);
  return transact(deps.db, async (tx) => {
    const { rows } = await tx.query<{ state: string; has_card: boolean }>(
      `select state, exists (select from issuer.card c where c.resident_id = r.resident_id and c.product = $2
                                and c.state in ('issued', 'active', 'lost-reported')) as has_card
         from issuer.resident r where resident_id = $1`,
      [residentId, group.product],
    );
    const [resident] = rows;
    if (resident?.state !== 'living')
      return { column: 'idNumber', reason: `the person is registered as ${resident?.state ?? 'unknown'}` };
    if (resident.has_card) return { column: 'idNumber', reason: 'the person has a card of this product already' };
    await tx.query(
      `insert into issuer.group_member (resident_id, group_id, line, photo_index) values ($1, $2, $3, $4) on conflict do nothing`,
      [residentId, group.groupId, member.line, photoIndex],
    );
    return undefined;
  });
}

export const photoItem = (groupId: bigint, name: string) => ({ kind: 'group-photo', value: `${groupId}\0${name}` });

async function registeredAs(
  deps: ResidentDeps,
  officer: Principal,
  member: MemberRow,
): Promise<{ residentId: bigint } | Omit<BadRow, 'line'>> {
  const known = await findRegistered(deps, member);
  if (known !== undefined) return known;
  try {
    const { residentId } = await registerResident(deps, officer, member.registration);
    return { residentId };
  } catch (error) {
    if (!(error instanceof CityCardError) || error.status >= 500) throw error;
    // Somebody registered the person a moment ago, or a second document of the row is another person's.
    const since = await findRegistered(deps, member);
    return since ?? { column: 'documentNo', reason: error.message };
  }
}

/** Who has the row's document already; a row of another name goes back, and does not learn whose document it is. */
async function findRegistered(
  deps: ResidentDeps,
  { documentKind, documentNo, registration }: MemberRow,
): Promise<{ residentId: bigint } | Omit<BadRow, 'line'> | undefined> {
  const keys = [documentKey(documentKind, documentNo), nameKey(registration.name)];
  const [document, name] = (await indexKeys(deps.protection, keys)).map(({ index }) => index);
  const { rows } = await deps.db.query<{ resident_id: bigint; same_name: boolean }>(
    `select d.resident_id, exists (select from issuer.resident_search s where s.resident_id = d.resident_id and s.index_value = $2) as same_name
       from issuer.resident_document d where d.index_value = $1`,
    [document, name],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  return row.same_name
    ? { residentId: row.resident_id }
    : { column: 'name', reason: 'the document is registered under another name; compare it with the document' };
}
