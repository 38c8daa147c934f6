import { type BusinessDate, type Database, fen, type Principal, type Transaction } from '@citycard/common';
import { openAccount } from '../ledger/accounts.ts';
import { addTariff } from '../pricing/tariff-table.ts';
import {
  approveTerms,
  proposeTerms,
  type TermsKind,
  type TermsVersion,
  termsVersion,
  termsVersions,
  withdrawTerms,
} from '../terms/versions.ts';
import { codeOfIndustry } from './code.ts';
import type { IndustryDocument } from './document.ts';
import { documentFault, tariffOf } from './document-faults.ts';
import { industryErrors } from './errors.ts';
import { fundAccountKind, fundPool } from './fund-accounts.ts';

export interface IndustryVersion extends TermsVersion<IndustryDocument> {
  readonly code: string;
}

/**
 * The documents of one industry, a kind of its own that two people put in force by date. With a version its fee becomes the
 * industry's row of the tariff table, and a fund gets its accounts.
 */
function kindOf(industry: number): TermsKind<IndustryDocument> {
  const code = codeOfIndustry(industry);
  const kind: TermsKind<IndustryDocument> = {
    shelf: { table: 'industry_version', column: 'industry', key: industry },
    act: 'industry-version',
    title: `industry ${code}`,
    errors: {
      refused: ({ problem }) => industryErrors.documentRefused({ industry: code, problem }),
      dayBegun: (days) => industryErrors.dayBegun({ industry: code, ...days }),
      proposalOpen: ({ version }) => industryErrors.proposalOpen({ industry: code, version }),
      decided: ({ version }) => industryErrors.decided({ industry: code, version }),
      versionUnknown: ({ version }) => industryErrors.versionUnknown({ industry: code, version }),
    },
    problem: async (tx, validFrom, document) => {
      await refuseOtherPattern(tx, kind, code, document);
      return documentFault(industry, document, validFrom);
    },
    apply: (tx, validFrom, document) => putInForce(tx, industry, validFrom, document),
  };
  return kind;
}

/** An industry keeps its pattern for life: its records are read by it years later. */
async function refuseOtherPattern(
  tx: Transaction,
  kind: TermsKind<IndustryDocument>,
  code: string,
  document: IndustryDocument,
): Promise<void> {
  const approved = (await termsVersions(tx, kind)).find(({ state }) => state === 'approved');
  if (approved !== undefined && approved.document.pattern !== document.pattern) {
    throw industryErrors.patternFixed({ industry: code, pattern: approved.document.pattern });
  }
}

async function putInForce(
  tx: Transaction,
  industry: number,
  validFrom: BusinessDate,
  document: IndustryDocument,
): Promise<void> {
  const tariff = tariffOf(industry, document, validFrom);
  if (tariff !== undefined) await addTariff(tx, tariff);
  if (document.pattern !== 'fund') return;
  await tx.query(
    `insert into clearing.account_kind (kind, normal_side, card_keyed) values ($1, 'credit', true) on conflict do nothing`,
    [fundAccountKind(industry)],
  );
  // A fund never gives out more than it has put in for people.
  await openAccount(tx, fundPool(industry), { floor: fen(0) });
}

const withCode = (industry: number, version: TermsVersion<IndustryDocument>): IndustryVersion => ({
  code: codeOfIndustry(industry),
  ...version,
});

/**
 * Proposes a version of an industry, the first or the next; it counts from `validFrom` on when a second person has
 * approved it. The shape of the document is the caller's to check ({@link IndustryDocument}). The same proposal again is
 * the same.
 *
 * @throws CityCardError `clearing.industries.document-refused`, `.pattern-fixed`, `.day-begun`, `.proposal-open`
 */
export const proposeIndustry = (
  tx: Transaction,
  maker: Principal,
  industry: number,
  validFrom: BusinessDate,
  document: IndustryDocument,
): Promise<{ version: number; approvalId: bigint }> => proposeTerms(tx, maker, kindOf(industry), validFrom, document);

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
  return withCode(industry, await approveTerms(tx, checker, kindOf(industry), version));
}

/** Takes a proposal back, so that another can be made. @throws CityCardError `.version-unknown`, `.decided` */
export const withdrawIndustry = (tx: Transaction, actor: Principal, industry: number, version: number): Promise<void> =>
  withdrawTerms(tx, actor, kindOf(industry), version);

/** Every version of an industry, the newest first. */
export async function industryVersions(db: Database | Transaction, industry: number): Promise<IndustryVersion[]> {
  return (await termsVersions(db, kindOf(industry))).map((version) => withCode(industry, version));
}

/** One version. @throws CityCardError `clearing.industries.version-unknown` */
export async function industryVersion(
  db: Database | Transaction,
  industry: number,
  version: number,
): Promise<IndustryVersion> {
  return withCode(industry, await termsVersion(db, kindOf(industry), version));
}
