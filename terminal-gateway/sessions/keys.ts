import type { Database } from '@citycard/common';
import type { HsmClient, KeyRef, WorkingKeys } from '@citycard/hsm-sim';
import type { Message } from '../codec/message.ts';
import type { OutgoingFrame } from '../codec/frame-writer.ts';
import type { Terminal } from '../terminals/estate.ts';

export interface SessionDeps {
  readonly db: Database;
  readonly hsm: HsmClient;
}

/**
 * Checks field 64. New working keys come into force with the first message that is right under the new MAK; until then
 * the old ones stay (terminal interface, section 2).
 *
 * @returns the MAK the message is right under (its answer is made under the same), or undefined
 * @throws HsmUnavailable
 */
export async function verifyMac(deps: SessionDeps, terminal: Terminal, message: Message): Promise<KeyRef | undefined> {
  const mac = message.bytes(64);
  if (mac === undefined) return undefined;
  const { mak, macAlgorithm } = terminal;
  if (mak !== undefined && (await deps.hsm.verifyTerminalMac(mak, macAlgorithm, message.macInput, mac))) return mak;
  return adoptNextMak(deps, terminal, message);
}

/**
 * As {@link verifyMac} for a message that is known not to be right under the key in force.
 *
 * @throws HsmUnavailable
 */
export async function adoptNextMak(
  deps: SessionDeps,
  terminal: Terminal,
  message: Message,
): Promise<KeyRef | undefined> {
  const mac = message.bytes(64);
  const { nextMak, macAlgorithm } = terminal;
  if (mac === undefined || nextMak === undefined) return undefined;
  if (!(await deps.hsm.verifyTerminalMac(nextMak, macAlgorithm, message.macInput, mac))) return undefined;
  await deps.db.query(
    `update gateway.terminal set mak = next_mak, pik = next_pik, next_mak = null, next_pik = null,
            software = next_software, software_at = clock_timestamp(), next_software = null
      where terminal_no = $1 and next_mak = $2`,
    [terminal.terminalNo, nextMak],
  );
  return nextMak;
}

/** Makes field 64 of an answer. @throws HsmUnavailable */
export async function sealAnswer(
  deps: SessionDeps,
  terminal: Terminal,
  mak: KeyRef,
  frame: OutgoingFrame,
): Promise<OutgoingFrame> {
  return frame.setMac(await deps.hsm.terminalMac(mak, terminal.macAlgorithm, frame.macInput));
}

/**
 * Field 62 of a sign-on answer: PIK under TMK 16 ‖ KCV 4 ‖ MAK under TMK 16 ‖ KCV 4, as values of the catalogue. What the
 * terminal says of its software counts when the keys do, for anybody may send a sign-on. Undefined when the terminal got
 * another master key, or none any more, while the HSM made these.
 */
export async function newWorkingKeys(
  deps: SessionDeps,
  terminal: Terminal & { tmk: KeyRef },
  software: string | undefined,
): Promise<WorkingKeys | undefined> {
  const keys = await deps.hsm.createWorkingKeys(terminal.tmk);
  const { rowCount } = await deps.db.query(
    'update gateway.terminal set next_mak = $2, next_pik = $3, next_software = $4 where terminal_no = $1 and tmk = $5',
    [terminal.terminalNo, keys.mak, keys.pik, software ?? null, terminal.tmk],
  );
  return rowCount === 1 ? keys : undefined;
}
