import { type Database, transact, type Transaction } from '@citycard/common';

/** A SAM that a chip in the machine becomes. */
export interface SamClaim {
  readonly samNo: string;
  /** Whether the chip has been read back and marked as personalised before. */
  readonly finished: boolean;
}

/** The SAM that the chip was tied to when it was here before. */
export async function findSamClaim(db: Database | Transaction, chipSerial: string): Promise<SamClaim | undefined> {
  const found = await db.query<SamClaim>(
    `select h.number as "samNo", s.state <> 'personalising' as finished
       from issuer.chip h join issuer.sam s on s.sam_no = h.number
      where h.kind = 'sam' and h.chip_serial = $1`,
    [chipSerial],
  );
  return found.rows[0];
}

/**
 * Ties the chip to a SAM before anything is written to it. A chip that was here before (its session broke off) gets the
 * number it had; a new chip the SAM ordered first.
 *
 * @returns undefined when no SAM is ordered
 */
export function claimSam(db: Database, chipSerial: string): Promise<SamClaim | undefined> {
  return transact(db, async (tx) => {
    const known = await findSamClaim(tx, chipSerial);
    if (known !== undefined) return known;
    const next = await tx.query<{ samNo: string }>(
      `select sam_no as "samNo" from issuer.sam where state = 'prepared' order by ordered_at, sam_no limit 1 for update skip locked`,
    );
    const claim = next.rows[0];
    if (claim === undefined) return undefined;
    await tx.query(`insert into issuer.chip (chip_serial, kind, number) values ($1, 'sam', $2)`, [
      chipSerial,
      claim.samNo,
    ]);
    await tx.query(`update issuer.sam set state = 'personalising' where sam_no = $1`, [claim.samNo]);
    return { ...claim, finished: false };
  });
}
