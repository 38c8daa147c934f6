/** The part of pdfkit that reports use (pdfkit 0.20; https://pdfkit.org/docs/). */
declare module 'pdfkit' {
  import type { Readable } from 'node:stream';

  interface PageOptions {
    readonly size?: string;
    readonly layout?: 'portrait' | 'landscape';
    readonly margin?: number;
  }
  interface DocumentOptions extends PageOptions {
    readonly autoFirstPage?: boolean;
    readonly bufferPages?: boolean;
    readonly font?: string | Buffer;
    readonly lang?: string;
    readonly info?: Readonly<Record<string, string | Date>>;
  }

  export default class PDFDocument extends (Object as unknown as new () => Readable) {
    constructor(options?: DocumentOptions);
    readonly page: { readonly width: number; readonly height: number };
    addPage(options?: PageOptions): this;
    fontSize(size: number): this;
    widthOfString(text: string): number;
    text(text: string, x: number, y: number, options?: { readonly lineBreak?: boolean }): this;
    moveTo(x: number, y: number): this;
    lineTo(x: number, y: number): this;
    lineWidth(width: number): this;
    stroke(): this;
    bufferedPageRange(): { readonly start: number; readonly count: number };
    switchToPage(index: number): this;
    end(): void;
  }
}
