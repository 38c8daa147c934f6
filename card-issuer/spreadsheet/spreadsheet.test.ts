import { readFileSync } from 'node:fs';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { dateText, numberText } from './cell-values.ts';
import { byColumns } from './columns.ts';
import { readCsv, writeCsv } from './csv.ts';
import { readSheet } from './read.ts';

/** A ZIP archive of these parts, deflated. */
function zip(parts: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(parts)) {
    const packed = deflateRawSync(Buffer.from(text));
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(8, 8);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    locals.push(local, Buffer.from(name), packed);
    directory.push(entry, Buffer.from(name));
    at += 30 + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(parts).length, 10);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

const workbook = (sheet: string, strings = ''): Buffer =>
  zip({
    'xl/workbook.xml':
      '<workbook xmlns:r="r"><sheets><sheet name="名单" r:id="rId7"/><sheet name="2" r:id="rId1"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels':
      '<Relationships><Relationship Id="rId7" Target="worksheets/people.xml"/></Relationships>',
    'xl/worksheets/people.xml': `<worksheet><sheetData>${sheet}</sheetData></worksheet>`,
    'xl/sharedStrings.xml': `<sst>${strings}</sst>`,
  });
const unreadable = expect.objectContaining({ code: 'card-issuer.spreadsheet.unreadable' });

describe('a table as CSV', () => {
  it('keeps commas, quotation marks and line ends inside cells, and knows its lines', () => {
    expect(readCsv('\uFEFFa,b\r\n"x, ""y""\nz",2\r\n\r\nlast,')).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['x, "y"\nz', '2'] },
      { line: 5, cells: ['last', ''] },
    ]);
  });

  it('comes in UTF-8 or GB 18030', () => {
    const gb = Buffer.from([0xd0, 0xd5, 0xc3, 0xfb, 0x0a, 0xb2, 0xe2, 0xca, 0xd4]);
    expect(readSheet(gb).map(({ cells }) => cells)).toEqual([['姓名'], ['测试']]);
    expect(readSheet(Buffer.from('姓名\n测试')).map(({ cells }) => cells)).toEqual([['姓名'], ['测试']]);
    expect(() => readSheet(Buffer.from([0xff, 0xff, 0xff]))).toThrow(unreadable);
    expect(() => readSheet(Buffer.from('a\0b'))).toThrow(unreadable);
  });

  it('is written so that no cell becomes a formula', () => {
    const written = writeCsv([['=HYPERLINK("x")', 'a,b', 7n]]);
    expect(readCsv(written)).toEqual([{ line: 1, cells: [`'=HYPERLINK("x")`, 'a,b', '7'] }]);
  });

  it('is read by the names of its columns, in whatever order and language', () => {
    const columns = { name: ['name', '姓名'], phone: ['phone'] } as const;
    const table = readCsv('Phone,姓名,else\n1, 测试 ,x\n2');
    expect(byColumns(table, columns, ['name'])).toMatchObject({
      rows: [
        { line: 2, values: { name: '测试', phone: '1' } },
        { line: 3, values: { name: '', phone: '2' } },
      ],
    });
    expect(byColumns(readCsv('phone\n1'), columns, ['name'])).toEqual({ ok: false, missing: ['name'] });
  });
});

describe('a table as XLSX', () => {
  it('is its first sheet: shared, inline and rich text, numbers as typed, gaps kept', () => {
    const content = workbook(
      '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>b&amp;c &#x6d4b;</t></is></c></row>' +
        '<row r="2"/><row r="4"><c r="B4"><v>13800000001</v></c><c r="C4" t="s"><v>1</v></c></row>',
      '<si><t>姓名</t></si><si><r><t>测</t></r><r><rPr/><t xml:space="preserve">试 </t></r><rPh><t>ceshi</t></rPh></si>',
    );
    expect(readSheet(content)).toEqual([
      { line: 1, cells: ['姓名', '', 'b&c 测'] },
      { line: 4, cells: ['', '13800000001', '测试'] },
    ]);
  });

  it('that is damaged, cut off, a bomb or of another kind is refused with a sentence', () => {
    const whole = workbook('<row r="1"><c r="A1"><v>1</v></c></row>');
    for (let length = 5; length < whole.length; length += 17)
      expect(() => readSheet(whole.subarray(0, length))).toThrow(unreadable);
    const bomb = workbook(' '.repeat(70 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(1_000_000);
    expect(() => readSheet(bomb)).toThrow(unreadable);
    expect(() => readSheet(workbook('<!DOCTYPE x [<!ENTITY a "b">]>'))).toThrow(unreadable);
    expect(() => readSheet(Buffer.from('d0cf11e0a1b11ae1', 'hex'))).toThrow(unreadable);
    expect(() => readSheet(zip({ 'word/document.xml': '<w/>' }))).toThrow(unreadable);
  });
});

/** The two lists were written by another program (exceljs 4.4), so that reader and writer do not share a mistake. */
describe('a table that another program wrote', () => {
  const list = (name: string) => readSheet(readFileSync(path.join(import.meta.dirname, name)));
  const columns = {
    name: ['name', '姓名'],
    kind: ['证件类型'],
    number: ['证件号码'],
    born: ['birthdate', '出生日期'],
    phone: ['phone', '联系电话'],
  } as const;

  it('is the sheet that is shown and filled, under its title and a header over two lines', () => {
    const read = byColumns(list('test-list.xlsx'), columns, ['name'], { underTitle: true });
    expect(read).toEqual({
      ok: true,
      rows: [
        {
          line: 4,
          values: { name: '测试甲', kind: 'passport', number: 'E00000001', born: '2015-03-01', phone: '13800000001' },
        },
        {
          line: 5,
          values: { name: '测试乙', kind: 'passport', number: 'E00000002', born: '2014-12-31', phone: '13800000002' },
        },
        {
          line: 6,
          values: { name: '测试丙', kind: '', number: '1.10101199003010E+17', born: '2015-04-01', phone: '' },
        },
      ],
    });
  });

  it('may hold its texts inline', () => {
    expect(list('test-list-inline.xlsx')).toEqual([
      { line: 1, cells: ['name', 'birthDate', 'phone'] },
      { line: 2, cells: ['测试 & 丁', '1990-03-01 08:30:00', '13800000000'] },
    ]);
  });
});

describe('a cell', () => {
  it('with a day is that day, in either calendar, and a price is no day', () => {
    expect(dateText('1', false)).toBe('1900-01-01');
    expect(dateText('59', false)).toBe('1900-02-28');
    expect(dateText('61', false)).toBe('1900-03-01');
    expect(dateText('36526', false)).toBe('2000-01-01');
    expect(dateText('35064', true)).toBe('2000-01-01');
    expect(dateText('36526.75', false)).toBe('2000-01-01 18:00:00');
    expect(dateText('-3', false)).toBe('-3');
  });

  it('keeps every digit of a number or says that some are lost', () => {
    for (const [written, read] of [
      ['1.3800000001E10', '13800000001'],
      ['007', '7'],
      ['0.1', '0.1'],
      ['999999999999999', '999999999999999'],
      ['110101199003010020', '1.10101199003010E+17'],
      ['', ''],
      ['#N/A', '#N/A'],
    ])
      expect(numberText(written!)).toBe(read);
  });
});
