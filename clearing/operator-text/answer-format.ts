import { type BusinessDate, compactDate } from '@citycard/common';
import { XF_LONG, xfField } from './xf-record.ts';

/** Lines of answer files end as the format has it (domain.md B.1). */
const LINE_END = '\r\n';
const FILLER = 'F'.repeat(24);
/** What fields 19 to 21 hold when the operator's lines have none: purse, no period, reserved. */
const NO_MONTH_TICKET = '000FFFFFF';

export const SS_LONG = 198;
export const SS_SHORT = 93;
const QS_LENGTH = 103;
const NS_LENGTH = 46;
const NAME_IN_LONG = 30;
const NAME_IN_SHORT = 40;

export type AnswerKind = 'SS' | 'QS' | 'NS';

/** `SS`, `QS` or `NS` ‖ date 8 ‖ industry 2 ‖ merchant 15 ‖ serial 5. */
export function answerName(
  kind: AnswerKind,
  of: { readonly date: BusinessDate; readonly industry: string; readonly merchant: string; readonly serial: number },
): string {
  return `${kind}${compactDate(of.date)}${of.industry}${of.merchant}${digits(of.serial, 5)}`;
}

/** Digits of a number, filled up with zeros. @throws RangeError when it has more: a figure cut short would be another figure. */
export function digits(value: number | bigint, width: number): string {
  const text = value.toString();
  if (text.length > width || !/^[0-9]+$/.test(text)) throw new RangeError(`${text} has no place in ${width} digits`);
  return text.padStart(width, '0');
}

/** One refused or adjusted record. */
export interface SsRow {
  readonly fileName: string;
  readonly settleDate: BusinessDate;
  /** Two digits, see causes.ts. */
  readonly cause: string;
  /** The operator's own line. */
  readonly line: string;
  /** Within its file; the header is line 1. */
  readonly lineNumber: number;
}

/** Names of 30 characters fit the long form; operators with longer ones get the short form. */
export function ssLength(fileName: string): typeof SS_LONG | typeof SS_SHORT {
  return fileName.length <= NAME_IN_LONG ? SS_LONG : SS_SHORT;
}

/** An SS file (domain.md B.2), all of whose rows have names of one form. */
export function ssFile(length: typeof SS_LONG | typeof SS_SHORT, rows: readonly SsRow[]): string {
  const row = length === SS_LONG ? longRow : shortRow;
  return textFile(`SS01${digits(rows.length, 8)}${digits(length, 8)}`, length, rows.map(row));
}

function longRow({ fileName, settleDate, cause, line }: SsRow): string {
  const fields = line.length < XF_LONG ? line + NO_MONTH_TICKET : line;
  const [posSerial, merchant, posNo] = [xfField(line, 1), xfField(line, 2), xfField(line, 3)];
  const head = `${fileName.padEnd(NAME_IN_LONG)}${posSerial}${compactDate(settleDate)}${cause}${merchant}${posNo}`;
  // Fields 4 to 21 stand behind the three above.
  return head + fields.slice(posSerial.length + merchant.length + posNo.length);
}

function shortRow({ fileName, settleDate, cause, line, lineNumber }: SsRow): string {
  const name = fileName.padEnd(NAME_IN_SHORT);
  const posSerial = digits(Number(xfField(line, 1)), 10);
  return `${name}${compactDate(settleDate)}${cause}${xfField(line, 2)}${digits(lineNumber, 10)}${posSerial}${digits(0, 8)}`;
}

export interface Figure {
  readonly count: number;
  readonly amountFen: bigint;
}

export interface QsFigures {
  readonly confirmed: Figure;
  readonly refused: Figure;
  readonly adjusted: Figure;
  readonly adjustRefused: Figure;
}

/** A QS file: one row, the merchant's summary of a settlement date. */
export function qsFile(industry: string, merchant: string, settleDate: BusinessDate, figures: QsFigures): string {
  const { confirmed, refused, adjusted, adjustRefused } = figures;
  const told = [confirmed, refused, adjusted, adjustRefused]
    .map(({ count, amountFen }) => digits(count, 8) + digits(amountFen, 10))
    .join('');
  const row = `${merchant}${compactDate(settleDate)}${told}${digits(0, 8)}`;
  return textFile(`QS${industry}${digits(1, 8)}${digits(QS_LENGTH, 8)}`, QS_LENGTH, [row]);
}

/** An NS file: the files that were processed. A name of more than 30 characters is told by its last 30, which name it as well. */
export function nsFile(fileNames: readonly string[], settleDate: BusinessDate): string {
  const rows = fileNames.map(
    (name) => `${name.slice(-NAME_IN_LONG).padEnd(NAME_IN_LONG)}${compactDate(settleDate)}FFFFFFFF`,
  );
  return textFile(`NS01${digits(rows.length, 8)}${digits(NS_LENGTH, 8)}`, NS_LENGTH, rows);
}

function textFile(head: string, length: number, rows: readonly string[]): string {
  const wrong = rows.find((row) => row.length !== length);
  if (wrong !== undefined) throw new RangeError(`a row of ${wrong.length} characters in a file of rows of ${length}`);
  return [`${head}${FILLER}`, ...rows].map((line) => line + LINE_END).join('');
}
