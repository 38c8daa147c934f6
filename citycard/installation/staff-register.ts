import { readCsvTable } from '@citycard/card-issuer';
import { type StaffRegisterRow } from '@citycard/common';
import { citycardErrors } from '../errors.ts';

const COLUMNS = ['id', 'personNo'] as const;

/**
 * Reads a staff register: a CSV with a line of headings `id,personNo`, UTF-8 or, as spreadsheets in China save it, GB 18030.
 *
 * @throws CityCardError `citycard.staff-register-unreadable` (422) saying what is wrong and on which line
 */
export function readStaffRegister(body: unknown): StaffRegisterRow[] {
  if (!Buffer.isBuffer(body)) throw unreadable('send it as text/csv');
  const [header, ...rows] = readCsvTable(decoded(body));
  if (header === undefined) throw unreadable('it is empty');
  const titles = header.cells.map((cell) => cell.trim());
  const [id, personNo] = COLUMNS.map((column) => titles.indexOf(column));
  if (id === undefined || personNo === undefined || id < 0 || personNo < 0)
    throw unreadable(`the first line has to name the columns ${COLUMNS.join(' and ')}`);
  // Names and the like have no place here: what is not asked for is not taken in, and who sends it should know.
  if (titles.length > COLUMNS.length)
    throw unreadable(`it has ${titles.length} columns; only ${COLUMNS.join(' and ')} are wanted`);
  return rows.map(({ line, cells }) => {
    if (cells.length !== titles.length)
      throw unreadable(`line ${line} has ${cells.length} cells where the first line has ${titles.length}`);
    return { line, id: cells[id]?.trim() ?? '', personNo: cells[personNo]?.trim() ?? '' };
  });
}

function decoded(content: Buffer): string {
  for (const encoding of ['utf-8', 'gb18030'])
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(content);
    } catch {
      // The next one may read it.
    }
  throw unreadable('its characters are neither UTF-8 nor GB 18030');
}

const unreadable = (reason: string) => citycardErrors.staffRegisterUnreadable({ reason });
