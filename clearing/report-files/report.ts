import { canonicalJson } from '@citycard/common';

/** How a column is written: where people read it, whole fen become yuan and code words are told in Chinese too. */
type ColumnKind = 'text' | 'word' | 'count' | 'fen';

export interface Column {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly kind: ColumnKind;
  /** Has a total below it. */
  readonly total?: boolean;
}

export type Cell = string | bigint;

export interface Table {
  readonly name: string;
  readonly zh: string;
  readonly en: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Something said once above the tables. */
interface Note {
  readonly zh: string;
  readonly en: string;
  readonly value: string;
}

/** What a report says, whatever file it becomes. */
export interface Report {
  readonly report: string;
  readonly zh: string;
  readonly en: string;
  /** A day, a month or a quarter. */
  readonly period: string;
  /** The participant it is about. */
  readonly subject?: string;
  readonly notes: readonly Note[];
  readonly tables: readonly Table[];
}

const FORMAT = 'citycard-report/1';

/** The text of a report: the same report gives the same text, and its hash stands in the files. */
export function reportText(report: Report): string {
  for (const table of report.tables)
    for (const row of table.rows)
      for (const cell of row)
        if (typeof cell === 'bigint' && !Number.isSafeInteger(Number(cell)))
          throw new RangeError(`${report.report} holds ${cell}, more than a JSON number carries`);
  return canonicalJson({ format: FORMAT, ...report });
}

/** Reads what {@link reportText} wrote. */
export function reportOf(text: string): Report {
  const read = JSON.parse(text) as Omit<Report, 'tables'> & {
    readonly format: string;
    readonly tables: readonly (Omit<Table, 'rows'> & { readonly rows: readonly (readonly (string | number)[])[] })[];
  };
  if (read.format !== FORMAT) throw new Error(`a stored report has the format ${read.format}`);
  return {
    ...read,
    tables: read.tables.map((table) => ({
      ...table,
      rows: table.rows.map((row) => row.map((cell) => (typeof cell === 'number' ? BigInt(cell) : cell))),
    })),
  };
}

/** Whether a column is read from the left: words, no figures. */
export const isText = ({ kind }: Column): boolean => kind === 'text' || kind === 'word';

/** The sum of each column that has a total; undefined for the others. */
export function totalsOf({ columns, rows }: Table): (bigint | undefined)[] {
  return columns.map(({ total }, index) =>
    total === true
      ? rows.reduce((sum, row) => {
          const cell = row[index];
          return typeof cell === 'bigint' ? sum + cell : sum;
        }, 0n)
      : undefined,
  );
}

/** Fen as yuan with two decimals, no separators: a number to a program, exact. */
export function yuan(amountFen: bigint): string {
  const digits = (amountFen < 0n ? -amountFen : amountFen).toString().padStart(3, '0');
  return `${amountFen < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

// Columns by kind, so that tables read as lists.
export const text = (key: string, zh: string, en: string): Column => ({ key, zh, en, kind: 'text' });
/** Code words: states and the like. */
export const word = (key: string, zh: string, en: string): Column => ({ key, zh, en, kind: 'word' });
export const count = (key: string, zh: string, en: string): Column => ({ key, zh, en, kind: 'count', total: true });
export const amount = (key: string, zh: string, en: string): Column => ({ key, zh, en, kind: 'fen', total: true });
/** A figure that is not to be added up: a balance before and after, an age. */
export const figure = (key: string, zh: string, en: string, kind: 'count' | 'fen'): Column => ({ key, zh, en, kind });

/** The same for those outside this folder, by name. */
export const REPORT_COLUMNS = { text, count, amount, figure } as const;
