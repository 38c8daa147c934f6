import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import PDFDocument from 'pdfkit';
import { GAP, Page, type PageCell, ROW_HEIGHT, SIZE } from './pdf-page.ts';
import { type Cell, type Column, isText, type Report, type Table, totalsOf, yuan } from './report.ts';
import { spoken } from './words.ts';

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
  page.line(`数据采集 As known at ${cityMoment(capturedAt)}`, SIZE.body, ROW_HEIGHT);
  for (const { zh, en, value } of report.notes) page.line(`${zh} ${en}: ${value}`, SIZE.body, ROW_HEIGHT);
  for (const table of report.tables)
    for (const part of partsOf(page, table)) printTable(page, part, `${report.period}-${report.report}`);
  page.signatures();
  page.footers(`SHA-256 ${dataSha256}`);
  document.end();
  await written;
  return Buffer.concat(chunks);
}

/** The city's clock, to the second. */
const cityMoment = (at: Date): string =>
  `${new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')} +08:00`;

/** Narrower than this a column of text is not worth reading; wider than that it may be broken. */
const TEXT_WIDTH = { least: 50, most: 150 } as const;

/** A table that is wider than a page is printed as several, each beginning with the first column. */
function partsOf(page: Page, table: Table): Table[] {
  const widths = leastWidths(page, table, [...printed(table), totalWords(table)]);
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

/** The row of totals; empty when no column has one. */
function totalWords(table: Table): string[] {
  const totals = totalsOf(table);
  if (totals.every((total) => total === undefined)) return table.columns.map(() => '');
  return table.columns.map((column, index) => {
    const total = totals[index];
    return total === undefined ? (index === 0 ? '合计 Total' : '') : words(total, column);
  });
}

function printTable(page: Page, table: Table, name: string): void {
  const right = (index: number) => !table.columns[index] || !isText(table.columns[index]);
  const cells = (words: readonly string[]): PageCell[] =>
    words.map((each, index) => ({ words: each, right: right(index) }));
  const rows = printed(table);
  const sums = totalWords(table);
  const hasTotal = sums.some((sum) => sum !== '');
  const widths = columnWidths(page, table, [...rows, sums]);
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
const FIGURE_WIDTH = 54;

/** What each column takes when nothing in it is broken. */
function naturalWidths(page: Page, { columns }: Table, rows: readonly (readonly string[])[]): number[] {
  const widest = (cells: readonly string[]) =>
    cells.reduce((most, cell) => Math.max(most, page.widthOf(cell, SIZE.body)), 0) + GAP;
  return columns.map((column, index) => {
    const content = widest(rows.map((row) => row[index] ?? ''));
    const heading = widest([column.zh, column.en]);
    return Math.max(content, isText(column) ? heading : Math.min(heading, FIGURE_WIDTH));
  });
}

/** What each column takes at least: figures stay whole, and so do numbers of sheets and other words without a space. */
function leastWidths(page: Page, table: Table, rows: readonly (readonly string[])[]): number[] {
  return naturalWidths(page, table, rows).map((natural, index) => {
    const column = table.columns[index];
    if (column === undefined || !isText(column)) return natural;
    const longest = rows.reduce(
      (most, row) =>
        (row[index] ?? '').split(' ').reduce((wide, piece) => Math.max(wide, page.widthOf(piece, SIZE.body)), most),
      0,
    );
    const whole = Math.min(longest + GAP, TEXT_WIDTH.most);
    return Math.min(natural, Math.max(whole, TEXT_WIDTH.least));
  });
}

/** Figures are never broken; texts share what is left, none takes more than it needs. */
function columnWidths(page: Page, table: Table, rows: readonly (readonly string[])[]): number[] {
  const { columns } = table;
  const natural = naturalWidths(page, table, rows);
  const sum = natural.reduce((total, width) => total + width, 0);
  if (sum <= page.width) return natural.map((width) => width + (page.width - sum) / columns.length);
  // Each text has what it needs at the least; what is left goes to those that would have more, in equal parts.
  const widths = leastWidths(page, table, rows);
  let left = page.width - widths.reduce((total, width) => total + width, 0);
  let growing = columns.flatMap((_, index) => ((widths[index] ?? 0) < (natural[index] ?? 0) ? [index] : []));
  while (left > 0 && growing.length > 0) {
    const each = left / growing.length;
    for (const index of growing) {
      const more = Math.min(each, (natural[index] ?? 0) - (widths[index] ?? 0));
      widths[index] = (widths[index] ?? 0) + more;
      left -= more;
    }
    const full = growing.filter((index) => (widths[index] ?? 0) >= (natural[index] ?? 0));
    if (full.length === 0) break;
    growing = growing.filter((index) => !full.includes(index));
  }
  return widths;
}

const grouped = (digits: string): string => digits.replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',');

function words(cell: Cell, { kind }: Column): string {
  if (typeof cell === 'string') return kind === 'word' ? spoken(cell) : cell;
  if (kind !== 'fen') return grouped(cell.toString());
  const [whole = '', decimals = ''] = yuan(cell).split('.');
  return `${grouped(whole)}.${decimals}`;
}
