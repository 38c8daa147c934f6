import { type BusinessDate, businessDate } from '../calendar/city-time.ts';

/** GB 11643-1999 clause 4.2: the weight of each of the 17 digits before the check character. */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/** The check character for each remainder of the weighted sum modulo 11. */
const CHECK_CHARACTERS = '10X98765432';
/** The first two digits name a province-level unit of GB/T 2260; counties below them come and go, so they are not checked. */
const PROVINCES = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83'.split(' '),
);

export type ResidentId =
  { ok: true; areaCode: string; birthDate: BusinessDate; sex: 'male' | 'female' } | { ok: false; reason: string };

/**
 * Reads an 18-character resident identity number (GB 11643): area 6, date of birth 8, order 3 (odd for a man), check.
 * The reason of a refusal never repeats the number, so that it may be logged.
 */
export function parseResidentId(id: string): ResidentId {
  if (!/^\d{17}[\dX]$/.test(id)) {
    return { ok: false, reason: 'a resident identity number has 17 digits and a last character 0-9 or capital X' };
  }
  const areaCode = id.slice(0, 6);
  if (!PROVINCES.has(areaCode.slice(0, 2))) return { ok: false, reason: 'the first two digits name no province' };
  const birthDate = readDate(id.slice(6, 14));
  if (birthDate === undefined) return { ok: false, reason: 'the date of birth (digits 7 to 14) does not exist' };
  if (residentIdCheck(id.slice(0, 17)) !== id.slice(17)) return { ok: false, reason: 'the check character is wrong' };
  const sex = Number(id.slice(14, 17)) % 2 === 1 ? 'male' : 'female';
  return { ok: true, areaCode, birthDate, sex };
}

/**
 * The check character (0-9 or X) over the first 17 digits.
 *
 * @throws RangeError when the body is not 17 digits.
 */
export function residentIdCheck(body: string): string {
  if (!/^\d{17}$/.test(body)) throw new RangeError('the check character is computed over exactly 17 digits');
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * (body.charCodeAt(index) - 48), 0);
  return CHECK_CHARACTERS.charAt(sum % 11);
}

/**
 * Turns a 15-digit number of the first generation (year of birth in two digits, no check) into its 18-character form:
 * the century is 19. Undefined when the text is not 15 digits or the result would not be a valid number.
 */
export function upgradeResidentId(id15: string): string | undefined {
  if (!/^\d{15}$/.test(id15)) return undefined;
  const body = `${id15.slice(0, 6)}19${id15.slice(6)}`;
  const id18 = `${body}${residentIdCheck(body)}`;
  return parseResidentId(id18).ok ? id18 : undefined;
}

function readDate(digits: string): BusinessDate | undefined {
  try {
    return businessDate(digits);
  } catch {
    return undefined;
  }
}
