import type { Database } from '@citycard/common';

const MEGABYTE = 1024 * 1024;
/** The largest piece of log that is written at once. */
const PIECE_MEGABYTES = 8;

/**
 * Has the server's log files made before anything is measured. A server that has run for a day takes the files of its last
 * checkpoint again; one that was just made has to make and zero each of them first, which is none of what is measured here.
 *
 * @param megabytes how much log the bench will write between two checkpoints, 1 to 4096
 */
export async function makeLogFiles(db: Database, megabytes: number): Promise<void> {
  for (let made = 0; made < megabytes; made += PIECE_MEGABYTES)
    await db.query(`select pg_logical_emit_message(false, 'bench', repeat('x', $1))`, [PIECE_MEGABYTES * MEGABYTE]);
  await db.query('checkpoint');
}
