/** How a cell is shown. */
export type CellKind = 'text' | 'yuan' | 'time' | 'date' | 'number';

export type Row = Readonly<Record<string, unknown>>;

export interface Column {
  readonly key: string;
  readonly title: string;
  readonly kind?: CellKind;
  /** Where a click on the cell leads: from a number to what stands behind it. */
  readonly to?: (row: Row) => string | undefined;
  /** What is shown instead of the value itself. */
  readonly show?: (row: Row) => string;
  readonly sortable?: boolean;
  readonly width?: number | string;
}

export interface Page {
  readonly rows: readonly Row[];
  /** Where the next page begins; absent on the last one. */
  readonly next?: string | undefined;
}

/** Orders by numbers where both are numbers, else by words. */
export function compareCells(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return String(one ?? '').localeCompare(String(other ?? ''), 'zh-CN', { numeric: true });
}

const FORMULA = /^[=+\-@\t\r]/;

/** A table as CSV for spreadsheet programs; a text that such a program would take for a formula is led by an apostrophe. */
export function csvOf(columns: readonly { title: string }[], lines: readonly (readonly string[])[]): string {
  const cell = (text: string) => {
    const safe = FORMULA.test(text) && !/^-?[\d.,]+$/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return `\ufeff${[columns.map(({ title }) => title), ...lines].map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`;
}
