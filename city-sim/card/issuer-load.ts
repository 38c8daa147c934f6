import { packDigits } from '../bytes/bcd.ts';
import { unsigned } from '../bytes/integers.ts';
import { momentBytes, type Moment } from '../bytes/moment.ts';
import { command } from '../chip/apdu.ts';
import { mustSucceed } from '../chip/personalisation-script.ts';
import { loadSessionKey, transactionMac } from '../cryptography/purse.ts';
import { PURSE_AID } from './default-product.ts';
import type { VirtualCard } from './virtual-card.ts';

/** A load that another city's issuer gives its own card, with the card's load key at hand. */
export interface IssuerLoad {
  /** Load key of this card, 16 bytes. */
  readonly loadKey: Buffer;
  /** fen */
  readonly amountFen: number;
  /** 12 digits */
  readonly samNo: string;
  readonly moment: Moment;
}

/** Loads the electronic purse of a card without any host. Answers the TAC; throws ChipRefused when the card refuses. */
export function loadByIssuer(card: VirtualCard, load: IssuerLoad): Buffer {
  const sale = [unsigned(load.amountFen, 4), Buffer.from([0x02]), packDigits(load.samNo)];
  mustSucceed(card, 'select the application', command(0x00, 0xa4, 0x04, 0x00, PURSE_AID));
  const request = Buffer.concat([Buffer.from([0x01]), unsigned(load.amountFen, 4), packDigits(load.samNo)]);
  const answer = mustSucceed(card, 'initialise for load', command(0x80, 0x50, 0x00, 0x02, request, 0x10));
  const session = loadSessionKey(card.algorithm, load.loadKey, answer.subarray(8, 12), answer.subarray(4, 6));
  const moment = momentBytes(load.moment);
  const mac2 = transactionMac(card.algorithm, session, ...sale, moment);
  return mustSucceed(card, 'credit for load', command(0x80, 0x52, 0, 0, Buffer.concat([moment, mac2]), 4));
}
