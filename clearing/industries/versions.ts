import {
  approveAct,
  type BusinessDate,
  businessDate,
  canonicalJson,
  cityDate,
  type Database,
  fen,
  type Principal,
  proposeAct,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { createHash } from 'node:crypto';
import { openAccount } from '../ledger/accounts.ts';
import { findOpenBusinessDate } from '../ledger/business-day.ts';
import { addTariff } from '../pricing/tariff-table.ts';
import { codeOfIndustry } from './code.ts';
import type { IndustryDocument } from './document.ts';
import { documentFault, tariffOf } from './document-faults.ts';
import { industryErrors } from './errors.ts';
import { fundAccountKind, fundPool } from './fund-accounts.ts';

const ACT = 'industry-version';

export interface IndustryVersion {
  readonly code: string;
  readonly version: number;
  readonly validFrom: BusinessDate;
  readonly state: 'proposed' | 'approved' | 'withdrawn';
  readonly proposedBy: string;
  readonly approvedBy?: string;
  readonly document: IndustryDocument;
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

const COLUMNS = `version, valid_from, document, document_sha256, approval_id, proposed_by, approved_by, withdrawn_at`;

const toVersion = (industry: number, row: VersionRow): IndustryVersion => ({
  code: codeOfIndustry(industry),
  version: row.version,
  validFrom: businessDate(row.valid_from),
  state: row.approved_by !== null ? 'approved' : row.withdrawn_at !== null ? 'withdrawn' : 'proposed',
  proposedBy: row.proposed_by,
  ...(row.approved_by !== null && { approvedBy: row.approved_by }),
  document: JSON.parse(row.document) as IndustryDocument,
  documentSha256: row.document_sha256,
});

/**
 * Proposes a version of an industry, the first or the next; it counts from `validFrom` on when a second person has
 * approved it. The shape of the document is the caller's to check ({@link IndustryDocument}). The same proposal again is
 * the same.
 *
 * @throws CityCardError `clearing.industries.document-refused`, `.pattern-fixed`, `.day-begun`, `.proposal-open`
 */
export async function proposeIndustry(
  tx: Transaction,
  maker: Principal,
  industry: number,
  validFrom: BusinessDate,
  document: IndustryDocument,
): Promise<{ version: number; approvalId: bigint }> {
  const code = codeOfIndustry(industry);
  await lockIndustry(tx, industry);
  const problem = documentFault(industry, document, validFrom);
  if (problem !== undefined) throw industryErrors.documentRefused({ industry: code, problem });
  const text = canonicalJson(document);
  const known = await versionRows(tx, industry);
  const pattern = patternOf(known);
  if (pattern !== undefined && pattern !== document.pattern)
    throw industryErrors.patternFixed({ industry: code, pattern });
  const open = known.find((row) => row.approved_by === null && row.withdrawn_at === null);
  if (open !== undefined) {
    if (open.document === text && open.valid_from === validFrom)
      return { version: open.version, approvalId: open.approval_id };
    throw industryErrors.proposalOpen({ industry: code, version: open.version });
  }
  await refuseBegunDay(tx, industry, validFrom);
  const version = Math.max(0, ...known.map((row) => row.version)) + 1;
  const { approvalId } = await proposeAct(tx, maker, {
    act: ACT,
    subject: `industry ${code} version ${version}`,
    content: contentOf(industry, version, validFrom, text),
  });
  await tx.query(
    `insert into clearing.industry_version (industry, version, valid_from, document, document_sha256, approval_id, proposed_by)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [industry, version, validFrom, text, createHash('sha256').update(text).digest('hex'), approvalId, maker.id],
  );
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject: `industry ${code}`, detail: { version, validFrom } });
  return { version, approvalId };
}

/**
 * The second person puts a proposed version in force from its day on; its fee becomes the industry's row of the tariff
 * table, and a fund gets its accounts, in the same transaction. Approving again changes nothing.
 *
 * @throws CityCardError `identity.same-person`, `clearing.industries.version-unknown`, `.decided`, `.day-begun`,
 * `clearing-day.tariff-refused`
 */
export async function approveIndustry(
  tx: Transaction,
  checker: Principal,
  industry: number,
  version: number,
): Promise<IndustryVersion> {
  const code = codeOfIndustry(industry);
  await lockIndustry(tx, industry);
  const row = await versionRow(tx, industry, version);
  if (row.withdrawn_at !== null) throw industryErrors.decided({ industry: code, version });
  const validFrom = businessDate(row.valid_from);
  await approveAct(tx, checker, row.approval_id, contentOf(industry, version, validFrom, row.document));
  if (row.approved_by !== null) return toVersion(industry, row);
  await refuseBegunDay(tx, industry, validFrom);
  await tx.query(
    `update clearing.industry_version set approved_by = $3, approved_at = clock_timestamp() where industry = $1 and version = $2`,
    [industry, version, checker.id],
  );
  const document = JSON.parse(row.document) as IndustryDocument;
  const tariff = tariffOf(industry, document, validFrom);
  if (tariff !== undefined) await addTariff(tx, tariff);
  if (document.pattern === 'fund') {
    await tx.query(
      `insert into clearing.account_kind (kind, normal_side, card_keyed) values ($1, 'credit', true) on conflict do nothing`,
      [fundAccountKind(industry)],
    );
    // A fund never gives out more than it has put in for people.
    await openAccount(tx, fundPool(industry), { floor: fen(0) });
  }
  await recordAct(tx, checker, { act: `approve-${ACT}`, subject: `industry ${code}`, detail: { version, validFrom } });
  return toVersion(industry, { ...row, approved_by: checker.id });
}

/** Takes a proposal back, so that another can be made. @throws CityCardError `.version-unknown`, `.decided` */
export async function withdrawIndustry(
  tx: Transaction,
  actor: Principal,
  industry: number,
  version: number,
): Promise<void> {
  await lockIndustry(tx, industry);
  const row = await versionRow(tx, industry, version);
  if (row.approved_by !== null) throw industryErrors.decided({ industry: codeOfIndustry(industry), version });
  if (row.withdrawn_at !== null) return;
  await tx.query(
    `update clearing.industry_version set withdrawn_at = clock_timestamp() where industry = $1 and version = $2`,
    [industry, version],
  );
  await recordAct(tx, actor, {
    act: `withdraw-${ACT}`,
    subject: `industry ${codeOfIndustry(industry)}`,
    detail: { version },
  });
}

/** Every version of an industry, the newest first. */
export async function industryVersions(db: Database | Transaction, industry: number): Promise<IndustryVersion[]> {
  return (await versionRows(db, industry)).map((row) => toVersion(industry, row));
}

/** One version. @throws CityCardError `clearing.industries.version-unknown` */
export async function industryVersion(
  db: Database | Transaction,
  industry: number,
  version: number,
): Promise<IndustryVersion> {
  return toVersion(industry, await versionRow(db, industry, version));
}

const contentOf = (industry: number, version: number, validFrom: BusinessDate, document: string) => ({
  industry,
  version,
  validFrom,
  document,
});

/** An industry keeps its pattern for life: its records are read by it years later. */
function patternOf(known: readonly VersionRow[]): string | undefined {
  const approved = known.find((row) => row.approved_by !== null);
  return approved && (JSON.parse(approved.document) as IndustryDocument).pattern;
}

async function lockIndustry(tx: Transaction, industry: number): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('industry ' || $1::text, 0))`, [industry]);
}

/** The day before the open one may be settled, and what people paid on it stays what they paid. */
async function refuseBegunDay(tx: Transaction, industry: number, validFrom: BusinessDate): Promise<void> {
  const open = (await findOpenBusinessDate(tx)) ?? cityDate(new Date());
  if (validFrom < open) throw industryErrors.dayBegun({ industry: codeOfIndustry(industry), validFrom, open });
}

async function versionRows(db: Database | Transaction, industry: number): Promise<VersionRow[]> {
  const { rows } = await (db as Database).query<VersionRow>(
    `select ${COLUMNS} from clearing.industry_version where industry = $1 order by version desc`,
    [industry],
  );
  return rows;
}

async function versionRow(db: Database | Transaction, industry: number, version: number): Promise<VersionRow> {
  const row = (await versionRows(db, industry)).find((each) => each.version === version);
  if (row === undefined) throw industryErrors.versionUnknown({ industry: codeOfIndustry(industry), version });
  return row;
}
