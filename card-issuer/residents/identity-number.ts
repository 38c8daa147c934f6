import { type BusinessDate, cityDate, parseResidentId, upgradeResidentId } from '@citycard/common';
import { areaEverExisted } from './area-codes.ts';

export type IdentityNumber =
  | {
      readonly ok: true;
      readonly number: string;
      readonly areaCode: string;
      readonly birthDate: BusinessDate;
      readonly sex: 'male' | 'female';
    }
  | { readonly ok: false; readonly reason: string };

/** The oldest person known lived 122 years; a number that says more is a typing mistake. */
const OLDEST_YEARS = 130;

/**
 * Reads an identity number as a document shows it (domain facts E.1): 18 characters of GB 11643, small x allowed, or the
 * 15 digits of the first generation, which come back as 18. Checks the check character, the date, that it is not in the
 * future, and that the area existed at some time. The reason never repeats the number.
 */
export function readIdentityNumber(text: string): IdentityNumber {
  const number = text.length === 15 ? (upgradeResidentId(text) ?? text) : text.toUpperCase();
  const parsed = parseResidentId(number);
  if (!parsed.ok) return parsed;
  const today = cityDate(new Date());
  if (parsed.birthDate > today) return { ok: false, reason: 'the date of birth (digits 7 to 14) is in the future' };
  if (Number(today.slice(0, 4)) - Number(parsed.birthDate.slice(0, 4)) > OLDEST_YEARS)
    return { ok: false, reason: `the date of birth (digits 7 to 14) is more than ${OLDEST_YEARS} years ago` };
  if (!areaEverExisted(parsed.areaCode))
    return { ok: false, reason: 'the first six digits name no area that ever existed' };
  return { ...parsed, number };
}
