import type { HsmClient } from '@citycard/hsm-sim';
import { issuerErrors } from '../errors.ts';
import type { CardData, CardPlan } from './card-script.ts';
import type { PersonalisedChip } from './chip.ts';
import type { ScriptStep, WrappedSecrets } from './script.ts';

const readChipSerial = Buffer.from('80F6000308', 'hex');
const getChallenge = Buffer.from('0084000008', 'hex');

/** Answers to reset of blanks (docs/reference/card-personalisation.md): historical bytes CITYSIM1 and CITYSAM1. */
const blankAnswers = { card: '3B8880014349545953494D3168', sam: '3B8880014349545953414D3160' } as const;

/** The transport key of blank chips. */
export const CHIP_TRANSPORT = 'name:CHIP';

/** Powers the chip and makes sure that it is in the right machine. @throws card-issuer.chip-of-other-kind */
export async function powerUp(chip: PersonalisedChip, kind: 'card' | 'sam'): Promise<void> {
  const answer = (await chip.powerOn()).toString('hex').toUpperCase();
  if (answer !== blankAnswers[kind]) throw issuerErrors.chipOfOtherKind({ kind, answer });
}

/** 16 hex digits, readable in every state of the chip. */
export async function chipSerial(chip: PersonalisedChip): Promise<string> {
  const serial = await chip.expect(readChipSerial, 'read chip serial');
  return serial.toString('hex').toUpperCase();
}

/**
 * Authenticates with the transport key, before any number is given away. A chip that has its END behind it (its answer
 * was lost) knows no transport key any more; that is told apart from a refusal.
 *
 * @throws card-issuer.chip-refused for a chip with another transport key, card-issuer.chip-gone
 */
export async function authenticate({
  chip,
  hsm,
}: {
  chip: PersonalisedChip;
  hsm: HsmClient;
}): Promise<'blank' | 'finished'> {
  const challenge = await chip.expect(getChallenge, 'GET CHALLENGE');
  const cryptogram = await hsm.externalAuthenticate({
    root: CHIP_TRANSPORT,
    factors: [],
    algorithm: '3des',
    challenge,
  });
  const authentication = await chip.transmit(Buffer.concat([Buffer.from('0082000008', 'hex'), cryptogram]));
  if (authentication.status === '6A88') return 'finished';
  if (authentication.status !== '9000') {
    throw issuerErrors.chipRefused({ step: 'EXTERNAL AUTHENTICATE', status: authentication.status });
  }
  return 'blank';
}

/**
 * Writes the whole script to a blank that is authenticated, with the keys and the PIN that were wrapped for it.
 *
 * @throws card-issuer.chip-refused, card-issuer.chip-gone; a session that broke off is repeated from its first step
 */
export async function writeScript(
  chip: PersonalisedChip,
  steps: readonly ScriptStep[],
  secrets: WrappedSecrets,
): Promise<void> {
  for (const step of steps) {
    if (step.kind === 'command') {
      await chip.expect(step.apdu, step.name);
    } else {
      const secret = step.kind === 'pin' ? secrets.pin : secrets.keys[step.key];
      if (secret === undefined) throw new RangeError(`nothing was wrapped for ${step.name}`);
      await chip.expect(Buffer.concat([step.header, secret]), step.name);
    }
  }
}

/**
 * Reads back what a reader in the street will read: the files that are free to read, and a balance of zero.
 *
 * @throws card-issuer.read-back-differs naming what differs
 */
export async function readBackCard(chip: PersonalisedChip, plan: CardPlan, card: CardData): Promise<void> {
  for (const step of plan.readBack) {
    if (step.kind === 'select') {
      await chip.expect(step.apdu, 'SELECT application');
    } else {
      const data = await chip.expect(step.apdu, `read ${step.what}`);
      if (!data.equals(step.content(card))) throw issuerErrors.readBackDiffers({ what: step.what });
    }
  }
}

/** @throws card-issuer.read-back-differs */
export async function readBackSam(chip: PersonalisedChip, samNo: string): Promise<void> {
  const data = await chip.expect(Buffer.from('00B0960006', 'hex'), 'read SAM number');
  if (data.toString('hex') !== samNo) throw issuerErrors.readBackDiffers({ what: 'SAM number' });
}
