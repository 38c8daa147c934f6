import { type BusinessDate, digitsToBcd, fen } from '@citycard/common';
import { cardFactor, type CardNo, cityFactor, issuerCity, rootKey } from '@citycard/clearing';
import type { HsmClient } from '@citycard/hsm-sim';
import type { CardInReader } from '../readers/reader.ts';
import { cardScriptErrors } from './script-errors.ts';
import type { CardSays } from './replace.ts';

/** What a script needs to know of the card in the reader. */
export interface ScriptCard {
  readonly cardNo: CardNo;
  readonly algorithm: '3des' | 'sm4';
}

export type ScriptHsm = Pick<HsmClient, 'cardCommandMac' | 'cardCommandEncrypt' | 'pinReloadMac' | 'loadAuthorise'>;

/** Keys of the card that guard its commands (docs/reference/card-personalisation.md). */
type ScriptKey = 'DAMK' | 'DPUK' | 'DABK' | 'DAUK' | 'DRPK';

const getChallenge = Buffer.from('0084000004', 'hex');
/** INITIALIZE FOR LOAD of nothing at no terminal: key index 1 ‖ amount 4 ‖ SAM 6. It asks the card for its balance under a MAC. */
const initialiseLoad = Buffer.concat([Buffer.from('805000020B01', 'hex'), Buffer.alloc(10), Buffer.from([16])]);
/** INITIALIZE FOR PURCHASE of nothing: for the offline counter. */
const initialisePurchase = Buffer.concat([Buffer.from('805001020B01', 'hex'), Buffer.alloc(10), Buffer.from([15])]);
const EP_LOAD = 2;
const MAC_LENGTH = 4;
/** The application is blocked, for now or for good. */
const BLOCKED = ['6A81', '9303'];

/** The factors and the algorithm that a card's keys are derived with. */
export function derivationOf({ cardNo, algorithm }: ScriptCard) {
  return { factors: [cityFactor(issuerCity(cardNo)), cardFactor(cardNo)], algorithm };
}

/**
 * What the card says of itself: balance and counters, the balance proved by MAC1 under its load key. Undefined when its
 * application is blocked, or the chip does not answer for itself any more.
 *
 * @throws card-issuer.card-scripts.card-not-genuine when MAC1 is not that of this card; card-issuer.chip-gone
 */
export async function askCard(hsm: ScriptHsm, card: CardInReader, about: ScriptCard): Promise<CardSays | undefined> {
  const load = await card.transmit(initialiseLoad);
  if (load.status !== '9000' || load.data.length !== 16) return undefined;
  const purchase = await card.transmit(initialisePurchase);
  if (purchase.status !== '9000' || purchase.data.length !== 15) return undefined;
  const balance = load.data.readUInt32BE(0);
  const proof = await hsm.loadAuthorise({
    ...derivationOf(about),
    dlk: rootKey('DLK', about.algorithm),
    cardRandom: Buffer.from(load.data.subarray(8, 12)),
    onlineCounter: load.data.readUInt16BE(4),
    balanceBefore: balance,
    amount: 0,
    type: EP_LOAD,
    samNo: Buffer.alloc(6),
    mac1: Buffer.from(load.data.subarray(12, 16)),
    // Of the MAC2 that comes with it nobody learns anything; the date says so too.
    date: Buffer.alloc(4),
    time: Buffer.alloc(3),
  });
  if (!proof.ok) throw cardScriptErrors.cardNotGenuine();
  return { balanceFen: fen(balance), offlineCounter: purchase.data.readUInt16BE(4) };
}

/**
 * Sends a command that only the issuer can give: challenge from the card, data enciphered when asked, MAC over header and
 * data. (domain.md A.5)
 *
 * @throws card-issuer.chip-refused, chip-gone
 */
