import type { Database } from '@citycard/common';
import { transact } from '@citycard/common';

/** A card or SAM that a chip in the machine becomes. */
export interface Claim {
  readonly number: string;
}

/**
 * Ties the chip to a number before anything is written to it. A chip that was here before (its session broke off) gets
 * the number it had; a new chip the next prepared one of a released batch, in order.
 *
 * @returns undefined when nothing is waiting to be personalised
 */
export function claimCard(db: Database, chipSerial: string): Promise<Claim | undefined> {
  return transact(db, async (tx) => {
    const known = await tx.query<{ number: string }>(
      `select number from issuer.chip where chip_serial = $1 and kind = 'card'`,
      [chipSerial],
    );
    if (known.rows[0] !== undefined) return known.rows[0];
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
    return claim;
  });
}

/** As `claimCard`, for SAMs: the one ordered first. */
export function claimSam(db: Database, chipSerial: string): Promise<Claim | undefined> {
  return transact(db, async (tx) => {
    const known = await tx.query<{ number: string }>(
      `select number from issuer.chip where chip_serial = $1 and kind = 'sam'`,
      [chipSerial],
    );
    if (known.rows[0] !== undefined) return known.rows[0];
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
    return claim;
  });
}
