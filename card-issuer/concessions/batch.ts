import { createHash } from 'node:crypto';
import { cityDate, type Principal, recordAct, transact } from '@citycard/common';
import { type ResidentDeps, residentIdsByNumbers } from '../residents/index.ts';
import type { Category, Evidence, Method } from './categories.ts';
import { verifyConcession } from './grant.ts';

/** A list of people a community has visited, or a department knows to be entitled. */
export interface VerificationBatch {
  readonly category: Category;
  readonly method: Exclude<Method, 'counter'>;
  readonly evidence: Evidence;
  /** One identity number per line, in the order of the list. */
  readonly numbers: readonly string[];
}

/** What became of each line. Lines are named by their place in the list (from 1), never by what they say. */
export interface BatchAnswer {
  readonly verified: number;
  /** Nobody with this number is registered, or the number cannot exist. */
  readonly unknownLines: readonly number[];
  /** The person never had this concession: it is granted at a counter first, with evidence. */
  readonly withoutConcessionLines: readonly number[];
  /** The person moved away or died. */
  readonly notLivingLines: readonly number[];
  /** The same list was imported before; nothing was done. */
  readonly repeated: boolean;
}

interface Row {
  resident_id: bigint;
  state: string;
  had: boolean;
}

/**
 * Verifies many residents again in one transaction. Only who has the concession, or had it, is verified; the others are
 * named by line. The same list again answers as the first time.
 */
export async function verifyBatch(
  deps: ResidentDeps,
  actor: Principal,
  batch: VerificationBatch,
): Promise<BatchAnswer> {
  const { category, method, evidence, numbers } = batch;
  await deps.protection.prepare();
  const ids = await residentIdsByNumbers(deps, numbers);
  // A year later the same list is another list. Hashed is who was found, never a number: a hash of numbers could be tried.
  const year = cityDate(new Date()).slice(0, 4);
  const digest = createHash('sha256')
    .update([category, method, year, ...ids.map(String)].join(' '))
    .digest();
  return transact(deps.db, async (tx) => {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('concession batch ' || $1, 0))`, [
      digest.toString('hex'),
    ]);
    const before = await tx.query<{ answer: Omit<BatchAnswer, 'repeated'> }>(
      'select answer from issuer.concession_batch where sha256 = $1',
      [digest],
    );
    if (before.rows[0] !== undefined) return { ...before.rows[0].answer, repeated: true };

    const known = [...new Set(ids.filter((id) => id !== undefined))];
    const { rows } = await tx.query<Row>(
      `select r.resident_id, r.state,
              exists (select from issuer.concession c where c.resident_id = r.resident_id and c.category = $2) as had
         from issuer.resident r where r.resident_id = any($1)`,
      [known, category],
    );
    const people = new Map(rows.map((row) => [row.resident_id, row]));
    const linesWhere = (test: (person: Row | undefined) => boolean) =>
      ids.flatMap((id, at) => (test(id === undefined ? undefined : people.get(id)) ? [at + 1] : []));
    const entitled = rows.filter((person) => person.had && person.state === 'living');
    for (const person of entitled) {
      await verifyConcession(tx, actor, { residentId: person.resident_id, category, evidence, method });
    }
    const answer = {
      verified: entitled.length,
      unknownLines: linesWhere((person) => person === undefined),
      notLivingLines: linesWhere((person) => person !== undefined && person.state !== 'living'),
      withoutConcessionLines: linesWhere((person) => person?.state === 'living' && !person.had),
    };
    await tx.query(
      `insert into issuer.concession_batch (sha256, category, method, line_count, answer, imported_by) values ($1, $2, $3, $4, $5, $6)`,
      [digest, category, method, numbers.length, JSON.stringify(answer), actor.id],
    );
    const detail = { category, method, lines: numbers.length, verified: entitled.length };
    await recordAct(tx, actor, { act: 'verify-concessions', subject: `concession ${category}`, detail });
    return { ...answer, repeated: false };
  });
}
