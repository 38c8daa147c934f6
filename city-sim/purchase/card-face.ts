import { command, decodeResponse } from '../chip/apdu.ts';
import { SW } from '../chip/status-words.ts';
import { PURSE_AID } from '../card/default-product.ts';
import { carriedConcession, type CarriedConcession } from './fare.ts';
import { carriedPasses, type CarriedPass } from './passes.ts';

/** What any terminal reads of a card before it does business. */
export interface CardFace {
  /** 20 digits */
  readonly applicationSerial: string;
  /** 19 digits */
  readonly cardNo: string;
  /** 8 bytes */
  readonly issuerId: Buffer;
  /** Inter-city code, 4 digits, from file 17h. */
  readonly issuerCity: string;
  /** YYYYMMDD */
  readonly expiry: string;
  readonly mainType: number;
  readonly subType: number;
  /** The reduced fare the card carries, over or not. */
  readonly concession?: CarriedConcession;
  /** The passes the card carries, over or not. */
  readonly passes: readonly CarriedPass[];
}

/** Selects the purse and reads 15h and 17h. Answers the status word when the card refuses. */
export function readCardFace(card: { transmit(apdu: Buffer): Buffer }): CardFace | number {
  const selected = decodeResponse(card.transmit(command(0x00, 0xa4, 0x04, 0x00, PURSE_AID)));
  if (selected.sw !== SW.done) return selected.sw;
  const file15 = decodeResponse(card.transmit(Buffer.from('00B095001E', 'hex')));
  if (file15.sw !== SW.done) return file15.sw;
  const file17 = decodeResponse(card.transmit(Buffer.from('00B097003C', 'hex')));
  if (file17.sw !== SW.done) return file17.sw;
  const applicationSerial = file15.data.subarray(10, 20).toString('hex');
  const subType = file15.data.readUInt8(29);
  const concession = carriedConcession(subType, file17.data);
  return {
    applicationSerial,
    cardNo: applicationSerial.slice(1),
    issuerId: Buffer.from(file15.data.subarray(0, 8)),
    issuerCity: file17.data.subarray(6, 8).toString('hex'),
    expiry: file15.data.subarray(24, 28).toString('hex'),
    mainType: file15.data.readUInt8(28),
    subType,
    passes: carriedPasses(file17.data),
    ...(concession && { concession }),
  };
}
