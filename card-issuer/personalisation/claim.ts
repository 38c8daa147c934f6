import { type Database, transact, type Transaction } from '@citycard/common';

/** A card or SAM that a chip in the machine becomes. */
export interface Claim {
  readonly number: string;
  /** Whether the chip has been read back and marked as personalised before. */
  readonly finished: boolean;
}

/** The number the chip was tied to when it was here before. */
export async function findClaim(
  db: Database | Transaction,
  kind: 'card' | 'sam',
  chipSerial: string,
): Promise<Claim | undefined> {
  const found = await db.query<Claim>(
    `select h.number, coalesce(c.state, s.state) <> 'personalising' as finished
       from issuer.chip h
       left join issuer.card c on h.kind = 'card' and c.card_no = h.number
       left join issuer.sam s on h.kind = 'sam' and s.sam_no = h.number
      where h.kind = $1 and h.chip_serial = $2`,
    [kind, chipSerial],
  );
  return found.rows[0];
}

/**
 * Ties the chip to a number before anything is written to it. A chip that was here before (its session broke off) gets
 * the number it had; a new chip the next prepared one of a released batch, in order.
 *
 * @returns undefined when nothing is waiting to be personalised
 */
export function claimCard(db: Database, chipSerial: string): Promise<Claim | undefined> {
  return transact(db, async (tx) => {
    const known = await findClaim(tx, 'card', chipSerial);
    if (known !== undefined) return known;
    const next = await tx.query<{ number: string }>(
      `select c.card_no as number
         from issuer.card c join issuer.card_batch b using (batch_id)
        where c.state = 'prepared' and b.released_by is not null
        order by c.batch_id, c.card_no limit 1
          for update of c skip locked`,
    );
    const claim = next.rows[0];
    if (claim === undefined) return undefined;
    await tx.query(`insert into issuer.chip (chip_serial, kind, number) values ($1, 'card', $2)`, [
      chipSerial,
      claim.number,
    ]);
    await tx.query(`update issuer.card set state = 'personalising', chip_serial = $2 where card_no = $1`, [
      claim.number,
      chipSerial,
    ]);
    return { ...claim, finished: false };
  });
}

/** As `claimCard`, for SAMs: the one ordered first. */
export function claimSam(db: Database, chipSerial: string): Promise<Claim | undefined> {
  return transact(db, async (tx) => {
    const known = await findClaim(tx, 'sam', chipSerial);
    if (known !== undefined) return known;
    const next = await tx.query<{ number: string }>(
      `select sam_no as number from issuer.sam where state = 'prepared' order by ordered_at, sam_no limit 1 for update skip locked`,
    );
    const claim = next.rows[0];
    if (claim === undefined) return undefined;
    await tx.query(`insert into issuer.chip (chip_serial, kind, number) values ($1, 'sam', $2)`, [
      chipSerial,
      claim.number,
    ]);
    await tx.query(`update issuer.sam set state = 'personalising' where sam_no = $1`, [claim.number]);
    return { ...claim, finished: false };
  });
}
