import {
  approveAct,
  type BusinessDate,
  businessDate,
  canonicalJson,
  cityDate,
  type Database,
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
  readonly kind: 'fees' | 'settlement' | 'holidays' | 'concessions';
  /** How people call it. */
  readonly act: string;
  /** What is wrong with a document of the right shape as things stand, with the place named; or undefined. */
  problem(tx: Transaction, validFrom: BusinessDate, document: D): Promise<string | undefined>;
  /** Puts the document's rows where the clearing day reads them. */
  apply(tx: Transaction, validFrom: BusinessDate, document: D, version: number): Promise<void>;
}

export interface TermsVersion<D> {
  readonly version: number;
  readonly validFrom: BusinessDate;
  readonly state: 'proposed' | 'approved' | 'withdrawn';
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
}

const toVersion = <D>(row: VersionRow): TermsVersion<D> => ({
  version: row.version,
  validFrom: businessDate(row.valid_from),
  state: row.approved_by !== null ? 'approved' : row.withdrawn_at !== null ? 'withdrawn' : 'proposed',
  proposedBy: row.proposed_by,
  ...(row.approved_by !== null && { approvedBy: row.approved_by }),
  document: JSON.parse(row.document) as D,
  documentSha256: row.document_sha256,
});

/**
 * Proposes a version; it counts from `validFrom` on when a second person has approved it. The shape of the document is the
 * caller's to check. The same proposal again is the same.
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
  const open = known.find((row) => row.approved_by === null && row.withdrawn_at === null);
  if (open !== undefined) {
    if (open.document === text && open.valid_from === validFrom)
      return { version: open.version, approvalId: open.approval_id };
    throw termsErrors.proposalOpen({ version: open.version });
  }
  const version = Math.max(0, ...known.map((row) => row.version)) + 1;
  const { approvalId } = await proposeAct(tx, maker, {
    act: kind.act,
    subject: `${kind.act} version ${version}`,
    content: contentOf(kind, version, validFrom, text),
  });
  await tx.query(
    `insert into clearing.terms_version (kind, version, valid_from, document, document_sha256, approval_id, proposed_by)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [kind.kind, version, validFrom, text, createHash('sha256').update(text).digest('hex'), approvalId, maker.id],
  );
  await recordAct(tx, maker, { act: `propose-${kind.act}`, subject: `version ${version}`, detail: { validFrom } });
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
  if (row.withdrawn_at !== null) throw termsErrors.decided({ version });
  const validFrom = businessDate(row.valid_from);
  await approveAct(tx, checker, row.approval_id, contentOf(kind, version, validFrom, row.document));
  if (row.approved_by !== null) return toVersion(row);
  const document = JSON.parse(row.document) as D;
  await refuseFaulty(tx, kind, validFrom, document);
  await tx.query(
    `update clearing.terms_version set approved_by = $3, approved_at = clock_timestamp() where kind = $1 and version = $2`,
    [kind.kind, version, checker.id],
  );
  await kind.apply(tx, validFrom, document, version);
  await recordAct(tx, checker, { act: `approve-${kind.act}`, subject: `version ${version}`, detail: { validFrom } });
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
  if (row.approved_by !== null) throw termsErrors.decided({ version });
  if (row.withdrawn_at !== null) return;
  await tx.query(
    `update clearing.terms_version set withdrawn_at = clock_timestamp() where kind = $1 and version = $2`,
    [kind.kind, version],
  );
  await recordAct(tx, actor, { act: `withdraw-${kind.act}`, subject: `version ${version}`, detail: {} });
}

/** Every version of a kind, the newest first. */
export async function termsVersions<D>(db: Database | Transaction, kind: TermsKind<D>): Promise<TermsVersion<D>[]> {
  return (await versionRows(db, kind)).map((row) => toVersion<D>(row));
}

async function refuseFaulty<D>(
  tx: Transaction,
  kind: TermsKind<D>,
  validFrom: BusinessDate,
  document: D,
): Promise<void> {
  // What the open day and the days before it are counted by stays what it is.
  const open = (await findOpenBusinessDate(tx)) ?? cityDate(new Date());
  if (validFrom < open) throw termsErrors.dayBegun({ validFrom, open });
  const problem = await kind.problem(tx, validFrom, document);
  if (problem !== undefined) throw termsErrors.refused({ problem });
}

const contentOf = (kind: { readonly kind: string }, version: number, validFrom: BusinessDate, document: string) => ({
  kind: kind.kind,
  version,
  validFrom,
  document,
});

async function lockKind(tx: Transaction, { kind }: { readonly kind: string }): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('terms ' || $1::text, 0))`, [kind]);
}

async function versionRows(db: Database | Transaction, { kind }: { readonly kind: string }): Promise<VersionRow[]> {
  const { rows } = await (db as Database).query<VersionRow>(
    `select version, valid_from, document, document_sha256, approval_id, proposed_by, approved_by, withdrawn_at
       from clearing.terms_version where kind = $1 order by version desc`,
    [kind],
  );
  return rows;
}

async function versionRow(tx: Transaction, kind: { readonly kind: string }, version: number): Promise<VersionRow> {
  const row = (await versionRows(tx, kind)).find((each) => each.version === version);
  if (row === undefined) throw termsErrors.versionUnknown({ version });
  return row;
}
