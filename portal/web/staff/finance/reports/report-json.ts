/** A report as its JSON file says it (docs/reports.md): tables with the names of their columns in both languages. */
export interface ReadReport {
  readonly tables: readonly {
    readonly name: string;
    readonly zh: string;
    readonly en: string;
    readonly columns: readonly {
      readonly key: string;
      readonly zh: string;
      readonly en: string;
      readonly kind: 'text' | 'word' | 'count' | 'fen';
    }[];
    readonly rows: readonly Readonly<Record<string, string | number>>[];
    readonly totals: Readonly<Record<string, number>>;
  }[];
}

/** @throws SyntaxError when what arrived is no report: the file is not the one that was asked for, or not whole */
export function readReportJson(text: string): ReadReport {
  const read: unknown = JSON.parse(text);
  if (typeof read !== 'object' || read === null || !('tables' in read) || !Array.isArray(read.tables))
    throw new SyntaxError('This is not a report.');
  return read as ReadReport;
}
