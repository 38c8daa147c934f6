import { issuerErrors } from '../errors.ts';
import { type DocumentKindName, documentKinds } from './documents.ts';
import { residentErrors } from './errors.ts';
import { readIdentityNumber } from './identity-number.ts';
import { checkItem } from './item-values.ts';
import { isItemName, type ItemName, items } from './items.ts';

/** What a clerk enters at registration. The first fields are short for items of the same meaning. */
export interface Registration {
  /** 18 digits of GB 11643, or 15 of the older form. */
  readonly idNumber?: string;
  /** Another document, of somebody without an identity number or beside it. */
  readonly document?: { readonly kind: DocumentKindName; readonly number: string };
  readonly name: string;
  readonly population: 'permanent' | 'floating';
  readonly residencePermitNo?: string;
  readonly phone?: string;
  readonly address?: string;
  /** Any further items of the dictionary. */
  readonly items?: Readonly<Partial<Record<ItemName, string>>>;
}

export type ItemTexts = Readonly<Partial<Record<ItemName, string>>>;

/** A registration or the one thing that is wrong with it, as an error a counter understands. */
export function readRegistration(registration: Registration): ItemTexts {
  const { idNumber, document, name, population, residencePermitNo, phone, address } = registration;
  const given: [string, string | undefined][] = [
    ...Object.entries(registration.items ?? {}),
    ['id-number', idNumber],
    ...(document === undefined ? [] : [[documentKinds[document.kind].item, document.number] as [string, string]]),
    ['name', name],
    ['population', population],
    ['residence-permit-no', residencePermitNo],
    ['phone', phone],
    ['address', address],
  ];
  const values: Partial<Record<ItemName, string>> = {};
  for (const [item, text] of given) {
    if (text === undefined) continue;
    if (!isItemName(item)) throw residentErrors.impossibleItem({ item, reason: 'the dictionary has no such item' });
    if (items[item].group === 'family-planning') throw residentErrors.itemsNotAllowed({ items: item });
    values[item] = checkedValue(item, text);
  }
  return completeItems(values);
}

function checkedValue(item: ItemName, text: string): string {
  const checked = checkItem(item, text);
  if (checked.ok) return checked.value;
  if (item === 'id-number') throw issuerErrors.impossibleIdNumber(checked.reason);
  throw residentErrors.impossibleItem({ item, reason: checked.reason });
}

/** Adds what the identity number says, and refuses what is missing or contradicts it. */
export function completeItems(values: Partial<Record<ItemName, string>>): ItemTexts {
  if (values.population === 'floating') {
    const permit = values['residence-permit-no'] ?? values['temporary-permit-no'];
    if (permit === undefined) throw issuerErrors.permitMissing();
  }
  const number = values['id-number'];
  if (number === undefined) {
    const other = Object.values(documentKinds).some(({ item }) => values[item] !== undefined);
    const described = values['birth-date'] !== undefined && values.sex !== undefined;
    if (!other || !described) throw residentErrors.documentMissing();
    return values;
  }
  const derived = derivedFrom(number);
  for (const [item, value] of Object.entries(derived)) {
    const said = values[item as keyof typeof derived];
    if (said !== undefined && said !== value)
      throw residentErrors.impossibleItem({ item, reason: 'it contradicts the identity number' });
  }
  return { ...values, ...derived };
}

/** What an identity number says about its holder. */
export function derivedFrom(idNumber: string): { 'birth-date': string; sex: string } | Record<string, never> {
  const read = readIdentityNumber(idNumber);
  return read.ok ? { 'birth-date': read.birthDate, sex: read.sex === 'male' ? '1' : '2' } : {};
}
