export type CsvValue = string | number | bigint;

/** Excel in China reads UTF-8 only when the file begins with this; without it a participant's name turns to noise. */
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * A CSV file as RFC 4180 has it (commas, CRLF, quotes where needed), UTF-8 with byte order mark. Amounts are whole fen. A
 * text that a spreadsheet would run as a formula gets an apostrophe in front.
 */
export function csv(header: readonly string[], rows: Iterable<readonly CsvValue[]>): string {
  return csvLine(header, true) + [...rows].map((row) => csvLine(row)).join('');
}

/** One line of such a file, for those that are too long to be held whole; the first one begins with the byte order mark. */
export function csvLine(row: readonly CsvValue[], first = false): string {
  return `${first ? BYTE_ORDER_MARK : ''}${row.map(field).join(',')}\r\n`;
}

function field(value: CsvValue): string {
  if (typeof value !== 'string') return value.toString();
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
