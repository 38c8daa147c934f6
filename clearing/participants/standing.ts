import { approveAct, type Principal, proposeAct, recordAct, type Transaction } from '@citycard/common';
import { clearingErrors } from '../errors.ts';
import { participantErrors } from './errors.ts';
import type { ParticipantStatus } from './participant.ts';

/**
 * Everything the status of a participant may ever do. Into production it goes by its acceptance report (activation.ts); a
 * suspended one goes back to where it was; one that has left comes back only to settle what turned up afterwards.
 */
export const PARTICIPANT_TRANSITIONS: Readonly<Record<ParticipantStatus, readonly ParticipantStatus[]>> = {
  test: ['production', 'suspended', 'leaving'],
  production: ['suspended', 'leaving'],
  suspended: ['test', 'production', 'leaving'],
  leaving: ['exited'],
  exited: ['leaving'],
};

/** The status of a participant, which is ours until the transaction ends. @throws clearing.participant-unknown */
export async function lockParticipant(tx: Transaction, participantNo: string): Promise<ParticipantStatus> {
  const { rows } = await tx.query<{ status: ParticipantStatus }>(
    'select status from clearing.participant where participant_no = $1 for update',
    [participantNo],
  );
  if (rows[0] === undefined) throw clearingErrors.participantUnknown({ participantNo });
  return rows[0].status;
}

/** @throws clearing.participants.transition-refused */
export function requireTransition(participantNo: string, from: ParticipantStatus, to: ParticipantStatus): void {
  if (PARTICIPANT_TRANSITIONS[from].includes(to)) return;
  throw participantErrors.transitionRefused({ participantNo, from, to });
}

/** Moves a participant that the caller holds. */
export async function setStatus(tx: Transaction, participantNo: string, to: ParticipantStatus): Promise<void> {
  await tx.query('update clearing.participant set status = $2 where participant_no = $1', [participantNo, to]);
}

/**
 * Suspends a participant at once: what it is owed is carried forward from the next sheet on, and it registers no terminals.
 * One officer is enough to stop; it takes two to go on. Suspending again changes nothing.
 *
 * @throws clearing.participant-unknown, clearing.participants.transition-refused
 */
export async function suspendParticipant(
  tx: Transaction,
  officer: Principal,
  participantNo: string,
  reason: string,
): Promise<{ participantNo: string; status: ParticipantStatus }> {
  const status = await lockParticipant(tx, participantNo);
  if (status === 'suspended') return { participantNo, status };
  requireTransition(participantNo, status, 'suspended');
  await setStatus(tx, participantNo, 'suspended');
  await recordAct(tx, officer, { act: 'participant.suspend', subject: participantNo, detail: { reason } });
  return { participantNo, status: 'suspended' };
}

const RESUME = 'participant.resume';

/** Where a suspended participant was before, and since when it is suspended: that is what two officers agree to end. */
async function suspension(tx: Transaction, participantNo: string) {
  const status = await lockParticipant(tx, participantNo);
  const { rows } = await tx.query<{ from_status: ParticipantStatus | null; changed_at: Date }>(
    `select from_status, changed_at from clearing.participant_status_change
      where participant_no = $1 and to_status = 'suspended' order by changed_at desc limit 1`,
    [participantNo],
  );
  const back = rows[0]?.from_status ?? 'test';
  if (status !== 'suspended') throw participantErrors.transitionRefused({ participantNo, from: status, to: back });
  return { back, content: { participantNo, back, since: rows[0]?.changed_at.toISOString() ?? null } };
}

/** Proposes to end a suspension. @throws clearing.participants.transition-refused when there is none */
export async function proposeResumption(
  tx: Transaction,
  officer: Principal,
  participantNo: string,
): Promise<{ approvalId: bigint }> {
  const { content } = await suspension(tx, participantNo);
  const proposal = await proposeAct(tx, officer, { act: RESUME, subject: participantNo, content });
  await recordAct(tx, officer, { act: `${RESUME} proposed`, subject: participantNo });
  return proposal;
}

/** Ends a suspension as the second person; the participant is what it was before. @throws identity.same-person and as above */
export async function approveResumption(
  tx: Transaction,
  officer: Principal,
  participantNo: string,
  approvalId: bigint,
): Promise<{ participantNo: string; status: ParticipantStatus }> {
  const { back, content } = await suspension(tx, participantNo);
  await approveAct(tx, officer, approvalId, content);
  await setStatus(tx, participantNo, back);
  await recordAct(tx, officer, { act: RESUME, subject: participantNo, detail: { approvalId } });
  return { participantNo, status: back };
}
