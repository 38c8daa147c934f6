import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { cityDateTimeDigits } from '@citycard/common';
import { findFile } from '../intake/file-standing.ts';
import { appendToUpload } from '../intake/uploads/append.ts';
import { completeUpload } from '../intake/uploads/complete.ts';
import { openUpload, type UploadDeps } from '../intake/uploads/upload.ts';
import { type Folders, moveAside, type Pair, writeWhole } from './folders.ts';

/** A signature is about 3 kB; what is longer is none, and is refused as one that cannot be read. */
const SIGNATURE_BYTES = 65_537;
const READ_BYTES = 262_144;

interface Told {
  readonly fileName: string;
  readonly records: number;
  readonly amountFen: bigint;
  readonly receivedAt: Date;
  readonly businessDate: string;
}

/**
 * Takes a pair of an inbox folder in, answers it in the outbox and moves it away, in this order: whoever is killed in between
 * finds the pair still there, and the database answers it as before. Resolves to what became of it; `waiting` when the file got
 * shorter or somebody else is at it.
 *
 * @throws CityCardError `clearing.uploads.storage-full`; the pair stays where it is
 */
export async function takePair(
  deps: UploadDeps,
  folders: Folders,
  pair: Pair,
): Promise<'taken' | 'refused' | 'waiting'> {
  const { participantNo, fileName } = pair;
  const path = join(pair.directory, fileName);
  const signature = await readStart(join(pair.directory, pair.signatureName), SIGNATURE_BYTES);
  const announced = {
    participantNo,
    channel: 'inbox',
    fileName,
    bytes: pair.bytes,
    signature,
    at: new Date(),
  } as const;
  const opened = await openUpload(deps, announced);
  if (opened.status === 'refused') return refuse(folders, pair, opened);
  if (opened.status === 'repeat') return answer(folders, pair, opened.file);
  const { uploadId, receivedBytes } = opened.upload;
  if (receivedBytes < pair.bytes) {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const piece = { start: receivedBytes, end: pair.bytes - 1, autoClose: false, highWaterMark: READ_BYTES };
      await appendToUpload(deps.db, { uploadId, offset: receivedBytes }, file.createReadStream(piece));
    } finally {
      await file.close();
    }
  }
  const upload = await completeUpload(deps, uploadId, new Date());
  if (upload.refusal !== undefined) return refuse(folders, pair, upload.refusal);
  const taken = upload.intakeId === undefined ? undefined : await findFile(deps.db, fileName, participantNo);
  return taken === undefined ? 'waiting' : answer(folders, pair, taken);
}

/** The beginning of a file that is no link. */
export async function readStart(path: string, most: number): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const bytes = Buffer.alloc(most);
    const { bytesRead } = await file.read(bytes, 0, most, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function answer(folders: Folders, pair: Pair, file: Told): Promise<'taken'> {
  const { date, time } = cityDateTimeDigits(file.receivedAt);
  const lines = [
    `file          ${file.fileName}`,
    'result        taken',
    `records       ${file.records}`,
    `amount        ${file.amountFen} fen`,
    `received      ${date} ${time}`,
    `business day  ${file.businessDate}`,
  ];
  await put(folders, pair, 'taken', lines);
  await moveAside(pair, 'taken');
  return 'taken';
}

/** Tells the participant why a pair is refused, and moves it away. */
export async function refuse(
  folders: Folders,
  pair: Pair,
  { reason, detail }: { readonly reason: string; readonly detail: string },
): Promise<'refused'> {
  const lines = [
    `file    ${pair.fileName}`,
    'result  refused; nothing of it was stored',
    `reason  ${reason}`,
    `        ${detail}`,
    'Correct this and deliver file and signature again.',
  ];
  await put(folders, pair, 'refused', lines);
  await moveAside(pair, 'refused');
  return 'refused';
}

/** Puts an answer into the participant's outbox, whole. */
export async function put(folders: Folders, pair: Pair, result: string, lines: readonly string[]): Promise<void> {
  const directory = join(folders.outbox, pair.participantNo);
  await mkdir(directory, { recursive: true, mode: 0o750 });
  await writeWhole(join(directory, `${pair.fileName}.${result}.txt`), `${lines.join('\r\n')}\r\n`);
}
