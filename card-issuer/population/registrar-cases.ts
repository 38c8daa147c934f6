import { type Database, type Principal, recordAct, transact, type Transaction } from '@citycard/common';
import { populationErrors } from './errors.ts';

export type CaseKind = 'identity-mismatch' | 'record-cancelled' | 'rows-refused';

/** Something a registrar has to look at. The subject names numbers of ours, no personal data. */
export interface NewCase {
  readonly kind: CaseKind;
  readonly residentId?: bigint;
  readonly subject: string;
}

export interface RegistrarCase extends NewCase {
  readonly caseId: bigint;
  readonly openedAt: Date;
}

/** Opens a case; one that is open for the same subject stays the one. */
export async function openCase(tx: Transaction, opened: NewCase): Promise<void> {
  await openCases(tx, [opened]);
}

/** The same for many. */
export async function openCases(tx: Transaction, opened: readonly NewCase[]): Promise<void> {
  if (opened.length === 0) return;
  await tx.query(
    `insert into issuer.registrar_case (kind, resident_id, subject)
     select * from unnest($1::text[], $2::bigint[], $3::text[])
     on conflict (kind, subject) where closed_at is null do nothing`,
    [
      opened.map(({ kind }) => kind),
      opened.map(({ residentId }) => residentId ?? null),
      opened.map(({ subject }) => subject),
    ],
  );
}

const CASES = 200;

/** Open cases, oldest first. */
export async function listCases(db: Database): Promise<RegistrarCase[]> {
  const { rows } = await db.query<RegistrarCase>(
    `select case_id as "caseId", kind, resident_id as "residentId", subject, opened_at as "openedAt"
       from issuer.registrar_case where closed_at is null order by case_id limit ${CASES}`,
  );
  return rows;
}

/** @throws card-issuer.population.case-unknown */
export async function closeCase(db: Database, registrar: Principal, caseId: bigint, outcome: string): Promise<void> {
  await transact(db, async (tx) => {
    const { rowCount } = await tx.query(
      `update issuer.registrar_case set closed_at = now(), closed_by = $2, outcome = $3
        where case_id = $1 and closed_at is null`,
      [caseId, registrar.id, outcome],
    );
    if (rowCount === 0) throw populationErrors.caseUnknown({ caseId });
    await recordAct(tx, registrar, { act: 'registrar.close-case', subject: `case ${caseId}` });
  });
}
