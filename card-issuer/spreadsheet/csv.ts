/** A line of a table: where it stood (the first line is 1) and its cells as text. */
export interface SheetRow {
  readonly line: number;
  readonly cells: readonly string[];
}

const QUOTE = '"';

/**
 * Reads a table as spreadsheets save it (RFC 4180): commas, any line ends, cells in quotation marks with commas, line ends and doubled
 * quotation marks inside, a byte order mark or none. Empty lines are left out; a quotation mark that is never closed reaches to the end.
 */
export function readCsv(text: string): SheetRow[] {
  const rows: SheetRow[] = [];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  let line = 1;
  let begun = 1;
  const endRow = (): void => {
    cells.push(cell);
    if (cells.length > 1 || cells[0] !== '') rows.push({ line: begun, cells });
    cells = [];
    cell = '';
  };
  for (let at = text.startsWith('\uFEFF') ? 1 : 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\n') line += 1;
    if (quoted) {
      if (character !== QUOTE) cell += character;
      else if (text.charAt(at + 1) === QUOTE) {
        cell += QUOTE;
        at += 1;
      } else quoted = false;
    } else if (character === QUOTE && cell === '') quoted = true;
    else if (character === ',') {
      cells.push(cell);
      cell = '';
    } else if (character === '\n') {
      endRow();
      begun = line;
    } else if (character !== '\r') cell += character;
  }
  endRow();
  return rows;
}

/**
 * Writes a table that a spreadsheet opens: UTF-8 with byte order mark, CRLF. A cell that a spreadsheet would take for a formula
 * is shown as text.
 */
export function writeCsv(rows: readonly (readonly (string | number | bigint)[])[]): string {
  return `\uFEFF${rows.map((row) => `${row.map(cellOf).join(',')}\r\n`).join('')}`;
}

function cellOf(value: string | number | bigint): string {
  if (typeof value !== 'string') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `${QUOTE}${safe.replaceAll(QUOTE, QUOTE + QUOTE)}${QUOTE}` : safe;
}
