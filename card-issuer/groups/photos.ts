import type { Principal } from '@citycard/common';
import type { ResidentDeps } from '../residents/index.ts';
import { storePhoto } from '../residents/photo.ts';
import { findGroup, photoItem } from './application.ts';
import { groupErrors } from './errors.ts';
import { photoName } from './member-rows.ts';

/**
 * Keeps the photo of one person of the group, found by the name the table gives it, or by the number of the row.
 *
 * @throws card-issuer.groups.group-unknown, photo-unknown; card-issuer.residents.photo-too-large, photo-unreadable
 */
export async function handInPhoto(
  deps: ResidentDeps,
  officer: Principal,
  groupId: bigint,
  name: string,
  bytes: Buffer,
): Promise<{ line: number; version: number }> {
  const { db, protection } = deps;
  await findGroup(db, groupId);
  const [index] = await protection.blindIndexes([photoItem(groupId, photoName(name))]);
  const { rows } = await db.query<{ resident_id: bigint; line: number }>(
    'select resident_id, line from issuer.group_member where photo_index = $1 and group_id = $2 order by line limit 2',
    [index, groupId],
  );
  const [member, second] = rows;
  // A name that two rows give says nothing about whose photo it is.
  if (member === undefined || second !== undefined) throw groupErrors.photoUnknown();
  const { version } = await storePhoto(deps, officer, member.resident_id, bytes);
  await db.query('update issuer.group_member set photo_version = $3 where resident_id = $1 and group_id = $2', [
    member.resident_id,
    groupId,
    version,
  ]);
  return { line: member.line, version };
}
