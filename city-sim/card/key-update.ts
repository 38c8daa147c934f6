import { done, refuse, type Command, type Response } from '../chip/apdu.ts';
import { openEnciphered } from '../chip/authentication.ts';
import { ALGORITHM_BYTE, findKey, KEY_ID } from '../chip/keys.ts';
import type { NonVolatileMemory } from '../chip/memory.ts';
import type { Session } from '../chip/session.ts';
import { SW } from '../chip/status-words.ts';
import type { CardAlgorithm } from '../cryptography/block-cipher.ts';

/** version or security state 1 ‖ algorithm or tries 1 ‖ 00 00 ‖ key 16. */
const UPDATE_LENGTH = 20;

/**
 * Key update in the field: `84 D4 index id` E(14 ‖ fourth ‖ fifth ‖ 00 00 ‖ key) ‖ MAC, both under the card master key of the
 * directory. Replaces a key that is there; undefined for any other instruction.
 */
export function updateKey(
  memory: NonVolatileMemory,
  session: Session,
  algorithm: CardAlgorithm,
  command: Command,
): Response | undefined {
  if (command.cla !== 0x84 || command.ins !== 0xd4) return undefined;
  const { p1: index, p2: keyId } = command;
  const opened = openEnciphered(memory, session, algorithm, KEY_ID.cardMaster, command);
  if (typeof opened === 'number') return refuse(opened);
  const key = keyId === KEY_ID.pin ? undefined : findKey(memory, session.directory, keyId, index);
  if (!key) return refuse(SW.keyNotFound);
  if (opened.length !== UPDATE_LENGTH) return refuse(SW.wrongLength);
  const [fourth = 0, fifth = 0] = opened;
  const value = opened.subarray(4);
  const authenticates = keyId === KEY_ID.cardMaster;
  const fits = authenticates ? fifth >> 4 === (fifth & 0x0f) && fifth > 0 : fifth === ALGORITHM_BYTE[algorithm];
  if (!fits || value.subarray(0, 8).equals(value.subarray(8)) || isOnCard(memory, value)) return refuse(SW.badData);
  const record = Buffer.concat([key.record.subarray(0, 3), Buffer.from([fourth, fifth]), value]);
  memory.commit(new Map([[key.cell, record]]));
  return done();
}

/** No two keys of a card are equal. */
function isOnCard(memory: NonVolatileMemory, value: Buffer): boolean {
  const keys = memory.names('').filter((name) => name.includes('/0000/'));
  return keys.some((name) => memory.read(name)?.subarray(5).equals(value));
}
