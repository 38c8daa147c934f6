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

/**
 * Gives many SAMs away at once; for SAMs that {@link samAssignmentsFrom} says are free.
 *
 * @throws when one of them was given away meanwhile: the exclusion constraint decides.
 */
export async function assignSams(tx: Transaction, assignments: readonly SamAssignment[]): Promise<void> {
  if (assignments.length === 0) return;
  await tx.query(
    `insert into clearing.sam_assignment (sam_no, participant_no, terminal_no, valid_from, valid_to)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])`,
    [
      assignments.map(({ samNo }) => samNo),
      assignments.map(({ participantNo }) => participantNo),
      assignments.map(({ terminalNo }) => terminalNo ?? null),
      assignments.map(({ validFrom }) => validFrom),
      assignments.map(({ validTo }) => validTo ?? null),
    ],
  );
}

/** Who holds each SAM at that moment or later, by SAM number and in order of time; a SAM that is free is not in it. */
export async function samAssignmentsFrom(
  db: Database | Transaction,
  samNumbers: readonly string[],
  at: Date,
): Promise<Map<string, SamAssignment[]>> {
  const { rows } = await db.query<AssignmentRow>(
    `${SELECT} where sam_no = any($1) and (valid_to is null or valid_to > $2) order by sam_no, valid_from`,
    [samNumbers, at],
  );
  const bySam = new Map<string, SamAssignment[]>();
  for (const row of rows) bySam.set(row.sam_no, [...(bySam.get(row.sam_no) ?? []), fromRow(row)]);
  return bySam;
}

/** The SAMs a terminal has and had, newest first. */
export async function samsOfTerminal(db: Database | Transaction, terminalNo: string): Promise<SamAssignment[]> {
  const { rows } = await db.query<AssignmentRow>(`${SELECT} where terminal_no = $1 order by valid_from desc`, [
    terminalNo,
  ]);
  return rows.map(fromRow);
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
  const { rows } = await db.query<AssignmentRow>(
    `${SELECT} where sam_no = $1 and tstzrange(valid_from, valid_to) @> $2::timestamptz`,
    [samNo, at],
  );
  return rows[0] && fromRow(rows[0]);
}

interface AssignmentRow {
  sam_no: string;
  participant_no: string;
  terminal_no: string | null;
  valid_from: Date;
  valid_to: Date | null;
}

const SELECT = 'select sam_no, participant_no, terminal_no, valid_from, valid_to from clearing.sam_assignment';

function fromRow(row: AssignmentRow): SamAssignment {
  return {
    samNo: row.sam_no,
    participantNo: row.participant_no,
    validFrom: row.valid_from,
    ...(row.terminal_no !== null && { terminalNo: row.terminal_no }),
    ...(row.valid_to !== null && { validTo: row.valid_to }),
  };
}

/** Which participant holds a SAM, and where it was last said to be. */
export interface HeldSam {
  readonly samNo: string;
  readonly participantNo: string;
  readonly participantName: string;
  readonly terminalNo: string | null;
  readonly validFrom: Date;
  /** Null while no end is set. */
  readonly validTo: Date | null;
}

/** SAMs by number, with the assignment that is in force, or the last one; after the one the page before ended with. */
export async function listSams(
  db: Database,
  { after, participantNo, limit }: { readonly after: string; readonly participantNo?: string; readonly limit: number },
): Promise<HeldSam[]> {
  const { rows } = await db.query<HeldSam>(
    `select distinct on (a.sam_no) a.sam_no as "samNo", a.participant_no as "participantNo", p.name as "participantName",
            a.terminal_no as "terminalNo", a.valid_from as "validFrom", a.valid_to as "validTo"
       from clearing.sam_assignment a join clearing.participant p using (participant_no)
      where a.sam_no > $1 and ($2::text is null or a.participant_no = $2)
      order by a.sam_no, a.valid_from desc limit $3`,
    [after, participantNo ?? null, limit],
  );
  return rows;
}
