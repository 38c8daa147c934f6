import { documentOfItem } from './documents.ts';
import { type ItemName, items } from './items.ts';

/** A phone number in digits alone, without the country code of a mobile number of this country. */
export function plainPhone(phone: string): string {
  return phone.replaceAll(/\D/g, '').replace(/^(?:00)?86(?=1\d{10}$)/, '');
}

/** The name as lists may show it: the first character, the rest hidden. */
export function maskName(name: string): string {
  const [first = '', ...rest] = [...name];
  return first + '*'.repeat(Math.max(1, rest.length));
}

/** A document number as lists may show it: the last four characters. */
export function maskNumber(number: string): string {
  const characters = [...number];
  const shown = Math.min(4, Math.floor(characters.length / 3));
  return '*'.repeat(characters.length - shown) + characters.slice(characters.length - shown).join('');
}

/** A phone number as lists may show it: the first three and the last two digits. */
export function maskPhone(phone: string): string {
  const digits = plainPhone(phone);
  return digits.length < 8
    ? '*'.repeat(digits.length)
    : `${digits.slice(0, 3)}${'*'.repeat(digits.length - 5)}${digits.slice(-2)}`;
}

/** Any item's value as somebody without the right to it may see it. */
export function maskItem(item: ItemName, value: string): string {
  if (documentOfItem(item) !== undefined) return maskNumber(value);
  if (item.endsWith('name')) return maskName(value);
  if (item.endsWith('phone')) return maskPhone(value);
  if (items[item].type === 'date') return `${value.slice(0, 4)}-**-**`;
  return '*'.repeat(Math.min(8, Math.max(1, value.length)));
}
