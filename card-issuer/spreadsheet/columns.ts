import type { SheetRow } from './csv.ts';

/** The columns of a table by their meaning: the header texts that name each, in any language people use. */
export type ColumnNames = Readonly<Record<string, readonly string[]>>;

export type ReadTable<C extends ColumnNames> =
  | {
      readonly ok: true;
      readonly rows: readonly { readonly line: number; readonly values: Readonly<Record<keyof C, string>> }[];
    }
  /** Header texts that are missing. */
  | { readonly ok: false; readonly missing: readonly string[] };

/** The header of a table made by hand stands under its title, somewhere at the top. */
const TITLE_ROWS = 10;

/**
 * The row that names most of the columns, all required ones among them; the first row when none does. A header over two
 * lines repeats its merged cells in the second.
 */
function headerOf(table: readonly SheetRow[], columns: ColumnNames, required: readonly string[]): number {
  let [best, most] = [0, 0];
  for (const [at, { cells }] of table.slice(0, TITLE_ROWS).entries()) {
    const titles = new Set(cells.map(titleOf));
    const named = Object.keys(columns).filter((name) => columns[name]?.some((text) => titles.has(text)));
    if (named.length > most && required.every((name) => named.includes(name))) [best, most] = [at, named.length];
  }
  return best;
}

/** Line breaks and spaces inside a title are there for its looks, a star for what must be filled in. */
const titleOf = (cell: string): string => cell.replaceAll(/[\s*＊\uFEFF]/g, '').toLowerCase();

/**
 * Cells under their column's meaning, trimmed; a column that may be missing reads as empty. Columns nobody asked for are left out. `underTitle`: lines
 * above the header are a title, and a header that comes again on the next page is none of the rows.
 */
export function byColumns<C extends ColumnNames>(
  table: readonly SheetRow[],
  columns: C,
  required: readonly (keyof C & string)[],
  options: { readonly underTitle?: boolean } = {},
): ReadTable<C> {
  const at = options.underTitle === true ? headerOf(table, columns, required) : 0;
  const titles = (table[at]?.cells ?? []).map(titleOf);
  const isHeader = ({ cells }: SheetRow) =>
    options.underTitle === true && titles.every((title, column) => titleOf(cells[column] ?? '') === title);
  const rows = table.slice(at + 1).filter((row) => !isHeader(row));
  const places = Object.entries(columns).map(
    ([name, texts]) => [name, titles.findIndex((title) => texts.includes(title))] as const,
  );
  const missing = places.filter(([name, place]) => place < 0 && required.includes(name)).map(([name]) => name);
  if (missing.length > 0) return { ok: false, missing };
  return {
    ok: true,
    rows: rows.map(({ line, cells }) => ({
      line,
      values: Object.fromEntries(
        places.map(([name, place]) => [name, place < 0 ? '' : (cells[place] ?? '').trim()]),
      ) as Record<keyof C, string>,
    })),
  };
}
