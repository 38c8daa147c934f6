import { type Principal, recordAct, transact, type Transaction } from '@citycard/common';
import type { Protection } from '../protection/protection.ts';
import { changeItems } from './change.ts';
import type { ResidentDeps } from './deps.ts';
import { discloseResident } from './disclose.ts';
import { residentErrors } from './errors.ts';
import { type MediaType, readPicture } from './picture.ts';
import { lockRecord } from './record.ts';

/** A portrait of 358 × 441 pixels takes 20 to 60 kB; this leaves room for a poor encoder, not for a camera's original. */
export const PHOTO_LIMIT_BYTES = 200_000;

export interface Photo {
  readonly version: number;
  readonly mediaType: MediaType;
  readonly bytes: Buffer;
}

/**
 * Keeps a new version of a resident's photo, sealed; earlier versions stay.
 *
 * @throws card-issuer.resident-unknown, card-issuer.residents.photo-too-large, .photo-unreadable
 */
export async function storePhoto(
  deps: ResidentDeps,
  actor: Principal,
  residentId: bigint,
  bytes: Buffer,
): Promise<{ version: number }> {
  if (bytes.length > PHOTO_LIMIT_BYTES) throw residentErrors.photoTooLarge({ limitBytes: PHOTO_LIMIT_BYTES });
  const picture = readPicture(bytes);
  if (!picture.ok) throw residentErrors.photoUnreadable({ reason: picture.reason });
  await deps.protection.prepare();
  return transact(deps.db, async (tx) => {
    const { photoVersion } = await lockRecord(tx, deps.protection, residentId);
    const version = photoVersion + 1;
    const sealed = await deps.protection.seal(photoContext(residentId, version), bytes);
    await insertPhoto(tx, residentId, version, picture.mediaType, sealed, actor.id);
    const change = { item: 'photo-version', value: String(version), source: 'card-issuer', at: new Date() } as const;
    await changeItems(tx, deps, actor, residentId, [change], 'new photo');
    await recordAct(tx, actor, { act: 'store-photo', subject: `resident ${residentId}`, detail: { version } });
    return { version };
  });
}

/**
 * The newest photo, for this purpose; logged like any other disclosure.
 *
 * @throws card-issuer.resident-unknown, card-issuer.residents.photo-missing and those of `discloseResident`
 */
export async function disclosePhoto(
  deps: ResidentDeps,
  reader: Principal,
  residentId: bigint,
  { purpose }: { readonly purpose: string },
): Promise<Photo> {
  await discloseResident(deps, reader, residentId, { purpose, items: ['photo-version'] });
  const { rows } = await deps.db.query<PhotoRow>(NEWEST, [residentId]);
  const row = rows[0];
  if (row === undefined) throw residentErrors.photoMissing({ residentId: Number(residentId) });
  const bytes = await deps.protection.open(photoContext(residentId, row.version), row.sealed);
  return { version: row.version, mediaType: row.media_type, bytes };
}

interface PhotoRow {
  readonly version: number;
  readonly media_type: MediaType;
  readonly sealed: Buffer;
  readonly taken_by: string;
}

const NEWEST = `select version, media_type, sealed, taken_by from issuer.resident_photo
                 where resident_id = $1 order by version desc limit 1`;

/** Gives a resident without a photo the one of a record merged into it, sealed anew for its new place. */
export async function copyPhoto(tx: Transaction, protection: Protection, from: bigint, to: bigint): Promise<void> {
  const { rows } = await tx.query<PhotoRow>(NEWEST, [from]);
  const row = rows[0];
  if (row === undefined) return;
  const bytes = await protection.open(photoContext(from, row.version), row.sealed);
  await insertPhoto(tx, to, 1, row.media_type, await protection.seal(photoContext(to, 1), bytes), row.taken_by);
}

async function insertPhoto(
  tx: Transaction,
  residentId: bigint,
  version: number,
  mediaType: MediaType,
  sealed: Buffer,
  takenBy: string,
): Promise<void> {
  await tx.query(
    `insert into issuer.resident_photo (resident_id, version, media_type, sealed, taken_by) values ($1, $2, $3, $4, $5)`,
    [residentId, version, mediaType, sealed, takenBy],
  );
  await tx.query('update issuer.resident set photo_version = $2 where resident_id = $1', [residentId, version]);
}

const photoContext = (residentId: bigint, version: number) => `resident ${residentId} photo ${version}`;
