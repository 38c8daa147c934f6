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

/**
 * Personalises a blank card by the script of docs/reference/card-personalisation.md, as another city's issuer would.
 * Throws ChipRefused naming the step that failed; the session may then be repeated from the start.
 */
export function personaliseCard(
  card: VirtualCard,
  transportKey: Buffer,
  identity: CardIdentity,
  keys: CardKeySet,
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
  endPersonalisation(card);
}
