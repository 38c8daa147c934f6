import type { ItemName } from './items.ts';
import { readIdentityNumber } from './identity-number.ts';

/** A kind of identity document (GA/T 517 style, domain facts E.3). */
interface DocumentKind {
  readonly title: string;
  readonly item: ItemName;
  /** Whether the number alone names one person. A household book is shared; passports of two countries may meet. */
  readonly unique: boolean;
  readonly form: string;
  readonly pattern: RegExp;
}

export const documentKinds = {
  'resident-id-card': {
    title: '居民身份证',
    item: 'id-number',
    unique: true,
    form: '18 characters of GB 11643, or 15 digits of the first generation',
    pattern: /^([0-9]{15}|[0-9]{17}[0-9X])$/,
  },
  'household-book': {
    title: '户口簿',
    item: 'household-book-no',
    unique: false,
    form: '6 to 18 digits or capital letters',
    pattern: /^[0-9A-Z]{6,18}$/,
  },
  'temporary-residence-permit': {
    title: '暂住证',
    item: 'temporary-permit-no',
    unique: true,
    form: '6 to 20 digits, capital letters or hyphens',
    pattern: /^[0-9A-Z-]{6,20}$/,
  },
  'residence-permit': {
    title: '居住证',
    item: 'residence-permit-no',
    unique: true,
    form: '6 to 32 digits, capital letters or hyphens',
    pattern: /^[0-9A-Z-]{6,32}$/,
  },
  passport: {
    title: '护照',
    item: 'passport-no',
    unique: false,
    form: '5 to 17 digits or capital letters, a digit among them',
    pattern: /^(?=.*[0-9])[0-9A-Z]{5,17}$/,
  },
  'hk-macao-permit': {
    title: '港澳居民来往内地通行证',
    item: 'hk-macao-permit-no',
    unique: true,
    form: 'H or M and 8 or 10 digits',
    pattern: /^[HM][0-9]{8}([0-9]{2})?$/,
  },
  'taiwan-permit': {
    title: '台湾居民来往大陆通行证',
    item: 'taiwan-permit-no',
    unique: true,
    form: '8 digits, or 10 digits and a letter on the old ones',
    pattern: /^([0-9]{8}|[0-9]{10}(\([A-Z]\)|[A-Z])?)$/,
  },
  'military-id': {
    title: '军人证',
    item: 'military-id-no',
    unique: true,
    form: 'one to three characters, 字第, 6 to 8 digits and 号',
    pattern: /^\p{Script=Han}{1,3}字第[0-9]{6,8}号$/u,
  },
} as const satisfies Record<string, DocumentKind>;

export type DocumentKindName = keyof typeof documentKinds;
export const documentKindNames = Object.keys(documentKinds) as DocumentKindName[];

/** The kind of document whose number this item is, if it is one. */
export function documentOfItem(item: ItemName): DocumentKindName | undefined {
  return documentKindNames.find((kind) => documentKinds[kind].item === item);
}

export type DocumentNumber =
  { readonly ok: true; readonly number: string } | { readonly ok: false; readonly reason: string };

/** The number as it is kept: capitals, no spaces, 15-digit identity numbers made 18. The reason never repeats it. */
export function readDocumentNumber(kind: DocumentKindName, text: string): DocumentNumber {
  const number = text.normalize('NFKC').replaceAll(/\s/g, '').toUpperCase();
  if (kind === 'resident-id-card') return readIdentityNumber(number);
  const { pattern, title, form } = documentKinds[kind];
  return pattern.test(number) ? { ok: true, number } : { ok: false, reason: `the number of a ${title} has ${form}` };
}
