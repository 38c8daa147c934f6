import { type BusinessDate, CityCardError, type Database, transact } from '@citycard/common';
import { raiseAlarm } from '@citycard/clearing';
import { tryMove } from './balance-moves.ts';

/** Looked at in one go; the rest at the next look. */
const AT_ONCE = 500;
/** A load can be proved this long after it was made, and its card replaced meanwhile (terminal-interface.md, "Repeats"). */
const STRAGGLER_DAYS = 60;

interface Due {
  card_no: string;
  move_no: bigint;
}

const SYSTEM = { id: 'system' };

/**
 * Moves the balances whose waiting period is over and which nothing hinders, each in a transaction of its own; then what
 * came in later on purses that were moved before (a load proved late). Answers how many moved.
 */
export async function releaseDue(db: Database, today: BusinessDate): Promise<number> {
  let moved = 0;
  // Those that stay, because purchases are held, must not keep the others from being looked at.
  let after: bigint = 0n;
  for (;;) {
    const { rows } = await db.query<Due>(
      `select card_no, move_no from issuer.balance_move where state = 'waiting' and due_on <= $1 and move_no > $2
        order by move_no limit ${AT_ONCE}`,
      [today, after],
    );
    for (const row of rows) moved += await move(db, row, today);
    const last = rows.at(-1);
    if (last === undefined || rows.length < AT_ONCE) break;
    after = last.move_no;
  }
  const later = await db.query<Due>(
    `select m.card_no, m.move_no from issuer.balance_move m
       join clearing.card_account a on a.card_no = m.card_no and a.kind in ('purse', 'pending-credit', 'online')
      where m.state = 'released' and m.released_at > now() - make_interval(days => ${STRAGGLER_DAYS})
      group by m.card_no, m.move_no having sum(a.available_fen) > 0 limit ${AT_ONCE}`,
  );
  for (const row of later.rows) moved += await move(db, row, today);
  return moved;
}

/** What passes by itself, so that the next look finds the balance again: no open day, a purchase posted at the same moment. */
const PASSES = ['clearing.no-open-business-day', 'clearing.posting-refused'];

async function move(db: Database, row: Due, today: BusinessDate): Promise<number> {
  try {
    const which = { cardNo: row.card_no, moveNo: row.move_no };
    const result = await transact(db, (tx) => tryMove(tx, which, today, SYSTEM));
    return 'moved' in result ? 1 : 0;
  } catch (error) {
    if (error instanceof CityCardError && PASSES.includes(error.code)) return 0;
    throw error;
  }
}

/** Tells people, once per balance, that one has waited to the end and is still held up by purchases that are held. */
export async function alarmStuck(db: Database, today: BusinessDate): Promise<number> {
  return transact(db, async (tx) => {
    const { rows } = await tx.query<{ card_no: string; give_up_on: string }>(
      `update issuer.balance_move m set stuck_since = clock_timestamp()
         from (select card_no, move_no from issuer.balance_move
                where state = 'waiting' and due_on <= $1 and give_up_on <= $1 and stuck_since is null limit ${AT_ONCE}) stuck
        where m.card_no = stuck.card_no and m.move_no = stuck.move_no
       returning m.card_no, m.give_up_on`,
      [today],
    );
    for (const row of rows) {
      await raiseAlarm(tx, {
        kind: 'balance-stuck',
        severity: 'warning',
        subject: `card ${row.card_no}`,
        evidence: { giveUpOn: row.give_up_on },
      });
    }
    return rows.length;
  });
}
