import { type Logger, type Principal, transact, watchPart } from '@citycard/common';
import { logDisclosure } from '../../residents/disclosure-log.ts';
import type { ItemName } from '../../residents/items.ts';
import { readRecords } from '../../residents/record.ts';
import { issuerErrors } from '../../errors.ts';
import type { PopulationDeps } from '../deps.ts';
import type { IdentityResponder } from './responder.ts';
import { queueChecks, recordVerdict, type Verification, verificationOf } from './verification.ts';

export interface IdentityCheckDeps extends Pick<PopulationDeps, 'db' | 'protection'> {
  readonly responder: IdentityResponder;
}

export interface CheckOutcome {
  readonly verification: Verification;
  /** Why it is pending: what is wrong with the line or with the record. */
  readonly pendingBecause?: string;
}

/** Passports and permits of other authorities are not Public Security's to confirm. */
const NO_NUMBER = 'there is no identity number to check';
const ASKED: readonly ItemName[] = ['id-number', 'name', 'photo-version'];

/**
 * Asks Public Security about a resident now. When the line is down the resident stays in the queue and everything goes on
 * at the limits of anonymous cards. What is sent is logged as a disclosure before it is sent.
 *
 * @throws card-issuer.resident-unknown
 */
export async function checkIdentity(
  deps: IdentityCheckDeps,
  actor: Principal,
  residentId: bigint,
): Promise<CheckOutcome> {
  const { db, protection, responder } = deps;
  await protection.prepare();
  const question = await transact(db, async (tx) => {
    const [record] = await readRecords(tx, protection, [residentId]);
    if (record === undefined) throw issuerErrors.residentUnknown();
    await queueChecks(tx, actor, [residentId]);
    const [idNumber, name] = [record.document['id-number']?.value, record.document.name?.value];
    if (idNumber === undefined || name === undefined) return undefined;
    if (!responder.exists) return { idNumber, name };
    const purpose = 'identity check with public-security';
    await logDisclosure(tx, actor, { kind: 'disclosure', purpose, items: ASKED, residentIds: [residentId] });
    return { idNumber, name, ...(record.photoVersion > 0 && { photoVersion: record.photoVersion }) };
  });
  if (question === undefined)
    return {
      verification: await verificationOf(db, residentId),
      pendingBecause: NO_NUMBER,
    };
  const answer = await responder.ask(question);
  if (!answer.ok) return { verification: await verificationOf(db, residentId), pendingBecause: answer.reason };
  const verdict = { ...answer, photoVersion: question.photoVersion ?? 0 };
  await transact(db, (tx) => recordVerdict(tx, actor, residentId, verdict));
  return { verification: answer.verdict };
}

const ROUND = 20;
const PAUSE_MS = 5_000;
/** A resident whose check failed is asked about again after 1, 2, 4 … minutes, at most every hour. */
const LONGEST_PAUSE_SECONDS = 3_600;

/**
 * One round through the queue; ends early when the line turns out to be down. A row is put back before it is asked about,
 * so that an interruption loses nothing.
 *
 * @returns how many got a verdict
 */
export async function checkQueued(deps: IdentityCheckDeps): Promise<{ decided: number; lineDown?: string }> {
  const { rows } = await deps.db.query<{ resident_id: bigint; queued_by: string }>(
    `update issuer.identity_check q
        set attempts = q.attempts + 1,
            next_attempt_at = now() + least(60 * power(2, least(q.attempts, 6)), ${LONGEST_PAUSE_SECONDS}) * interval '1 second'
       from (select resident_id from issuer.identity_check where state = 'pending' and next_attempt_at <= now()
              order by next_attempt_at limit ${ROUND} for update skip locked) due
      where q.resident_id = due.resident_id returning q.resident_id, q.queued_by`,
  );
  let decided = 0;
  for (const { resident_id: residentId, queued_by: id } of rows) {
    const actor: Principal = { id, name: id, kind: 'service', roles: ['system'] };
    const { verification, pendingBecause } = await checkIdentity(deps, actor, residentId);
    if (verification !== 'pending') decided += 1;
    else if (pendingBecause !== undefined && pendingBecause !== NO_NUMBER) return { decided, lineDown: pendingBecause };
  }
  return { decided };
}

/** Works through the queue until stopped. */
export function startIdentityChecks(deps: IdentityCheckDeps & { readonly logger: Logger; readonly pauseMs?: number }): {
  stop(): Promise<void>;
} {
  let stopped = false;
  let wake: () => void = () => undefined;
  let lastTrouble: string | undefined;
  const part = watchPart('identity-checks', { everyMs: deps.pauseMs ?? PAUSE_MS });
  const round = async (): Promise<void> => {
    try {
      const { lineDown } = await part.round(() => checkQueued(deps));
      // A line that stays down is one line in the log, not one every five seconds.
      if (lineDown !== lastTrouble && lineDown !== undefined)
        deps.logger.warn({ reason: lineDown }, 'identity checks wait: the line to Public Security is down');
      lastTrouble = lineDown;
    } catch (error) {
      deps.logger.error({ err: error }, 'identity checks failed, will go on');
    }
  };
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, deps.pauseMs ?? PAUSE_MS);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const run = (async () => {
    while (!stopped) {
      await round();
      if (!stopped) await pause();
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      wake();
      await run;
      part.end();
    },
  };
}
