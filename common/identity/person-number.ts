import { type Database, sqlState, type Transaction } from '../database/pool.ts';
import { recordAct } from './act-log.ts';
import { approveAct, proposeAct } from './approval.ts';
import { identityErrors } from './errors.ts';
import type { Principal, Role } from './principal.ts';

/** Somebody who works here or supervises, and the number by which the staff register knows the person. */
interface StaffMember {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly personNo?: string;
}

const ACT = 'set-person-number';

/** Persons, by name; those without a number are known by their name alone. */
export async function listStaff(db: Database | Transaction): Promise<StaffMember[]> {
  const { rows } = await (db as Database).query<Omit<StaffMember, 'personNo'> & { person_no: string | null }>(
    `SELECT id, name, roles, person_no FROM platform.principal WHERE kind = 'person' ORDER BY id`,
  );
  return rows.map(({ person_no: personNo, ...staff }) => ({ ...staff, ...(personNo !== null && { personNo }) }));
}

/**
 * Says by which number of the staff register a person is known: two names with one number are one person.
 *
 * @throws CityCardError `identity.person-unknown` (404)
 */
export async function proposePersonNumber(
  tx: Transaction,
  maker: Principal,
  id: string,
  personNo: string,
): Promise<{ approvalId: bigint }> {
  const { subject, content } = await numbered(tx, id, personNo);
  const proposal = await proposeAct(tx, maker, { act: ACT, subject, content });
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject, detail: content });
  return proposal;
}

/**
 * A second person puts it in force at once; a number that would make one person of a supervisor and an officer of the company
 * is refused.
 *
 * @throws CityCardError `identity.both-sides` (409), the transaction ends; as the proposal; `.same-person`, `.content-differs`
 */
export async function approvePersonNumber(
  tx: Transaction,
  checker: Principal,
  approvalId: bigint,
  id: string,
  personNo: string,
): Promise<void> {
  const { subject, content, name } = await numbered(tx, id, personNo);
  await approveAct(tx, checker, approvalId, content);
  await tx
    .query('UPDATE platform.principal SET person_no = $2 WHERE id = $1', [id, personNo])
    .catch((error: unknown) => {
      throw sqlState(error) === 'CCI01' ? identityErrors.bothSides({ name }, error) : error;
    });
  await recordAct(tx, checker, { act: `approve-${ACT}`, subject, detail: content });
}

/** What is to be set, beside what it replaces: a proposal does not outlive a change that came between. */
async function numbered(tx: Transaction, id: string, personNo: string) {
  const { rows } = await tx.query<{ name: string; person_no: string | null }>(
    `SELECT name, person_no FROM platform.principal WHERE id = $1 AND kind = 'person' FOR UPDATE`,
    [id],
  );
  if (rows[0] === undefined) throw identityErrors.personUnknown({ id });
  const { name, person_no: before } = rows[0];
  return { name, subject: `principal ${id}`, content: { id, personNo, before } };
}
