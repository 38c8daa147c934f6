import { compactDate, type BusinessDate, type Database } from '@citycard/common';
import { applicationSerial, cardFactor, cardNo, cityFactor, HOME_CITY } from '@citycard/clearing';
import type { HsmClient } from '@citycard/hsm-sim';
import { issuerErrors } from '../errors.ts';
import type { Chip } from './chip.ts';
import { claimCard, claimSam, findClaim } from './claim.ts';
import { type CardData, cardScript, managementData, publicApplicationData, samScript } from './script.ts';
import { authenticate, chipSerial, powerUp, readBackCard, readBackSam, writeScript } from './session.ts';

export interface PersonalisationDeps {
  readonly db: Database;
  readonly hsm: HsmClient;
}

/**
 * Makes the chip a card: authenticate, claim a number, write, read back, mark as personalised. Interrupted anywhere, the
 * same chip is put in again and goes on with the same number. A chip that is not a blank of ours is given none.
 *
 * @returns the card number, or undefined when no card was waiting
 * @throws card-issuer.chip-refused, chip-gone, chip-of-other-kind, chip-foreign, chip-serial-taken, read-back-differs; a card that was begun
 *   stays in state personalising (quarantine)
 */
export async function personaliseCard(deps: PersonalisationDeps, chip: Chip): Promise<string | undefined> {
  await powerUp(chip, 'card');
  const serial = await chipSerial(chip);
  const life = await authenticate({ chip, hsm: deps.hsm });
  const claim = life === 'blank' ? await claimCard(deps.db, serial) : await findClaim(deps.db, 'card', serial);
  if (claim === undefined) return nothingFor(life);
  if (claim.finished) return alreadyMade(life, claim.number);

  const card = await preparedData(deps.db, claim.number);
  if (life === 'blank') {
    await writeScript({ chip, hsm: deps.hsm }, cardScript(card), {
      factors: [cityFactor(HOME_CITY), cardFactor(cardNo(claim.number))],
      algorithm: card.algorithm,
    });
  }
  await readBackCard(chip, { file15: publicApplicationData(card), file17: managementData(card) });
  await deps.db.query(
    `update issuer.card set state = 'personalised', personalised_at = now() where card_no = $1 and state = 'personalising'`,
    [claim.number],
  );
  return claim.number;
}

/** As `personaliseCard`, for purchase SAMs. @returns the SAM number, or undefined when none was ordered */
export async function personaliseSam(deps: PersonalisationDeps, chip: Chip): Promise<string | undefined> {
  await powerUp(chip, 'sam');
  const serial = await chipSerial(chip);
  const life = await authenticate({ chip, hsm: deps.hsm });
  const claim = life === 'blank' ? await claimSam(deps.db, serial) : await findClaim(deps.db, 'sam', serial);
  if (claim === undefined) return nothingFor(life);
  if (claim.finished) return alreadyMade(life, claim.number);
  if (life === 'blank') {
    await writeScript({ chip, hsm: deps.hsm }, samScript(claim.number), { factors: [], algorithm: '3des' });
  }
  await readBackSam(chip, claim.number);
  await deps.db.query(
    `update issuer.sam set state = 'personalised', personalised_at = now() where sam_no = $1 and state = 'personalising'`,
    [claim.number],
  );
  return claim.number;
}

function nothingFor(life: 'blank' | 'finished'): undefined {
  if (life === 'finished') throw issuerErrors.chipForeign();
  return undefined;
}

/** A card put in once more is ejected as it is; a blank that bears its serial would be a second chip of one number. */
function alreadyMade(life: 'blank' | 'finished', number: string): string {
  if (life === 'blank') throw issuerErrors.chipSerialTaken();
  return number;
}

async function preparedData(db: Database, number: string): Promise<CardData> {
  const found = await db.query<{
    valid_from: BusinessDate;
    valid_to: BusinessDate;
    main_type: number;
    sub_type: number;
    algorithm: '3des' | 'sm4';
  }>(
    `select c.valid_from, c.valid_to, p.main_type, p.sub_type, p.algorithm
       from issuer.card c join issuer.card_product p using (product) where c.card_no = $1`,
    [number],
  );
  const row = found.rows[0];
  if (row === undefined) throw issuerErrors.cardUnknown();
  return {
    applicationSerial: applicationSerial(cardNo(number)),
    cityCode: HOME_CITY,
    validFrom: compactDate(row.valid_from),
    validTo: compactDate(row.valid_to),
    mainType: row.main_type,
    subType: row.sub_type,
    algorithm: row.algorithm,
  };
}
