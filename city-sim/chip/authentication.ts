import { timingSafeEqual } from 'node:crypto';
import type { CardAlgorithm } from '../cryptography/block-cipher.ts';
import { authenticationCryptogram, commandMac, openCommandCryptogram } from '../cryptography/purse.ts';
import { done, refuse, type Command, type Response } from './apdu.ts';
import { findKey, KEY_ID, type StoredKey } from './keys.ts';
import type { NonVolatileMemory } from './memory.ts';
import { LIFE_CELL } from './personalisation.ts';
import { takeChallenge, type Session } from './session.ts';
import { SW } from './status-words.ts';

const TRANSPORT_TRIES = 3;

/** EXTERNAL AUTHENTICATE: key id 00 is the transport key, 39 the card master key; no other key opens anything. */
export function externalAuthenticate(
  memory: NonVolatileMemory,
  session: Session,
  algorithm: CardAlgorithm,
  { p2: keyId, data }: Command,
): Response {
  const challenge = takeChallenge(session);
  if (keyId === 0) return authenticateTransport(memory, session, challenge, data);
  const key = keyId === KEY_ID.cardMaster ? findKey(memory, session.directory, keyId) : undefined;
  if (!key) return refuse(SW.keyNotFound);
  if (data.length !== 8) return refuse(SW.wrongLength);
  if (!challenge) return refuse(SW.noChallenge);
  const triesLeft = key.fifth & 0x0f;
  if (triesLeft === 0) return refuse(SW.authenticationBlocked);
  const right = tryWith(memory, key, () =>
    timingSafeEqual(authenticationCryptogram(algorithm, key.value, challenge), data),
  );
  if (!right) return refuse(0x63c0 | (triesLeft - 1));
  session.securityState = key.fourth;
  return done();
}

function authenticateTransport(
  memory: NonVolatileMemory,
  session: Session,
  challenge: Buffer | undefined,
  cryptogram: Buffer,
): Response {
  const key = memory.read(LIFE_CELL.transportKey);
  if (!key) return refuse(SW.keyNotFound);
  if (cryptogram.length !== 8) return refuse(SW.wrongLength);
  if (!challenge) return refuse(SW.noChallenge);
  const triesLeft = memory.read(LIFE_CELL.transportTries)?.[0] ?? TRANSPORT_TRIES;
  if (triesLeft === 0) return refuse(SW.authenticationBlocked);
  const right = timingSafeEqual(authenticationCryptogram('3des', key, challenge), cryptogram);
  const tries = right ? TRANSPORT_TRIES : triesLeft - 1;
  if (tries !== triesLeft) memory.commit(new Map([[LIFE_CELL.transportTries, Buffer.from([tries])]]));
  session.transportAuthenticated = right;
  return right ? done() : refuse(0x63c0 | tries);
}

/**
 * One try at a key or PIN with a try counter. The try is taken before the comparison and given back after a right one, so
 * that pulling the card in between wins nobody another try.
 */
export function tryWith(memory: NonVolatileMemory, key: StoredKey, isRight: () => boolean): boolean {
  memory.commit(new Map([[key.cell, withTries(key.record, (key.fifth & 0x0f) - 1)]]));
  const right = isRight();
  if (right) memory.commit(new Map([[key.cell, withTries(key.record, key.fifth >> 4)]]));
  return right;
}

/** The record with the remaining tries in the low nibble of its fifth byte. */
export function withTries(record: Buffer, tries: number): Buffer {
  const changed = Buffer.from(record);
  changed[4] = ((changed[4] ?? 0) & 0xf0) | tries;
  return changed;
}

/**
 * Checks the MAC that ends a command with secure messaging. Answers the data without the MAC, or the status word that
 * refuses it. The challenge is spent either way.
 */
export function openSecured(
  memory: NonVolatileMemory,
  session: Session,
  algorithm: CardAlgorithm,
  keyId: number,
  command: Command,
): Buffer | number {
  const challenge = takeChallenge(session);
  const key = findKey(memory, session.directory, keyId);
  if (!key) return SW.keyNotFound;
  if (command.data.length < 4) return SW.wrongLength;
  if (!challenge) return SW.noChallenge;
  const covered = command.raw.subarray(0, command.raw.length - 4);
  const mac = command.data.subarray(command.data.length - 4);
  if (!timingSafeEqual(commandMac(algorithm, key.value, challenge, covered), mac)) return SW.commandMacWrong;
  return command.data.subarray(0, command.data.length - 4);
}

/** As {@link openSecured}, for commands whose data are enciphered under the same key. */
export function openEnciphered(
  memory: NonVolatileMemory,
  session: Session,
  algorithm: CardAlgorithm,
  keyId: number,
  command: Command,
): Buffer | number {
  const opened = openSecured(memory, session, algorithm, keyId, command);
  const key = findKey(memory, session.directory, keyId);
  if (typeof opened === 'number' || !key) return typeof opened === 'number' ? opened : SW.keyNotFound;
  return openCommandCryptogram(algorithm, key.value, opened) ?? SW.badData;
}
