import { decryptEcb, type CardAlgorithm } from '../cryptography/block-cipher.ts';
import { done, refuse, type Command, type Response } from './apdu.ts';
import { MASTER_FILE, parseFileHeader } from './files.ts';
import { ALGORITHM_BYTE, KEY_ID, keyCell } from './keys.ts';
import type { NonVolatileMemory } from './memory.ts';
import type { Session } from './session.ts';
import { SW } from './status-words.ts';

/** Cells that hold the life of the chip. */
export const LIFE_CELL = {
  transportKey: 'transport-key',
  transportTries: 'transport-tries',
  serial: 'chip-serial',
} as const;

/** Files and keys a chip must have before END OF PERSONALISATION, as directory/file and directory/0000/key/index. */
export type RequiredCells = () => readonly string[];

/** CREATE FILE, ERASE, WRITE KEY and END of docs/reference/card-personalisation.md; undefined for any other instruction. */
export function personalise(
  memory: NonVolatileMemory,
  session: Session,
  algorithms: readonly CardAlgorithm[],
  required: RequiredCells,
  command: Command,
): Response | undefined {
  const code = (command.cla << 8) | command.ins;
  if (![0x800e, 0x80e0, 0x80d4, 0x0008].includes(code)) return undefined;
  const transportKey = memory.read(LIFE_CELL.transportKey);
  if (!transportKey) return refuse(SW.unknownInstruction);
  if (!session.transportAuthenticated) return refuse(SW.securityNotSatisfied);
  switch (code) {
    case 0x800e:
      return erase(memory, session);
    case 0x80e0:
      return createFile(memory, session, command);
    case 0x80d4:
      return writeKey(memory, session, algorithms, transportKey, command);
    default:
      return endOfPersonalisation(memory, session, required);
  }
}

function erase(memory: NonVolatileMemory, session: Session): Response {
  const cells = memory.names('').filter((name) => name.includes('/') || name.startsWith('directory-'));
  memory.commit(new Map(cells.map((name) => [name, undefined])));
  session.directory = MASTER_FILE;
  session.file = undefined;
  return done();
}

function createFile(memory: NonVolatileMemory, session: Session, command: Command): Response {
  const fileId = Buffer.from([command.p1, command.p2]).toString('hex').toUpperCase();
  const type = command.data[0];
  if (type === 0x38) return createDirectory(memory, session, fileId, command.data);
  const cell = `${session.directory}/${fileId}`;
  if (memory.read(cell)) return refuse(SW.conditionsNotSatisfied);
  if (type === 0x3f) {
    if (fileId !== '0000' || command.data.length !== 7) return refuse(SW.badData);
  } else {
    const header = parseFileHeader(command.data);
    if (!header || (header.kind !== 'purse' && header.size === 0)) return refuse(SW.badData);
    if (header.kind.endsWith('records') && header.records === 0) return refuse(SW.badData);
  }
  memory.commit(new Map([[cell, command.data]]));
  return done();
}

/** Directory information: 38 ‖ size 2 ‖ create ‖ erase ‖ application id ‖ FFFF ‖ name 5–16. Directories stand directly under the MF. */
function createDirectory(memory: NonVolatileMemory, session: Session, fileId: string, data: Buffer): Response {
  const name = data.subarray(8);
  if (name.length < 5 || name.length > 16) return refuse(SW.badData);
  if (session.directory !== MASTER_FILE || memory.read(`directory-${fileId}`)) return refuse(SW.conditionsNotSatisfied);
  memory.commit(new Map([[`directory-${fileId}`, name]]));
  return done();
}

/** type ‖ use ‖ change ‖ version ‖ algorithm ‖ key under the transport key. P1 is the key index, P2 the key id. */
function writeKey(
  memory: NonVolatileMemory,
  session: Session,
  algorithms: readonly CardAlgorithm[],
  transportKey: Buffer,
  { p1: index, p2: keyId, data }: Command,
): Response {
  if (!memory.read(`${session.directory}/0000`)) return refuse(SW.keyNotFound);
  if (index === 0 || data[0] !== keyId) return refuse(SW.badData);
  const isPin = keyId === KEY_ID.pin;
  if (data.length !== (isPin ? 13 : 21)) return refuse(SW.wrongLength);
  const cell = keyCell(session.directory, keyId, index);
  if (memory.read(cell)) return refuse(SW.conditionsNotSatisfied);
  const value = decryptEcb('3des', transportKey, data.subarray(5));
  if (!isPin) {
    if (value.subarray(0, 8).equals(value.subarray(8))) return refuse(SW.badData);
    const known = algorithms.some((algorithm) => data[4] === ALGORITHM_BYTE[algorithm]);
    if (keyId !== KEY_ID.cardMaster && !known) return refuse(SW.badData);
  }
  memory.commit(new Map([[cell, Buffer.concat([data.subarray(0, 5), value])]]));
  return done();
}

function endOfPersonalisation(memory: NonVolatileMemory, session: Session, required: RequiredCells): Response {
  if (required().some((cell) => !memory.read(cell))) return refuse(SW.conditionsNotSatisfied);
  const pin = `/${KEY_ID.pin.toString(16).toUpperCase()}/`;
  const keys = memory.names('').filter((name) => name.includes('/0000/') && !name.includes(pin));
  const values = new Set(keys.map((name) => memory.read(name)?.subarray(5).toString('hex')));
  if (values.size !== keys.length) return refuse(SW.conditionsNotSatisfied);
  memory.commit(new Map([[LIFE_CELL.transportKey, undefined]]));
  session.transportAuthenticated = false;
  session.securityState = 0;
  session.directory = MASTER_FILE;
  session.file = undefined;
  return done();
}
