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
import { CARD_KEY_USAGES, cardFiles, PURSE_AID, type CardIdentity, type CardKeySet } from './default-product.ts';
import { VirtualCard } from './virtual-card.ts';

/** A further application of a product: an industry's own files and keys under its own name. */
export interface IndustryApplication {
  /** Directory, 4 hex digits, for example `3F02`. */
  readonly directory: string;
  readonly aid: Buffer;
  /** `prefix`: the record between key id and key, in hex (use ‖ change ‖ fourth ‖ fifth). */
  readonly keys: readonly { readonly id: number; readonly prefix: string; readonly value: Buffer }[];
  /** `header`: what CREATE FILE says, in hex. */
  readonly files: readonly { readonly id: string; readonly header: string; readonly content?: Buffer }[];
}

/** What a product has beyond the default one. */
export interface CardExtras {
  /** 2 to 6 bytes BCD. */
  readonly pin?: Buffer;
  /** DULK, 16 bytes. */
  readonly unloadKey?: Buffer;
  readonly applications?: readonly IndustryApplication[];
}

/** Security state after a right PIN (02), three tries. */
const PIN_ATTRIBUTES = 'F0EF0233';

/**
 * Personalises a blank card by the script of docs/reference/card-personalisation.md, as another city's issuer would.
 * Throws ChipRefused naming the step that failed; the session may then be repeated from the start.
 */
export function personaliseCard(
  card: VirtualCard,
  transportKey: Buffer,
  identity: CardIdentity,
  keys: CardKeySet,
  extras: CardExtras = {},
): void {
  openPersonalisation(card, transportKey);
  createFile(card, '0000', '3F005001F0FFFF');
  writeKey(card, transportKey, KEY_ID.cardMaster, 'F0FF0133', keys.cardMaster);
  createFile(card, '3F01', `380800F0F095FFFF${PURSE_AID.toString('hex')}`);
  mustSucceed(card, 'select the application', command(0x00, 0xa4, 0x04, 0x00, PURSE_AID));
  createFile(card, '0000', '3F018F95F0FFFF');
  const versionAndAlgorithm = Buffer.from([0x01, ALGORITHM_BYTE[card.algorithm]]).toString('hex');
  for (const usage of CARD_KEY_USAGES) {
    if (usage !== 'cardMaster') writeKey(card, transportKey, KEY_ID[usage], `F0FF${versionAndAlgorithm}`, keys[usage]);
  }
  if (extras.unloadKey) writeKey(card, transportKey, KEY_ID.unload, `F0FF${versionAndAlgorithm}`, extras.unloadKey);
  if (extras.pin) {
    const pin = Buffer.concat([extras.pin, Buffer.alloc(8, 0xff)]).subarray(0, 8);
    writeKey(card, transportKey, KEY_ID.pin, PIN_ATTRIBUTES, pin);
  }
  const { file15, file16, file17 } = cardFiles(identity);
  createFile(card, '0015', 'A8001EF0F0FFFF');
  fillFile(card, 0x15, file15);
  createFile(card, '0016', 'A80037F1F0FFFF');
  fillFile(card, 0x16, file16);
  createFile(card, '0017', 'A8003CF0F0FFFF');
  fillFile(card, 0x17, file17);
  createFile(card, '0018', '2E0A17F0EFFFFF');
  createFile(card, '0002', '2F0208F000FF18');
  createFile(card, '001A', '2A0A80F0EFFFFF');
  createFile(card, '001E', '2E0A30F0EFFFFF');
  for (const application of extras.applications ?? []) addApplication(card, transportKey, application);
  endPersonalisation(card);
}

function addApplication(card: VirtualCard, transportKey: Buffer, application: IndustryApplication): void {
  const { directory, aid, keys, files } = application;
  mustSucceed(card, 'select the master file', command(0x00, 0xa4, 0x00, 0x00, Buffer.from('3F00', 'hex')));
  createFile(card, directory, `380400F0F095FFFF${aid.toString('hex')}`);
  mustSucceed(card, 'select the application', command(0x00, 0xa4, 0x04, 0x00, aid));
  createFile(card, '0000', '3F010095F0FFFF');
  for (const { id, prefix, value } of keys) writeKey(card, transportKey, id, prefix, value);
  for (const { id, header, content } of files) {
    createFile(card, id, header);
    if (content) fillFile(card, Number.parseInt(id, 16), content);
  }
}
