import { CityCardError, compactDate, type Database } from '@citycard/common';
import { applicationSerial, cardFactor, cardNo, cityFactor, HOME_CITY } from '@citycard/clearing';
import { type HsmClient, HsmRefused, HsmUnavailable } from '@citycard/hsm-sim';
import { chipRefusal, issuerErrors } from '../errors.ts';
import { planOf } from '../products/versions.ts';
import type { CardBooks } from './books.ts';
import { type CardData, type CardPlan, cardScript } from './card-script.ts';
import type { PersonalisedChip } from './chip.ts';
import type { CardClaim } from './claim.ts';
import type { Outcome } from './outcome.ts';
import { claimSam, findSamClaim, type SamClaim } from './sam-claim.ts';
import { samScript, type WrappedSecrets } from './script.ts';
import {
  authenticate,
  CHIP_TRANSPORT,
  chipSerial,
  powerUp,
  readBackCard,
  readBackSam,
  writeScript,
} from './session.ts';

export interface PersonalisationDeps {
  readonly db: Database;
  readonly hsm: HsmClient;
}

/** A key record of the other algorithm: what a chip of the other profile says to its first application key. */
const BAD_DATA = '6A80';

/**
 * Makes the chip a card: authenticate, claim a number, write, read back, mark as personalised. A session that breaks off
 * leaves its card in quarantine; the same chip is put in again and goes on with the same number. A chip that is not a blank
 * of ours is given none, and one that takes no keys of the product's algorithm gives it back.
 *
 * @returns the card number, or undefined when no card was waiting
 * @throws card-issuer.chip-refused, .chip-gone, .chip-of-other-kind, .chip-of-other-profile, .chip-foreign, .chip-serial-taken, .chip-in-work,
 *   .chip-rejected, .read-back-differs, card-issuer.stock.no-blanks, HsmUnavailable, HsmRefused
 */
export async function personaliseCard(
  deps: PersonalisationDeps & { readonly books: CardBooks },
  chip: PersonalisedChip,
): Promise<string | undefined> {
  await powerUp(chip, 'card');
  const serial = await chipSerial(chip);
  return deps.books.alone(serial, () => makeAlone(deps, chip, serial));
}

async function makeAlone(
  deps: PersonalisationDeps & { readonly books: CardBooks },
  chip: PersonalisedChip,
  serial: string,
): Promise<string | undefined> {
  const { books, hsm } = deps;
  const life = await authenticate({ chip, hsm });
  const claim = await books.claim(serial, life);
  if (claim === undefined) return nothingFor(life);
  if (claim.finished) return alreadyMade(life, claim.cardNo);
  try {
    await make(deps, chip, claim, life);
  } catch (error) {
    const { outcome, told } = outcomeOf(claim, error);
    // Where even that cannot be written, the card stays in work: the same chip goes on with it, here or after a restart.
    await books.end(claim, outcome).catch(() => undefined);
    throw told;
  }
  await books.end(claim, { kind: 'finish' });
  return claim.cardNo;
}

async function make(
  { db, hsm }: PersonalisationDeps,
  chip: PersonalisedChip,
  claim: CardClaim,
  life: 'blank' | 'finished',
): Promise<void> {
  const plan = await planOf(db, claim.product, claim.productVersion);
  const card: CardData = {
    applicationSerial: applicationSerial(cardNo(claim.cardNo)),
    validFrom: compactDate(claim.validFrom),
    validTo: compactDate(claim.validTo),
  };
  if (life === 'blank') await writeScript(chip, cardScript(plan, card), await secretsOf(hsm, plan, claim));
  await readBackCard(chip, plan, card);
}

/** All keys of the card, wrapped in one message to the HSM, and the PIN of a product that has one. */
async function secretsOf(hsm: HsmClient, plan: CardPlan, { cardNo: number }: CardClaim): Promise<WrappedSecrets> {
  const [keys, pin] = await Promise.all([
    hsm.wrapCardKeys({
      roots: plan.roots,
      algorithm: plan.algorithm,
      transport: CHIP_TRANSPORT,
      factors: [cityFactor(HOME_CITY), cardFactor(cardNo(number))],
    }),
    plan.hasPin ? hsm.wrapInitialPin({ transport: CHIP_TRANSPORT }) : undefined,
  ]);
  return { keys, ...(pin && { pin: pin.encrypted }) };
}

/** What becomes of a card whose session broke off, and what the person at the machine is told. */
function outcomeOf(claim: CardClaim, error: unknown): { outcome: Outcome; told: unknown } {
  if (isOtherProfile(error)) {
    const algorithm = claim.chipKind.endsWith('sm4') ? 'SM4' : '3DES';
    return {
      outcome: { kind: 'put-back' },
      told: issuerErrors.chipOfOtherProfile({ algorithm, chipKind: claim.chipKind }, error),
    };
  }
  return { outcome: { kind: 'set-aside', reason: reasonOf(error) }, told: error };
}

/** Keys come before anything that bears the number, so a chip that refuses one is as blank as before. */
function isOtherProfile(error: unknown): boolean {
  const refusal = chipRefusal(error);
  return refusal?.status === BAD_DATA && refusal.step.startsWith('WRITE KEY');
}

function reasonOf(error: unknown): string {
  if (error instanceof CityCardError) return error.code.replace('card-issuer.', '');
  if (error instanceof HsmUnavailable) return 'hsm-unavailable';
  return error instanceof HsmRefused ? 'hsm-refused' : 'fault';
}

/** As `personaliseCard`, for purchase SAMs. @returns the SAM number, or undefined when none was ordered */
export async function personaliseSam(deps: PersonalisationDeps, chip: PersonalisedChip): Promise<string | undefined> {
  await powerUp(chip, 'sam');
  const serial = await chipSerial(chip);
  const life = await authenticate({ chip, hsm: deps.hsm });
  const claim = await (life === 'blank' ? claimSam : findSamClaim)(deps.db, serial);
  if (claim === undefined) return nothingFor(life);
  if (claim.finished) return alreadyMade(life, claim.samNo);
  if (life === 'blank') await writeSam(deps.hsm, chip, claim);
  await readBackSam(chip, claim.samNo);
  await deps.db.query(
    `update issuer.sam set state = 'personalised', personalised_at = now() where sam_no = $1 and state = 'personalising'`,
    [claim.samNo],
  );
  return claim.samNo;
}

async function writeSam(hsm: HsmClient, chip: PersonalisedChip, { samNo }: SamClaim): Promise<void> {
  const { encrypted } = await hsm.wrapCardKey({
    root: 'name:DPK',
    factors: [],
    algorithm: '3des',
    transport: CHIP_TRANSPORT,
  });
  await writeScript(chip, samScript(samNo), { keys: [encrypted] });
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
