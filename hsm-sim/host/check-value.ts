import { HostRefused } from './errors.ts';
import { hostCommand } from './host-command.ts';
import type { HostFields } from './host-fields.ts';
import { hostCheckValue, type HostKey } from './host-key.ts';
import { readLmkId, statedType } from './key-attributes.ts';

/** The two-digit type that says: the three-digit one follows the key. */
const TYPE_FOLLOWS = 'FF';
/** Length flags: single, double, triple length, key block. */
const FLAGS: Readonly<Record<string, number>> = { '0': 8, '1': 16, '2': 24 };
const BLOCK_FLAG = 'F';

/**
 * BU: type 2 ‖ length flag 1 ‖ key [`;` ‖ type 3] [`;` ‖ reserved 2 ‖ kind 1 (0: 16 digits, 1: 6)] [`%` LMK id 2] →
 * check value: 16 digits of a variant key, 6 of a key block, unless stated. The two-digit type is that of three digits
 * without its middle 0: `02` is 002, `42` is 402.
 */
export const checkValue = hostCommand({
  code: 'BU',
  name: 'hostCheckValue',
  run({ fields, keys, note }) {
    const short = fields.text(2);
    const flag = fields.text(1);
    if (flag !== BLOCK_FLAG && FLAGS[flag] === undefined) throw new HostRefused('05');
    const text = fields.key();
    const code = short === TYPE_FOLLOWS ? readType(fields) : `${short.charAt(0)}0${short.charAt(1)}`;
    const digits = readDigits(fields) ?? (text.kind === 'block' ? 6 : 16);
    readLmkId(fields, text.kind === 'block' ? 'S' : text.scheme);
    fields.end();
    const type = statedType(code, text.kind === 'block' ? 'S' : text.scheme);
    let key: HostKey;
    if (text.kind === 'block') {
      if (flag !== BLOCK_FLAG) throw new HostRefused('05');
      key = keys.openBlock(text);
    } else {
      if (flag === BLOCK_FLAG || text.bytes.length !== FLAGS[flag]) throw new HostRefused('05');
      if (!type) throw new HostRefused('04');
      key = keys.openVariant(text.scheme, text.bytes, type, '10');
    }
    const kcv = hostCheckValue(key, digits);
    note.subject = `${code} ${kcv.slice(0, 6)}`;
    return kcv;
  },
});

function readType(fields: HostFields): string {
  if (!fields.take(';')) throw new HostRefused('04');
  return fields.text(3);
}

/** `;` ‖ reserved 2 ‖ kind 1, when it is there. */
function readDigits(fields: HostFields): 6 | 16 | undefined {
  if (!fields.take(';')) return undefined;
  return fields.matching(3, /^..[01]$/).endsWith('0') ? 16 : 6;
}
