import { digitsToBcd, type Fen, fen, fenToNumber } from '@citycard/common';
import type { CardInReader } from '../readers/reader.ts';
import { cancelErrors } from './errors.ts';

/** P2 of GET TRANSACTION PROVE: a purchase with the electronic purse. */
const EP_PURCHASE = 0x06;
/** The card has not enough money for the amount of INITIALIZE (domain.md A.11). */
const NOT_ENOUGH = ['9401', '9301'];
const PROOF_NOT_AVAILABLE = '9406';

/** What a card says to INITIALIZE FOR PURCHASE. */
export interface Initialised {
  readonly balance: Fen;
  readonly offlineCounter: number;
  readonly keyVersion: number;
  readonly algorithmByte: number;
  readonly random: Buffer;
}

/**
 * INITIALIZE FOR PURCHASE, `80 50 01 02 0B` key index 1 ‖ amount 4 ‖ SAM 6 (domain.md A.1).
 *
 * @throws card-issuer.cancellation.not-enough, refused; card-issuer.chip-gone
 */
export async function initialiseForPurchase(card: CardInReader, amount: Fen, samNo: string): Promise<Initialised> {
  const money = Buffer.alloc(4);
  money.writeUInt32BE(fenToNumber(amount));
  const apdu = Buffer.concat([Buffer.from('805001020B01', 'hex'), money, digitsToBcd(samNo), Buffer.from([15])]);
  const { data, status } = await card.transmit(apdu);
  if (NOT_ENOUGH.includes(status)) throw cancelErrors.notEnough({ amountFen: amount });
  if (status !== '9000' || data.length !== 15) throw cancelErrors.refused({ step: 'INITIALIZE FOR PURCHASE', status });
  return {
    balance: fen(data.readUInt32BE(0)),
    offlineCounter: data.readUInt16BE(4),
    keyVersion: data.readUInt8(9),
    algorithmByte: data.readUInt8(10),
    random: Buffer.from(data.subarray(11, 15)),
  };
}

/** DEBIT FOR PURCHASE, `80 54 01 00 0F` transaction number 4 ‖ date 4 ‖ time 3 ‖ MAC1 4; answers TAC ‖ MAC2. @throws card-issuer.chip-gone */
export async function debitForPurchase(
  card: CardInReader,
  debit: { readonly transactionNo: number; readonly date: string; readonly time: string; readonly mac1: Buffer },
): Promise<{ readonly tac: Buffer; readonly mac2: Buffer } | { readonly refused: string }> {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(debit.transactionNo);
  const { data, status } = await card.transmit(
    Buffer.concat([
      Buffer.from('805401000F', 'hex'),
      number,
      digitsToBcd(debit.date + debit.time),
      debit.mac1,
      Buffer.from([8]),
    ]),
  );
  if (status !== '9000') return { refused: status };
  return { tac: data.subarray(0, 4), mac2: data.subarray(4, 8) };
}

/**
 * GET TRANSACTION PROVE, `80 5A 00 06 02` counter after the transaction; answers MAC2 ‖ TAC, of some cards the TAC alone
 * (domain.md A.9). Undefined when the card has made another transaction since.
 *
 * @throws card-issuer.cancellation.refused; card-issuer.chip-gone
 */
export async function provePurchase(
  card: CardInReader,
  counterAfter: number,
): Promise<{ readonly tac: Buffer; readonly mac2?: Buffer } | undefined> {
  const apdu = Buffer.from([0x80, 0x5a, 0x00, EP_PURCHASE, 2, 0, 0, 8]);
  apdu.writeUInt16BE(counterAfter, 5);
  const { data, status } = await card.transmit(apdu);
  if (status === PROOF_NOT_AVAILABLE) return undefined;
  if (status !== '9000' || data.length < 4) throw cancelErrors.refused({ step: 'GET TRANSACTION PROVE', status });
  return data.length >= 8 ? { mac2: data.subarray(0, 4), tac: data.subarray(4, 8) } : { tac: data.subarray(0, 4) };
}
