import { confirmHotlist, hotlistHead, raiseAlarm } from '@citycard/clearing';
import { type Database, transact } from '@citycard/common';
import type { Decision, RequestContext } from '../requests/context.ts';
import { Fresh } from './fresh.ts';
import { hotlistLogOf } from './hotlist-log.ts';

/**
 * Message 5, 390: one page of the log after the version held. A version never published (our database was restored to an older
 * state, or the terminal's memory is another installation's) is answered 30 with an alarm, as is an index behind the end; the
 * terminal asks again from version 0, or is told from the start once somebody has the list told afresh.
 */
export async function sendHotlist(context: RequestContext<'hotlist'>): Promise<Decision> {
  const { db } = context.deps;
  const { nextIndex } = context.request.values.wanted;
  const [head, afresh] = await Promise.all([hotlistLogOf(db).head(), toldAfresh(db).ask()]);
  const base = await baseFor(context, afresh.get(context.terminal.terminalNo));
  if (base > head) await reportVersion(context, head);
  const from = base + nextIndex;
  if (from > head) return { code: '30' };
  return { code: '00', fields: { 62: hotlistLogOf(db).page(head, from, nextIndex) } };
}

type Afresh = 'wanted' | 'running';

/** Position 0 for a terminal that is told from the start, else what it holds. A download under way ends as it began. */
async function baseFor(
  { deps, terminal, request }: RequestContext<'hotlist'>,
  afresh: Afresh | undefined,
): Promise<number> {
  const { versionHeld, nextIndex } = request.values.wanted;
  if (afresh === 'running') return 0;
  if (afresh === undefined || nextIndex !== 0) return versionHeld;
  await deps.db.query(`update gateway.terminal set hotlist_afresh = 'running' where terminal_no = $1`, [
    terminal.terminalNo,
  ]);
  return 0;
}

/** One alarm per terminal, however often it asks. */
async function reportVersion({ deps, terminal, request, now }: RequestContext<'hotlist'>, head: number): Promise<void> {
  const alarm = { kind: 'hotlist-version-from-future', subject: `terminal ${terminal.terminalNo}` };
  await transact(deps.db, async (tx) => {
    const { rowCount } = await tx.query('select from clearing.alarm where kind = $1 and subject = $2 limit 1', [
      alarm.kind,
      alarm.subject,
    ]);
    if (rowCount !== 0) return;
    const evidence = { versionHeld: request.values.wanted.versionHeld, newest: head, at: now.toISOString() };
    await raiseAlarm(tx, { ...alarm, severity: 'warning', evidence });
  });
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
