import type PDFDocument from 'pdfkit';

const MARGIN = 36;
export const SIZE = { title: 15, heading: 11, body: 8, foot: 6.5 } as const;
export const ROW_HEIGHT = 13;
/** From one line of a cell to the next. */
const LINE_HEIGHT = 10;
/** Lines of one cell; longer texts are whole in the other files. */
const MOST_LINES = 8;
/** Between a column and the next. */
export const GAP = 12;

export interface PageCell {
  readonly words: string;
  readonly right: boolean;
}

interface RowOptions {
  /** Draws a line below. */
  readonly rule?: boolean;
  readonly header?: () => void;
}

/** Where the pen is, and how wide things are. */
export class Page {
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
    for (const part of this.#wrap(words, size, this.width)) {
      this.fits(height);
      this.#put(part, MARGIN, size);
      this.#y += height;
    }
  }

  /** A row of a table; what is wider than its column goes on below. When the page is full, `header` begins the next. */
  row(cells: readonly PageCell[], widths: readonly number[], { rule = false, header }: RowOptions = {}): void {
    const wrapped = cells.map(({ words }, index) => this.#wrap(words, SIZE.body, (widths[index] ?? 0) - GAP));
    const height = ROW_HEIGHT + (Math.max(1, ...wrapped.map(({ length }) => length)) - 1) * LINE_HEIGHT;
    if (!this.fits(height)) header?.();
    let x = MARGIN;
    cells.forEach(({ right }, index) => {
      const width = widths[index] ?? 0;
      wrapped[index]?.forEach((part, line) => {
        const at = right ? x + width - GAP - this.widthOf(part, SIZE.body) : x;
        this.#put(part, at, SIZE.body, line * LINE_HEIGHT);
      });
      x += width;
    });
    this.#y += height;
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
      const from = x + this.widthOf(name, SIZE.body) + GAP;
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
      this.#put(number, MARGIN + this.width - this.widthOf(number, SIZE.foot), SIZE.foot);
    }
  }

  #put(words: string, x: number, size: number, below = 0): void {
    if (words !== '') this.#document.fontSize(size).text(words, x, this.#y + below, { lineBreak: false });
  }

  /** By characters: nothing here is kerned by more than a hair, and asking the font for every cell costs most of a report. */
  widthOf(words: string, size: number): number {
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

  /** Broken at the last space of a line, or where the line is full; what does not fit {@link MOST_LINES} ends with an ellipsis. */
  #wrap(words: string, size: number, width: number): string[] {
    // Widths are sums of many: the last bit is noise.
    const fitting = width + 0.01;
    if (this.widthOf(words, size) <= fitting) return [words];
    const lines: string[] = [];
    let rest = [...words];
    while (rest.length > 0) {
      let taken = 0;
      let used = 0;
      while (taken < rest.length) {
        used += this.widthOf(rest[taken] ?? '', size);
        if (used > fitting && taken > 0) break;
        taken += 1;
      }
      const space = taken < rest.length ? rest.lastIndexOf(' ', taken) : -1;
      const end = space > 0 ? space : taken;
      lines.push(rest.slice(0, end).join(''));
      rest = rest.slice(space > 0 ? end + 1 : end);
      if (lines.length === MOST_LINES && rest.length > 0) {
        lines[MOST_LINES - 1] = `${lines[MOST_LINES - 1]?.slice(0, -1) ?? ''}…`;
        return lines;
      }
    }
    return lines;
  }
}
