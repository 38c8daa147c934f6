import { type Cell, type Column, isText, type Report, type Table, totalsOf, yuan } from './report.ts';
import { spoken } from './words.ts';
import { zip } from './zip.ts';

/** Rows turned into one piece of text at a time. */
const ROWS_PER_PART = 5_000;
/** What Excel takes on one sheet. */
const MOST_ROWS = 1_048_576;

/** Cell styles by their place in styles.xml. */
const STYLE = { plain: 0, title: 1, header: 2, count: 3, fen: 4, totalText: 5, totalCount: 6, totalFen: 7 } as const;

/**
 * A workbook with a sheet per table (ECMA-376): title and hash of the data, frozen header, typed cells, and totals as
 * formulas that carry their result. Amounts in yuan. The same report gives the same bytes.
 */
export function xlsxFile(report: Report, dataSha256: string): Buffer {
  const sheets = report.tables.map((table) => ({ name: sheetName(table), parts: sheetXml(report, table, dataSha256) }));
  return zip([
    { name: '[Content_Types].xml', content: Buffer.from(contentTypes(sheets.length)) },
    { name: '_rels/.rels', content: Buffer.from(ROOT_RELATIONS) },
    { name: 'xl/workbook.xml', content: Buffer.from(workbook(sheets.map(({ name }) => name))) },
    { name: 'xl/_rels/workbook.xml.rels', content: Buffer.from(workbookRelations(sheets.length)) },
    { name: 'xl/styles.xml', content: Buffer.from(STYLES) },
    ...sheets.map(({ parts }, index) => ({ name: `xl/worksheets/sheet${index + 1}.xml`, content: parts })),
  ]);
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const TYPES = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** Title, period and hash stand above the header. */
const HEADER_ROW = 4;

function sheetXml(report: Report, table: Table, dataSha256: string): Buffer[] {
  if (table.rows.length + HEADER_ROW + 1 > MOST_ROWS)
    throw new RangeError(`${table.name} has ${table.rows.length} rows, more than a sheet takes`);
  const width = columnName(table.columns.length - 1);
  const parts = [
    Buffer.from(
      `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="${HEADER_ROW}" topLeftCell="A${HEADER_ROW + 1}" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>` +
        `<cols>${table.columns.map((column, index) => `<col min="${index + 1}" max="${index + 1}" width="${isText(column) ? 24 : 18}" customWidth="1"/>`).join('')}</cols><sheetData>` +
        row(1, [inline('A1', `${report.zh} ${report.en} — ${table.zh} ${table.en}`, STYLE.title)]) +
        row(2, [
          inline(
            'A2',
            [report.period, report.subject, ...report.notes.map(({ zh, en, value }) => `${zh} ${en}: ${value}`)]
              .filter(Boolean)
              .join('; '),
            STYLE.plain,
          ),
        ]) +
        row(3, [inline('A3', `SHA-256 ${dataSha256}`, STYLE.plain)]) +
        row(
          HEADER_ROW,
          table.columns.map(({ zh, en }, index) =>
            inline(`${columnName(index)}${HEADER_ROW}`, `${zh} ${en}`, STYLE.header),
          ),
        ),
    ),
  ];
  for (let from = 0; from < table.rows.length; from += ROWS_PER_PART) {
    const slice = table.rows.slice(from, from + ROWS_PER_PART);
    parts.push(
      Buffer.from(slice.map((cells, index) => dataRow(HEADER_ROW + 1 + from + index, cells, table.columns)).join('')),
    );
  }
  const last = HEADER_ROW + table.rows.length;
  parts.push(
    Buffer.from(
      `${totalRow(table, last)}</sheetData><autoFilter ref="A${HEADER_ROW}:${width}${Math.max(last, HEADER_ROW)}"/></worksheet>`,
    ),
  );
  return parts;
}

const row = (number: number, cells: readonly string[]): string => `<row r="${number}">${cells.join('')}</row>`;

function dataRow(number: number, cells: readonly Cell[], columns: readonly Column[]): string {
  return row(
    number,
    columns.map(({ kind }, index) => {
      const [cell, place] = [cells[index] ?? '', `${columnName(index)}${number}`];
      if (typeof cell === 'string')
        return cell === '' ? '' : inline(place, kind === 'word' ? spoken(cell) : cell, STYLE.plain);
      return kind === 'fen'
        ? `<c r="${place}" s="${STYLE.fen}"><v>${yuan(cell)}</v></c>`
        : `<c r="${place}" s="${STYLE.count}"><v>${cell}</v></c>`;
    }),
  );
}

function totalRow(table: Table, last: number): string {
  const totals = totalsOf(table);
  if (totals.every((total) => total === undefined)) return '';
  const number = last + 1;
  const cells = totals.map((total, index) => {
    const column = columnName(index);
    if (total === undefined) return index === 0 ? inline(`A${number}`, '合计 Total', STYLE.totalText) : '';
    const isFen = table.columns[index]?.kind === 'fen';
    const sum = `SUM(${column}${HEADER_ROW + 1}:${column}${last})`;
    // Programs add yuan in binary fractions: rounded to the fen, what they find is what is written here.
    const formula = table.rows.length === 0 ? '0' : isFen ? `ROUND(${sum},2)` : sum;
    return `<c r="${column}${number}" s="${isFen ? STYLE.totalFen : STYLE.totalCount}"><f>${formula}</f><v>${isFen ? yuan(total) : total}</v></c>`;
  });
  return row(number, cells);
}

const inline = (place: string, words: string, style: number): string =>
  `<c r="${place}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escaped(words)}</t></is></c>`;

/** XML 1.0 has no place for most control characters; a text that holds one loses it. */
const escaped = (words: string): string =>
  words
    .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

/** A, B … Z, AA, AB … */
function columnName(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : `${columnName(Math.floor(index / 26) - 1)}${letter}`;
}

/** Excel allows 31 characters, none of `[]:*?/\`. */
const sheetName = ({ zh, name }: Table): string => `${zh} ${name}`.replaceAll(/[[\]:*?/\\]/g, ' ').slice(0, 31);

const contentTypes = (sheets: number): string =>
  `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
  `<Override PartName="/xl/workbook.xml" ContentType="${TYPES}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPES}.styles+xml"/>` +
  `${numbered(sheets, (n) => `<Override PartName="/xl/worksheets/sheet${n}.xml" ContentType="${TYPES}.worksheet+xml"/>`)}</Types>`;

const ROOT_RELATIONS = `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`;

// Asked to count again when it is opened, a program shows that the written totals are those of its own formulas.
const workbook = (names: readonly string[]): string =>
  `${XML}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets>${names.map((name, index) => `<sheet name="${escaped(name)}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`).join('')}</sheets><calcPr fullCalcOnLoad="1"/></workbook>`;

const workbookRelations = (sheets: number): string =>
  `${XML}<Relationships xmlns="${PACKAGE}/relationships">${numbered(sheets, (n) => `<Relationship Id="rId${n}" Type="${RELATIONS}/worksheet" Target="worksheets/sheet${n}.xml"/>`)}` +
  `<Relationship Id="rId${sheets + 1}" Type="${RELATIONS}/styles" Target="styles.xml"/></Relationships>`;

const numbered = (count: number, write: (n: number) => string): string =>
  Array.from({ length: count }, (_, index) => write(index + 1)).join('');

const COUNT_FORMAT = 3; // #,##0 and #,##0.00 have these numbers in every workbook
const FEN_FORMAT = 4;
const xf = (font: number, format = 0): string =>
  `<xf numFmtId="${format}" fontId="${font}" fillId="0" borderId="0" xfId="0"${format === 0 ? '' : ' applyNumberFormat="1"'}${font === 0 ? '' : ' applyFont="1"'}/>`;
const STYLES =
  `${XML}<styleSheet xmlns="${MAIN}"><fonts count="3"><font><sz val="11"/><name val="等线"/></font><font><b/><sz val="14"/><name val="等线"/></font><font><b/><sz val="11"/><name val="等线"/></font></fonts>` +
  `<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
  `<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
  `<cellXfs count="8">${xf(0)}${xf(1)}${xf(2)}${xf(0, COUNT_FORMAT)}${xf(0, FEN_FORMAT)}${xf(2)}${xf(2, COUNT_FORMAT)}${xf(2, FEN_FORMAT)}</cellXfs>` +
  `<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;
