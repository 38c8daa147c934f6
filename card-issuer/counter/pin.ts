import type { CardInReader } from '../readers/reader.ts';
import { derivationOf, type ScriptCard, type ScriptHsm, sendSecured } from './card-scripts.ts';
import { rootKey } from '@citycard/clearing';
import { chipRefusal, issuerErrors } from '../errors.ts';
import { cardScriptErrors } from './script-errors.ts';

const NO_PIN_ON_CARD = '6A88';
const TRIES_LEFT = /^63C([0-9A-F])$/;
const PIN_BLOCKED = '6983';

/** 2 to 6 bytes BCD, filled with F (domain.md A.1). @throws card-issuer.card-scripts.pin-shape */
export function pinBytes(digits: string): Buffer {
  if (!/^[0-9]{4,12}$/.test(digits) || /^(.)\1*$/.test(digits)) throw cardScriptErrors.pinShape();
  return Buffer.from(digits.length % 2 === 0 ? digits : `${digits}F`, 'hex');
}

/**
 * A new PIN without the old one, for a holder who has shown the identity document: RELOAD PIN,
 * `80 5E 00 00` PIN ‖ MAC 4 under the reload key.
 *
 * @throws card-issuer.card-scripts.no-pin, .pin-shape; card-issuer.chip-refused, chip-gone
 */
export async function setPin(hsm: ScriptHsm, card: CardInReader, about: ScriptCard, digits: string): Promise<void> {
  const pin = pinBytes(digits);
  const mac = await hsm.pinReloadMac({ ...derivationOf(about), root: rootKey('DRPK', about.algorithm), pin });
  await sendPin(card, 'RELOAD PIN', '805E0000', Buffer.concat([pin, mac]));
}

/**
 * A new PIN by whoever knows the old one: CHANGE PIN, `80 5E 01 00` old ‖ FF ‖ new.
 *
 * @throws card-issuer.card-scripts.no-pin, .pin-shape, .pin-wrong, .pin-blocked; card-issuer.chip-refused, chip-gone
 */
export async function changePin(
  card: CardInReader,
  pins: { readonly old: string; readonly fresh: string },
): Promise<void> {
  const data = Buffer.concat([pinBytes(pins.old), Buffer.from([0xff]), pinBytes(pins.fresh)]);
  await sendPin(card, 'CHANGE PIN', '805E0100', data);
}

/**
 * Opens a PIN that was blocked by wrong tries, with a new one: PIN UNBLOCK, `84 24 00 00` E(PIN) ‖ MAC 4 under the unblock
 * key.
 *
 * @throws card-issuer.card-scripts.no-pin, .pin-shape; card-issuer.chip-refused, chip-gone
 */
export async function unblockPin(hsm: ScriptHsm, card: CardInReader, about: ScriptCard, digits: string): Promise<void> {
  const script = {
    name: 'PIN UNBLOCK',
    key: 'DPUK',
    header: '84240000',
    data: pinBytes(digits),
    enciphered: true,
  } as const;
  await withPin(() => sendSecured(hsm, card, about, script));
}

async function sendPin(card: CardInReader, step: string, header: string, data: Buffer): Promise<void> {
  const apdu = Buffer.concat([Buffer.from(header, 'hex'), Buffer.from([data.length]), data]);
  const { status } = await card.transmit(apdu);
  const tries = TRIES_LEFT.exec(status)?.[1];
  if (tries !== undefined) throw cardScriptErrors.pinWrong({ triesLeft: Number.parseInt(tries, 16) });
  if (status === PIN_BLOCKED) throw cardScriptErrors.pinBlocked();
  if (status === NO_PIN_ON_CARD) throw cardScriptErrors.noPin();
  if (status !== '9000') throw issuerErrors.chipRefused({ step, status });
}

/** A card without a PIN refuses before it looks at the MAC. */
async function withPin(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (chipRefusal(error)?.status === NO_PIN_ON_CARD) throw cardScriptErrors.noPin();
    throw error;
  }
}
