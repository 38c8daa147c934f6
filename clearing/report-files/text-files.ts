import { canonicalJson } from '@citycard/common';
import { csvLine } from '../reports/csv.ts';
import { type Report, totalsOf } from './report.ts';

/** The tables one below the other: name, header, rows, total, an empty line. Amounts in whole fen. */
export function csvFile(report: Report): Buffer {
  const lines: string[] = [];
  for (const [index, table] of report.tables.entries()) {
    lines.push(csvLine([table.name], index === 0));
    lines.push(csvLine(table.columns.map(({ key }) => key)));
    for (const row of table.rows) lines.push(csvLine(row));
    const totals = totalsOf(table);
    if (totals.some((total) => total !== undefined))
      lines.push(csvLine(totals.map((total, column) => total ?? (column === 0 ? 'total' : ''))));
    lines.push('\r\n');
  }
  return Buffer.from(lines.join(''));
}

/** For programs: rows as objects by column, totals beside them. Amounts in whole fen. */
export function jsonFile(report: Report, dataSha256: string): Buffer {
  const { tables, ...head } = report;
  const written = tables.map((table) => {
    const keys = table.columns.map(({ key }) => key);
    const totals = totalsOf(table).flatMap((total, index) =>
      total === undefined ? [] : [[keys[index], total] as const],
    );
    return {
      name: table.name,
      zh: table.zh,
      en: table.en,
      columns: table.columns,
      rows: table.rows.map((row) => Object.fromEntries(keys.map((key, index) => [key, row[index]]))),
      totals: Object.fromEntries(totals),
    };
  });
  return Buffer.from(`${canonicalJson({ ...head, dataSha256, tables: written })}\n`);
}
