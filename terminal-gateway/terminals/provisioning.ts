import { assignSam, endSamAssignment, findParticipant, participantOfSam, samAssignmentsFrom } from '@citycard/clearing';
import { type Principal, recordAct, type Transaction } from '@citycard/common';
import { gatewayErrors } from '../errors.ts';
import { estateErrors } from './errors.ts';
import { isMacTooWeak, type MacAlgorithm, type TerminalFunction } from './estate.ts';
import { noteEvents } from './events.ts';
import { modelsInProduction } from './models.ts';
import { holdTerminal, requireAlive } from './status.ts';

export interface Provisioning {
  readonly terminalNo: string;
  readonly functions: readonly TerminalFunction[];
  readonly macAlgorithm: MacAlgorithm;
  readonly tlsOnly: boolean;
}

export interface Move {
  readonly terminalNo: string;
  readonly participantNo: string;
  readonly industry: number;
}

/** @throws terminal-gateway.terminal-unknown, .mac-too-weak, terminal-gateway.estate.status-final */
export async function checkProvisioning(tx: Transaction, wanted: Provisioning, demo: boolean): Promise<void> {
  const { terminalNo } = wanted;
  requireAlive(terminalNo, await holdTerminal(tx, terminalNo), 'provisioned');
  if (!demo && isMacTooWeak(wanted)) throw gatewayErrors.macTooWeak({ terminalNo });
}

/** What a terminal may do, and how its messages are protected. @throws as {@link checkProvisioning} */
export async function provisionTerminal(
  tx: Transaction,
  officer: Principal,
  wanted: Provisioning,
  demo: boolean,
): Promise<void> {
  await checkProvisioning(tx, wanted, demo);
  const { terminalNo, functions, macAlgorithm, tlsOnly } = wanted;
  await tx.query(
    `update gateway.terminal set functions = $2, mac_algorithm = $3, tls_only = $4, revision = revision + 1 where terminal_no = $1`,
    [terminalNo, functions, macAlgorithm, tlsOnly],
  );
  const detail = { functions, macAlgorithm, tlsOnly };
  await noteEvents(tx, officer, 'provisioned', [terminalNo], detail);
  await recordAct(tx, officer, { act: 'provision-terminal', subject: `terminal ${terminalNo}`, detail });
}

/** @throws terminal-gateway.terminal-unknown, terminal-gateway.estate.status-final, .participant-unknown, .participant-gone, .model-not-accepted */
export async function checkMove(tx: Transaction, move: Move, demo: boolean): Promise<void> {
  const { terminalNo, participantNo } = move;
  const held = await holdTerminal(tx, terminalNo);
  requireAlive(terminalNo, held, 'moved');
  const { rows } = await tx.query<{ same: boolean; model: string | null }>(
    'select merchant_no = $2 and industry = $3 as same, model from gateway.terminal where terminal_no = $1',
    [terminalNo, participantNo, move.industry],
  );
  if (rows[0]?.same === true) throw estateErrors.nothingChanges({ terminalNo });
  const participant = await findParticipant(tx, participantNo);
  if (participant === undefined || !['operator', 'agent', 'biller'].includes(participant.kind))
    throw estateErrors.participantUnknown({ participantNo });
  if (participant.status === 'suspended' || participant.status === 'exited')
    throw estateErrors.participantGone({ participantNo, status: participant.status });
  if (demo || participant.status === 'test') return;
  const model = rows[0]?.model ?? undefined;
  if (model === undefined) throw estateErrors.modelMissing({ terminalNo });
  if ((await modelsInProduction(tx)).get(model) !== true) throw estateErrors.modelNotAccepted({ model, participantNo });
}

/**
 * Gives a terminal to another participant or industry from now on, its SAM with it; records tapped before belong to whom the
 * SAM belonged to then. @throws as {@link checkMove}
 */
