import { timingSafeEqual } from 'node:crypto';
import { done, refuse, type Command, type Response } from '../chip/apdu.ts';
import { openEnciphered, tryWith, withTries } from '../chip/authentication.ts';
import { blockCell } from '../chip/file-commands.ts';
import { findKey, KEY_ID, type StoredKey } from '../chip/keys.ts';
import type { NonVolatileMemory } from '../chip/memory.ts';
import type { Session } from '../chip/session.ts';
import { SW } from '../chip/status-words.ts';
import type { CardAlgorithm } from '../cryptography/block-cipher.ts';
import { pinReloadMac } from '../cryptography/purse.ts';

const SHORTEST_PIN = 2;
const LONGEST_PIN = 6;
const MAC_LENGTH = 4;
/** Wrong MACs in a row that a card takes for PIN UNBLOCK before it blocks the application for good, and for RELOAD PIN before it refuses. */
const MAC_TRIES = 3;
const PERMANENT = Buffer.from([2]);

/** VERIFY, CHANGE PIN, RELOAD PIN and PIN UNBLOCK (domain page A.1); undefined for any other instruction. */
export function executePin(
  memory: NonVolatileMemory,
  session: Session,
  algorithm: CardAlgorithm,
  command: Command,
): Response | undefined {
  const code = (command.cla << 8) | command.ins;
  if (![0x0020, 0x805e, 0x8424].includes(code)) return undefined;
  const pin = findKey(memory, session.directory, KEY_ID.pin);
  if (!pin) return refuse(SW.keyNotFound);
  if (code === 0x0020) return verify(memory, session, pin, command);
  if (code === 0x8424) return unblock(memory, session, algorithm, pin, command);
  if (command.p2 === 0 && command.p1 === 1) return change(memory, session, pin, command);
  if (command.p2 === 0 && command.p1 === 0) return reload(memory, session, algorithm, pin, command);
  return refuse(SW.badParameters);
}

/** PIN of 2 to 6 bytes BCD. A right one gives the security state of its key record; 63Cx tells the tries left. */
function verify(memory: NonVolatileMemory, session: Session, pin: StoredKey, { data }: Command): Response {
  const refused = comparePin(memory, pin, data);
  if (refused !== undefined) return refuse(refused);
  session.securityState = pin.fourth;
  return done();
}

/** old PIN ‖ FF ‖ new PIN. */
function change(memory: NonVolatileMemory, session: Session, pin: StoredKey, { data }: Command): Response {
  const border = data.indexOf(0xff);
  const fresh = data.subarray(border + 1);
  if (border < 0 || !isPin(fresh)) return refuse(SW.badData);
  const refused = comparePin(memory, pin, data.subarray(0, border));
  if (refused !== undefined) return refuse(refused);
  memory.commit(new Map([[pin.cell, recordWith(pin, fresh)]]));
  session.securityState = pin.fourth;
  return done();
}

/** new PIN ‖ MAC 4 under the DRPK. Gives the tries back. */
function reload(
  memory: NonVolatileMemory,
  session: Session,
  algorithm: CardAlgorithm,
  pin: StoredKey,
  { data }: Command,
): Response {
  const key = findKey(memory, session.directory, KEY_ID.pinReload);
  if (!key) return refuse(SW.keyNotFound);
  const failuresCell = `${session.directory}/pin-reload-failures`;
  if (failuresIn(memory, failuresCell) >= MAC_TRIES) return refuse(SW.authenticationBlocked);
  const fresh = data.subarray(0, -MAC_LENGTH);
  if (data.length <= MAC_LENGTH || !isPin(fresh)) return refuse(SW.badData);
  memory.commit(new Map([[failuresCell, Buffer.from([failuresIn(memory, failuresCell) + 1])]]));
  if (!timingSafeEqual(pinReloadMac(algorithm, key.value, fresh), data.subarray(-MAC_LENGTH)))
    return refuse(SW.macWrong);
  memory.commit(
    new Map([
      [pin.cell, recordWith(pin, fresh)],
      [failuresCell, undefined],
    ]),
  );
  return done();
}

/** E(PIN) ‖ MAC 4 under the DPUK: the PIN in it is the card's from now on, and its tries come back. */
function unblock(
  memory: NonVolatileMemory,
  session: Session,
  algorithm: CardAlgorithm,
  pin: StoredKey,
  command: Command,
): Response {
  if (command.p1 !== 0 || command.p2 > 1) return refuse(SW.badParameters);
  const failuresCell = `${session.directory}/pin-unblock-failures`;
  const opened = openEnciphered(memory, session, algorithm, KEY_ID.pinUnblock, command);
  if (opened === SW.commandMacWrong) {
    const failures = failuresIn(memory, failuresCell) + 1;
    const changes = new Map([[failuresCell, Buffer.from([failures])]]);
    if (failures >= MAC_TRIES) changes.set(blockCell(session.directory), PERMANENT);
    memory.commit(changes);
  }
  if (typeof opened === 'number') return refuse(opened);
  if (!isPin(opened)) return refuse(SW.badData);
  memory.commit(
    new Map([
      [pin.cell, recordWith(pin, opened)],
      [failuresCell, undefined],
      [`${session.directory}/pin-reload-failures`, undefined],
    ]),
  );
  return done();
}

/** The status word that refuses an entered PIN, undefined when it is the card's. */
function comparePin(memory: NonVolatileMemory, pin: StoredKey, entered: Buffer): number | undefined {
  if (entered.length < SHORTEST_PIN || entered.length > LONGEST_PIN) return SW.wrongLength;
  const triesLeft = pin.fifth & 0x0f;
  if (triesLeft === 0) return SW.authenticationBlocked;
  const right = tryWith(memory, pin, () => timingSafeEqual(filled(entered), pin.value));
  return right ? undefined : 0x63c0 | (triesLeft - 1);
}

/** Digits, filled with F at the end only. */
function isPin(bytes: Buffer): boolean {
  return bytes.length >= SHORTEST_PIN && bytes.length <= LONGEST_PIN && /^[0-9]+f?$/.test(bytes.toString('hex'));
}

function filled(pin: Buffer): Buffer {
  const bytes = Buffer.alloc(8, 0xff);
  pin.copy(bytes);
  return bytes;
}

/** The PIN record with another PIN and all its tries. */
function recordWith(pin: StoredKey, fresh: Buffer): Buffer {
  return Buffer.concat([withTries(pin.record, pin.fifth >> 4).subarray(0, 5), filled(fresh)]);
}

function failuresIn(memory: NonVolatileMemory, cell: string): number {
  return memory.read(cell)?.[0] ?? 0;
}
