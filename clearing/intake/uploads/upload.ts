import { type Database, sqlState, transact, type Transaction } from '@citycard/common';
import { claimedDigest } from '../../certificates/index.ts';
import { newContent } from '../content.ts';
import { type FileRefusal, Refused, senderOf, type SignatureCheck } from '../file-checks.ts';
import { sellerOf } from '../operator-file.ts';
import { findTaken, type TakenFile } from '../taken-file.ts';
import { uploadErrors } from './errors.ts';
import { namedFile } from './named-file.ts';

export interface UploadDeps {
  readonly db: Database;
  readonly verifySignature: SignatureCheck;
  /** The hash a signature claims for its file; reads detached CMS unless told otherwise. */
  readonly claimedDigest?: (signature: Buffer) => Buffer | undefined;
  /** For cards of text files that are not of our numbering. */
  readonly homeCity?: string;
}

/** How a file comes: over several requests, in one, or through the participant's folder. */
export type UploadChannel = 'session' | 'request' | 'inbox';
export type UploadState = 'receiving' | 'taken' | 'repeat' | 'refused' | 'abandoned';

export interface Upload {
  readonly uploadId: bigint;
  readonly participantNo: string;
  readonly channel: UploadChannel;
  readonly fileName: string;
  /** Announced. */
  readonly bytes: number;
  /** Stored; the file goes on from here. */
  readonly receivedBytes: number;
  readonly state: UploadState;
  readonly intakeId?: bigint;
  readonly refusal?: { readonly reason: FileRefusal; readonly detail: string };
  readonly openedAt: Date;
  readonly endedAt?: Date;
}

/** An upload with what only those who carry it on need. */
export interface OpenedUpload extends Upload {
  readonly signature: Buffer;
  readonly contentId: bigint;
  readonly head: Buffer;
}

export type OpenedOrKnown =
  | { readonly status: 'open'; readonly upload: Upload }
  | { readonly status: 'repeat'; readonly file: TakenFile }
  | { readonly status: 'refused'; readonly reason: FileRefusal; readonly detail: string };

/** Twice a whole city's busiest day in one file; a length beyond that is a mistake. */
export const LARGEST_FILE_BYTES = 2 * 1024 ** 3;

interface UploadRow {
  upload_id: bigint;
  participant_no: string;
  channel: UploadChannel;
  file_name: string;
  bytes: bigint;
  received_bytes: bigint;
  state: UploadState;
  intake_id: bigint | null;
  refusal_reason: FileRefusal | null;
  refusal_detail: string | null;
  opened_at: Date;
  ended_at: Date | null;
  signature: Buffer;
  content_id: bigint;
  head: Buffer;
}

export const UPLOAD_COLUMNS = `upload_id, participant_no, channel, file_name, bytes, received_bytes, state, intake_id, refusal_reason,
       refusal_detail, opened_at, ended_at, signature, content_id, head`;

export function uploadOf(row: UploadRow): OpenedUpload {
  const { refusal_reason: reason, refusal_detail: detail } = row;
  return {
    uploadId: row.upload_id,
    participantNo: row.participant_no,
    channel: row.channel,
    fileName: row.file_name,
    bytes: Number(row.bytes),
    receivedBytes: Number(row.received_bytes),
    state: row.state,
    ...(row.intake_id === null ? {} : { intakeId: row.intake_id }),
    ...(reason === null || detail === null ? {} : { refusal: { reason, detail } }),
    openedAt: row.opened_at,
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
    signature: row.signature,
    contentId: row.content_id,
    head: row.head,
  };
}

/**
 * Announces a file: its name, length and signature. Everything that can be known without the file is checked now, so that a
 * wrong one is refused, and a known one answered, before anything of it has travelled. The same announcement again answers
 * the same upload and where it stands.
 */
export async function openUpload(
  deps: UploadDeps,
  file: {
    readonly participantNo: string;
    readonly channel: UploadChannel;
    readonly fileName: string;
    readonly bytes: number;
    readonly signature: Buffer;
    readonly at: Date;
  },
): Promise<OpenedOrKnown> {
  const claimed = (deps.claimedDigest ?? claimedDigest)(file.signature);
  try {
    const seen = await checkAnnounced(deps, file, claimed);
    if (seen !== undefined) return { status: 'repeat', file: seen };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    await recordRefused(deps.db, file, error);
    return { status: 'refused', reason: error.reason, detail: error.message };
  }
  const upload = await transact(deps.db, async (tx) => {
    const { rows } = await tx.query<UploadRow>(
      `insert into clearing.upload (participant_no, channel, file_name, bytes, signature, claimed_sha256, content_id)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (participant_no, file_name, bytes, sha256(signature)) where state = 'receiving' and channel <> 'request'
         do update set changed_at = clock_timestamp()
       returning ${UPLOAD_COLUMNS}`,
      [
        file.participantNo,
        file.channel,
        file.fileName,
        file.bytes,
        file.signature,
        claimed ?? null,
        await newContent(tx),
      ],
    );
    return rows[0] && uploadOf(rows[0]);
  });
  if (upload === undefined) throw new Error('the database opened an upload and did not say which');
  return { status: 'open', upload };
}

async function checkAnnounced(
  deps: UploadDeps,
  file: Parameters<typeof openUpload>[1],
  claimed: Buffer | undefined,
): Promise<TakenFile | undefined> {
  const named = namedFile(file.fileName);
  const { participantNo, expectedCn } = await senderOf(deps.db, { sender: sellerOf }, named.sender, file.participantNo);
  if (file.bytes > LARGEST_FILE_BYTES) {
    throw new Refused('length', `a file has at most ${LARGEST_FILE_BYTES} bytes; cut it into several`);
  }
  const sha256 = claimed ?? Buffer.alloc(32);
  const asked = { content: { sha256 }, signatureDer: file.signature, expectedCn, at: file.at };
  const verdict = await deps.verifySignature(deps.db, asked);
  if (!verdict.ok) throw new Refused('signature', verdict.reason);
  const sequence = 'sequence' in named ? { sequence: named.sequence } : {};
  return findTaken(deps.db, { name: file.fileName, source: named.source, participantNo, sha256, ...sequence });
}

async function recordRefused(db: Database, file: Parameters<typeof openUpload>[1], refusal: Refused): Promise<void> {
  await db.query(
    `insert into clearing.upload (participant_no, channel, file_name, bytes, signature, content_id, state, refusal_reason,
                                  refusal_detail, ended_at)
     values ($1, $2, $3, $4, $5, 0, 'refused', $6, $7, clock_timestamp())`,
    [
      file.participantNo,
      file.channel,
      file.fileName.slice(0, 200),
      file.bytes,
      file.signature,
      refusal.reason,
      refusal.message,
    ],
  );
}

/** @throws CityCardError `clearing.uploads.unknown`, also for an upload of another participant */
export async function readUpload(
  db: Database | Transaction,
  uploadId: bigint,
  participantNo?: string,
): Promise<OpenedUpload> {
  const { rows } = await (db as Database).query<UploadRow>(
    `select ${UPLOAD_COLUMNS} from clearing.upload where upload_id = $1 and ($2::text is null or participant_no = $2)`,
    [uploadId, participantNo ?? null],
  );
  if (rows[0] === undefined) throw uploadErrors.unknown({ uploadId });
  return uploadOf(rows[0]);
}

const DISK_FULL = '53100';

/** Says in words what a full disk means for an upload. */
export async function explainingFullDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (sqlState(error) === DISK_FULL) throw uploadErrors.storageFull(undefined, error);
    throw error;
  }
}
