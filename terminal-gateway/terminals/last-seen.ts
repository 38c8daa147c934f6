import type { RequestContext } from '../requests/context.ts';

/** Notes that the terminal is alive; asked by the messages that come seldom, not by every one. */
export async function noteSeen(context: RequestContext): Promise<void> {
  await context.deps.db.query('update gateway.terminal set last_seen_at = $2 where terminal_no = $1', [
    context.terminal.terminalNo,
    context.now,
  ]);
}
