import { type Database, type Principal, recordAct, sqlState, type Transaction } from '@citycard/common';
import { operationsErrors } from '../errors.ts';

/** Something that has to be looked after until somebody says how it ended. */
export interface ShiftPoint {
  readonly pointNo: bigint;
  readonly words: string;
  readonly openedBy: string;
  readonly openedAt: Date;
  readonly endedBy: string | null;
  readonly endedAt: Date | null;
  readonly endWords: string | null;
}

/** A shift given away: what was said, which points went with it, and who took it. */
export interface Handover {
  readonly handoverNo: bigint;
  readonly words: string;
  readonly handedBy: string;
  readonly handedAt: Date;
  /** Null while it waits for the person who takes over. */
  readonly outcome: 'taken' | 'withdrawn' | null;
  readonly endWords: string | null;
  readonly endedBy: string | null;
  readonly endedAt: Date | null;
  /** Open points that went with it. */
  readonly points: readonly { readonly pointNo: bigint; readonly words: string }[];
}

const HANDOVER = `
select h.handover_no as "handoverNo", h.words, h.handed_by as "handedBy", h.handed_at as "handedAt", e.outcome, e.words as "endWords",
       e.ended_by as "endedBy", e.ended_at as "endedAt",
       coalesce((select jsonb_agg(jsonb_build_object('pointNo', p.point_no, 'words', p.words) order by p.point_no)
                   from platform.shift_handover_point c join platform.shift_point p using (point_no)
                  where c.handover_no = h.handover_no), '[]') as points
  from platform.shift_handover h left join platform.shift_handover_end e using (handover_no)`;

const POINT = `
select p.point_no as "pointNo", p.words, p.opened_by as "openedBy", p.opened_at as "openedAt", e.ended_by as "endedBy",
       e.ended_at as "endedAt", e.words as "endWords"
  from platform.shift_point p left join platform.shift_point_end e using (point_no)`;

/** Hand-overs, newest first, before the one the page before ended with. */
export async function listHandovers(
  db: Database,
  page: { readonly before?: bigint; readonly limit: number },
): Promise<Handover[]> {
  const { rows } = await db.query<Handover>(
    `${HANDOVER} where $1::bigint is null or h.handover_no < $1 order by h.handover_no desc limit $2`,
    [page.before ?? null, page.limit],
  );
  return rows;
}

/** Open points, oldest first. */
export async function openPoints(db: Database): Promise<ShiftPoint[]> {
  const { rows } = await db.query<ShiftPoint>(`${POINT} where e.point_no is null order by p.point_no limit 500`);
  return rows;
}

/** Points that were ended, the last ones first. */
export async function endedPoints(db: Database, limit: number): Promise<ShiftPoint[]> {
  const { rows } = await db.query<ShiftPoint>(
    `${POINT} where e.point_no is not null order by e.ended_at desc, p.point_no desc limit $1`,
    [limit],
  );
  return rows;
}

export async function openPoint(tx: Transaction, person: Principal, words: string): Promise<{ pointNo: bigint }> {
  const { rows } = await tx.query<{ pointNo: bigint }>(
    `insert into platform.shift_point (words, opened_by) values ($1, $2) returning point_no as "pointNo"`,
    [words, person.id],
  );
  const [point] = rows;
  if (point === undefined) throw new Error('a point just written has no number');
  await recordAct(tx, person, { act: 'shift.point', subject: `point ${point.pointNo}` });
  return point;
}

/** @throws operations.point-unknown, operations.point-ended */
export async function endPoint(tx: Transaction, person: Principal, pointNo: bigint, words: string): Promise<void> {
  const known = await tx.query('select from platform.shift_point where point_no = $1 for update', [pointNo]);
  if (known.rowCount === 0) throw operationsErrors.pointUnknown({ pointNo });
  const { rowCount } = await tx.query(
    `insert into platform.shift_point_end (point_no, words, ended_by) values ($1, $2, $3) on conflict do nothing`,
    [pointNo, words, person.id],
  );
  if (rowCount === 0) throw operationsErrors.pointEnded({ pointNo });
  await recordAct(tx, person, { act: 'shift.point-end', subject: `point ${pointNo}` });
}

/**
 * Gives the shift away, with every point that is open. One hand-over waits at a time.
 *
 * @throws operations.handover-open
 */
export async function handOver(tx: Transaction, person: Principal, words: string): Promise<{ handoverNo: bigint }> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('shift hand-over', 0))`);
  const waiting = await tx.query<{ handoverNo: bigint; by: string }>(
    `select h.handover_no as "handoverNo", p.name as by
       from platform.shift_handover h join platform.principal p on p.id = h.handed_by
      where not exists (select from platform.shift_handover_end e where e.handover_no = h.handover_no) limit 1`,
  );
  if (waiting.rows[0] !== undefined) throw operationsErrors.handoverOpen(waiting.rows[0]);
  const { rows } = await tx.query<{ handoverNo: bigint }>(
    `with given as (insert into platform.shift_handover (words, handed_by) values ($1, $2) returning handover_no),
          carried as (
            insert into platform.shift_handover_point (handover_no, point_no)
            select g.handover_no, p.point_no from given g, platform.shift_point p
             where not exists (select from platform.shift_point_end e where e.point_no = p.point_no))
     select handover_no as "handoverNo" from given`,
    [words, person.id],
  );
  const [given] = rows;
  if (given === undefined) throw new Error('a hand-over just written has no number');
  await recordAct(tx, person, { act: 'shift.hand-over', subject: `hand-over ${given.handoverNo}` });
  return given;
}

/**
 * Ends a hand-over that waits: `taken` by another person, or `withdrawn` by whoever gave it.
 *
 * @throws operations.handover-unknown, .handover-ended, .same-person, .not-yours
 */
export async function endHandover(
  tx: Transaction,
  person: Principal,
  handoverNo: bigint,
  { outcome, words }: { readonly outcome: 'taken' | 'withdrawn'; readonly words: string },
): Promise<void> {
  const { rows } = await tx.query<{ by: string; outcome: string | null }>(
    `select p.name as by, (select e.outcome from platform.shift_handover_end e where e.handover_no = h.handover_no) as outcome
       from platform.shift_handover h join platform.principal p on p.id = h.handed_by where h.handover_no = $1 for update of h`,
    [handoverNo],
  );
  const [open] = rows;
  if (open === undefined) throw operationsErrors.handoverUnknown({ handoverNo });
  if (open.outcome !== null) throw operationsErrors.handoverEnded({ handoverNo, outcome: open.outcome });
  await tx
    .query(`insert into platform.shift_handover_end (handover_no, outcome, words, ended_by) values ($1, $2, $3, $4)`, [
      handoverNo,
      outcome,
      words,
      person.id,
    ])
    .catch((error: unknown) => {
      if (sqlState(error) !== RAISED) throw error;
      throw outcome === 'taken'
        ? operationsErrors.samePerson({ name: person.name }, error)
        : operationsErrors.notYours({ by: open.by, handoverNo }, error);
    });
  await recordAct(tx, person, { act: `shift.${outcome}`, subject: `hand-over ${handoverNo}` });
}

/** What the guard of the table raises. */
const RAISED = 'P0001';
