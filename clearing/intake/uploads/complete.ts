import { type Database, fen, transact, type Transaction } from '@citycard/common';
import { convertXf } from '../../operator-text/convert.ts';
import { dropContent, newContent } from '../content.ts';
import { checkLength, checkTotal, headerOf, Refused, senderOf, type WholeFile } from '../file-checks.ts';
import { sellerOf } from '../operator-file.ts';
import { findTaken, isTakenMeanwhile, takeWhole } from '../taken-file.ts';
import { assemblyOf } from './assembly-store.ts';
import { endRefused } from './end-refused.ts';
import { namedFile } from './named-file.ts';
import { explainingFullDisk, type OpenedUpload, readUpload, type Upload, type UploadDeps } from './upload.ts';

/**
 * Takes an upload whose last byte has come, whole or not at all: signature over every byte stored, certificate valid and not
 * revoked at this moment, header and totals right, name and sequence new. Until it is taken nothing of it is judged; an upload
 * that is not complete, or has ended before, is answered as it stands.
 */
export async function completeUpload(deps: UploadDeps, uploadId: bigint, receivedAt: Date): Promise<Upload> {
  const upload = await readUpload(deps.db, uploadId);
  if (upload.state !== 'receiving' || upload.receivedBytes < upload.bytes) return upload;
  let identity: Identity | undefined;
  try {
    identity = await checkWhole(deps, upload, receivedAt);
    const whole = identity;
    await explainingFullDisk(() => transact(deps.db, (tx) => take(tx, deps, upload, whole, receivedAt)));
  } catch (error) {
    if (error instanceof Refused) return endRefused(deps.db, uploadId, error);
    if (!isTakenMeanwhile(error) || identity === undefined) throw error;
    return endKnown(deps.db, upload, identity);
  }
  return readUpload(deps.db, uploadId);
}

type Identity = Pick<WholeFile, 'name' | 'source' | 'participantNo' | 'sequence' | 'sha256'> & {
  readonly amountFen: bigint;
  readonly head: Buffer;
};

async function checkWhole(deps: UploadDeps, upload: OpenedUpload, receivedAt: Date): Promise<Identity> {
  const named = namedFile(upload.fileName);
  const { participantNo, expectedCn } = await senderOf(
    deps.db,
    { sender: sellerOf },
    named.sender,
    upload.participantNo,
  );
  const assembly = await assemblyOf(deps.db, upload);
  const sha256 = assembly.sha256();
  const asked = { content: { sha256 }, signatureDer: upload.signature, expectedCn, at: receivedAt };
  const verdict = await deps.verifySignature(deps.db, asked);
  if (!verdict.ok) throw new Refused('signature', verdict.reason);
  const sequence = named.source === 'ccpf' ? { sequence: named.sequence } : {};
  return {
    name: upload.fileName,
    source: named.source,
    participantNo,
    ...sequence,
    sha256,
    head: assembly.head,
    amountFen: named.source === 'ccpf' ? assembly.amountFen() : 0n,
  };
}

async function take(
  tx: Transaction,
  deps: UploadDeps,
  upload: OpenedUpload,
  identity: Identity,
  receivedAt: Date,
): Promise<void> {
  const { rowCount } = await tx.query(
    `select from clearing.upload where upload_id = $1 and state = 'receiving' for update`,
    [upload.uploadId],
  );
  // Somebody else has completed it meanwhile.
  if (rowCount === 0) return;
  const seen = await findTaken(tx, identity);
  const ended =
    seen === undefined
      ? { state: 'taken', intakeId: (await takeRecords(tx, deps, upload, identity, receivedAt)).intakeId }
      : { state: 'repeat', intakeId: seen.intakeId };
  if (seen !== undefined || identity.source === 'xf') await dropContent(tx, upload.contentId);
  await tx.query(
    `update clearing.upload set state = $2, intake_id = $3, ended_at = clock_timestamp() where upload_id = $1`,
    [upload.uploadId, ended.state, ended.intakeId],
  );
}

async function takeRecords(
  tx: Transaction,
  deps: UploadDeps,
  upload: OpenedUpload,
  identity: Identity,
  receivedAt: Date,
) {
  const named = namedFile(upload.fileName);
  if (named.source === 'xf') {
    const contentId = await newContent(tx);
    const { records, amountFen } = await convertXf(tx, {
      from: upload.contentId,
      to: contentId,
      name: named.name,
      ...(deps.homeCity === undefined ? {} : { homeCity: deps.homeCity }),
    });
    return takeWhole(tx, {
      ...identity,
      headerBusinessDate: named.date,
      records,
      amountFen: fen(amountFen),
      contentId,
      receivedAt,
    });
  }
  const header = headerOf(upload.fileName, 'CCPF', identity.head);
  checkLength(header, upload.bytes);
  checkTotal(header, identity.amountFen);
  return takeWhole(tx, {
    ...identity,
    headerBusinessDate: header.businessDate,
    records: header.count,
    amountFen: fen(header.totalFen),
    contentId: upload.contentId,
    receivedAt,
  });
}

/** The same file, or another one of its name or sequence, was taken at the same moment. */
async function endKnown(db: Database, upload: OpenedUpload, identity: Identity): Promise<Upload> {
  try {
    const first = await findTaken(db, identity);
    if (first === undefined) throw new Error(`upload ${upload.uploadId} met a file that is not there`);
    await transact(db, async (tx) => {
      const { rowCount } = await tx.query(
        `update clearing.upload set state = 'repeat', intake_id = $2, ended_at = clock_timestamp()
          where upload_id = $1 and state = 'receiving'`,
        [upload.uploadId, first.intakeId],
      );
      if (rowCount === 1) await dropContent(tx, upload.contentId);
    });
  } catch (error) {
    if (error instanceof Refused) return endRefused(db, upload.uploadId, error);
    throw error;
  }
  return readUpload(db, upload.uploadId);
}
