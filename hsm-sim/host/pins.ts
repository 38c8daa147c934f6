import { decipherBlocks, encipherBlocks } from '../cipher/block-cipher.ts';
import { decipherIso4, encipherIso4, ISO_4 } from '../pin/iso-4.ts';
import { ACCOUNT_DIGITS, MAX_PIN, MIN_PIN, pinBlock, pinFormats, pinOf, type PinFormat } from '../pin/pin-block.ts';
import { HostRefused } from './errors.ts';
import { hostCommand } from './host-command.ts';
import type { HostFields } from './host-fields.ts';
import { hostCipher, type HostKey } from './host-key.ts';
import { readLmkId } from './key-attributes.ts';
import { keyType } from './key-types.ts';

type Format = PinFormat | 'ISO-4';

/** The account number as formats 0 and 3 need it, and as format 4 does. */
interface Account {
  readonly twelve: string;
  readonly whole: string;
}

const TPK = { type: '002', usages: ['P0', '71'] } as const;
const ZPK = { type: '001', usages: ['P0', '72'] } as const;

/**
 * CA (TPK to ZPK) and CC (ZPK to ZPK): source key ‖ destination key ‖ longest PIN 2 ‖ PIN block 16 (32 in format 48) ‖
 * source format 2 ‖ destination format 2 ‖ account number 12, or when a format is 48 all its digits and `;` [`%` LMK id
 * 2] → PIN length 2 ‖ PIN block ‖ destination format 2.
 */
const translations = [
  { code: 'CA', name: 'hostTranslatePinFromTerminal', source: TPK },
  { code: 'CC', name: 'hostTranslatePin', source: ZPK },
].map(({ code, name, source }) =>
  hostCommand({
    code,
    name,
    run({ fields, keys }) {
      const sourceText = fields.key();
      const destinationText = fields.key();
      const longest = Number(fields.digits(2));
      if (longest < MIN_PIN || longest > MAX_PIN) throw new HostRefused('24');
      const from = keys.open(sourceText, keyType(source.type), { usages: source.usages, modes: 'BDN' }, '10');
      const to = keys.open(destinationText, keyType(ZPK.type), { usages: ZPK.usages, modes: 'BEN' }, '11');
      const block = fields.hex(from.algorithm === 'A' ? 32 : 16);
      const { format: sourceFormat } = readFormat(fields, from);
      const { format: destinationFormat, code: destinationCode } = readFormat(fields, to);
      const account = readAccount(fields, sourceFormat === 'ISO-4' || destinationFormat === 'ISO-4');
      readLmkId(fields, destinationText.scheme);
      fields.end();
      const pin = openBlock(from, sourceFormat, block, account);
      if (pin === undefined) throw new HostRefused('20');
      if (pin.length > longest) throw new HostRefused('24');
      const translated = closeBlock(to, destinationFormat, pin, account);
      const length = String(pin.length).padStart(2, '0');
      return length + translated.toString('hex').toUpperCase() + destinationCode;
    },
  }),
);

/** Format 48 needs an AES key, the others a DES key: 27. */
function readFormat(fields: HostFields, key: HostKey): { code: string; format: Format } {
  const code = fields.text(2);
  const format = code === ISO_4 ? 'ISO-4' : pinFormats[code as keyof typeof pinFormats];
  if (!format) throw new HostRefused('23');
  if ((format === 'ISO-4') !== (key.algorithm === 'A')) throw new HostRefused('27');
  return { code, format };
}

function readAccount(fields: HostFields, whole: boolean): Account {
  if (!whole) {
    const twelve = fields.text(ACCOUNT_DIGITS);
    if (!/^\d{12}$/.test(twelve)) throw new HostRefused('22');
    return { twelve, whole: '' };
  }
  const digits = fields.digitsUntil(';', 19);
  if (digits === undefined || digits.length < ACCOUNT_DIGITS) throw new HostRefused('22');
  return { twelve: digits.slice(0, -1).slice(-ACCOUNT_DIGITS).padStart(ACCOUNT_DIGITS, '0'), whole: digits };
}

function openBlock(key: HostKey, format: Format, block: Buffer, { twelve, whole }: Account): string | undefined {
  const cipher = hostCipher(key);
  return format === 'ISO-4' ? decipherIso4(cipher, block, whole) : pinOf(format, decipherBlocks(cipher, block), twelve);
}

function closeBlock(key: HostKey, format: Format, pin: string, { twelve, whole }: Account): Buffer {
  const cipher = hostCipher(key);
  return format === 'ISO-4' ? encipherIso4(cipher, pin, whole) : encipherBlocks(cipher, pinBlock(format, pin, twelve));
}

export const pinCommands = translations;
