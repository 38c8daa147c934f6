import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import PDFDocument from 'pdfkit';
import { GAP, Page, type PageCell, ROW_HEIGHT, SIZE } from './pdf-page.ts';
import { type Cell, type Column, type Report, type Table, totalsOf, yuan } from './report.ts';

/** Rows of one table that are printed; the rest stands in the other files, and the total is of all. */
export const PRINTED_ROWS = 1_000;

const FONT = '@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf';
let font: Buffer | undefined;
/** Kept once read: ten megabytes, of which each file embeds only the glyphs it uses. */
const fontBytes = (): Buffer => (font ??= readFileSync(createRequire(import.meta.url).resolve(FONT)));

/**
 * A report on A4 pages in Chinese and English: tables with their totals, a block for signatures, page numbers, the hash of the
 * data on every page, the font embedded. The same report gives the same bytes: the only time inside is `capturedAt`.
 */
export async function pdfFile(report: Report, dataSha256: string, capturedAt: Date): Promise<Buffer> {
  const info = {
    Title: `${report.zh} ${report.en} ${report.period}`,
    Subject: `SHA-256 ${dataSha256}`,
    CreationDate: capturedAt,
  };
  const document = new PDFDocument({
    size: 'A4',
    layout: 'landscape',
    margin: 0,
    bufferPages: true,
    font: fontBytes(),
    lang: 'zh-CN',
    info,
  });
  const chunks: Buffer[] = [];
  document.on('data', (chunk: Buffer) => chunks.push(chunk));
  const written = new Promise<void>((resolve, reject) => document.on('end', resolve).on('error', reject));
  const page = new Page(document);
  page.line(`${report.zh}  ${report.en}`, SIZE.title, 24);
  page.line([report.period, report.subject].filter(Boolean).join('  '), SIZE.heading, 18);
  for (const { zh, en, value } of report.notes) page.line(`${zh} ${en}: ${value}`, SIZE.body, ROW_HEIGHT);
  for (const table of report.tables)
    for (const part of partsOf(page, table)) printTable(page, part, `${report.period}-${report.report}`);
  page.signatures();
  page.footers(`SHA-256 ${dataSha256}`);
  document.end();
  await written;
  return Buffer.concat(chunks);
}

/** Narrower than this a column of text is not worth reading. */
const TEXT_WIDTH = 50;

/** A table that is wider than a page is printed as several, each beginning with the first column. */
function partsOf(page: Page, table: Table): Table[] {
  const widths = naturalWidths(page, table, printed(table)).map((width, index) =>
    table.columns[index]?.kind === 'text' ? Math.min(width, TEXT_WIDTH) : width,
  );
  const [first = 0] = widths;
  const parts: number[][] = [];
  let room = 0;
  for (let index = 1; index < widths.length; index += 1) {
    const width = widths[index] ?? 0;
    if (room < width || parts.length === 0) {
      parts.push([0]);
      room = page.width - first;
    }
    parts.at(-1)?.push(index);
    room -= width;
  }
  if (parts.length <= 1) return [table];
  const only = <T>(of: readonly T[], kept: readonly number[]): T[] => of.filter((_, index) => kept.includes(index));
  return parts.map((kept, part) => ({
    ...table,
    zh: `${table.zh}(${part + 1}/${parts.length})`,
    en: `${table.en} (${part + 1}/${parts.length})`,
    columns: only(table.columns, kept),
    rows: table.rows.map((row) => only(row, kept)),
  }));
}

const printed = ({ columns, rows }: Table): string[][] =>
  rows.slice(0, PRINTED_ROWS).map((row) => columns.map((column, index) => words(row[index] ?? '', column)));

function printTable(page: Page, table: Table, name: string): void {
  const right = (index: number) => table.columns[index]?.kind !== 'text';
  const cells = (words: readonly string[]): PageCell[] =>
    words.map((each, index) => ({ words: each, right: right(index) }));
  const rows = printed(table);
  const totals = totalsOf(table);
  const sums = table.columns.map((column, index) => {
    const total = totals[index];
    return total === undefined ? (index === 0 ? '合计 Total' : '') : words(total, column);
  });
  const hasTotal = totals.some((total) => total !== undefined);
  const widths = columnWidths(page, table, hasTotal ? [...rows, sums] : rows);
  const header = () => {
    page.row(cells(table.columns.map(({ zh }) => zh)), widths);
    page.row(cells(table.columns.map(({ en }) => en)), widths, { rule: true });
  };
  page.fits(6 * ROW_HEIGHT);
  page.line('', SIZE.body, 8);
  page.line(`${table.zh}  ${table.en}`, SIZE.heading, 18);
  header();
  if (rows.length === 0) page.line('无 None', SIZE.body, ROW_HEIGHT);
  for (const row of rows) page.row(cells(row), widths, { header });
  if (table.rows.length > PRINTED_ROWS) {
    const [some, all] = [PRINTED_ROWS, table.rows.length].map((each) => grouped(`${each}`));
    page.line(
      `共 ${all} 行,此处印前 ${some} 行,全部见 ${name}.csv、.xlsx、.json;合计为全部行之和`,
      SIZE.body,
      ROW_HEIGHT,
    );
    page.line(
      `The first ${some} of ${all} rows are printed here, all are in ${name}.csv, .xlsx and .json; totals are of all rows`,
      SIZE.body,
      ROW_HEIGHT,
    );
  }
  if (hasTotal) page.row(cells(sums), widths, { header, rule: true });
}

/** No column of figures is narrower than this, so that its heading has room. */
const FIGURE_WIDTH = 42;

/** What each column takes when nothing in it is broken. */
function naturalWidths(page: Page, { columns }: Table, rows: readonly (readonly string[])[]): number[] {
  const widest = (cells: readonly string[]) =>
    cells.reduce((most, cell) => Math.max(most, page.widthOf(cell, SIZE.body)), 0) + GAP;
  return columns.map(({ zh, en, kind }, index) => {
    const content = widest(rows.map((row) => row[index] ?? ''));
    const heading = widest([zh, en]);
    return Math.max(content, kind === 'text' ? heading : Math.min(heading, FIGURE_WIDTH));
  });
}

/** Figures are never broken; texts share what figures leave, short ones take no more than they need. */
function columnWidths(page: Page, table: Table, rows: readonly (readonly string[])[]): number[] {
  const { columns } = table;
  const natural = naturalWidths(page, table, rows);
  const sum = natural.reduce((total, width) => total + width, 0);
  if (sum <= page.width) return natural.map((width) => width + (page.width - sum) / columns.length);
  const widths = [...natural];
  let shared = columns.flatMap(({ kind }, index) => (kind === 'text' ? [index] : []));
  let left = page.width - sum + shared.reduce((total, index) => total + (natural[index] ?? 0), 0);
  for (;;) {
    const each = left / Math.max(1, shared.length);
    const small = shared.filter((index) => (natural[index] ?? 0) <= each);
    if (small.length === 0) {
      for (const index of shared) widths[index] = each;
      return widths;
    }
    left -= small.reduce((total, index) => total + (natural[index] ?? 0), 0);
    shared = shared.filter((index) => !small.includes(index));
  }
}

const grouped = (digits: string): string => digits.replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',');

function words(cell: Cell, { kind }: Column): string {
  if (typeof cell === 'string') return cell;
  if (kind !== 'fen') return grouped(cell.toString());
  const [whole = '', decimals = ''] = yuan(cell).split('.');
  return `${grouped(whole)}.${decimals}`;
}
