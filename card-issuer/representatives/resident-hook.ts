import type { ResidentHook } from '../residents/index.ts';

/** What becomes of representatives and group applications when a resident dies or turns out to be two records. */
export const representativesOfResidents: ResidentHook = {
  // An authority ends with the life of whoever gave it.
  onDeath: async (tx, actor, residentId) => {
    await tx.query(
      'update issuer.representative set ended_by = $2, ended_at = clock_timestamp() where resident_id = $1 and ended_at is null',
      [residentId, actor.id],
    );
    await tx.query(
      `update issuer.group_member set state = 'withdrawn', ended_at = clock_timestamp() where resident_id = $1 and state = 'registered'`,
      [residentId],
    );
  },
  // The seal of an entry names the resident it was made for, so entries of the merged record are made anew by those they concern.
  onMerge: async (tx, actor, merged, survivor) => {
    await tx.query(
      'update issuer.representative set ended_by = $2, ended_at = clock_timestamp() where resident_id = $1 and ended_at is null',
      [merged, actor.id],
    );
    await tx.query(
      `update issuer.group_member m set resident_id = $2 where resident_id = $1
          and not exists (select from issuer.group_member o where o.resident_id = $2 and o.group_id = m.group_id)`,
      [merged, survivor],
    );
    await tx.query('update issuer.heir_payment set resident_id = $2 where resident_id = $1', [merged, survivor]);
  },
};
