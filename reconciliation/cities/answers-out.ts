import { type CcipOutcome, ccipOutcomes, type CcirRow, HOME_CITY } from '@citycard/clearing';
import { fen, transact, type Transaction } from '@citycard/common';
import type { CityDeps } from './deps.ts';
import { createFile, encodeAnswers, lockSequence } from './outbox.ts';
import { bookIssuerShare } from './position/issuer-share.ts';

/**
 * Answers the CCIP files of that city: the first CCIR has all rows of one CCIP, made once every row is decided (held ones
 * as 0F); rows that were held and are decided now are answered again, once, in a later CCIR. Answers how many
 * rows were put into files. The files still have to be signed.
 */
export async function answerPurchases(deps: CityDeps, city: string): Promise<number> {
  let answered = 0;
  const { rows } = await deps.db.query<{ file_name: string; intake_id: bigint; sequence: bigint }>(
    `select file_name, intake_id, sequence from reconciliation.city_file
      where direction = 'in' and kind = 'ccip' and city = $1 and answered_by is null order by sequence`,
    [city],
  );
  for (const { file_name: name, intake_id: intakeId, sequence } of rows) {
    const outcomes = await ccipOutcomes(deps.db, intakeId);
    if (outcomes === undefined) continue;
    const file = { name, intakeId, sequence: Number(sequence), outcomes };
    answered += await transact(deps.db, (tx) => answerFile(tx, deps.homeCity ?? HOME_CITY, city, file));
  }
  return answered + (await answerHeld(deps, city));
}

interface DecidedFile {
  readonly name: string;
  readonly intakeId: bigint;
  readonly sequence: number;
  readonly outcomes: readonly CcipOutcome[];
}

async function answerFile(tx: Transaction, home: string, city: string, file: DecidedFile): Promise<number> {
  await lockSequence(tx, 'ccir', city);
  const { rowCount } = await tx.query(
    'select from reconciliation.city_file where file_name = $1 and answered_by is null for update',
    [file.name],
  );
  // Another exchange answered it between our reading and now.
  if (rowCount === 0) return 0;
  const answer = await createAnswer(
    tx,
    home,
    city,
    file.outcomes.map((outcome) => rowOf(file.sequence, outcome)),
  );
  await tx.query('update reconciliation.city_file set answered_by = $2 where file_name = $1', [file.name, answer]);
  const held = file.outcomes.filter((outcome) => !outcome.final);
  await tx.query(
    `insert into reconciliation.city_held_row (intake_id, record_index, city, sequence, held_in)
     select $1, index, $3, $4, $5 from unnest($2::integer[]) as index`,
    [file.intakeId, held.map((outcome) => outcome.index), city, file.sequence, answer],
  );
  return file.outcomes.length;
}

/** Rows held before and decided now, of however many files, in one CCIR. */
async function answerHeld(deps: CityDeps, city: string): Promise<number> {
  const { rows } = await deps.db.query<{ intake_id: bigint }>(
    'select distinct intake_id from reconciliation.city_held_row where city = $1 and answered_in is null order by intake_id',
    [city],
  );
  const outcomes = new Map<bigint, readonly CcipOutcome[]>();
  for (const { intake_id: intakeId } of rows) outcomes.set(intakeId, (await ccipOutcomes(deps.db, intakeId)) ?? []);
  if (outcomes.size === 0) return 0;
  return transact(deps.db, (tx) => answerHeldRows(tx, deps.homeCity ?? HOME_CITY, city, outcomes));
}

async function answerHeldRows(
  tx: Transaction,
  home: string,
  city: string,
  outcomes: ReadonlyMap<bigint, readonly CcipOutcome[]>,
): Promise<number> {
  await lockSequence(tx, 'ccir', city);
  const { rows } = await tx.query<{ intake_id: bigint; record_index: number; sequence: bigint }>(
    `select intake_id, record_index, sequence from reconciliation.city_held_row
      where city = $1 and answered_in is null order by sequence, record_index for update`,
    [city],
  );
  const decided = rows.flatMap((row) => {
    const outcome = outcomes.get(row.intake_id)?.[row.record_index];
    return outcome?.final === true ? [{ row, outcome }] : [];
  });
  if (decided.length === 0) return 0;
  const answers = decided.map(({ row, outcome }) => rowOf(Number(row.sequence), outcome));
  const answer = await createAnswer(tx, home, city, answers);
  await tx.query(
    `update reconciliation.city_held_row held set answered_in = $3
       from unnest($1::bigint[], $2::integer[]) as done (intake_id, record_index)
      where held.intake_id = done.intake_id and held.record_index = done.record_index`,
    [decided.map(({ row }) => row.intake_id), decided.map(({ row }) => row.record_index), answer],
  );
  return decided.length;
}

async function createAnswer(tx: Transaction, home: string, city: string, answers: readonly CcirRow[]): Promise<string> {
  const { rows, totalFen } = encodeAnswers(answers);
  const { name, businessDate } = await createFile(tx, { kind: 'ccir', home, city, rows, totalFen: fen(totalFen) });
  await bookIssuerShare(tx, { name, city, businessDate, acceptedFen: totalFen, weIssued: true });
  return name;
}

function rowOf(ccipSequence: number, { index, outcome, acceptedFen }: CcipOutcome): CcirRow {
  return { ccipSequence, index, outcome, acceptedFen };
}
