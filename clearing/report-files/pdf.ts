import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import PDFDocument from 'pdfkit';
import { type Cell, type Column, type Report, type Table, totalsOf, yuan } from './report.ts';

/** Rows of one table that are printed; the rest stands in the other files, and the total is of all. */
export const PRINTED_ROWS = 1_000;

const FONT = '@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf';
const MARGIN = 36;
const SIZE = { title: 15, heading: 11, body: 8, foot: 6.5 } as const;
const ROW_HEIGHT = 13;
const GAP = 4;

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
  for (const table of report.tables) printTable(page, table);
  page.signatures();
  page.footers(`SHA-256 ${dataSha256}`);
  document.end();
  await written;
  return Buffer.concat(chunks);
}

/** Where the pen is, and how wide things are. */
class Page {
  readonly #document: PDFDocument;
  readonly #widths = new Map<string, number>();
  #y = MARGIN;
  readonly width: number;

  constructor(document: PDFDocument) {
    this.#document = document;
    this.width = document.page.width - 2 * MARGIN;
  }

  /** Whether so much still fits; when it does not, a new page has begun. */
  fits(height: number): boolean {
    if (this.#y + height <= this.#document.page.height - MARGIN - ROW_HEIGHT) return true;
    this.#document.addPage();
    this.#y = MARGIN;
    return false;
  }

  line(words: string, size: number, height: number): void {
    this.fits(height);
    this.#put(this.#cut(words, size, this.width), MARGIN, size);
    this.#y += height;
  }

  row(
    cells: readonly { readonly words: string; readonly right: boolean }[],
    widths: readonly number[],
    rule = false,
  ): void {
    let x = MARGIN;
    cells.forEach(({ words, right }, index) => {
      const width = widths[index] ?? 0;
      const shown = this.#cut(words, SIZE.body, width - GAP);
      if (shown !== '') this.#put(shown, right ? x + width - GAP - this.#widthOf(shown, SIZE.body) : x, SIZE.body);
      x += width;
    });
    this.#y += ROW_HEIGHT;
    if (rule)
      this.#document
        .lineWidth(0.5)
        .moveTo(MARGIN, this.#y - 2)
        .lineTo(MARGIN + this.width, this.#y - 2)
        .stroke();
  }

  signatures(): void {
    const names = ['制表 Made by', '复核 Checked by', '负责人 Officer in charge', '日期 Date'];
    this.fits(60);
    this.#y += 30;
    const each = this.width / names.length;
    names.forEach((name, index) => {
      const x = MARGIN + index * each;
      this.#put(name, x, SIZE.body);
      const from = x + this.#widthOf(name, SIZE.body) + GAP;
      this.#document
        .lineWidth(0.5)
        .moveTo(from, this.#y + 10)
        .lineTo(x + each - 2 * GAP, this.#y + 10)
        .stroke();
    });
  }

  footers(words: string): void {
    const { count } = this.#document.bufferedPageRange();
    for (let index = 0; index < count; index += 1) {
      this.#document.switchToPage(index);
      this.#y = this.#document.page.height - MARGIN;
      this.#put(words, MARGIN, SIZE.foot);
      const number = `第 ${index + 1} 页 共 ${count} 页  Page ${index + 1} of ${count}`;
      this.#put(number, MARGIN + this.width - this.#widthOf(number, SIZE.foot), SIZE.foot);
    }
  }

  #put(words: string, x: number, size: number): void {
    this.#document.fontSize(size).text(words, x, this.#y, { lineBreak: false });
  }

  /** By characters: nothing here is kerned by more than a hair, and asking the font for every cell costs most of a report. */
  #widthOf(words: string, size: number): number {
    let width = 0;
    for (const character of words) {
      let own = this.#widths.get(character);
      if (own === undefined) {
        own = this.#document.fontSize(100).widthOfString(character);
        this.#widths.set(character, own);
      }
      width += own;
    }
    return (width * size) / 100;
  }

  #cut(words: string, size: number, width: number): string {
    if (this.#widthOf(words, size) <= width) return words;
    let shown = '';
    for (const character of words) {
      if (this.#widthOf(`${shown}${character}…`, size) > width) break;
      shown += character;
    }
    return `${shown}…`;
  }
}

function printTable(page: Page, table: Table): void {
  const widths = columnWidths(table, page.width);
  const right = (index: number) => table.columns[index]?.kind !== 'text';
  const header = () => {
    page.row(
      table.columns.map(({ zh }, index) => ({ words: zh, right: right(index) })),
      widths,
    );
    page.row(
      table.columns.map(({ en }, index) => ({ words: en, right: right(index) })),
      widths,
      true,
    );
  };
  page.fits(6 * ROW_HEIGHT);
  page.line('', SIZE.body, 8);
  page.line(`${table.zh}  ${table.en}`, SIZE.heading, 18);
  header();
  for (const row of table.rows.slice(0, PRINTED_ROWS)) {
    if (!page.fits(ROW_HEIGHT)) header();
    page.row(
      table.columns.map((column, index) => ({ words: words(row[index] ?? '', column), right: right(index) })),
      widths,
    );
  }
  const more = table.rows.length - PRINTED_ROWS;
  if (more > 0) page.line(`另有 ${more} 行,见其他格式 ${more} more rows in the other files`, SIZE.body, ROW_HEIGHT);
  const totals = totalsOf(table);
  if (totals.every((total) => total === undefined)) return;
  if (!page.fits(ROW_HEIGHT)) header();
  page.row(
    table.columns.map((column, index) => {
      const total = totals[index];
      return {
        words: total === undefined ? (index === 0 ? '合计 Total' : '') : words(total, column),
        right: right(index),
      };
    }),
    widths,
    true,
  );
}

/** Texts share what figures leave. */
function columnWidths({ columns }: Table, whole: number): number[] {
  const weights = columns.map(({ kind }) => (kind === 'text' ? 1.4 : kind === 'fen' ? 1.1 : 0.7));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => (weight * whole) / sum);
}

const grouped = (digits: string): string => digits.replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',');

function words(cell: Cell, { kind }: Column): string {
  if (typeof cell === 'string') return cell;
  if (kind !== 'fen') return grouped(cell.toString());
  const [whole = '', decimals = ''] = yuan(cell).split('.');
  return `${grouped(whole)}.${decimals}`;
}
