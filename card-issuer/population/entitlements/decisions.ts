import {
  approveAct,
  type Database,
  type Principal,
  proposeAct,
  recordAct,
  transact,
  type Transaction,
} from '@citycard/common';
import { isItemName, producers } from '../../residents/items.ts';
import { findDepartment } from '../departments.ts';
import { populationErrors } from '../errors.ts';
import { holdsIdentityNumber } from '../free-text.ts';

/** What is agreed with a department whatever it asks for. */
export interface DepartmentTerms {
  readonly name: string;
  /** CN of the certificate it signs files with. */
  readonly certificateCn: string;
  readonly queriesPerMinute: number;
  readonly oldestPeriodDays: number;
  readonly statistics: boolean;
}

/** All the items a department may read for a purpose; `exchange` stands for the delta files. */
export interface Entitlement {
  readonly purpose: string;
  readonly items: readonly string[];
}

/** What two people decide of a department, under a document that names this one occasion. */
export type Decision = (
  | { readonly kind: 'terms'; readonly terms: DepartmentTerms }
  | { readonly kind: 'entitle'; readonly entitlement: Entitlement }
) & { readonly department: string; readonly reference: string };

const ACT = 'population.department';

/**
 * The first of two people. The same decision under the same document is the same proposal.
 *
 * @throws card-issuer.population.entitlement-refused, .department-unknown for an entitlement of a department without terms
 */
export async function proposeDecision(
  db: Database,
  maker: Principal,
  decision: Decision,
): Promise<{ approvalId: bigint }> {
  await requireSensible(db, decision);
  return transact(db, (tx) => proposeAct(tx, maker, { act: ACT, subject: subjectOf(decision), content: decision }));
}

/**
 * The second person: it is so from now on. The list of items replaces the one that stood for the purpose. Approving
 * again changes nothing, also after something newer was decided.
 *
 * @throws identity.approval-unknown, .content-differs, .same-person, card-issuer.population.entitlement-refused
 */
export async function approveDecision(
  db: Database,
  checker: Principal,
  approvalId: bigint,
  decision: Decision,
): Promise<void> {
  await requireSensible(db, decision);
  await transact(db, async (tx) => {
    const people = await approveAct(tx, checker, approvalId, decision);
    const { rowCount } = await tx.query('select from issuer.department_decision where approval_id = $1', [approvalId]);
    if (rowCount !== 0) return;
    if (decision.kind === 'terms') await writeTerms(tx, decision.department, decision.terms);
    else await writeEntitlement(tx, decision.department, decision.entitlement);
    await writeDown(tx, { ...decision, approvalId, decidedBy: people.maker, approvedBy: people.checker });
    await recordAct(tx, checker, {
      act: `${ACT}-${decision.kind}`,
      subject: decision.department,
      detail: { approvalId, reference: decision.reference },
    });
  });
}

/**
 * One person takes an entitlement away, at once: less is always safe. Taking away what is not there changes nothing.
 *
 * @throws card-issuer.population.department-unknown, .entitlement-refused
 */
export async function revokeEntitlement(
  db: Database,
  actor: Principal,
  department: string,
  revoked: { readonly purpose: string; readonly items?: readonly string[]; readonly reference: string },
): Promise<{ revoked: number }> {
  requireReference(revoked.reference);
  return transact(db, async (tx) => {
    await findDepartment(tx, department, { lock: true });
    const { rows } = await tx.query<{ item: string }>(
      `delete from issuer.department_entitlement
        where department = $1 and purpose = $2 and ($3::text[] is null or item = any($3)) returning item`,
      [department, revoked.purpose, revoked.items ?? null],
    );
    if (rows.length === 0) return { revoked: 0 };
    const entitlement = { purpose: revoked.purpose, items: rows.map(({ item }) => item).sort() };
    const { reference } = revoked;
    await writeDown(tx, { kind: 'revoke', department, entitlement, reference, decidedBy: actor.id });
    const detail = { purpose: revoked.purpose, items: rows.length, reference };
    await recordAct(tx, actor, { act: `${ACT}-revoke`, subject: department, detail });
    return { revoked: rows.length };
  });
}

async function requireSensible(db: Database, decision: Decision): Promise<void> {
  const refuse = (reason: string): Error => populationErrors.entitlementRefused({ reason });
  requireReference(decision.reference);
  const own = decision.department === 'card-issuer';
  if (own || !producers.some((producer) => producer === decision.department))
    throw refuse(`departments are ${producers.filter((each) => each !== 'card-issuer').join(', ')}`);
  if (decision.kind === 'terms') {
    const { rowCount } = await db.query(
      'select from issuer.department where certificate_cn = $1 and department <> $2',
      [decision.terms.certificateCn, decision.department],
    );
    if (rowCount !== 0) throw refuse('another department signs with a certificate of this name');
    return;
  }
  await findDepartment(db, decision.department);
  const unknown = decision.entitlement.items.filter((item) => !isItemName(item));
  if (unknown.length > 0) throw refuse(`the dictionary has no ${unknown.join(', ')}`);
}

/** A document number is kept in clear. */
function requireReference(reference: string): void {
  if (holdsIdentityNumber(reference))
    throw populationErrors.entitlementRefused({ reason: 'the document number holds an identity number' });
}

async function writeTerms(tx: Transaction, department: string, terms: DepartmentTerms): Promise<void> {
  await tx.query(
    `insert into issuer.department (department, name, certificate_cn, queries_per_minute, oldest_period_days, statistics)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (department) do update set name = $2, certificate_cn = $3, queries_per_minute = $4,
       oldest_period_days = $5, statistics = $6`,
    [department, terms.name, terms.certificateCn, terms.queriesPerMinute, terms.oldestPeriodDays, terms.statistics],
  );
}

async function writeEntitlement(tx: Transaction, department: string, { purpose, items }: Entitlement): Promise<void> {
  await findDepartment(tx, department, { lock: true });
  await tx.query(
    `with gone as (
       delete from issuer.department_entitlement where department = $1 and purpose = $2 and item <> all($3::text[]))
     insert into issuer.department_entitlement (department, purpose, item)
     select $1, $2, item from unnest($3::text[]) as item on conflict do nothing`,
    [department, purpose, items],
  );
}

async function writeDown(
  tx: Transaction,
  line: {
    readonly kind: 'terms' | 'entitle' | 'revoke';
    readonly department: string;
    readonly reference: string;
    readonly terms?: DepartmentTerms;
    readonly entitlement?: Entitlement;
    readonly approvalId?: bigint;
    readonly decidedBy: string;
    readonly approvedBy?: string;
  },
): Promise<void> {
  await tx.query(
    `insert into issuer.department_decision (approval_id, department, kind, content, reference, decided_by, approved_by)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      line.approvalId ?? null,
      line.department,
      line.kind,
      JSON.stringify(line.terms ?? line.entitlement),
      line.reference,
      line.decidedBy,
      line.approvedBy ?? null,
    ],
  );
}

function subjectOf(decision: Decision): string {
  const what = decision.kind === 'terms' ? 'terms' : decision.entitlement.purpose;
  return `${decision.department} ${what} under ${decision.reference}`;
}
