import { readCsv, type SheetRow } from './csv.ts';
import { spreadsheetErrors } from './errors.ts';
import { readXlsx } from './xlsx.ts';

const ZIP = Buffer.from('PK\u0003\u0004', 'latin1');
const OLE = Buffer.from('d0cf11e0a1b11ae1', 'hex');

/**
 * Reads a table as people hand it in: XLSX (its first sheet) or CSV, in UTF-8 or, as spreadsheets in China save it, GB 18030.
 *
 * @throws card-issuer.spreadsheet.unreadable
 */
export function readSheet(content: Buffer): SheetRow[] {
  if (content.subarray(0, 4).equals(ZIP)) return readXlsx(content);
  if (content.subarray(0, 8).equals(OLE))
    throw spreadsheetErrors.unreadable('it is of the old .xls kind, or locked by a password');
  if (content.includes(0)) throw spreadsheetErrors.unreadable('it is neither text nor a workbook');
  return readCsv(decode(content));
}

function decode(content: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    try {
      return new TextDecoder('gb18030', { fatal: true }).decode(content);
    } catch {
      throw spreadsheetErrors.unreadable('its characters are neither UTF-8 nor GB 18030');
    }
  }
}
