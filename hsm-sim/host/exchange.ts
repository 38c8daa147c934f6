import { isVariantScheme } from '../keys/variant-lmk.ts';
import { HostRefused } from './errors.ts';
import { attributesOutside, close, isStrong, matches, mustBeLong } from './generate.ts';
import { hostCommand } from './host-command.ts';
import type { KeyText } from './host-fields.ts';
import { hostCheckValue, isComponent, type HostAttributes, type HostKey } from './host-key.ts';
import { blockAttributes, readOptions, statedType, type KeyOptions } from './key-attributes.ts';
import { BLOCK_TYPE, isDataUsage, isUnlimited, keyType, type KeyType } from './key-types.ts';
import type { LmkKeys } from './lmk-keys.ts';
import { exportKey, importKey, narrowed, readTransportKey } from './transport-key.ts';

/**
 * A6: type 3 [`;` ‖ flag 1] ‖ ZMK or TMK ‖ key under it ‖ scheme under LMK 1 [options] → key under LMK ‖ check value 6.
 * Authorised for keys that encipher keys or that card keys are derived from, and for data keys not in a key block.
 */
const importOne = hostCommand({
  code: 'A6',
  name: 'hostImportKey',
  run(call) {
    const { fields, keys, note } = call;
    const code = fields.text(3);
    if (code !== BLOCK_TYPE) keyType(code);
    const transport = readTransportKey(fields, keys, 'unwrap');
    const text = fields.key();
    const scheme = fields.text(1);
    if (scheme !== 'S' && !isVariantScheme(scheme)) throw new HostRefused('26');
    const type = statedType(code, scheme);
    const options = readOptions(fields, scheme, '&#');
    const key = importKey(transport.key, text);
    const attributes = attributesInside(scheme, type, key, options);
    mustBeLong(type, attributes, key.bytes.length);
    if (isStrong(type, attributes) || isUntoldDataKey(text, attributes, type)) call.authorise();
    const kcv = hostCheckValue(key, 6);
    note.subject = `${code} ${kcv} under ${transport.name}`;
    return close(call, scheme, type, key, attributes) + kcv;
  },
});

/**
 * Without a key block only the command says what a key is for. A PIN key brought in as a data key would decipher PIN
 * blocks as data, so two people have to want it.
 */
function isUntoldDataKey(text: KeyText, attributes: HostAttributes | undefined, type: KeyType | undefined): boolean {
  const usage = attributes?.usage ?? type?.attributes?.usage ?? '';
  return text.kind === 'variant' && isDataUsage(usage);
}

/**
 * What the key may do here. A key block that comes in decides; without one the command or the type does. The variant
 * LMK holds no attributes, so what limits a key cannot go under it: 29 for N, 28 for a mode of one direction.
 */
function attributesInside(
  scheme: string,
  type: KeyType | undefined,
  key: HostKey,
  options: KeyOptions,
): HostAttributes | undefined {
  const own = key.attributes;
  if (own && isComponent(own.keyVersion)) throw new HostRefused('28');
  if (own && options.attributes) throw new HostRefused('15');
  if (own && type && !type.usages.includes(own.usage)) throw new HostRefused('28');
  if (scheme !== 'S') {
    if (options.attributes || options.exportability) throw new HostRefused('26');
    if (own && !isUnlimited(own.mode)) throw new HostRefused('28');
    if (own?.exportability === 'N') throw new HostRefused('29');
    return undefined;
  }
  if (options.attributes && !matches(options.attributes, key)) throw new HostRefused('27');
  const attributes = own ?? blockAttributes(type, options.attributes);
  if (isComponent(attributes.keyVersion)) throw new HostRefused('15');
  return { ...attributes, exportability: narrowed(attributes.exportability, options.exportability) };
}

/**
 * A8: type 3 [`;` ‖ flag 1] ‖ ZMK or TMK ‖ key under LMK ‖ scheme under it 1 [options] → key under ZMK or TMK ‖ check
 * value 6. Authorised.
 */
const exportOne = hostCommand({
  code: 'A8',
  name: 'hostExportKey',
  changes: true,
  run(call) {
    const { fields, keys, note } = call;
    const code = fields.text(3);
    if (code !== BLOCK_TYPE) keyType(code);
    const transport = readTransportKey(fields, keys, 'wrap');
    const text = fields.key();
    const scheme = fields.text(1);
    if (scheme !== 'R' && !isVariantScheme(scheme)) throw new HostRefused('26');
    const type = statedType(code, text.kind === 'block' ? 'S' : text.scheme);
    const options = readOptions(fields, text.kind === 'block' ? 'S' : text.scheme, '&!#');
    call.authorise();
    const key = text.kind === 'block' ? keys.openBlock(text) : openTyped(keys, text, type);
    const own = key.attributes;
    if (own && (isComponent(own.keyVersion) || (type && !type.usages.includes(own.usage)))) throw new HostRefused('28');
    if (own && options.attributes) throw new HostRefused('15');
    const kcv = hostCheckValue(key, 6);
    note.subject = `${code} ${kcv} under ${transport.name}`;
    const attributes = own ?? attributesOutside(scheme, type, key, options);
    return exportKey(transport.key, scheme, key, attributes, options) + kcv;
  },
});

function openTyped(keys: LmkKeys, text: KeyText & { kind: 'variant' }, type: KeyType | undefined): HostKey {
  if (!type) throw new HostRefused('04');
  return keys.openSound(text, type, '11');
}

export const exchangeCommands = [importOne, exportOne];
