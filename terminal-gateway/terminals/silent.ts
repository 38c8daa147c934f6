import type { Watch } from '@citycard/clearing';

/** What goes into an alarm; the list of terminals has the rest. */
const NAMED = 20;

/** Terminals in use, heard before, that have not been heard for longer than the rule allows. */
export const silentTerminalWatch: Watch = {
  rule: 'terminal-silent',
  everyMs: 60_000,
  look: async ({ db, thresholds: { afterHours = 0 } }) => {
    const { rows } = await db.query<{ count: bigint; terminals: string[] | null; oldest: Date | null }>(
      `select count(*) as count, (array_agg(terminal_no order by last_seen_at))[1:${NAMED}] as terminals, min(last_seen_at) as oldest
         from gateway.terminal where status = 'active' and last_seen_at < now() - make_interval(hours => $1)`,
      [afterHours],
    );
    const [found] = rows;
    if (found === undefined || found.count === 0n) return [];
    const { count, terminals, oldest } = found;
    return [{ subject: 'terminals', evidence: { count, terminals, heardLastAt: oldest?.toISOString() } }];
  },
};
