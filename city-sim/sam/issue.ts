import { packDigits } from '../bytes/bcd.ts';
import { command } from '../chip/apdu.ts';
import { ALGORITHM_BYTE, KEY_ID } from '../chip/keys.ts';
import {
  createFile,
  endPersonalisation,
  fillFile,
  mustSucceed,
  openPersonalisation,
  writeKey,
} from '../chip/personalisation-script.ts';
import type { VirtualSam } from './virtual-sam.ts';

/** What a SAM is told about itself. */
export interface SamIdentity {
  /** 12 digits: the terminal number of purse commands. */
  readonly samNo: string;
  /** Root purchase key, 16 bytes. */
  readonly rootPurchaseKey: Buffer;
  /** Default 1. */
  readonly keyVersion?: number;
}

/** Personalises a blank SAM by the script of docs/reference/card-personalisation.md. Throws ChipRefused naming the step. */
export function personaliseSam(sam: VirtualSam, transportKey: Buffer, identity: SamIdentity): void {
  const samNo = packDigits(identity.samNo);
  openPersonalisation(sam, transportKey);
  createFile(sam, '0015', 'A8000EF0F0FFFF');
  fillFile(sam, 0x15, Buffer.concat([Buffer.alloc(4), samNo, Buffer.from([0x01, 0x01, 0x00, 0x00])]));
  createFile(sam, '0016', 'A80006F0F0FFFF');
  fillFile(sam, 0x16, samNo);
  createFile(sam, '1001', '380400F0F095FFFF5053414D2E4550');
  mustSucceed(sam, 'select the application', command(0x00, 0xa4, 0x00, 0x00, Buffer.from('1001', 'hex')));
  createFile(sam, '0000', '3F010095F0FFFF');
  const record = Buffer.from([0xf0, 0xff, identity.keyVersion ?? 1, ALGORITHM_BYTE[sam.algorithm]]).toString('hex');
  writeKey(sam, transportKey, KEY_ID.purchase, record, identity.rootPurchaseKey);
  endPersonalisation(sam);
}
