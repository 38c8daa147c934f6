import { isVariantScheme, variantSchemes } from '../keys/variant-lmk.ts';
import { HostRefused } from './errors.ts';
import { hostCommand, type HostCall } from './host-command.ts';
import { hostCheckValue, isComponent, newHostKey, type HostAttributes, type HostKey } from './host-key.ts';
import { blockAttributes, readOptions, statedType, type KeyOptions, type StatedAttributes } from './key-attributes.ts';
import { BLOCK_TYPE, wrapsKeys, type KeyType } from './key-types.ts';
import { exportKey, readTransportKey, type TransportKey } from './transport-key.ts';

/** Why a key is made: to be used, or as a component to be combined with others. */
type Purpose = 'key' | 'component';

/**
 * A0: mode 1 (0 key, 1 key and export) ‖ type 3 ‖ scheme 1 [`;` ‖ flag 1 ‖ ZMK or TMK ‖ scheme 1] [options] → key under
 * LMK [‖ key under ZMK] ‖ check value 6. Authorised: mode 1, and keys that encipher keys or cards are derived from.
 */
const generateKey = hostCommand({
  code: 'A0',
  name: 'hostGenerateKey',
  run(call) {
    const { fields, keys, note } = call;
    const mode = fields.matching(1, /^[01]$/);
    const { scheme, type } = readTypeAndScheme(call);
    let transport: TransportKey | undefined;
    let exportScheme = '';
    if (mode === '1') {
      transport = readTransportKey(fields, keys, 'wrap');
      exportScheme = fields.text(1);
    }
    const options = readOptions(fields, scheme, mode === '1' ? '&!#' : '#');
    const { key, attributes } = make(scheme, type, options, 'key', exportScheme === 'R');
    if (mode === '1' || isStrong(type, attributes)) call.authorise();
    const kcv = hostCheckValue(key, 6);
    note.subject = `${type?.code ?? BLOCK_TYPE} ${kcv}${transport ? ` under ${transport.name}` : ''}`;
    const held = close(call, scheme, type, key, attributes);
    if (!transport) return held + kcv;
    const leaving = attributes ?? attributesOutside(exportScheme, type, key, options);
    const sent = exportKey(transport.key, exportScheme, key, leaving, options);
    return held + sent + kcv;
  },
});

/**
 * A2: type 3 ‖ scheme 1 [options] → component under LMK ‖ check value 6. Authorised. Nothing is printed and nothing
 * leaves in clear; a key block carries its component number c1–c9 as key version.
 */
const generateComponent = hostCommand({
  code: 'A2',
  name: 'hostGenerateComponent',
  changes: true,
  run(call) {
    const { scheme, type } = readTypeAndScheme(call);
    const options = readOptions(call.fields, scheme, '#');
    const { key, attributes } = make(scheme, type, options, 'component', false);
    call.authorise();
    const kcv = hostCheckValue(key, 6);
    call.note.subject = `component ${type?.code ?? BLOCK_TYPE} ${kcv}`;
    return close(call, scheme, type, key, attributes) + kcv;
  },
});

function readTypeAndScheme({ fields }: HostCall): { scheme: string; type: KeyType | undefined } {
  const code = fields.text(3);
  const scheme = fields.text(1);
  if (scheme !== 'S' && !isVariantScheme(scheme)) throw new HostRefused('26');
  return { scheme, type: statedType(code, scheme) };
}

/** A new key of the scheme's length, or of the stated algorithm under scheme S. */
function make(
  scheme: string,
  type: KeyType | undefined,
  options: KeyOptions,
  purpose: Purpose,
  leavesInBlock: boolean,
): { key: HostKey; attributes?: HostAttributes } {
  if (isVariantScheme(scheme)) {
    // A variant scheme has no place for attributes; taking them would promise what is not kept.
    if (options.attributes && !leavesInBlock) throw new HostRefused('26');
    const length = variantSchemes[scheme].parts * 8;
    mustBeLong(type, undefined, length);
    const algorithm = length === 8 ? 'D' : 'T';
    return { key: { bytes: newHostKey(algorithm, length), algorithm } };
  }
  const attributes = blockAttributes(type, options.attributes);
  if (isComponent(attributes.keyVersion) !== (purpose === 'component')) throw new HostRefused('15');
  const { algorithm, length } = options.attributes ?? { algorithm: 'T' as const, length: 16 };
  mustBeLong(type, attributes, length);
  return { key: { bytes: newHostKey(algorithm, length), algorithm, attributes }, attributes };
}

/** Refuses single-length keys that other keys hang on (27). */
export function mustBeLong(type: KeyType | undefined, attributes: HostAttributes | undefined, length: number): void {
  if (length === 8 && isStrong(type, attributes)) throw new HostRefused('27');
}

export function isStrong(type: KeyType | undefined, attributes: HostAttributes | undefined): boolean {
  return type?.strong === true || (attributes !== undefined && wrapsKeys(attributes.usage));
}

/** The key under the LMK by the scheme asked for. */
export function close(
  { keys }: HostCall,
  scheme: string,
  type: KeyType | undefined,
  key: HostKey,
  attributes: HostAttributes | undefined,
): string {
  if (scheme === 'S' && attributes) return keys.closeBlock(key, attributes);
  if (!isVariantScheme(scheme)) throw new HostRefused('26');
  if (!type) throw new HostRefused('04');
  return keys.closeVariant(scheme, type, key);
}

/**
 * What a key block outside says of a key that stands under the variant LMK here: what the command states, or what its
 * type says. Refuses with 27 when the stated algorithm is not that of the key.
 */
export function attributesOutside(
  scheme: string,
  type: KeyType | undefined,
  key: HostKey,
  { attributes: stated }: KeyOptions,
): HostAttributes | undefined {
  if (scheme !== 'R') {
    if (stated) throw new HostRefused('26');
    return undefined;
  }
  if (stated && !matches(stated, key)) throw new HostRefused('27');
  if (stated && isComponent(stated.keyVersion)) throw new HostRefused('15');
  return blockAttributes(type, stated);
}

/** Whether stated algorithm and length are those of the key. */
export function matches(stated: StatedAttributes, key: HostKey): boolean {
  return stated.algorithm === key.algorithm && stated.length === key.bytes.length;
}

export const generationCommands = [generateKey, generateComponent];
