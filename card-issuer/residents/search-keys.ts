import type { BlindIndexItem, Protection } from '../protection/protection.ts';
import { type DocumentKindName, documentKindNames, documentKinds } from './documents.ts';
import type { ItemName } from './items.ts';
import { plainPhone } from './masking.ts';

/** One way to find a resident; its value exists only as a blind index. */
export interface SearchKey {
  readonly kind: 'name' | 'name-birth' | 'phone' | 'document';
  /** Set for documents; a unique one stands in issuer.resident_document. */
  readonly document?: DocumentKindName;
  readonly value: string;
}

export interface IndexedKey extends SearchKey {
  readonly index: Buffer;
}

type Values = Readonly<Partial<Record<ItemName, string>>>;

/** Everything a resident with these values is found by. */
export function searchKeys(values: Values): SearchKey[] {
  const keys: SearchKey[] = [];
  for (const document of documentKindNames) {
    const number = values[documentKinds[document].item];
    if (number !== undefined) keys.push(documentKey(document, number));
  }
  const { name, phone } = values;
  const birthDate = values['birth-date'];
  if (name !== undefined) keys.push(nameKey(name));
  if (name !== undefined && birthDate !== undefined) keys.push(nameBirthKey(name, birthDate));
  if (phone !== undefined) keys.push(phoneKey(phone));
  return keys;
}

export function documentKey(document: DocumentKindName, number: string): SearchKey {
  return { kind: 'document', document, value: number };
}

export function nameKey(name: string): SearchKey {
  return { kind: 'name', value: plainName(name) };
}

export function nameBirthKey(name: string, birthDate: string): SearchKey {
  return { kind: 'name-birth', value: `${plainName(name)}\0${birthDate}` };
}

export function phoneKey(phone: string): SearchKey {
  return { kind: 'phone', value: plainPhone(phone) };
}

export function isUnique(key: SearchKey): boolean {
  return key.document !== undefined && documentKinds[key.document].unique;
}

/** The keys with their blind indexes, by the HSM, in one go. */
export async function indexKeys(protection: Protection, keys: readonly SearchKey[]): Promise<IndexedKey[]> {
  const indexes = await protection.blindIndexes(keys.map(blindIndexItem));
  return keys.map((key, at) => {
    const index = indexes[at];
    if (index === undefined) throw new Error('the HSM answered fewer indexes than it was asked for');
    return { ...key, index };
  });
}

function blindIndexItem({ kind, document, value }: SearchKey): BlindIndexItem {
  return { kind: document === undefined ? kind : `document:${document}`, value };
}

/** Names are compared without the differences that keyboards make: width, capitals, spaces, kinds of middle dot. */
function plainName(name: string): string {
  return name
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[\s.·•・‧]/g, '');
}
