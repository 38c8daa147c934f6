import { sqlState, type Transaction } from '../database/pool.ts';
import { recordAct } from './act-log.ts';
import { approveAct, proposeAct } from './approval.ts';
import { identityErrors } from './errors.ts';
import type { Principal } from './principal.ts';

/** A line of the staff register: where it stood, whose name, and the number the register knows the person by. */
export interface StaffRegisterRow {
  readonly line: number;
  readonly id: string;
  readonly personNo: string;
}

/** What a register changes. */
interface NumberChange {
  readonly id: string;
  readonly personNo: string;
  readonly before: string | null;
}

const ACT = 'set-person-numbers';
const SUBJECT = 'staff register';
/** As one number set by hand; shorter than an identity number, which has no place here. */
const PERSON_NUMBER = /^[0-9A-Za-z-]{1,14}$/;
/** Problems told at once; whoever mends a register reads no more in one go. */
const MOST_TOLD = 20;
const BOTH_SIDES = 3;

/**
 * Proposes the numbers of a whole register: which names are one person. Taken whole or not at all.
 *
 * @throws CityCardError `identity.register-not-taken` (422) with every line that cannot be, `.register-says-nothing-new` (409)
 */
export async function proposeStaffRegister(
  tx: Transaction,
  maker: Principal,
  rows: readonly StaffRegisterRow[],
): Promise<{ approvalId: bigint; changes: readonly NumberChange[] }> {
  const changes = await changesOf(tx, rows);
  const { approvalId } = await proposeAct(tx, maker, { act: ACT, subject: SUBJECT, content: changes });
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject: SUBJECT, detail: changes });
  return { approvalId, changes };
}

/**
 * A second person, who supervises, puts the same register in force at once.
 *
 * @throws CityCardError as the proposal; `identity.approval-unknown`, `.content-differs` (also when numbers were changed in between), `.same-person`
 */
export async function approveStaffRegister(
  tx: Transaction,
  checker: Principal,
  approvalId: bigint,
  rows: readonly StaffRegisterRow[],
): Promise<{ changed: number }> {
  const changes = await changesOf(tx, rows);
  await approveAct(tx, checker, approvalId, changes);
  const [ids, numbers] = [changes.map(({ id }) => id), changes.map(({ personNo }) => personNo)];
  try {
    // Taken away first: two persons who exchange numbers are at no moment one.
    await tx.query('UPDATE platform.principal SET person_no = NULL WHERE id = ANY($1)', [ids]);
    await tx.query(
      `UPDATE platform.principal p SET person_no = n.person_no FROM unnest($1::text[], $2::text[]) AS n(id, person_no) WHERE p.id = n.id`,
      [ids, numbers],
    );
  } catch (error) {
    // Somebody was given a role after the register was looked at.
    if (sqlState(error) === 'CCI01') throw identityErrors.bothSides({ name: 'Somebody in the register' }, error);
    throw error;
  }
  await recordAct(tx, checker, { act: `approve-${ACT}`, subject: SUBJECT, detail: changes });
  return { changed: changes.length };
}

async function changesOf(tx: Transaction, rows: readonly StaffRegisterRow[]): Promise<NumberChange[]> {
  const ids = [...new Set(rows.map(({ id }) => id))];
  const { rows: known } = await tx.query<{ id: string; person_no: string | null }>(
    `SELECT id, person_no FROM platform.principal WHERE id = ANY($1) AND kind = 'person' ORDER BY id FOR UPDATE`,
    [ids],
  );
  const before = new Map(known.map(({ id, person_no: personNo }) => [id, personNo]));
  const problems = rows.length === 0 ? ['it holds no person'] : problemsOf(rows, before);
  if (problems.length === 0) problems.push(...(await ofBothSides(tx, rows)));
  if (problems.length > 0) throw identityErrors.registerNotTaken({ problems: told(problems) });
  const changes = rows
    .map(({ id, personNo }): NumberChange => ({ id, personNo, before: before.get(id) ?? null }))
    .filter(({ personNo, before: old }) => personNo !== old)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  if (changes.length === 0) throw identityErrors.registerSaysNothingNew();
  return changes;
}

function problemsOf(rows: readonly StaffRegisterRow[], known: ReadonlyMap<string, unknown>): string[] {
  const first = new Map<string, number>();
  return rows.flatMap(({ line, id, personNo }) => {
    const problems: string[] = [];
    if (!known.has(id)) problems.push(`line ${line}: there is no person "${id.slice(0, 100)}" here`);
    // The number is not repeated: who mistakes columns hands in identity numbers.
    if (!PERSON_NUMBER.test(personNo))
      problems.push(`line ${line}: a number of the register has 1 to 14 letters, digits and hyphens`);
    const earlier = first.get(id);
    if (earlier !== undefined) problems.push(`line ${line}: "${id.slice(0, 100)}" stands on line ${earlier} already`);
    first.set(id, earlier ?? line);
    return problems;
  });
}

/** Numbers under which a supervisor and an officer of the company would be one person, as everybody would then be known. */
async function ofBothSides(tx: Transaction, rows: readonly StaffRegisterRow[]): Promise<string[]> {
  const { rows: clashes } = await tx.query<{ person_no: string; ids: string[] }>(
    `SELECT k.person_no, array_agg(k.id ORDER BY k.id) AS ids
       FROM (SELECT p.id, p.roles, coalesce(n.person_no, p.person_no) AS person_no
               FROM platform.principal p LEFT JOIN unnest($1::text[], $2::text[]) AS n(id, person_no) USING (id)) k
      WHERE k.person_no IS NOT NULL GROUP BY 1 HAVING bit_or(platform.sides_of(k.roles)) = ${BOTH_SIDES} ORDER BY 1`,
    [rows.map(({ id }) => id), rows.map(({ personNo }) => personNo)],
  );
  return clashes.map(
    ({ person_no: personNo, ids }) =>
      `${ids.join(' and ')} would be one person, ${personNo}, who supervises the company and acts for it`,
  );
}

function told(problems: readonly string[]): string {
  const more = problems.length - MOST_TOLD;
  return [...problems.slice(0, MOST_TOLD), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}
