import { randomBytes, timingSafeEqual } from 'node:crypto';
import { encipherBlocks } from '../cipher/block-cipher.ts';
import { TripleDes } from '../cipher/triple-des.ts';
import { CommandRefused } from '../errors.ts';
import { checkBlock, checkValue } from '../keys/check-value.ts';
import { isCardAlgorithm, secretLength, type SecretAlgorithm } from '../keys/key-algorithm.ts';
import type { KeyRing, OpenKey } from '../keys/key-ring.ts';
import { isRefusedKey, withOddParity } from '../keys/key-strength.ts';
import type { KeyUsage } from '../keys/key-usage.ts';
import { bankCardMac } from '../mac/bank-card-mac.ts';
import { retailMacOfZeroPadded, tripleDesEcbMac } from '../mac/terminal-mac.ts';
import type { FieldReader } from '../wire/field-reader.ts';
import { readKeyTable } from './bulk.ts';
import { readCount, type AuditNote, type Command } from './command.ts';

const MAC_LENGTH = 8;
const NO_MAC = Buffer.alloc(MAC_LENGTH);

/** A new random key; never one that would be refused. */
export function newKey(algorithm: SecretAlgorithm): Buffer {
  if (!isCardAlgorithm(algorithm)) return randomBytes(secretLength(algorithm));
  for (;;) {
    const random = randomBytes(16);
    const key = algorithm === '3des' ? withOddParity(random) : random;
    if (!isRefusedKey(key)) return key;
  }
}

/** T0: key count 1 ‖ keys ‖ count 2 ‖ items (key index 1 ‖ algorithm 1 ‖ long data) → per item error 2 ‖ MAC 8. */
const makeTerminalMacs: Command = {
  code: 'T0',
  name: 'terminalMac',
  run({ ring }, fields, answer, note) {
    eachMac(ring, fields, note, (error, mac) => answer.ascii(error).bytes(error === '00' ? mac : NO_MAC));
  },
};

/** T2: as T0, each item followed by MAC 8 → per item error 2 (00 right, 01 wrong, else refused). */
const verifyTerminalMacs: Command = {
  code: 'T2',
  name: 'verifyTerminalMac',
  run({ ring }, fields, answer, note) {
    eachMac(ring, fields, note, (error, mac) => {
      const given = fields.bytes(MAC_LENGTH);
      answer.ascii(error === '00' && !timingSafeEqual(mac, given) ? '01' : error);
    });
  },
};

const computed = Buffer.alloc(MAC_LENGTH);

function eachMac(
  ring: KeyRing,
  fields: FieldReader,
  note: AuditNote,
  each: (error: string, mac: Buffer) => void,
): void {
  const keys = readKeyTable(ring, fields, ['terminal-mac'], note);
  const count = readCount(fields);
  note.count = count;
  for (let item = 0; item < count; item++) {
    const key = keys[fields.byte()];
    if (!key) throw new CommandRefused('15');
    const algorithm = fields.byte();
    const length = fields.uint16();
    const at = fields.skip(length);
    each(key.code === '00' ? terminalMac(key.value, algorithm, fields.message, at, length) : key.code, computed);
  }
  fields.end();
}

const ECB_MAC = 0x45;
const X9_19 = 0x58;

/** Algorithm `E` bank-card ECB-MAC, `X` X9.19 with zero padding; the error, and the MAC in `computed`. */
function terminalMac(mak: OpenKey, algorithm: number, message: Buffer, at: number, length: number): string {
  const { cipher } = mak;
  if (algorithm !== ECB_MAC && algorithm !== X9_19) return '15';
  if (cipher instanceof TripleDes) {
    const mac = algorithm === ECB_MAC ? tripleDesEcbMac : retailMacOfZeroPadded;
    mac(cipher, message, at, length, computed, 0);
    return '00';
  }
  if (algorithm === X9_19) return '27';
  bankCardMac(cipher, message.subarray(at, at + length)).copy(computed);
  return '00';
}

/** T4: → TMK block ‖ check value 6. */
const createTerminalMasterKey: Command = {
  code: 'T4',
  name: 'createTerminalMasterKey',
  run({ ring }, fields, answer, note) {
    fields.end();
    const key = newKey('3des');
    const kcv = checkValue('3des', key);
    note.subject = `new terminal-master ${kcv}`;
    answer.longText(ring.close({ usage: 'terminal-master', algorithm: '3des', exportable: true }, key)).ascii(kcv);
  },
};

/** T6: TMK → PIK block ‖ MAK block ‖ PIK under TMK 16 ‖ KCV 4 ‖ MAK under TMK 16 ‖ KCV 4 (field 62, domain.md C.6). */
const createWorkingKeys: Command = {
  code: 'T6',
  name: 'createWorkingKeys',
  run({ ring }, fields, answer, note) {
    const reference = fields.longText();
    fields.end();
    const tmk = ring.resolve(reference, ['terminal-master']);
    note.subject = ring.describe(reference);
    const keys = (['terminal-pin', 'terminal-mac'] as const).map((usage) => {
      const key = newKey(tmk.algorithm);
      return { key, block: ring.close({ usage, algorithm: tmk.algorithm, exportable: false }, key) };
    });
    for (const { block } of keys) answer.longText(block);
    for (const { key } of keys)
      answer.bytes(encipherBlocks(tmk.cipher, key)).bytes(checkBlock(tmk.algorithm, key).subarray(0, 4));
  },
};

/** Keys that may leave under a transport key when they are marked exportable: terminal keys and card keys. */
const EXPORTED: readonly KeyUsage[] = [
  'terminal-master', 'terminal-pin', 'terminal-mac', 'purchase', 'load', 'tac', 'maintenance', 'pin-unblock',
  'pin-reload', 'card-master', 'application-block', 'application-unblock', 'unload', 'overdraft',
]; // prettier-ignore

/** T8: key ‖ transport key → enciphered key 16 ‖ check value 6. */
const exportUnderTransport: Command = {
  code: 'T8',
  name: 'exportUnderTransport',
  run({ ring }, fields, answer, note) {
    const reference = fields.longText();
    const transportReference = fields.longText();
    fields.end();
    const key = ring.resolve(reference, EXPORTED);
    const transport = ring.resolve(transportReference, ['key-transport']);
    note.subject = `${ring.describe(reference)} under ${ring.describe(transportReference)}`;
    if (!key.exportable) throw new CommandRefused('29');
    answer.bytes(encipherBlocks(transport.cipher, key.bytes)).ascii(key.kcv);
  },
};

export const terminalCommands: readonly Command[] = [
  makeTerminalMacs,
  verifyTerminalMacs,
  createTerminalMasterKey,
  createWorkingKeys,
  exportUnderTransport,
];
