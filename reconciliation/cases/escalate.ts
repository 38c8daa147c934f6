import { raiseAlarms } from '@citycard/clearing';
import { type Database, type Logger, transact, type Transaction, watchPart } from '@citycard/common';
import { addEvent, findCase } from './case.ts';
import { attachChain, recordChain } from './chain.ts';

/** Cases moved on, or looked at again, in one transaction. */
const BATCH = 50;
const LOOK_EVERY_MS = 60_000;

/**
 * Takes cases away from participants that let their time pass, and tells people of those the company is late with: each once, by
 * an alarm. Answers how many moved.
 */
export async function escalateCases(db: Database): Promise<number> {
  return transact(db, async (tx) => {
    const { rows } = await tx.query<{ no: bigint; participant: string; level: number }>(
      `with due as (
         select case_no from reconciliation.resident_case
          where state <> 'ended' and (level < 2 and end_due_at <= now() or level < 1 and state = 'with-participant' and answer_due_at <= now())
          order by case_no limit ${BATCH} for update skip locked
       )
       update reconciliation.resident_case c set level = case when c.end_due_at <= now() then 2 else 1 end, state = 'with-company'
         from due where c.case_no = due.case_no returning c.case_no as no, c.participant_no as participant, c.level`,
    );
    for (const { no, participant, level } of rows)
      await addEvent(tx, no, {
        actor: 'the deadline',
        event: 'overdue',
        words: level === 2 ? 'the company' : participant,
      });
    await raiseAlarms(
      tx,
      rows.map(({ no, participant, level }) => ({
        kind: level === 2 ? 'resident-case-late' : 'resident-case-unanswered',
        severity: 'warning',
        subject: `case ${no}`,
        evidence: { ...(participant !== '' && { participantNo: participant }), level },
      })),
    );
    return rows.length;
  });
}

/** Looks the chains of open cases up again, those first that were looked at longest ago: records come late. Answers how many had changed. */
export async function refreshChains(db: Database): Promise<number> {
  const { rows } = await db.query<{ no: bigint }>(
    `select case_no as no from reconciliation.resident_case where state <> 'ended' and opened_at > now() - interval '60 days'
      order by case_no limit 1000`,
  );
  let changed = 0;
  for (const { no } of rows) if (await transact(db, (tx) => refreshChain(tx, no))) changed += 1;
  return changed;
}

async function refreshChain(tx: Transaction, caseNo: bigint): Promise<boolean> {
  await tx.query('select from reconciliation.resident_case where case_no = $1 for update', [caseNo]);
  const found = await findCase(tx, caseNo);
  if (found === undefined || found.state === 'ended') return false;
  const chain = await recordChain(tx, found);
  return chain !== undefined && attachChain(tx, caseNo, chain);
}

/** An hour: a case waits for days. */
const REFRESH_EVERY_LOOKS = 60;

/** Moves cases on and keeps their chains fresh until stopped. Several may run. */
export function startCases(
  deps: { readonly db: Database; readonly logger: Logger },
  options: { readonly lookEveryMs?: number } = {},
): { stop(): Promise<void> } {
  let [stopped, looks] = [false, 0];
  const everyMs = options.lookEveryMs ?? LOOK_EVERY_MS;
  const part = watchPart('cases', { everyMs });
  let looking: Promise<void> = Promise.resolve();
  const look = async () => {
    while ((await escalateCases(deps.db)) === BATCH);
    if (looks % REFRESH_EVERY_LOOKS === 0) await refreshChains(deps.db);
    looks += 1;
  };
  const lookSafely = () => {
    if (stopped) return;
    looking = looking
      .then(() => part.round(look))
      .catch((error: unknown) => {
        if (!stopped) deps.logger.warn({ err: error }, 'cases of residents were not looked at, will be');
      });
  };
  const timer = setInterval(lookSafely, everyMs).unref();
  lookSafely();
  return {
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await looking;
      part.end();
    },
  };
}