export async function moveTerminal(tx: Transaction, officer: Principal, move: Move, demo: boolean): Promise<void> {
  await checkMove(tx, move, demo);
  const { terminalNo, participantNo, industry } = move;
  const { sam_no: samNo } = await holdTerminal(tx, terminalNo);
  // One moment for everything: the old and the new owner share no instant and leave none between them.
  const { rows } = await tx.query<{ at: Date }>(
    `update gateway.terminal_assignment set valid_to = date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond'
      where terminal_no = $1 and valid_to is null returning valid_to as at`,
    [terminalNo],
  );
  const at = rows[0]?.at ?? new Date();
  await tx.query(
    'insert into gateway.terminal_assignment (terminal_no, valid_from, merchant_no, industry) values ($1, $2, $3, $4)',
    [terminalNo, at, participantNo, industry],
  );
  await tx.query(
    'update gateway.terminal set merchant_no = $2, industry = $3, revision = revision + 1 where terminal_no = $1',
    [terminalNo, participantNo, industry],
  );
  if (samNo !== null) {
    await endSamAssignment(tx, samNo, at);
    await assignSam(tx, { samNo, participantNo, terminalNo, validFrom: at });
  }
  await noteEvents(tx, officer, 'moved', [terminalNo], { participantNo, industry });
  await recordAct(tx, officer, {
    act: 'move-terminal',
    subject: `terminal ${terminalNo}`,
    detail: { participantNo, industry },
  });
}

export interface Pairing {
  readonly terminalNo: string;
  readonly samNo: string;
  /** When the SAM was put in; records tapped since then are the terminal's. */
  readonly from: Date;
  readonly revision?: bigint;
}

/**
 * Puts a SAM into a terminal: nobody's, or one of the same participant that is in no other live terminal. The one that was in
 * it is nobody's from that moment on.
 *
 * @throws terminal-gateway.terminal-unknown, terminal-gateway.estate.status-final, .sam-in-use, .sam-elsewhere, clearing.sam-taken
 */
export async function pairSam(tx: Transaction, officer: Principal, pairing: Pairing): Promise<void> {
  const { terminalNo, samNo, from } = pairing;
  const held = await holdTerminal(tx, terminalNo, pairing.revision);
  requireAlive(terminalNo, held, 'given a SAM');
  if (held.sam_no === samNo) throw estateErrors.nothingChanges({ terminalNo });
  const { rows } = await tx.query<{ terminal_no: string }>(
    `select terminal_no from gateway.terminal where sam_no = $1 and status <> 'retired'`,
    [samNo],
  );
  if (rows[0] !== undefined) throw estateErrors.samInUse({ samNo, terminalNo: rows[0].terminal_no });
  for (const holder of (await samAssignmentsFrom(tx, [samNo], from)).get(samNo) ?? []) {
    if (holder.participantNo === held.merchant_no && (holder.terminalNo ?? terminalNo) === terminalNo) continue;
    throw estateErrors.samElsewhere({
      samNo,
      participantNo: holder.participantNo,
      terminalNo: holder.terminalNo ?? 'none',
    });
  }
  if (held.sam_no !== null && (await participantOfSam(tx, held.sam_no, from)) !== undefined)
    await endSamAssignment(tx, held.sam_no, from);
  // Given to the participant alone before, it is the terminal's from now on.
  if ((await participantOfSam(tx, samNo, from)) !== undefined) await endSamAssignment(tx, samNo, from);
  await assignSam(tx, { samNo, participantNo: held.merchant_no, terminalNo, validFrom: from });
  await tx.query('update gateway.terminal set sam_no = $2, revision = revision + 1 where terminal_no = $1', [
    terminalNo,
    samNo,
  ]);
  await noteEvents(tx, officer, 'sam-paired', [terminalNo], { samNo, from: from.toISOString() });
  await recordAct(tx, officer, {
    act: 'pair-sam',
    subject: `terminal ${terminalNo}`,
    detail: { samNo, from: from.toISOString() },
  });
}

/**
 * Model and group of a terminal: what is on its type plate, and which roll-outs it takes part in.
 *
 * @throws terminal-gateway.terminal-unknown, terminal-gateway.estate.status-final, .model-unknown, .changed-meanwhile
 */
export async function labelTerminal(
  tx: Transaction,
  officer: Principal,
  label: {
    readonly terminalNo: string;
    readonly model?: string;
    readonly groupName?: string;
    readonly revision?: bigint;
  },
): Promise<void> {
  const { terminalNo, model, groupName } = label;
  requireAlive(terminalNo, await holdTerminal(tx, terminalNo, label.revision), 'labelled');
  if (model !== undefined && !(await modelsInProduction(tx)).has(model)) throw estateErrors.modelUnknown({ model });
  await tx.query(
    `update gateway.terminal set model = coalesce($2, model), group_name = coalesce($3, group_name), revision = revision + 1 where terminal_no = $1`,
    [terminalNo, model ?? null, groupName ?? null],
  );
  const detail = { ...(model !== undefined && { model }), ...(groupName !== undefined && { groupName }) };
  await noteEvents(tx, officer, 'labelled', [terminalNo], detail);
  await recordAct(tx, officer, { act: 'label-terminal', subject: `terminal ${terminalNo}`, detail });
}
