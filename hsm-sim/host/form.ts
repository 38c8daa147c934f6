import { withOddParity } from '../keys/key-strength.ts';
import { isVariantScheme } from '../keys/variant-lmk.ts';
import { HostRefused } from './errors.ts';
import { close, isStrong } from './generate.ts';
import { hostCommand, type HostCall } from './host-command.ts';
import type { HostFields, KeyText } from './host-fields.ts';
import { hostCheckValue, isComponent, isWeakKey, type HostAttributes, type HostKey } from './host-key.ts';
import { readLmkId, readOptionalBlocks, statedType } from './key-attributes.ts';
import { BLOCK_TYPE, type KeyType } from './key-types.ts';

const MOST_COMPONENTS = 9;
/** Key version of a key formed of component blocks, which count as c1 to c9. */
const FORMED_VERSION = '00';

/**
 * A4: number 1 (2–9) ‖ type 3 ‖ scheme 1 ‖ components under LMK [`%` LMK id 2] [`#` ‖ key version 2 ‖ number of optional
 * blocks 2 ‖ blocks] → key under LMK ‖ check value 6: the XOR of the components, DES parity made odd. Authorised. Refuses
 * with 10 a component of wrong parity and a key with equal or weak parts; 15 the same component twice; 27 components of
 * other lengths; 28 key blocks that are no components of one key.
 */
export const formKey = hostCommand({
  code: 'A4',
  name: 'hostFormKey',
  changes: true,
  run(call) {
    const { fields, note } = call;
    const count = Number(fields.digits(1));
    if (count < 2 || count > MOST_COMPONENTS) throw new HostRefused('15');
    const code = fields.text(3);
    const scheme = fields.text(1);
    if (scheme !== 'S' && !isVariantScheme(scheme)) throw new HostRefused('26');
    const type = statedType(code, scheme);
    const texts = Array.from({ length: count }, () => fields.key());
    readLmkId(fields, scheme);
    const more = readVersionAndBlocks(fields, scheme);
    fields.end();
    call.authorise();
    const components = texts.map((text) => openComponent(call, scheme, type, text));
    const key = combine(components, type, more);
    if (isStrong(type, key.attributes) && key.bytes.length === 8) throw new HostRefused('27');
    const kcv = hostCheckValue(key, 6);
    note.subject = `${type?.code ?? BLOCK_TYPE} ${kcv}`;
    note.count = count;
    return close(call, scheme, type, key, key.attributes) + kcv;
  },
});

type Stated = Partial<Pick<HostAttributes, 'keyVersion' | 'optional'>>;

/** `#` ‖ key version 2 ‖ number of optional blocks 2 ‖ these blocks, when it is there: of the key block to be made. */
function readVersionAndBlocks(fields: HostFields, scheme: string): Stated {
  if (scheme !== 'S' || !fields.take('#')) return {};
  return { keyVersion: fields.matching(2, /^[0-9A-Z]{2}$/), optional: readOptionalBlocks(fields) };
}

function openComponent({ keys }: HostCall, scheme: string, type: KeyType | undefined, text: KeyText): HostKey {
  if (scheme === 'S') {
    if (text.kind !== 'block') throw new HostRefused('26');
    const component = keys.openBlock(text);
    if (!isComponent(component.attributes.keyVersion)) throw new HostRefused('28');
    return component;
  }
  if (text.kind === 'block') throw new HostRefused('26');
  if (!type) throw new HostRefused('04');
  return keys.openVariant(text.scheme, text.bytes, type, '10');
}

function combine(components: readonly HostKey[], type: KeyType | undefined, more: Stated): HostKey {
  const [first] = components;
  if (!first) throw new HostRefused('15');
  const bytes = Buffer.alloc(first.bytes.length);
  const seen = new Set<string>();
  for (const component of components) {
    if (component.algorithm !== first.algorithm || component.bytes.length !== bytes.length) throw new HostRefused('27');
    // Twice the same component leaves no trace in the XOR: fewer people than counted would have made the key.
    const identity = component.attributes?.keyVersion ?? component.bytes.toString('hex');
    if (seen.has(identity)) throw new HostRefused('15');
    seen.add(identity);
    component.bytes.forEach((byte, index) => (bytes[index] = (bytes[index] as number) ^ byte));
  }
  const common = commonAttributes(components, type);
  const attributes = common && { ...common, ...more };
  const formed = first.algorithm === 'A' ? bytes : withOddParity(bytes);
  const key = { bytes: formed, algorithm: first.algorithm, ...(attributes ? { attributes } : {}) };
  if (isWeakKey(key)) throw new HostRefused('10');
  return key;
}

/** Components of one key say the same of it, their number apart. */
function commonAttributes(components: readonly HostKey[], type: KeyType | undefined): HostAttributes | undefined {
  const [first] = components;
  if (!first?.attributes) return undefined;
  const attributes = { ...first.attributes, keyVersion: FORMED_VERSION };
  const same = components.every(
    (component) =>
      JSON.stringify({ ...component.attributes, keyVersion: FORMED_VERSION }) === JSON.stringify(attributes),
  );
  if (!same || (type && !type.usages.includes(attributes.usage))) throw new HostRefused('28');
  return attributes;
}
