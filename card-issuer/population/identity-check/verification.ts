import { cardNo, findPurse, setPurseCap } from '@citycard/clearing';
import { cityDate, type Database, type Fen, fen, type Principal, recordAct, type Transaction } from '@citycard/common';
import type { ResidentHook } from '../../residents/deps.ts';
import { openCase } from '../registrar-cases.ts';
import type { IdentityVerdict } from './responder.ts';

/** What is known of a resident's identity. Never asked is the same as pending. */
export type Verification = 'pending' | IdentityVerdict;

/** The person has been given another number or name since Public Security was asked, by whomever. */
const OUTDATED = `exists (select from issuer.resident_change c
   where c.resident_id = q.resident_id and c.item in ('id-number', 'name') and c.recorded_at > q.checked_at)`;

export async function verificationOf(db: Database | Transaction, residentId: bigint): Promise<Verification> {
  const { rows } = await db.query<{ state: Verification }>(
    `select case when ${OUTDATED} then 'pending' else state end as state
       from issuer.identity_check q where resident_id = $1`,
    [residentId],
  );
  return rows[0]?.state ?? 'pending';
}

/** Puts residents into the queue of identity checks: once, and again when the verdict is about another number or name. */
export async function queueChecks(
  tx: Database | Transaction,
  actor: Pick<Principal, 'id'>,
  residentIds: readonly bigint[],
): Promise<void> {
  await tx.query(
    `insert into issuer.identity_check as q (resident_id, queued_by)
     select id, $2 from unnest($1::bigint[]) as r (id) order by id
     on conflict (resident_id) do update set state = 'pending', queued_by = $2, queued_at = now(), next_attempt_at = now()
      where q.state <> 'pending' and ${OUTDATED}`,
    [residentIds, actor.id],
  );
}

/** Everybody registered is checked: queued in the transaction that registers. */
export const checkOnRegistration: ResidentHook = { onRegistered: queueChecks };

/**
 * The cap of a new purse (domain facts F.1): the product's, but no more than the limit of named cards, and the limit of
 * anonymous ones as long as Public Security has not confirmed the holder. A holder nobody has asked about is
 * queued, in the same transaction that hands out the card.
 */
export async function purseCapFor(
  tx: Transaction,
  residentId: bigint,
  productCap: Fen,
  actor?: Pick<Principal, 'id'>,
): Promise<Fen> {
  if (actor !== undefined) await queueChecks(tx, actor, [residentId]);
  const limit = await ruleValue(tx, (await verificationOf(tx, residentId)) === 'match' ? 'namedCap' : 'anonCap');
  return limit < productCap ? limit : productCap;
}

/** The value of a rule in force today, fen. */
export async function ruleValue(tx: Database | Transaction, name: 'namedCap' | 'anonCap'): Promise<Fen> {
  const { rows } = await tx.query<{ value: bigint }>(
    'select value from issuer.prepaid_rule where name = $1 and valid_from <= $2 order by valid_from desc limit 1',
    [name, cityDate(new Date())],
  );
  if (rows[0] === undefined) throw new Error(`no rule ${name} is in force`);
  return fen(rows[0].value);
}

/**
 * Writes a verdict down. A match lifts the purses of the holder's cards to what their products allow; anything else is a
 * case for the registrar, and the limits stay.
 */
export async function recordVerdict(
  tx: Transaction,
  actor: Principal,
  residentId: bigint,
  verdict: { readonly verdict: IdentityVerdict; readonly reference: string; readonly photoVersion: number },
): Promise<void> {
  await tx.query(
    `insert into issuer.identity_check (resident_id, state, queued_by, attempts, checked_at, photo_version, reference)
     values ($1, $2, $5, 1, now(), $3, $4)
     on conflict (resident_id) do update set state = $2, checked_at = now(), photo_version = $3, reference = $4`,
    [residentId, verdict.verdict, verdict.photoVersion, verdict.reference, actor.id],
  );
  if (verdict.verdict === 'match') await liftCaps(tx, residentId);
  else
    await openCase(tx, {
      kind: 'identity-mismatch',
      residentId,
      subject: `resident ${residentId}: ${verdict.verdict}`,
    });
  await recordAct(tx, actor, {
    act: 'identity-check',
    subject: `resident ${residentId}`,
    detail: { verdict: verdict.verdict, reference: verdict.reference },
  });
}

async function liftCaps(tx: Transaction, residentId: bigint): Promise<void> {
  const named = await ruleValue(tx, 'namedCap');
  const { rows } = await tx.query<{ card_no: string; cap: bigint }>(
    `select c.card_no, p.purse_cap_fen as cap from issuer.card c join issuer.card_product p using (product)
      where c.resident_id = $1 order by c.card_no`,
    [residentId],
  );
  for (const { card_no: number, cap } of rows) {
    const purse = await findPurse(tx, cardNo(number));
    const lifted = cap < named ? fen(cap) : named;
    if (purse !== undefined && purse.purseCap < lifted) await setPurseCap(tx, purse.cardNo, lifted);
  }
}
