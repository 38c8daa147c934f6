import { all, type Element } from './elements.ts';

/** Formats every workbook has without naming them, as far as they show a day (ECMA-376 part 1, 18.8.30; 27–36 and 50–58 in East Asia). */
const DAY_FORMATS = [14, 15, 16, 17, 22, ...range(27, 31), 36, ...range(50, 54), 57, 58];
const DAY_MS = 86_400_000;
/** A spreadsheet keeps this many digits of a number. */
const KEPT_DIGITS = 15;

/** Which styles of cells show a number as a day. */
export function dateStyles(styles: Element | undefined): (style: unknown) => boolean {
  const codes = new Map(
    all(styles, 'styleSheet', 'numFmts', 'numFmt').map((each) => [
      Number(each['@numFmtId']),
      String(each['@formatCode']),
    ]),
  );
  const areDates = all(styles, 'styleSheet', 'cellXfs', 'xf').map(({ '@numFmtId': id }) => {
    const code = codes.get(Number(id));
    return code === undefined ? DAY_FORMATS.includes(Number(id)) : showsDay(code);
  });
  return (style) => areDates[Number(style ?? 0)] ?? false;
}

/** A format of years or days; what is quoted, escaped or in brackets is text, colour or language. */
const showsDay = (code: string): boolean =>
  /[yd]/i.test(code.replaceAll(/"[^"]*"|\\.|_.|\[[^\]]*\]/g, '').replace(/General/i, ''));

/** Days since the end of 1899, or since 1904, as YYYY-MM-DD, with the time of day where there is one. */
export function dateText(value: string, since1904: boolean): string {
  const days = Number(value);
  if (value === '' || !Number.isFinite(days) || days < 1 || days > 2_958_465) return value;
  // The 1900 calendar has a 29 February 1900 that never was.
  const epoch = since1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, days < 60 ? 31 : 30);
  const text = new Date(Math.round((epoch + days * DAY_MS) / 1000) * 1000).toISOString();
  return Number.isInteger(days) ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, 19)}`;
}

/** A number as it was typed: without an exponent when all its digits are there, and with one when they are not. */
export function numberText(value: string): string {
  const number = Number(value);
  if (value === '' || !Number.isInteger(number)) return value;
  if (Math.abs(number) < 10 ** KEPT_DIGITS) return String(number);
  return number.toExponential(KEPT_DIGITS - 1).replace('e', 'E');
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}
