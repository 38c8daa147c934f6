import type { Database } from '@citycard/common';

/** A department with what it may have, as it stands. */
export interface ListedDepartment {
  readonly department: string;
  readonly name: string;
  readonly certificateCn: string;
  readonly queriesPerMinute: number;
  readonly oldestPeriodDays: number;
  readonly statistics: boolean;
  /** Items by purpose. */
  readonly entitlements: Readonly<Record<string, readonly string[]>>;
}

/** Every department data is shared with. */
export async function listDepartments(db: Database): Promise<ListedDepartment[]> {
  const { rows } = await db.query<ListedDepartment>(
    `select department, name, certificate_cn as "certificateCn", queries_per_minute as "queriesPerMinute",
            oldest_period_days as "oldestPeriodDays", statistics,
            coalesce((select jsonb_object_agg(purpose, items order by purpose)
               from (select purpose, jsonb_agg(item order by item) as items from issuer.department_entitlement e
                      where e.department = d.department group by purpose) as by_purpose), '{}') as entitlements
       from issuer.department d order by department`,
  );
  return rows;
}

/** How it came to be so: who decided what under which document, newest first. */
export interface ListedDecision {
  readonly decisionId: bigint;
  readonly approvalId: bigint | null;
  readonly kind: 'terms' | 'entitle' | 'revoke';
  readonly content: unknown;
  readonly reference: string;
  readonly decidedBy: string;
  readonly approvedBy: string | null;
  readonly decidedAt: Date;
}

const LISTED = 200;

export async function listDecisions(db: Database, department: string): Promise<ListedDecision[]> {
  const { rows } = await db.query<ListedDecision>(
    `select decision_id as "decisionId", approval_id as "approvalId", kind, content, reference, decided_by as "decidedBy",
            approved_by as "approvedBy", decided_at as "decidedAt"
       from issuer.department_decision where department = $1 order by decision_id desc limit ${LISTED}`,
    [department],
  );
  return rows;
}
