import { type Database, type Fen, fen, type Principal } from '@citycard/common';
import { issuerErrors } from '../errors.ts';

/** A clerk's shift. While it is open nobody is told what should be in the till: it is counted blind. */
export interface ShiftView {
  readonly shiftId: bigint;
  readonly clerk: string;
  readonly openedAt: Date;
  readonly closedAt?: Date;
  readonly countedFen?: Fen;
  readonly overShortFen?: Fen;
  readonly payInSlip?: string;
  readonly pieces?: Readonly<Record<string, number>>;
}

interface ShiftRow {
  shift_id: bigint;
  clerk: string;
  opened_at: Date;
  closed_at: Date | null;
  counted_fen: bigint | null;
  over_short_fen: bigint | null;
  pay_in_slip: string | null;
  counted_pieces: Record<string, number> | null;
}

const SELECT = `select shift_id, clerk, opened_at, closed_at, counted_fen, over_short_fen, pay_in_slip, counted_pieces from issuer.shift`;

const shiftOf = (row: ShiftRow): ShiftView => ({
  shiftId: row.shift_id,
  clerk: row.clerk,
  openedAt: row.opened_at,
  ...(row.closed_at !== null && { closedAt: row.closed_at }),
  ...(row.counted_fen !== null && { countedFen: fen(row.counted_fen) }),
  ...(row.over_short_fen !== null && { overShortFen: fen(row.over_short_fen) }),
  ...(row.pay_in_slip !== null && { payInSlip: row.pay_in_slip }),
  ...(row.counted_pieces !== null && { pieces: row.counted_pieces }),
});

/** A page of a clerk's shifts, newest first; the open one comes first. */
export async function shiftsOf(db: Database, clerk: Principal, before?: bigint): Promise<ShiftView[]> {
  const { rows } = await db.query<ShiftRow>(
    `${SELECT} where clerk = $1 and ($2::bigint is null or shift_id < $2) order by shift_id desc limit 50`,
    [clerk.id, before ?? null],
  );
  return rows.map(shiftOf);
}

/** A shift of this clerk, open or closed. @throws card-issuer.shift-unknown */
export async function ownShift(db: Database, clerk: Principal, shiftId: bigint): Promise<ShiftView> {
  const { rows } = await db.query<ShiftRow>(`${SELECT} where clerk = $1 and shift_id = $2`, [clerk.id, shiftId]);
  if (rows[0] === undefined) throw issuerErrors.shiftUnknown();
  return shiftOf(rows[0]);
}
