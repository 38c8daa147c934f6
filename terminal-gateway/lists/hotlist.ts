import { confirmHotlist, hotlistHead, raiseAlarm } from '@citycard/clearing';
import { type Database, transact } from '@citycard/common';
import type { Decision, RequestContext } from '../requests/context.ts';
import { Fresh } from './fresh.ts';
import { hotlistLogOf } from './hotlist-log.ts';

/**
 * Message 5, 390: one page of the log after the version held. A terminal that names a version never published (our database was
 * restored to an older state, or its memory is another installation's) is told the whole log from the start under the index it
 * asks with: applying it again in order leaves the right list. An index behind the end is answered 30.
 */
export async function sendHotlist(context: RequestContext<'hotlist'>): Promise<Decision> {
  const { db } = context.deps;
  const { versionHeld, nextIndex } = context.request.values.wanted;
  const [head, afresh] = await Promise.all([hotlistLogOf(db).head(), toldAfresh(db).ask()]);
  const base = (await baseFor(context, head, afresh.get(context.terminal.terminalNo))) ?? versionHeld;
  const from = base + nextIndex;
  if (from > head) return { code: '30' };
  return { code: '00', fields: { 62: hotlistLogOf(db).page(head, from, nextIndex) } };
}

type Afresh = 'wanted' | 'running';

/** Position 0 for a terminal that is told from the start; undefined for one that goes on from what it holds. */
async function baseFor(
  { deps, terminal, request, now }: RequestContext<'hotlist'>,
  head: number,
  afresh: Afresh | undefined,
): Promise<number | undefined> {
  const { versionHeld, nextIndex } = request.values.wanted;
  if (afresh === 'running') return 0;
  const ahead = versionHeld > head;
  // A download under way ends as it began; the one after it begins at index 0.
  if (!ahead && (afresh === undefined || nextIndex !== 0)) return undefined;
  await transact(deps.db, async (tx) => {
    await tx.query(`update gateway.terminal set hotlist_afresh = 'running' where terminal_no = $1`, [
      terminal.terminalNo,
    ]);
    if (!ahead || afresh === 'wanted') return;
    const evidence = { versionHeld, newest: head, at: now.toISOString() };
    await raiseAlarm(tx, {
      kind: 'hotlist-version-from-future',
      severity: 'warning',
      subject: `terminal ${terminal.terminalNo}`,
      evidence,
    });
  });
  return 0;
}

/** Message 5, 391: the terminal has adopted a version; from now on taps against it are the terminal's risk. */
export async function confirmAdoption(context: RequestContext<'hotlistAdopted'>): Promise<Decision> {
  const { db } = context.deps;
  const version = BigInt(context.request.values.adopted.version);
  const { terminalNo } = context.terminal;
  if (version > (await hotlistHead(db))) return { code: '30' };
  await transact(db, async (tx) => {
    await confirmHotlist(tx, terminalNo, version, context.now);
    await tx.query(
      `update gateway.terminal set hotlist_version = $2, hotlist_confirmed_at = $3, last_seen_at = $3,
              hotlist_afresh = nullif(hotlist_afresh, 'running') where terminal_no = $1`,
      [terminalNo, version, context.now],
    );
  });
  return { code: '00' };
}

/** The terminals that are to be told from the start: none, but after a restore. */
const questions = new WeakMap<Database, Fresh<ReadonlyMap<string, Afresh>>>();

function toldAfresh(db: Database): Fresh<ReadonlyMap<string, Afresh>> {
  const known = questions.get(db);
  if (known !== undefined) return known;
  const made = new Fresh(async () => {
    const { rows } = await db.query<{ terminal_no: string; hotlist_afresh: Afresh }>({
      name: 'gateway-told-afresh',
      text: 'select terminal_no, hotlist_afresh from gateway.terminal where hotlist_afresh is not null',
    });
    return new Map(rows.map((row) => [row.terminal_no, row.hotlist_afresh]));
  });
  questions.set(db, made);
  return made;
}
