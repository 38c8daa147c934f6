/** GB 11643: the weight of each of the 17 digits before the check character, and the character for each remainder. */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_CHARACTERS = '10X98765432';
const PROVINCES =
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83'.split(' ');

/** What an identity number says of its holder. */
export interface ReadNumber {
  readonly number: string;
  readonly areaCode: string;
  /** YYYY-MM-DD */
  readonly birthDate: string;
  readonly sex: 'male' | 'female';
}

/** Why a number cannot be; the keys of `counter.idFaults`. */
export type NumberFault = 'length' | 'signs' | 'province' | 'birth' | 'check';

/**
 * Reads an identity number before it is sent: 18 characters with the right check character, or 15 digits of the first
 * generation, made 18. Spaces are left out, a small x is a capital one.
 */
export function readIdNumber(typed: string, today: Date = new Date()): ReadNumber | { readonly fault: NumberFault } {
  const text = typed.normalize('NFKC').replaceAll(/[\s-]/g, '').toUpperCase();
  if (!/^[0-9X]*$/.test(text)) return { fault: 'signs' };
  if (text.length !== 15 && text.length !== 18) return { fault: 'length' };
  const body = text.length === 15 ? `${text.slice(0, 6)}19${text.slice(6)}` : text.slice(0, 17);
  if (!/^[0-9]{17}$/.test(body)) return { fault: 'signs' };
  if (!PROVINCES.includes(body.slice(0, 2))) return { fault: 'province' };
  const birthDate = `${body.slice(6, 10)}-${body.slice(10, 12)}-${body.slice(12, 14)}`;
  const day = new Date(`${birthDate}T00:00:00Z`);
  const existed = !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === birthDate;
  if (!existed || day > today || birthDate < '1850') return { fault: 'birth' };
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(body[index]), 0);
  const check = CHECK_CHARACTERS.charAt(sum % 11);
  if (text.length === 18 && text[17] !== check) return { fault: 'check' };
  const sex = Number(body.slice(14, 17)) % 2 === 1 ? 'male' : 'female';
  return { number: `${body}${check}`, areaCode: body.slice(0, 6), birthDate, sex };
}

/** What somebody typed into the one search field. */
export type Typed =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'card'; readonly cardNo: string }
  | { readonly kind: 'number'; readonly read: ReadNumber }
  | { readonly kind: 'bad-number'; readonly fault: NumberFault }
  | { readonly kind: 'phone'; readonly phone: string }
  | { readonly kind: 'name'; readonly name: string; readonly birthDate?: string };

/**
 * Tells apart what one field takes: a card number (19 digits), an identity number (18 or 15 characters), a phone, or a name with
 * or without a date of birth behind it (`测试甲 1990-03-07`, `测试甲 19900307`).
 */
export function readTyped(text: string, today: Date = new Date()): Typed {
  const typed = text.normalize('NFKC').trim();
  if (typed === '') return { kind: 'nothing' };
  const digits = typed.replaceAll(/[\s-]/g, '');
  if (/^[0-9]{19}$/.test(digits)) return { kind: 'card', cardNo: digits };
  if (/^[0-9]{12,18}[0-9Xx]?$/.test(digits) && !/^\+|^0[0-9]{2,3}-/.test(typed) && digits.length !== 13) {
    const read = readIdNumber(digits, today);
    return 'fault' in read ? { kind: 'bad-number', fault: read.fault } : { kind: 'number', read };
  }
  if (/^\+?[0-9 -]{5,20}$/.test(typed)) return { kind: 'phone', phone: typed };
  const parts = /^(.*?)[\s,，]+([0-9]{4})-?([0-9]{2})-?([0-9]{2})$/.exec(typed);
  const name = parts?.[1];
  if (name !== undefined && name !== '')
    return { kind: 'name', name, birthDate: `${parts?.[2]}-${parts?.[3]}-${parts?.[4]}` };
  return { kind: 'name', name: typed };
}

/** A card number as people read it. */
export const spaced = (cardNo: string): string => cardNo.replaceAll(/(.{4})(?=.)/g, '$1 ');
