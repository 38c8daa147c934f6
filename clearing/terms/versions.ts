import {
  approveAct,
  type BusinessDate,
  businessDate,
  canonicalJson,
  type CityCardError,
  cityDate,
  type Database,
  endWaiting,
  type Principal,
  proposeAct,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { createHash } from 'node:crypto';
import { findOpenBusinessDate } from '../ledger/business-day.ts';
import { termsErrors } from './errors.ts';

/** A kind of document that two people put in force by date. */
export interface TermsKind<D> {
  /** Where its versions are kept: the rows of a table whose column holds this key. */
  readonly shelf: Shelf;
  /** How the act log calls it. */
  readonly act: string;
  /** How people call it; the act when left out. */
  readonly title?: string;
  /** Sentences of its own; those of all kinds when left out. */
  readonly errors?: VersionErrors;
  /** What is wrong with a document of the right shape as things stand, with the place named; or undefined. */
  problem(tx: Transaction, validFrom: BusinessDate, document: D): Promise<string | undefined>;
  /** Puts the document's rows where the clearing day reads them. */
  apply(tx: Transaction, validFrom: BusinessDate, document: D, version: number): Promise<void>;
}

type Shelf =
  | {
      readonly table: 'terms_version';
      readonly column: 'kind';
      readonly key: 'fees' | 'settlement' | 'holidays' | 'concessions';
    }
  | { readonly table: 'industry_version'; readonly column: 'industry'; readonly key: number };

/** How a kind says what does not go. */
interface VersionErrors {
  refused(values: { readonly problem: string }): CityCardError;
  dayBegun(values: { readonly validFrom: BusinessDate; readonly open: BusinessDate }): CityCardError;
  proposalOpen(values: { readonly version: number }): CityCardError;
  decided(values: { readonly version: number }): CityCardError;
  versionUnknown(values: { readonly version: number }): CityCardError;
}

/** The shelf that kinds share: one set of versions for each. */
export const sharedShelf = (key: 'fees' | 'settlement' | 'holidays' | 'concessions'): Shelf => ({
  table: 'terms_version',
  column: 'kind',
  key,
});

/** A kind, whatever its documents are. */
type AnyKind = Pick<TermsKind<unknown>, 'shelf' | 'act' | 'title' | 'errors'>;
const errorsOf = (kind: AnyKind): VersionErrors => kind.errors ?? termsErrors;
const titleOf = ({ title, act }: AnyKind, version: number): string => `${title ?? act} version ${version}`;

export interface TermsVersion<D> {
  readonly version: number;
  readonly validFrom: BusinessDate;
  /** `returned`: a second person sent it back, or its maker took it back; another may be proposed in its place. */
  readonly state: 'proposed' | 'returned' | 'approved' | 'withdrawn';
  /** The proposal that waits for a second person. */
  readonly approvalId: bigint;
  /** Who returned it and why, when nobody has proposed the same again. */
  readonly returned?: { readonly by: string; readonly reason: string };
  readonly proposedBy: string;
  readonly approvedBy?: string;
  readonly document: D;
  readonly documentSha256: string;
}

interface VersionRow {
  version: number;
  valid_from: string;
  document: string;
  document_sha256: string;
  approval_id: bigint;
  proposed_by: string;
  approved_by: string | null;
  withdrawn_at: Date | null;
  returned_by: string | null;
  returned_because: string | null;
}

const isOpen = (row: VersionRow): boolean => row.approved_by === null && row.withdrawn_at === null;

function stateOf(row: VersionRow): TermsVersion<unknown>['state'] {
  if (row.approved_by !== null) return 'approved';
  if (row.withdrawn_at !== null) return 'withdrawn';
  return row.returned_by === null ? 'proposed' : 'returned';
}

/** The reason of a proposal that nobody returned, but that was withdrawn. */
const WITHDRAWN = 'withdrawn';

const toVersion = <D>(row: VersionRow): TermsVersion<D> => ({
  version: row.version,
  validFrom: businessDate(row.valid_from),
  state: stateOf(row),
  approvalId: row.approval_id,
  ...(row.returned_by !== null &&
    row.returned_because !== null &&
    row.returned_because !== WITHDRAWN && { returned: { by: row.returned_by, reason: row.returned_because } }),
  proposedBy: row.proposed_by,
  ...(row.approved_by !== null && { approvedBy: row.approved_by }),
  document: JSON.parse(row.document) as D,
  documentSha256: row.document_sha256,
});

/**
 * Proposes a version; it counts from `validFrom` on when a second person has approved it. The shape of the document is the
 * caller's to check. The same proposal again is the same, and waits anew when it was returned; another takes the place of one that
 * was returned.
 *
 * @throws CityCardError `clearing.terms.refused` with the place, `.day-begun`, `.proposal-open`
 */
export async function proposeTerms<D>(
  tx: Transaction,
  maker: Principal,
  kind: TermsKind<D>,
  validFrom: BusinessDate,
  document: D,
): Promise<{ version: number; approvalId: bigint }> {
  await lockKind(tx, kind);
  await refuseFaulty(tx, kind, validFrom, document);
  const text = canonicalJson(document);
  const known = await versionRows(tx, kind);
  const open = known.find(isOpen);
  const propose = (version: number) =>
    proposeAct(tx, maker, {
      act: kind.act,
      subject: titleOf(kind, version),
      content: contentOf(kind, version, validFrom, text),
    });
  if (open !== undefined) {
    const same = open.document === text && open.valid_from === validFrom;
    if (same && (open.returned_by === null || open.proposed_by === maker.id))
      return { version: open.version, ...(await propose(open.version)) };
    if (open.returned_by === null) throw errorsOf(kind).proposalOpen({ version: open.version });
    await withdrawTerms(tx, maker, kind, open.version);
  }
  const version = Math.max(0, ...known.map((row) => row.version)) + 1;
  const { approvalId } = await propose(version);
  await tx.query(
    `insert into clearing.${kind.shelf.table} (${kind.shelf.column}, version, valid_from, document, document_sha256, approval_id, proposed_by)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [kind.shelf.key, version, validFrom, text, createHash('sha256').update(text).digest('hex'), approvalId, maker.id],
  );
  await recordAct(tx, maker, { act: `propose-${kind.act}`, subject: titleOf(kind, version), detail: { validFrom } });
  return { version, approvalId };
}

/**
 * The second person puts a proposed version in force from its day on. It is checked against what is in force by then.
 * Approving again changes nothing.
 *
 * @throws CityCardError `identity.same-person`, `clearing.terms.version-unknown`, `.decided`, `.refused`, `.day-begun`
 */
export async function approveTerms<D>(
  tx: Transaction,
  checker: Principal,
  kind: TermsKind<D>,
  version: number,
): Promise<TermsVersion<D>> {
  await lockKind(tx, kind);
  const row = await versionRow(tx, kind, version);
  if (row.withdrawn_at !== null) throw errorsOf(kind).decided({ version });
  const validFrom = businessDate(row.valid_from);
  await approveAct(tx, checker, row.approval_id, contentOf(kind, version, validFrom, row.document));
  if (row.approved_by !== null) return toVersion(row);
  const document = JSON.parse(row.document) as D;
  await refuseFaulty(tx, kind, validFrom, document);
  await tx.query(
    `update clearing.${kind.shelf.table} set approved_by = $3, approved_at = clock_timestamp()
      where ${kind.shelf.column} = $1 and version = $2`,
    [kind.shelf.key, version, checker.id],
  );
  await kind.apply(tx, validFrom, document, version);
  await recordAct(tx, checker, { act: `approve-${kind.act}`, subject: titleOf(kind, version), detail: { validFrom } });
  return toVersion({ ...row, approved_by: checker.id });
}

/** Takes a proposal back, so that another can be made. @throws CityCardError `.version-unknown`, `.decided` */
export async function withdrawTerms<D>(
  tx: Transaction,
  actor: Principal,
  kind: TermsKind<D>,
  version: number,
): Promise<void> {
  await lockKind(tx, kind);
  const row = await versionRow(tx, kind, version);
  if (row.approved_by !== null) throw errorsOf(kind).decided({ version });
  if (row.withdrawn_at !== null) return;
  await tx.query(
    `update clearing.${kind.shelf.table} set withdrawn_at = clock_timestamp() where ${kind.shelf.column} = $1 and version = $2`,
    [kind.shelf.key, version],
  );
  await endWaiting(tx, actor, row.approval_id, WITHDRAWN);
  await recordAct(tx, actor, { act: `withdraw-${kind.act}`, subject: titleOf(kind, version), detail: {} });
}

/** Every version of a kind, the newest first. */
export async function termsVersions<D>(db: Database | Transaction, kind: TermsKind<D>): Promise<TermsVersion<D>[]> {
  return (await versionRows(db, kind)).map((row) => toVersion<D>(row));
}

/** One version of a kind. @throws CityCardError `.version-unknown` */
export async function termsVersion<D>(
  db: Database | Transaction,
  kind: TermsKind<D>,
  version: number,
): Promise<TermsVersion<D>> {
  return toVersion<D>(await versionRow(db, kind, version));
}

async function refuseFaulty<D>(
  tx: Transaction,
  kind: TermsKind<D>,
  validFrom: BusinessDate,
  document: D,
): Promise<void> {
  // What the open day and the days before it are counted by stays what it is.
  const open = (await findOpenBusinessDate(tx)) ?? cityDate(new Date());
  if (validFrom < open) throw errorsOf(kind).dayBegun({ validFrom, open });
  const problem = await kind.problem(tx, validFrom, document);
  if (problem !== undefined) throw errorsOf(kind).refused({ problem });
}

const contentOf = ({ shelf }: AnyKind, version: number, validFrom: BusinessDate, document: string) => ({
  [shelf.column]: shelf.key,
  version,
  validFrom,
  document,
});

async function lockKind(tx: Transaction, { shelf }: AnyKind): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('terms ' || $1::text, 0))`, [
    `${shelf.column} ${shelf.key}`,
  ]);
}

async function versionRows(db: Database | Transaction, { shelf }: AnyKind): Promise<VersionRow[]> {
  const { rows } = await (db as Database).query<VersionRow>(
    `select v.version, v.valid_from, v.document, v.document_sha256, v.approval_id, v.proposed_by, v.approved_by, v.withdrawn_at,
            p.name as returned_by, r.reason as returned_because
       from clearing.${shelf.table} v
       left join platform.approval_return r on r.approval_id = v.approval_id and r.reopened_at is null
       left join platform.principal p on p.id = r.returned_by
      where v.${shelf.column} = $1 order by v.version desc`,
    [shelf.key],
  );
  return rows;
}

async function versionRow(tx: Database | Transaction, kind: AnyKind, version: number): Promise<VersionRow> {
  const row = (await versionRows(tx, kind)).find((each) => each.version === version);
  if (row === undefined) throw errorsOf(kind).versionUnknown({ version });
  return row;
}
