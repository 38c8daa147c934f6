import { type BusinessDate, businessDate } from '@citycard/common';
import { cityErrors } from '../errors.ts';

/** Types of text files (domain page B.8): purchases up and down, answers, a centre's statement, a hotlist. */
export type TextType = 'FH' | 'DF' | 'DT' | 'SA' | 'WL';

/** Name: type 2 ‖ yymmdd 6 ‖ city 4 ‖ `0000` ‖ serial 6. */
const NAME = /^(FH|DF|DT|SA|WL)([0-9]{6})([0-9]{4})0000([0-9]{6})$/;
const VERSION = '01';
/** Line ends as the field knows them; LF CR is a quirk of code that many exchanges run. */
const LINE_END = /\r\n|\n\r|\n|\r/;
/** First line: version 2 ‖ sender 4 ‖ receiver 4 ‖ date 8. */
const FIRST = /^01([0-9]{4})([0-9]{4})([0-9]{8})$/;
/** Second line: count 5 ‖ sum in fen 8 ‖ city of the cards or of the receiver 4 ‖ record length 4. */
const SECOND = /^([0-9]{5})([0-9]{8})([0-9]{4})([0-9]{4})$/;
export const MOST_ROWS = 99_999;
const LARGEST_SUM = 99_999_999n;

export interface TextName {
  readonly type: TextType;
  readonly city: string;
  readonly serial: number;
}

/** Takes the name of a text file apart; undefined when it is none. */
export function parseTextName(name: string): TextName | undefined {
  const [, type, , city, serial] = NAME.exec(name) ?? [];
  if (type === undefined || city === undefined || serial === undefined) return undefined;
  return { type: type as TextType, city, serial: Number(serial) };
}

export function textName(type: TextType, date: BusinessDate, city: string, serial: number): string {
  return `${type}${date.replaceAll('-', '').slice(2)}${city}0000${String(serial).padStart(6, '0')}`;
}

export interface TextFile {
  readonly sender: string;
  readonly receiver: string;
  readonly date: BusinessDate;
  readonly city: string;
  readonly sumFen: bigint;
  readonly rows: readonly string[];
}

/** Whether a text file of that many rows and that sum can be written: its second line has room for no more. */
export const fitsText = (rows: number, sumFen: bigint): boolean => rows <= MOST_ROWS && sumFen <= LARGEST_SUM;

/** Writes a text file; lines end with CR LF. */
export function writeText(file: Omit<TextFile, 'rows'> & { rows: readonly string[]; recordLength: number }): Buffer {
  const { sender, receiver, date, city, sumFen, rows, recordLength } = file;
  if (!fitsText(rows.length, sumFen))
    throw new RangeError(`${rows.length} rows of ${sumFen} fen do not fit a text file`);
  const digits = (value: number | bigint, width: number) => String(value).padStart(width, '0');
  const lines = [
    `${VERSION}${sender}${receiver}${date.replaceAll('-', '')}`,
    `${digits(rows.length, 5)}${digits(sumFen, 8)}${city}${digits(recordLength, 4)}`,
    ...rows,
  ];
  return Buffer.from(lines.map((line) => `${line}\r\n`).join(''), 'latin1');
}

/**
 * Reads a text file: digits and capital letters, so that GB 18030 and ASCII are the same bytes; any line end is taken. Its second
 * line must say how many rows there are and how long each is.
 *
 * @throws CityCardError `cities.text-bad`
 */
export function readText(name: string, content: Buffer): TextFile & { recordLength: number } {
  const bad = (problem: string) => cityErrors.textBad({ name, problem });
  const strange = content.findIndex((byte) => byte > 0x7e || (byte < 0x20 && byte !== 0x0a && byte !== 0x0d));
  if (strange >= 0)
    throw bad(`byte ${strange + 1} is ${content.readUInt8(strange).toString(16).padStart(2, '0')}, which no field has`);
  const lines = content.toString('latin1').split(LINE_END);
  while (lines.at(-1) === '') lines.pop();
  const [, sender, receiver, date] = FIRST.exec(lines[0] ?? '') ?? [];
  if (sender === undefined || receiver === undefined || date === undefined)
    throw bad(`line 1 is not version ${VERSION}, sender, receiver and date`);
  const [, count, sum, city, length] = SECOND.exec(lines[1] ?? '') ?? [];
  if (count === undefined || sum === undefined || city === undefined)
    throw bad('line 2 is not count, sum, city and record length');
  const rows = lines.slice(2);
  if (rows.length !== Number(count)) throw bad(`line 2 promises ${Number(count)} rows; there are ${rows.length}`);
  const recordLength = Number(length);
  const uneven = rows.findIndex((row) => row.length !== recordLength);
  if (uneven >= 0) throw bad(`row ${uneven + 1} has ${rows[uneven]?.length} characters instead of ${recordLength}`);
  return { sender, receiver, date: dateOf(date, bad), city, sumFen: BigInt(sum), rows, recordLength };
}

function dateOf(digits: string, bad: (problem: string) => Error): BusinessDate {
  try {
    return businessDate(digits);
  } catch {
    throw bad(`line 1: ${digits} is no date`);
  }
}
