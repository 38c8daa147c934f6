import { done, refuse, type Command, type Response } from '../chip/apdu.ts';
import { openSecured } from '../chip/authentication.ts';
import { blockCell } from '../chip/file-commands.ts';
import { MASTER_FILE } from '../chip/files.ts';
import { KEY_ID } from '../chip/keys.ts';
import type { NonVolatileMemory } from '../chip/memory.ts';
import type { Session } from '../chip/session.ts';
import { SW } from '../chip/status-words.ts';
import type { CardAlgorithm } from '../cryptography/block-cipher.ts';

const CARD_BLOCK_CELL = 'card-blocked';
const UNBLOCK_TRIES = 3;
const TEMPORARY = Buffer.from([1]);
const PERMANENT = Buffer.from([2]);

/** Instructions a temporarily blocked application still serves, so that a counter can read and unblock it. */
const SERVED_WHILE_BLOCKED = [0xa4, 0xb0, 0x84, 0x1e, 0x18, 0x16, 0xf6];

/** The status word that refuses a command because card or application is blocked. */
export function blockOf(memory: NonVolatileMemory, session: Session, command: Command): number | undefined {
  if (memory.read(CARD_BLOCK_CELL)) return SW.blocked;
  const block = memory.read(blockCell(session.directory));
  if (!block || command.ins === 0xa4) return undefined;
  if (block.equals(PERMANENT)) return SW.permanentlyBlocked;
  return SERVED_WHILE_BLOCKED.includes(command.ins) ? undefined : SW.blocked;
}

/** APPLICATION BLOCK, APPLICATION UNBLOCK and CARD BLOCK; undefined for any other instruction. */
export function executeBlock(
  memory: NonVolatileMemory,
  session: Session,
  algorithm: CardAlgorithm,
  command: Command,
): Response | undefined {
  if (command.cla !== 0x84) return undefined;
  const secured = (keyId: number) => openSecured(memory, session, algorithm, keyId, command);
  switch (command.ins) {
    case 0x1e: {
      if (command.p2 > 1) return refuse(SW.badParameters);
      const opened = secured(KEY_ID.applicationBlock);
      if (typeof opened === 'number') return refuse(opened);
      memory.commit(new Map([[blockCell(session.directory), command.p2 === 1 ? PERMANENT : TEMPORARY]]));
      return done();
    }
    case 0x18:
      return unblock(memory, session, secured(KEY_ID.applicationUnblock));
    case 0x16: {
      // The whole card is the master file's to block, wherever one stands.
      const opened = openSecured(memory, { ...session, directory: MASTER_FILE }, algorithm, KEY_ID.cardMaster, command);
      session.challenge = undefined;
      if (typeof opened === 'number') return refuse(opened);
      memory.commit(new Map([[CARD_BLOCK_CELL, PERMANENT]]));
      return done();
    }
    default:
      return undefined;
  }
}

/** Three wrong MACs in a row block the application for good. */
function unblock(memory: NonVolatileMemory, session: Session, opened: Buffer | number): Response {
  const cell = blockCell(session.directory);
  const failuresCell = `${session.directory}/unblock-failures`;
  if (!memory.read(cell)) return refuse(SW.conditionsNotSatisfied);
  if (typeof opened !== 'number') {
    memory.commit(
      new Map([
        [cell, undefined],
        [failuresCell, undefined],
      ]),
    );
    return done();
  }
  if (opened === SW.commandMacWrong) {
    const failures = (memory.read(failuresCell)?.[0] ?? 0) + 1;
    const changes = new Map([[failuresCell, Buffer.from([failures])]]);
    if (failures >= UNBLOCK_TRIES) changes.set(cell, PERMANENT);
    memory.commit(changes);
  }
  return refuse(opened);
}
