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

/** Cells under their column's meaning, trimmed; a column that may be missing reads as empty. Columns nobody asked for are left out. */
export function byColumns<C extends ColumnNames>(
  table: readonly SheetRow[],
  columns: C,
  required: readonly (keyof C & string)[],
): ReadTable<C> {
  const [header, ...rows] = table;
  const titles = (header?.cells ?? []).map((cell) => cell.trim().toLowerCase());
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
