import type { Database, Transaction } from '@citycard/common';
import { clearingErrors } from '../errors.ts';

export interface SamAssignment {
  /** 6 bytes BCD, 12 digits. */
  readonly samNo: string;
  readonly participantNo: string;
  readonly terminalNo?: string;
  readonly validFrom: Date;
  /** Exclusive; open-ended when absent. */
  readonly validTo?: Date;
}

const SAM_NUMBER = /^\d{12}$/;

/**
 * Gives a SAM to a participant for a time; a SAM has one holder at any time. The same assignment again does nothing.
 *
 * @throws CityCardError `clearing.sam-number-malformed`, `clearing.participant-unknown`, `clearing.sam-taken`.
 */
export async function assignSam(tx: Transaction, assignment: SamAssignment): Promise<void> {
  const { samNo, participantNo, validFrom } = assignment;
  const [terminalNo, validTo] = [assignment.terminalNo ?? null, assignment.validTo ?? null];
  if (!SAM_NUMBER.test(samNo)) throw clearingErrors.samNumberMalformed({ samNo });
  const holder = await tx.query('select from clearing.participant where participant_no = $1 for key share', [
    participantNo,
  ]);
  if (holder.rowCount === 0) throw clearingErrors.participantUnknown({ participantNo });
  // Two at once: the exclusion constraint decides, and the one that has to give way fails with its error.
  const { rows } = await tx.query<{ same: boolean }>(
    `select participant_no = $2 and terminal_no is not distinct from $3 and valid_from = $4 and valid_to is not distinct from $5 as same
       from clearing.sam_assignment where sam_no = $1 and tstzrange(valid_from, valid_to) && tstzrange($4, $5)`,
    [samNo, participantNo, terminalNo, validFrom, validTo],
  );
  if (rows.length === 1 && rows[0]?.same === true) return;
  if (rows.length > 0) throw clearingErrors.samTaken({ samNo });
  await tx.query(
    `insert into clearing.sam_assignment (sam_no, participant_no, terminal_no, valid_from, valid_to) values ($1, $2, $3, $4, $5)`,
    [samNo, participantNo, terminalNo, validFrom, validTo],
  );
}

/** Ends the assignment in force at that moment; none in force, nothing to end. */
export async function endSamAssignment(tx: Transaction, samNo: string, at: Date): Promise<void> {
  await tx.query(
    `update clearing.sam_assignment set valid_to = $2
      where sam_no = $1 and valid_from < $2 and (valid_to is null or valid_to > $2)`,
    [samNo, at],
  );
}

/** Who held the SAM at that moment. */
export async function participantOfSam(
  db: Database | Transaction,
  samNo: string,
  at: Date,
): Promise<SamAssignment | undefined> {
  const { rows } = await db.query<{
    participant_no: string;
    terminal_no: string | null;
    valid_from: Date;
    valid_to: Date | null;
  }>(
    `select participant_no, terminal_no, valid_from, valid_to from clearing.sam_assignment
      where sam_no = $1 and tstzrange(valid_from, valid_to) @> $2::timestamptz`,
    [samNo, at],
  );
  const row = rows[0];
  return (
    row && {
      samNo,
      participantNo: row.participant_no,
      validFrom: row.valid_from,
      ...(row.terminal_no !== null && { terminalNo: row.terminal_no }),
      ...(row.valid_to !== null && { validTo: row.valid_to }),
    }
  );
}
