import { XMLParser } from 'fast-xml-parser';
import type { SheetRow } from './csv.ts';
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

type Element = Readonly<Record<string, unknown>>;

/** Columns of a sheet that are read; a table of people has a dozen. */
const MOST_COLUMNS = 200;

/**
 * The first sheet of a workbook (ECMA-376), cell by cell as text: what was typed, not how it is shown. Formulas give their last
 * result; empty rows are left out.
 *
 * @throws card-issuer.spreadsheet.unreadable
 */
export function readXlsx(content: Buffer): SheetRow[] {
  const zip = openZip(content);
  const part = (name: string): Element | undefined => {
    const bytes = zip.read(name);
    return bytes && parse(bytes, name);
  };
  const sheet = part(firstSheet(part));
  if (sheet === undefined) throw spreadsheetErrors.unreadable('the workbook has no sheet');
  const texts = all(part('xl/sharedStrings.xml'), 'sst', 'si').map(textOf);
  return all(sheet, 'worksheet', 'sheetData', 'row').flatMap((row, at): SheetRow[] => {
    const cells = cellsOf(row, texts);
    const line = Number(row['@r'] ?? at + 1);
    return cells.some((cell) => cell !== '') ? [{ line, cells }] : [];
  });
}

function parse(bytes: Buffer, name: string): Element {
  const text = bytes.toString('utf8');
  if (text.includes('<!DOCTYPE')) throw spreadsheetErrors.unreadable(`its part ${name} defines entities`);
  try {
    return parser.parse(text) as Element;
  } catch {
    throw spreadsheetErrors.unreadable(`its part ${name} is no XML`);
  }
}

/** Where the first sheet of the workbook lies: by the workbook's own list, or where it usually is. */
function firstSheet(part: (name: string) => Element | undefined): string {
  const [first] = all(part('xl/workbook.xml'), 'workbook', 'sheets', 'sheet');
  const relations = all(part('xl/_rels/workbook.xml.rels'), 'Relationships', 'Relationship');
  const target = relations.find((relation) => relation['@Id'] === first?.['@id'])?.['@Target'];
  if (typeof target !== 'string') return 'xl/worksheets/sheet1.xml';
  return target.startsWith('/') ? target.slice(1) : `xl/${target}`;
}

function cellsOf(row: Element, texts: readonly string[]): string[] {
  const cells: string[] = [];
  for (const cell of all(row, 'c')) {
    const place = columnOf(cell['@r']) ?? cells.length;
    if (place >= MOST_COLUMNS) continue;
    while (cells.length < place) cells.push('');
    cells[place] = valueOf(cell, texts);
  }
  return cells;
}

function valueOf(cell: Element, texts: readonly string[]): string {
  if (cell['@t'] === 'inlineStr') return all(cell, 'is').map(textOf).join('').trim();
  const value = String(all(cell, 'v')[0]?.['#text'] ?? '').trim();
  return cell['@t'] === 's' ? (texts[Number(value)] ?? '').trim() : value;
}

/** Plain or in runs of several styles; how a word is pronounced (rPh) is no part of it. */
const textOf = (item: Element): string =>
  [...all(item, 't'), ...all(item, 'r', 't')].map((text) => String(text['#text'] ?? '')).join('');

/** `B12` is column 1. */
function columnOf(reference: unknown): number | undefined {
  const letters = typeof reference === 'string' ? /^[A-Z]{1,3}/.exec(reference)?.[0] : undefined;
  if (letters === undefined) return undefined;
  return [...letters].reduce((place, letter) => place * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

function all(element: Element | undefined, ...names: readonly string[]): Element[] {
  const [name, ...rest] = names;
  if (element === undefined) return [];
  if (name === undefined) return [element];
  const children = element[name];
  if (!Array.isArray(children)) return [];
  return children.flatMap((child: unknown) =>
    typeof child === 'object' && child !== null ? all(child as Element, ...rest) : [],
  );
}
