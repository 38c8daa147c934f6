import type { CardAlgorithm } from '../cryptography/block-cipher.ts';
import { done, refuse, type Command, type Response } from './apdu.ts';
import { openEnciphered, openSecured } from './authentication.ts';
import { accessAllowed, MASTER_FILE, shortFileId, type FileHeader, type FileStore } from './files.ts';
import { KEY_ID } from './keys.ts';
import type { NonVolatileMemory } from './memory.ts';
import type { Session } from './session.ts';
import { SW } from './status-words.ts';

/** Cell that says whether a directory is blocked: 01 until unblocked, 02 for good. */
export function blockCell(directory: string): string {
  return `directory-${directory}-blocked`;
}

/** SELECT by file id (P1 00) or by name (P1 04). A blocked directory becomes current and answers its block. */
export function selectFile(
  memory: NonVolatileMemory,
  files: FileStore,
  session: Session,
  { p1, data }: Command,
): Response {
  if (p1 === 0x04) {
    const cell = memory
      .names('directory-')
      .find((name) => memory.read(name)?.equals(data) && !name.endsWith('blocked'));
    if (!cell || data.length === 0) return refuse(SW.fileNotFound);
    return enter(memory, files, session, cell.slice('directory-'.length));
  }
  if (p1 !== 0x00) return refuse(SW.badParameters);
  const fileId = data.length === 0 ? MASTER_FILE : data.toString('hex').toUpperCase();
  if (fileId === MASTER_FILE || memory.read(`directory-${fileId}`)) return enter(memory, files, session, fileId);
  if (!files.header(session.directory, fileId)) return refuse(SW.fileNotFound);
  session.file = fileId;
  return done();
}

function enter(memory: NonVolatileMemory, files: FileStore, session: Session, directory: string): Response {
  session.directory = directory;
  session.file = undefined;
  const block = memory.read(blockCell(directory))?.[0];
  if (block !== undefined) return refuse(block === 2 ? SW.permanentlyBlocked : SW.blocked);
  return done(fileControlInformation(memory, files, directory));
}

/** 6F { 84 name, A5 { 9F0C public data } }; the public data repeat file 15h. */
function fileControlInformation(memory: NonVolatileMemory, files: FileStore, directory: string): Buffer {
  const name = memory.read(`directory-${directory}`) ?? Buffer.from('3F00', 'hex');
  const publicData = files.content(directory, shortFileId(0x15));
  const proprietary = publicData ? tlv([0xa5], tlv([0x9f, 0x0c], publicData)) : tlv([0xa5], Buffer.alloc(0));
  return tlv([0x6f], Buffer.concat([tlv([0x84], name), proprietary]));
}

function tlv(tag: readonly number[], value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([...tag, value.length]), value]);
}

/** READ and UPDATE BINARY, READ, UPDATE and APPEND RECORD; undefined for any other instruction. */
export function executeFileCommand(
  memory: NonVolatileMemory,
  files: FileStore,
  session: Session,
  algorithm: CardAlgorithm,
  personalised: boolean,
  command: Command,
): Response | undefined {
  const { cla, ins } = command;
  if (cla === 0x00 && ins === 0xb0) return readBinary(files, session, command);
  if (cla === 0x00 && ins === 0xb2) return readRecord(files, session, command);
  if ((cla !== 0x00 && cla !== 0x04) || ![0xd6, 0xdc, 0xe2].includes(ins)) return undefined;

  if (ins === 0xe2 && command.p1 !== 0) return refuse(SW.badParameters);
  const place = ins === 0xd6 ? binaryPlace(session, command) : recordPlace(session, command);
  if (typeof place === 'number') return refuse(place);
  const header = files.header(session.directory, place.fileId);
  if (!header) return refuse(SW.fileNotFound);
  const data = writableData(memory, session, algorithm, personalised, header, command);
  if (typeof data === 'number') return refuse(data);
  const changes =
    ins === 0xd6
      ? files.writeContent(session.directory, place.fileId, place.position, data)
      : files.writeRecord(session.directory, place.fileId, place.position, data);
  if (typeof changes === 'number') return refuse(changes);
  memory.commit(changes);
  return done();
}

/** The data to write, once access and MAC are in order. During personalisation the transport key opens everything. */
function writableData(
  memory: NonVolatileMemory,
  session: Session,
  algorithm: CardAlgorithm,
  personalised: boolean,
  header: FileHeader,
  command: Command,
): Buffer | number {
  if (command.data.length === 0) return SW.wrongLength;
  if (!personalised) return session.transportAuthenticated ? command.data : SW.securityNotSatisfied;
  if (!accessAllowed(header.writeAccess, session.securityState)) return SW.securityNotSatisfied;
  if (command.cla === 0x00) return header.update === 'plain' ? command.data : SW.securityNotSatisfied;
  const open = header.update === 'enciphered' ? openEnciphered : openSecured;
  return open(memory, session, algorithm, KEY_ID.maintenance, command);
}

interface Place {
  readonly fileId: string;
  /** Offset in a binary file or number of a record. */
  readonly position: number;
}

function binaryPlace(session: Session, { p1, p2 }: Command): Place | number {
  if (p1 & 0x80) return { fileId: shortFileId(p1 & 0x1f), position: p2 };
  if (session.file === undefined) return SW.noCurrentFile;
  return { fileId: session.file, position: (p1 << 8) | p2 };
}

function recordPlace(session: Session, { p1, p2 }: Command): Place | number {
  const sfi = p2 >> 3;
  const fileId = sfi === 0 ? session.file : shortFileId(sfi);
  return fileId === undefined ? SW.noCurrentFile : { fileId, position: p1 };
}

function readBinary(files: FileStore, session: Session, command: Command): Response {
  const place = binaryPlace(session, command);
  if (typeof place === 'number') return refuse(place);
  const header = files.header(session.directory, place.fileId);
  if (!header) return refuse(SW.fileNotFound);
  const content = files.content(session.directory, place.fileId);
  if (!content) return refuse(SW.fileTypeMismatch);
  if (!accessAllowed(header.readAccess, session.securityState)) return refuse(SW.securityNotSatisfied);
  if (place.position >= content.length) return refuse(SW.offsetOutside);
  const wanted = command.le ?? 256;
  const available = content.length - place.position;
  if (wanted !== 256 && wanted > available) return refuse(0x6c00 | available);
  return done(content.subarray(place.position, place.position + wanted));
}

/** P2 low bits 4: the one record P1; 5: all records from P1 on. */
function readRecord(files: FileStore, session: Session, command: Command): Response {
  const place = recordPlace(session, command);
  if (typeof place === 'number') return refuse(place);
  const header = files.header(session.directory, place.fileId);
  if (!header) return refuse(SW.fileNotFound);
  if (!accessAllowed(header.readAccess, session.securityState)) return refuse(SW.securityNotSatisfied);
  const first = files.record(session.directory, place.fileId, place.position);
  if (typeof first === 'number') return refuse(first);
  if ((command.p2 & 0x07) === 0x04) return done(first);
  if ((command.p2 & 0x07) !== 0x05) return refuse(SW.badParameters);
  const all = [first];
  for (let number = place.position + 1; ; number += 1) {
    const record = files.record(session.directory, place.fileId, number);
    if (typeof record === 'number' || (all.length + 1) * header.size > 256) break;
    all.push(record);
  }
  return done(Buffer.concat(all));
}