export async function sendSecured(
  hsm: ScriptHsm,
  card: CardInReader,
  about: ScriptCard,
  command: {
    readonly name: string;
    readonly key: ScriptKey;
    /** CLA INS P1 P2. */
    readonly header: string;
    readonly data?: Buffer;
    readonly enciphered?: boolean;
  },
): Promise<void> {
  const root = rootKey(command.key, about.algorithm);
  const derivation = derivationOf(about);
  const plaintext = command.data ?? Buffer.alloc(0);
  const data = command.enciphered ? await hsm.cardCommandEncrypt({ ...derivation, root, plaintext }) : plaintext;
  const header = Buffer.concat([Buffer.from(command.header, 'hex'), Buffer.from([data.length + MAC_LENGTH])]);
  const challenge = await card.expect(getChallenge, 'GET CHALLENGE');
  const mac = await hsm.cardCommandMac({ ...derivation, root, challenge, data: Buffer.concat([header, data]) });
  await card.expect(Buffer.concat([header, data, mac]), command.name);
}

/** Whether the application on the chip is blocked, for now (`blocked`) or for good. */
export async function chipState(card: CardInReader): Promise<'open' | 'blocked' | 'blocked for good'> {
  // GET BALANCE is refused by a blocked application and changes nothing.
  const { status } = await card.transmit(Buffer.from('805C000204', 'hex'));
  if (status === '9303') return 'blocked for good';
  return BLOCKED.includes(status) ? 'blocked' : 'open';
}

/** APPLICATION BLOCK, `84 1E 00 00|01 04 MAC` under the block key. Blocking what is blocked succeeds. */
export async function blockApplication(
  hsm: ScriptHsm,
  card: CardInReader,
  about: ScriptCard,
  how: 'for now' | 'for good',
): Promise<void> {
  const header = how === 'for good' ? '841E0001' : '841E0000';
  await sendSecured(hsm, card, about, { name: 'APPLICATION BLOCK', key: 'DABK', header });
}

/** APPLICATION UNBLOCK, `84 18 00 00 04 MAC` under the unblock key; three wrong MACs block for good. */
export async function unblockApplication(hsm: ScriptHsm, card: CardInReader, about: ScriptCard): Promise<void> {
  await sendSecured(hsm, card, about, { name: 'APPLICATION UNBLOCK', key: 'DAUK', header: '84180000' });
}

/** File 15h, bytes 24–27: last day of validity, BCD, by `04 D6 95 18` under the maintenance key. */
export async function writeValidTo(
  hsm: ScriptHsm,
  card: CardInReader,
  about: ScriptCard,
  validTo: BusinessDate,
): Promise<void> {
  const data = digitsToBcd(validTo.replaceAll('-', ''));
  await sendSecured(hsm, card, about, { name: 'UPDATE 15h, validity', key: 'DAMK', header: '04D69518', data });
}

/** A concession as the card carries it; sub type 0 is the full fare. */
export interface ConcessionOnCard {
  readonly subType: number;
  /** Last day, with the category; undefined for the full fare. */
  readonly validTo?: BusinessDate;
}

/**
 * Writes a concession: file 17h bytes 11–15 (sub type ‖ last day BCD 4) first, then the sub type in file 15h byte 29, so that
 * a script that breaks off never leaves a reduced fare without its last day.
 */
export async function writeConcession(
  hsm: ScriptHsm,
  card: CardInReader,
  about: ScriptCard,
  concession: ConcessionOnCard,
): Promise<void> {
  const until =
    concession.validTo === undefined ? Buffer.alloc(4) : digitsToBcd(concession.validTo.replaceAll('-', ''));
  const subType = Buffer.from([concession.subType]);
  const file17 = { header: '04D6970B', data: Buffer.concat([subType, until]) };
  await sendSecured(hsm, card, about, { name: 'UPDATE 17h, concession', key: 'DAMK', ...file17 });
  await sendSecured(hsm, card, about, { name: 'UPDATE 15h, sub type', key: 'DAMK', header: '04D6951D', data: subType });
}

/** The sub type in file 15h and the last day in file 17h, as any terminal reads them. */
export async function readConcession(card: CardInReader): Promise<ConcessionOnCard> {
  const subType = await card.expect(Buffer.from('00B0951D01', 'hex'), 'READ 15h');
  const file17 = await card.expect(Buffer.from('00B0970B05', 'hex'), 'READ 17h');
  const digits = file17.subarray(1).toString('hex');
  return {
    subType: subType.readUInt8(0),
    ...(/^[0-9]{8}$/.test(digits) &&
      digits !== '00000000' && {
        validTo: `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}` as BusinessDate,
      }),
  };
}
