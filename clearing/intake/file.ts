import { createHash } from 'node:crypto';
import { type Database, fen, transact } from '@citycard/common';
import { HEADER_LENGTH } from '../purchases/purchase-file.ts';
import { RECORD_LENGTH } from '../purchases/purchase-record.ts';
import { newContent, PIECE_BYTES, storePieces } from './content.ts';
import {
  checkLength,
  checkTotal,
  type FileFormat,
  type FileRefusal,
  headerOf,
  Refused,
  senderOf,
  type SignatureCheck,
} from './file-checks.ts';
import { findTaken, isTakenMeanwhile, type TakenFile, takeWhole } from './taken-file.ts';

export interface FileIntakeDeps {
  readonly db: Database;
  readonly verifySignature: SignatureCheck;
}

/** A file in memory; one that may be large is uploaded in parts, see uploads/. */
export interface DeliveredFile {
  readonly name: string;
  readonly content: Buffer;
  /** The `.p7s` beside it, DER. */
  readonly signature: Buffer;
  /** Participant the sender proved to be; left out when the signature alone says who sent it. */
  readonly deliveredBy?: string;
  /** One time for the whole file. */
  readonly receivedAt: Date;
}

export type FileIntakeResult =
  | { readonly status: 'accepted' | 'repeat'; readonly file: TakenFile }
  /** Nothing was stored. `detail` tells the sender what to correct. */
  | { readonly status: 'refused'; readonly reason: FileRefusal; readonly detail: string };

const AMOUNT_OFFSET = 26;
/** 4 MiB: as much as one statement carries. */
export const PIECES_AT_ONCE = 16;

/** Sum of the amounts of whole records that stand one behind the other. */
export function amountsOf(records: Buffer): bigint {
  // At most 4 096 amounts of 4 bytes: far below what a number holds exactly.
  let total = 0n;
  for (let piece = 0; piece < records.length; piece += PIECE_BYTES) {
    let sum = 0;
    const end = Math.min(records.length, piece + PIECE_BYTES);
    for (let at = piece + AMOUNT_OFFSET; at < end; at += RECORD_LENGTH) sum += records.readUInt32BE(at);
    total += BigInt(sum);
  }
  return total;
}

/**
 * Takes a signed file of purchase records in, whole or not at all (terminal-interface.md §3, "Purchase file"). A name or
 * sequence seen before is answered with the first result when the content is the same, and refused when it is not.
 */
export async function takeFile(
  deps: FileIntakeDeps,
  format: FileFormat,
  file: DeliveredFile,
): Promise<FileIntakeResult> {
  try {
    return await take(deps, format, file);
  } catch (error) {
    if (error instanceof Refused) return { status: 'refused', reason: error.reason, detail: error.message };
    throw error;
  }
}

async function take(deps: FileIntakeDeps, format: FileFormat, file: DeliveredFile): Promise<FileIntakeResult> {
  const { db } = deps;
  const header = headerOf(file.name, format.magic, file.content.subarray(0, HEADER_LENGTH));
  const { participantNo, expectedCn } = await senderOf(db, format, header.sender, file.deliveredBy);
  const sha256 = createHash('sha256').update(file.content).digest();
  const identity = { name: file.name, source: format.source, sequence: header.sequence, participantNo, sha256 };
  const seen = await findTaken(db, identity);
  if (seen !== undefined) return { status: 'repeat', file: seen };
  const asked = { content: { sha256 }, signatureDer: file.signature, expectedCn, at: file.receivedAt };
  const verdict = await deps.verifySignature(db, asked);
  if (!verdict.ok) throw new Refused('signature', verdict.reason);
  checkLength(header, file.content.length);
  const records = file.content.subarray(HEADER_LENGTH);
  checkTotal(header, amountsOf(records));
  try {
    const taken = await transact(db, async (tx) => {
      const contentId = await newContent(tx);
      for (let at = 0; at < records.length; at += PIECES_AT_ONCE * PIECE_BYTES) {
        const part = records.subarray(at, at + PIECES_AT_ONCE * PIECE_BYTES);
        await storePieces(tx, contentId, piecesOf(part, at));
      }
      return takeWhole(tx, {
        ...identity,
        headerBusinessDate: header.businessDate,
        records: header.count,
        amountFen: fen(header.totalFen),
        contentId,
        receivedAt: file.receivedAt,
      });
    });
    return { status: 'accepted', file: taken };
  } catch (error) {
    if (!isTakenMeanwhile(error)) throw error;
    const first = await findTaken(db, identity);
    if (first === undefined) throw error;
    return { status: 'repeat', file: first };
  }
}

/** Cuts bytes that begin at a piece's boundary. */
export function piecesOf(bytes: Buffer, start: number): { start: number; bytes: Buffer }[] {
  const pieces: { start: number; bytes: Buffer }[] = [];
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    pieces.push({ start: start + at, bytes: bytes.subarray(at, at + PIECE_BYTES) });
  }
  return pieces;
}
