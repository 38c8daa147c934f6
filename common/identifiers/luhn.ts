const DIGITS = /^\d+$/;

/**
 * The check digit of ISO/IEC 7812-1 annex B over the digits before it.
 *
 * @throws RangeError when the body is not one or more decimal digits.
 */
export function luhnDigit(body: string): string {
  if (!DIGITS.test(body)) throw new RangeError(`"${body}" is not a string of digits`);
  let sum = 0;
  for (let fromRight = 0; fromRight < body.length; fromRight += 1) {
    const digit = body.charCodeAt(body.length - 1 - fromRight) - 48;
    // The digit next to the check digit is the first to be doubled; 10..18 count as the sum of their two digits.
    const doubled = fromRight % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return String((10 - (sum % 10)) % 10);
}

/** Whether the last digit is the Luhn digit of those before it. False for anything that is not two or more digits. */
export function hasValidLuhn(number: string): boolean {
  if (number.length < 2 || !DIGITS.test(number)) return false;
  return luhnDigit(number.slice(0, -1)) === number.slice(-1);
}
