import { endSamAssignment } from '@citycard/clearing';
import { type Principal, recordAct, type Transaction } from '@citycard/common';
import { gatewayErrors } from '../errors.ts';
import { estateErrors } from './errors.ts';
import type { TerminalStatus } from './estate.ts';
import { noteEvents } from './events.ts';

/** What a terminal may become. A retired one is history: its number is never given again. */
export const TERMINAL_TRANSITIONS: Readonly<Record<TerminalStatus, readonly TerminalStatus[]>> = {
  active: ['suspended', 'retired'],
  suspended: ['active', 'retired'],
  retired: [],
};

interface Held {
  readonly status: TerminalStatus;
  readonly sam_no: string | null;
  readonly merchant_no: string;
}

/**
 * Holds a terminal until the transaction ends.
 *
 * @param revision what the caller has seen; undefined when it does not matter
 * @throws terminal-gateway.terminal-unknown, terminal-gateway.estate.changed-meanwhile
 */
export async function holdTerminal(tx: Transaction, terminalNo: string, revision?: bigint): Promise<Held> {
  const { rows } = await tx.query<Held & { revision: bigint }>(
    'select status, sam_no, merchant_no, revision from gateway.terminal where terminal_no = $1 for update',
    [terminalNo],
  );
  const row = rows[0];
  if (row === undefined) throw gatewayErrors.terminalUnknown({ terminalNo });
  if (revision !== undefined && revision !== row.revision) throw estateErrors.changedMeanwhile({ terminalNo });
  return row;
}

/** @throws terminal-gateway.estate.status-final */
export function requireStatus(terminalNo: string, { status }: Held, wanted: TerminalStatus): void {
  if (!TERMINAL_TRANSITIONS[status].includes(wanted)) throw estateErrors.statusFinal({ terminalNo, status, wanted });
}

/** @throws terminal-gateway.estate.status-final for a retired terminal */
export function requireAlive(terminalNo: string, { status }: Held, wanted: string): void {
  if (status === 'retired') throw estateErrors.statusFinal({ terminalNo, status, wanted });
}

interface Step {
  readonly terminalNo: string;
  readonly reason: string;
  readonly revision?: bigint;
}

/**
 * Out of service from the next message on, which is answered 97; keys, SAM and what it has uploaded stay as they are.
 *
 * @throws terminal-gateway.terminal-unknown, terminal-gateway.estate.status-final, .changed-meanwhile
 */
export async function suspendTerminal(tx: Transaction, officer: Principal, step: Step): Promise<void> {
  const { terminalNo, reason } = step;
  requireStatus(terminalNo, await holdTerminal(tx, terminalNo, step.revision), 'suspended');
  await setStatus(tx, terminalNo, 'suspended', reason);
  await noteEvents(tx, officer, 'suspended', [terminalNo], { reason });
  await recordAct(tx, officer, { act: 'suspend-terminal', subject: `terminal ${terminalNo}`, detail: { reason } });
}

/** Back into service. The second of two persons calls it. @throws as {@link suspendTerminal} */
export async function resumeTerminal(tx: Transaction, officer: Principal, step: Step): Promise<void> {
  const { terminalNo, reason } = step;
  requireStatus(terminalNo, await holdTerminal(tx, terminalNo), 'active');
  await setStatus(tx, terminalNo, 'active', reason);
  await noteEvents(tx, officer, 'resumed', [terminalNo], { reason });
  await recordAct(tx, officer, { act: 'resume-terminal', subject: `terminal ${terminalNo}`, detail: { reason } });
}

/**
 * Out of service for good: its keys are gone, its SAM is nobody's from now on (records of earlier taps keep their owner),
 * its number is never given again.
 *
 * @throws as {@link suspendTerminal}, and terminal-gateway.estate.replacement-unfit
 */
export async function retireTerminal(
  tx: Transaction,
  officer: Principal,
  step: Step & { readonly replacedBy?: string },
): Promise<void> {
  const { terminalNo, reason, replacedBy } = step;
  const held = await holdTerminal(tx, terminalNo, step.revision);
  requireStatus(terminalNo, held, 'retired');
  if (replacedBy !== undefined) await requireReplacement(tx, terminalNo, replacedBy);
  await tx.query(
    `update gateway.terminal set tmk = null, tmk_kcv = null, mak = null, pik = null, next_mak = null, next_pik = null,
            next_tmk = null, next_tmk_kcv = null where terminal_no = $1`,
    [terminalNo],
  );
  await setStatus(tx, terminalNo, 'retired', reason);
  await tx.query('update gateway.terminal set replaced_by = $2 where terminal_no = $1', [
    terminalNo,
    replacedBy ?? null,
  ]);
  await tx.query(
    'update gateway.terminal_assignment set valid_to = clock_timestamp() where terminal_no = $1 and valid_to is null',
    [terminalNo],
  );
  if (held.sam_no !== null) await endSamAssignment(tx, held.sam_no, new Date());
  const detail = { reason, ...(replacedBy !== undefined && { replacedBy }) };
  await noteEvents(tx, officer, 'retired', [terminalNo], detail);
  await recordAct(tx, officer, { act: 'retire-terminal', subject: `terminal ${terminalNo}`, detail });
}

async function requireReplacement(tx: Transaction, terminalNo: string, replacedBy: string): Promise<void> {
  const { rows } = await tx.query<{ status: TerminalStatus }>(
    'select status from gateway.terminal where terminal_no = $1',
    [replacedBy],
  );
  if (replacedBy === terminalNo || rows[0]?.status !== 'active')
    throw estateErrors.replacementUnfit({ terminalNo: replacedBy });
}

async function setStatus(tx: Transaction, terminalNo: string, status: TerminalStatus, reason: string): Promise<void> {
  await tx.query(
    `update gateway.terminal set status = $2, status_reason = $3, status_at = clock_timestamp(), revision = revision + 1 where terminal_no = $1`,
    [terminalNo, status, reason],
  );
}
