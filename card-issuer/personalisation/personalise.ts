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

/** Where the read-back is done: in the session that wrote the chip, or by another reader later. */
export type ReadBackPlace = 'at-once' | 'elsewhere';

type CardDeps = PersonalisationDeps & { readonly books: CardBooks };
type Life = 'blank' | 'finished';

/**
 * Makes the chip a card, in two steps: authenticate, claim a number and write it through; then, from that stored state, read
 * it back, which alone makes the card `personalised`. A session that breaks off while it writes leaves its card in quarantine;
 * the same chip is put in again and goes on with the same number. One that breaks off at the read-back leaves it `written`, to
 * be read back again, here or by another reader. A chip that is not a blank of ours is given no number, and one that takes no
 * keys of the product's algorithm gives it back.
 *
 * @returns the card number, or undefined when no card was waiting
 * @throws card-issuer.chip-refused, .chip-gone, .chip-of-other-kind, .chip-of-other-profile, .chip-foreign, .chip-serial-taken, .chip-in-work,
 *   .chip-rejected, .read-back-differs, card-issuer.stock.no-blanks, HsmUnavailable, HsmRefused
 */
export async function personaliseCard(
  deps: CardDeps & { readonly readBack?: ReadBackPlace },
  chip: PersonalisedChip,
): Promise<string | undefined> {
  await powerUp(chip, 'card');
  const serial = await chipSerial(chip);
  return deps.books.alone(serial, async () => {
    const life = await authenticate({ chip, hsm: deps.hsm });
    const claim = await deps.books.claim(serial, life);
    if (claim === undefined) return nothingFor(life);
    if (claim.step === 'nothing') return alreadyMade(life, claim.cardNo);
    if (claim.step === 'write') await write(deps, chip, claim);
    if (deps.readBack !== 'elsewhere') await readBack(deps, chip, claim);
    return claim.cardNo;
  });
}

/**
 * Reads a card back that was written before, by this reader or another, and makes it `personalised` or sets it aside. Can be
 * repeated at will: a card that was read back already is read once more and stays what it is.
 *
 * @returns the card number
 * @throws card-issuer.not-written for a chip that still takes the transport key, .chip-foreign, .chip-rejected, .read-back-differs,
 *   .chip-refused, .chip-gone, HsmUnavailable
 */
export async function readCardBack(deps: CardDeps, chip: PersonalisedChip): Promise<string> {
  await powerUp(chip, 'card');
  const serial = await chipSerial(chip);
  return deps.books.alone(serial, async () => {
    if ((await authenticate({ chip, hsm: deps.hsm })) === 'blank') throw issuerErrors.notWritten();
    const claim = await deps.books.claim(serial, 'finished');
    if (claim === undefined) throw issuerErrors.chipForeign();
    if (claim.step === 'nothing') await compare(deps, chip, claim);
    else await readBack(deps, chip, claim);
    return claim.cardNo;
  });
}

async function write({ db, books, hsm }: CardDeps, chip: PersonalisedChip, claim: CardClaim): Promise<void> {
  try {
    const plan = await planOf(db, claim.product, claim.productVersion);
    await writeScript(chip, cardScript(plan, dataOf(claim)), await secretsOf(hsm, plan, claim));
  } catch (error) {
    const { outcome, told } = outcomeOf(claim, error);
    // Where even that cannot be written, the card stays in work: the same chip goes on with it, here or after a restart.
    await books.end(claim, outcome).catch(() => undefined);
    throw told;
  }
  await books.end(claim, { kind: 'written' });
}

async function compare({ db }: CardDeps, chip: PersonalisedChip, claim: CardClaim): Promise<void> {
  await readBackCard(chip, await planOf(db, claim.product, claim.productVersion), dataOf(claim));
}

async function readBack(deps: CardDeps, chip: PersonalisedChip, claim: CardClaim): Promise<void> {
  const { books } = deps;
  try {
    await compare(deps, chip, claim);
  } catch (error) {
    // A chip that left, or a fault of ours, says nothing about the card: it is read back again.
    if (saysTheChipIsWrong(error)) {
      await books.end(claim, { kind: 'read-back-failed', reason: reasonOf(error) }).catch(() => undefined);
    }
    throw error;
  }
  await books.end(claim, { kind: 'read-back-passed' });
}

const WRONG_CHIP = ['card-issuer.read-back-differs', 'card-issuer.chip-refused'];

function saysTheChipIsWrong(error: unknown): boolean {
  return error instanceof CityCardError && WRONG_CHIP.includes(error.code);
}

function dataOf(claim: CardClaim): CardData {
  return {
    applicationSerial: applicationSerial(cardNo(claim.cardNo)),
    validFrom: compactDate(claim.validFrom),
    validTo: compactDate(claim.validTo),
  };
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

function nothingFor(life: Life): undefined {
  if (life === 'finished') throw issuerErrors.chipForeign();
  return undefined;
}

/** A card put in once more is ejected as it is; a blank that bears its serial would be a second chip of one number. */
function alreadyMade(life: Life, number: string): string {
  if (life === 'blank') throw issuerErrors.chipSerialTaken();
  return number;
}
