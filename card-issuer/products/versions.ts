import { approveAct, type Database, type Principal, proposeAct, recordAct, type Transaction } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import { type CardPlan, planCard } from '../personalisation/card-script.ts';
import type { ProductDocument } from './document.ts';
import { productErrors } from './errors.ts';
import { faultsOf } from './faults.ts';
import { requireRootKeys } from './root-keys.ts';

/** A version of a card product. Approved ones never change. */
export interface ProductVersion {
  readonly product: string;
  readonly version: number;
  readonly document: ProductDocument;
  readonly proposedBy: string;
  readonly proposedAt: Date;
  readonly approvedBy?: string;
  readonly approvedAt?: Date;
}

interface VersionRow {
  readonly product: string;
  readonly version: number;
  readonly document: ProductDocument;
  readonly approval_id: bigint | null;
  readonly proposed_by: string;
  readonly proposed_at: Date;
  readonly approved_by: string | null;
  readonly approved_at: Date | null;
}

const versionColumns = 'product, version, document, approval_id, proposed_by, proposed_at, approved_by, approved_at';

/** What cards of all versions of a product have in common, because they are served and priced alike. */
const forLife = ['algorithm', 'mainType', 'subType'] as const;

/**
 * Proposes the next version of a product, or the first of a new one. One draft at a time.
 *
 * @throws card-issuer.products.document-faulty naming what is wrong, .draft-there, .another-product
 */
export async function proposeProduct(
  tx: Transaction,
  maker: Principal,
  product: string,
  document: ProductDocument,
): Promise<{ product: string; version: number }> {
  const faults = faultsOf(document);
  if (faults.length > 0) throw productErrors.documentFaulty({ faults: faults.join('; ') });
  // Two proposals of one product wait for each other here.
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`card product ${product}`]);
  const { rows } = await tx.query<VersionRow>(
    `select ${versionColumns} from issuer.product_version where product = $1 order by version desc limit 1`,
    [product],
  );
  const [last] = rows;
  if (last !== undefined && last.approved_by === null)
    throw productErrors.draftThere({ product, version: last.version });
  const differs = forLife.filter((term) => last !== undefined && last.document[term] !== document[term]);
  if (differs.length > 0) throw productErrors.anotherProduct({ what: differs.join(' and ') });

  const version = (last?.version ?? 0) + 1;
  const { approvalId } = await proposeAct(tx, maker, {
    act: 'approve-product',
    subject: subjectOf(product, version),
    content: document,
  });
  await tx.query(
    'insert into issuer.product_version (product, version, document, approval_id, proposed_by) values ($1, $2, $3, $4, $5)',
    [product, version, JSON.stringify(document), approvalId, maker.id],
  );
  await recordAct(tx, maker, { act: 'propose-product', subject: subjectOf(product, version) });
  return { product, version };
}

/**
 * Approves a proposed version as its second person; batches prepared from now on are of it. The HSM must hold every root
 * key the product names.
 *
 * @throws card-issuer.products.version-unknown, .version-approved, .root-keys-missing, .root-keys-for-other-use, identity.same-person
 */
export async function approveProduct(
  tx: Transaction,
  hsm: Pick<HsmClient, 'listKeys'>,
  checker: Principal,
  product: string,
  version: number,
): Promise<void> {
  const row = await lockVersion(tx, product, version);
  requireRootKeys(await hsm.listKeys(), row.document);
  await approveAct(tx, checker, row.approval_id ?? 0n, row.document);
  await tx.query(
    'update issuer.product_version set approved_by = $3, approved_at = now() where product = $1 and version = $2',
    [product, version, checker.id],
  );
  const { algorithm, mainType, subType, purseCapFen, validityYears, chipKind, depositFen, concessions } = row.document;
  await tx.query(
    `insert into issuer.card_product (product, version, algorithm, main_type, sub_type, purse_cap_fen, validity_years, chip_kind, deposit_fen, concessions)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (product) do update set version = excluded.version, purse_cap_fen = excluded.purse_cap_fen, chip_kind = excluded.chip_kind,
       validity_years = excluded.validity_years, deposit_fen = excluded.deposit_fen, concessions = excluded.concessions`,
    [product, version, algorithm, mainType, subType, purseCapFen, validityYears, chipKind, depositFen, concessions],
  );
  await recordAct(tx, checker, { act: 'approve-product', subject: subjectOf(product, version) });
}

/** Takes a draft back. @throws card-issuer.products.version-unknown, .version-approved */
export async function withdrawProduct(
  tx: Transaction,
  officer: Principal,
  product: string,
  version: number,
): Promise<void> {
  await lockVersion(tx, product, version);
  await tx.query('delete from issuer.product_version where product = $1 and version = $2', [product, version]);
  await recordAct(tx, officer, { act: 'withdraw-product', subject: subjectOf(product, version) });
}

/** The draft, held until the transaction ends. */
async function lockVersion(tx: Transaction, product: string, version: number): Promise<VersionRow> {
  const { rows } = await tx.query<VersionRow>(
    `select ${versionColumns} from issuer.product_version where product = $1 and version = $2 for update`,
    [product, version],
  );
  const [row] = rows;
  if (row === undefined) throw productErrors.versionUnknown();
  if (row.approved_by !== null) throw productErrors.versionApproved({ product, version });
  return row;
}

/** Every version of every product, or of one, newest first. */
export async function listProducts(db: Database, product?: string): Promise<ProductVersion[]> {
  const { rows } = await db.query<VersionRow>(
    `select ${versionColumns} from issuer.product_version where $1::text is null or product = $1 order by product, version desc`,
    [product ?? null],
  );
  return rows.map(versionOf);
}

/** @throws card-issuer.products.version-unknown */
export async function findProductVersion(
  db: Database | Transaction,
  product: string,
  version: number,
): Promise<ProductVersion> {
  const { rows } = await db.query<VersionRow>(
    `select ${versionColumns} from issuer.product_version where product = $1 and version = $2`,
    [product, version],
  );
  if (rows[0] === undefined) throw productErrors.versionUnknown();
  return versionOf(rows[0]);
}

/** Plans are worked out once per database and version: an approved version never changes. */
const plans = new WeakMap<Database, Map<string, Promise<CardPlan>>>();

/** The personalisation script of an approved version. @throws card-issuer.products.version-unknown */
export function planOf(db: Database, product: string, version: number): Promise<CardPlan> {
  const known = plans.get(db) ?? new Map<string, Promise<CardPlan>>();
  plans.set(db, known);
  const name = `${product} ${version}`;
  const planned =
    known.get(name) ?? findProductVersion(db, product, version).then(({ document }) => planCard(document));
  known.set(name, planned);
  // A database that was away for a moment is asked again.
  planned.catch(() => known.delete(name));
  return planned;
}

function versionOf(row: VersionRow): ProductVersion {
  return {
    product: row.product,
    version: row.version,
    document: row.document,
    proposedBy: row.proposed_by,
    proposedAt: row.proposed_at,
    ...(row.approved_by === null ? {} : { approvedBy: row.approved_by }),
    ...(row.approved_at === null ? {} : { approvedAt: row.approved_at }),
  };
}

const subjectOf = (product: string, version: number) => `product ${product} version ${version}`;
