import { XMLParser } from 'fast-xml-parser';
import { dateStyles, dateText, numberText } from './cell-values.ts';
import type { SheetRow } from './csv.ts';
import { all, type Element } from './elements.ts';
import { spreadsheetErrors } from './errors.ts';
import { openZip } from './zip.ts';

/** Every element as a list, attributes with @, text under #text; numbers stay the text they were written as. */
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#text',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  htmlEntities: true,
  alwaysCreateTextNode: true,
  maxNestedTags: 40,
  isArray: (_name, _path, _leaf, isAttribute) => !isAttribute,
});

/** Columns of a sheet that are read; a table of people has a dozen. */
const MOST_COLUMNS = 200;

/** Merged cells of a header count in all their columns and lines; headers stand at the top. */
const HEADER_LINES = 10;

/**
 * A sheet of a workbook (ECMA-376), cell by cell as text: the first that is shown and not empty. Numbers are what was typed,
 * not how they are shown; dates are YYYY-MM-DD; formulas give their last result; empty rows are left out. A number of more
 * digits than a spreadsheet keeps reads `1.1010119900101E+17`, so that nobody takes its rounded digits for what was typed.
 *
 * @throws card-issuer.spreadsheet.unreadable
 */
export function readXlsx(content: Buffer): SheetRow[] {
  const zip = openZip(content);
  const part = (name: string): Element | undefined => {
    const bytes = zip.read(name);
    return bytes && parse(bytes, name);
  };
  const workbook = part('xl/workbook.xml');
  const context: CellContext = {
    texts: all(part('xl/sharedStrings.xml'), 'sst', 'si').map(textOf),
    isDate: dateStyles(part('xl/styles.xml')),
    since1904: all(workbook, 'workbook', 'workbookPr').some(({ '@date1904': flag }) => flag === '1' || flag === 'true'),
  };
  let found = false;
  for (const name of shownSheets(workbook, part('xl/_rels/workbook.xml.rels'))) {
    const sheet = part(name);
    if (sheet === undefined) continue;
    found = true;
    const rows = rowsOf(sheet, context);
    if (rows.length > 0) return rows;
  }
  if (!found) throw spreadsheetErrors.unreadable('the workbook has no sheet that is shown');
  return [];
}

function rowsOf(sheet: Element, context: CellContext): SheetRow[] {
  const rows = all(sheet, 'worksheet', 'sheetData', 'row').map((row, at) => ({
    line: Number(row['@r'] ?? at + 1),
    cells: cellsOf(row, context),
  }));
  spreadMerged(rows, all(sheet, 'worksheet', 'mergeCells', 'mergeCell'));
  return rows.filter(({ cells }) => cells.some((cell) => cell !== ''));
}

/** `A1:C2` holds its text in A1 alone; a header over two lines or three columns means all of them. */
function spreadMerged(
  rows: readonly { readonly line: number; readonly cells: string[] }[],
  merges: readonly Element[],
): void {
  const top = new Map(rows.filter(({ line }) => line <= HEADER_LINES).map(({ line, cells }) => [line, cells]));
  for (const { '@ref': ref } of merges) {
    const [first, last] = String(ref).split(':').map(placeOf);
    if (first === undefined || last === undefined || first.line > HEADER_LINES) continue;
    const text = top.get(first.line)?.[first.column] ?? '';
    for (let line = first.line; line <= Math.min(last.line, HEADER_LINES); line += 1) {
      const cells = top.get(line);
      for (let column = first.column; column <= Math.min(last.column, MOST_COLUMNS - 1); column += 1) {
        if (cells === undefined) break;
        while (cells.length <= column) cells.push('');
        if (cells[column] === '') cells[column] = text;
      }
    }
  }
}

function parse(bytes: Buffer, name: string): Element {
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  if (text.includes('<!DOCTYPE')) throw spreadsheetErrors.unreadable(`its part ${name} defines entities`);
  try {
    return parser.parse(text) as Element;
  } catch {
    throw spreadsheetErrors.unreadable(`its part ${name} is no XML`);
  }
}

/** Where the sheets lie, without the hidden ones: by the workbook's own list, or where the first usually is. */
function shownSheets(workbook: Element | undefined, relations: Element | undefined): string[] {
  const targets = new Map(
    all(relations, 'Relationships', 'Relationship').map((each) => [each['@Id'], each['@Target']]),
  );
  const sheets = all(workbook, 'workbook', 'sheets', 'sheet');
  if (sheets.length === 0) return ['xl/worksheets/sheet1.xml'];
  return sheets
    .filter(({ '@state': state }) => state !== 'hidden' && state !== 'veryHidden')
    .map(({ '@id': id }, at) => {
      const target = targets.get(id);
      if (typeof target !== 'string') return `xl/worksheets/sheet${at + 1}.xml`;
      return target.startsWith('/') ? target.slice(1) : `xl/${target}`;
    });
}

/** What cells mean beside their own content. */
interface CellContext {
  readonly texts: readonly string[];
  readonly isDate: (style: unknown) => boolean;
  readonly since1904: boolean;
}

function cellsOf(row: Element, context: CellContext): string[] {
  const cells: string[] = [];
  for (const cell of all(row, 'c')) {
    const place = placeOf(cell['@r'])?.column ?? cells.length;
    if (place >= MOST_COLUMNS) continue;
    while (cells.length < place) cells.push('');
    cells[place] = valueOf(cell, context);
  }
  return cells;
}

function valueOf(cell: Element, { texts, isDate, since1904 }: CellContext): string {
  if (cell['@t'] === 'inlineStr') return all(cell, 'is').map(textOf).join('').trim();
  const value = String(all(cell, 'v')[0]?.['#text'] ?? '').trim();
  if (cell['@t'] === 's') return (texts[Number(value)] ?? '').trim();
  if (cell['@t'] === 'd') return value.replace('T', ' ').replace(/ 00:00:00(\.0+)?Z?$/, '');
  if (cell['@t'] !== undefined && cell['@t'] !== 'n') return value;
  return isDate(cell['@s']) ? dateText(value, since1904) : numberText(value);
}

/** Plain or in runs of several styles; how a word is pronounced (rPh) is no part of it. */
const textOf = (item: Element): string =>
  [...all(item, 't'), ...all(item, 'r', 't')].map((text) => String(text['#text'] ?? '')).join('');

/** `B12` is column 1 of line 12. */
function placeOf(reference: unknown): { readonly column: number; readonly line: number } | undefined {
  const [, letters, line] = (typeof reference === 'string' ? /^([A-Z]{1,3})([0-9]{1,7})$/.exec(reference) : null) ?? [];
  if (letters === undefined) return undefined;
  const column = [...letters].reduce((place, letter) => place * 26 + letter.charCodeAt(0) - 64, 0) - 1;
  return { column, line: Number(line) };
}
