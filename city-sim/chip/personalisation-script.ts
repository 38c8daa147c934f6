import { ChipRefused } from '../errors.ts';
import { encryptEcb } from '../cryptography/block-cipher.ts';
import { authenticationCryptogram } from '../cryptography/purse.ts';
import { command, decodeResponse } from './apdu.ts';
import type { Chip } from './chip.ts';
import { SW } from './status-words.ts';

/** Sends one command that has to succeed. Throws ChipRefused with the name of the step otherwise. */
export function mustSucceed(chip: Pick<Chip, 'transmit'>, step: string, apdu: Buffer): Buffer {
  const { data, sw } = decodeResponse(chip.transmit(apdu));
  if (sw !== SW.done) throw new ChipRefused(step, sw);
  return data;
}

/** Steps 1 to 3 of both scripts in docs/reference/card-personalisation.md. */
export function openPersonalisation(chip: Chip, transportKey: Buffer): void {
  const challenge = mustSucceed(chip, 'get challenge', command(0x00, 0x84, 0, 0, undefined, 8));
  const cryptogram = authenticationCryptogram('3des', transportKey, challenge);
  mustSucceed(chip, 'authenticate with the transport key', command(0x00, 0x82, 0, 0, cryptogram));
  mustSucceed(chip, 'erase', Buffer.from('800E000000', 'hex'));
}

/** CREATE FILE with its header in hex. */
export function createFile(chip: Chip, fileId: string, header: string): void {
  const [high = 0, low = 0] = Buffer.from(fileId, 'hex');
  mustSucceed(chip, `create file ${fileId}`, command(0x80, 0xe0, high, low, Buffer.from(header, 'hex')));
}

/** WRITE KEY with index 01; `prefix` is the record up to the key, in hex. */
export function writeKey(chip: Chip, transportKey: Buffer, keyId: number, prefix: string, key: Buffer): void {
  const record = Buffer.concat([
    Buffer.from([keyId]),
    Buffer.from(prefix, 'hex'),
    encryptEcb('3des', transportKey, key),
  ]);
  mustSucceed(chip, `write key ${keyId.toString(16)}`, command(0x80, 0xd4, 0x01, keyId, record));
}

/** UPDATE BINARY of a whole file by its short identifier. */
export function fillFile(chip: Chip, sfi: number, content: Buffer): void {
  mustSucceed(chip, `write file ${sfi.toString(16)}`, command(0x00, 0xd6, 0x80 | sfi, 0, content));
}

/** END OF PERSONALISATION. */
export function endPersonalisation(chip: Chip): void {
  mustSucceed(chip, 'end of personalisation', Buffer.from('0008000000', 'hex'));
}
