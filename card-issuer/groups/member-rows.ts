import { CityCardError } from '@citycard/common';
import { type DocumentKindName, documentKindNames, readDocumentNumber, type Registration } from '../residents/index.ts';
import { readRegistration } from '../residents/registration.ts';
import { byColumns } from '../spreadsheet/columns.ts';
import type { SheetRow } from '../spreadsheet/csv.ts';
import { groupErrors } from './errors.ts';

/** A row that goes back to the organisation: where and why, without what it says. */
export interface BadRow {
  readonly line: number;
  readonly column: string;
  readonly reason: string;
}

/** A person of the group, ready to be registered. */
export interface MemberRow {
  readonly line: number;
  readonly registration: Registration;
  readonly documentKind: DocumentKindName;
  readonly documentNo: string;
  /** Name of the photo without its ending; the number of the line when the table says nothing. */
  readonly photo: string;
}

const COLUMNS = {
  name: ['name', '姓名'],
  idNumber: ['idnumber', 'id_number', '身份证号', '身份证号码', '公民身份号码'],
  documentKind: ['documentkind', 'document_kind', '证件类型'],
  documentNo: ['documentno', 'document_no', '证件号码'],
  birthDate: ['birthdate', 'birth_date', '出生日期'],
  sex: ['sex', '性别'],
  phone: ['phone', '电话', '手机', '联系电话'],
  address: ['address', '住址', '地址'],
  population: ['population', '人口类别'],
  residencePermitNo: ['residencepermitno', 'residence_permit_no', '居住证号'],
  photo: ['photo', '照片'],
} as const;

type Column = keyof typeof COLUMNS;
type Cells = Readonly<Record<Column, string>>;

export const MOST_MEMBERS = 20_000;
const POPULATIONS: Readonly<Record<string, 'permanent' | 'floating'>> = {
  '': 'permanent',
  permanent: 'permanent',
  户籍: 'permanent',
  floating: 'floating',
  流动: 'floating',
};
const SEXES: Readonly<Record<string, string>> = { '1': '1', 男: '1', '2': '2', 女: '2' };

/**
 * Sorts the rows of a table into people to register and rows that go back.
 *
 * @throws card-issuer.groups.header-wrong, too-many-rows
 */
export function readMembers(table: readonly SheetRow[]): { good: MemberRow[]; bad: BadRow[] } {
  const read = byColumns(table, COLUMNS, ['name'], { underTitle: true });
  if (!read.ok) throw groupErrors.headerWrong({ columns: read.missing.join(', ') });
  if (read.rows.length > MOST_MEMBERS) throw groupErrors.tooManyRows({ most: MOST_MEMBERS });
  const good: MemberRow[] = [];
  const bad: BadRow[] = [];
  const seen = new Map<string, number>();
  for (const { line, values } of read.rows) {
    const member = readMember(line, values);
    if ('reason' in member) {
      bad.push(member);
      continue;
    }
    const key = `${member.documentKind} ${member.documentNo}`;
    const earlier = seen.get(key);
    if (earlier === undefined) {
      seen.set(key, line);
      good.push(member);
    } else bad.push({ line, column: documentColumn(values), reason: `the person stands in line ${earlier} already` });
  }
  return { good, bad };
}

const documentColumn = (cells: Cells): Column => (cells.idNumber === '' ? 'documentNo' : 'idNumber');

function readMember(line: number, cells: Cells): MemberRow | BadRow {
  const fault = (column: Column, reason: string): BadRow => ({ line, column, reason });
  const population = POPULATIONS[cells.population];
  if (population === undefined) return fault('population', 'it is neither permanent nor floating');
  const documentKind =
    cells.idNumber !== '' || cells.documentKind === ''
      ? 'resident-id-card'
      : documentKindNames.find((known) => known === cells.documentKind);
  if (documentKind === undefined) return fault('documentKind', `it is none of ${documentKindNames.join(', ')}`);
  const text = cells.idNumber === '' ? cells.documentNo : cells.idNumber;
  const column = documentColumn(cells);
  if (text === '') return fault('idNumber', 'it is empty');
  // Spreadsheets keep numbers with 15 digits: the rest of an identity number is lost for good.
  if (/^[0-9.]+E\+?[0-9]+$/i.test(text))
    return fault(column, 'the spreadsheet kept it as a number and lost its last digits; format the column as text');
  const document = readDocumentNumber(documentKind, text);
  if (!document.ok) return fault(column, document.reason);
  const sex = SEXES[cells.sex];
  const registration: Registration = {
    name: cells.name,
    population,
    ...(documentKind === 'resident-id-card'
      ? { idNumber: document.number }
      : { document: { kind: documentKind, number: document.number } }),
    ...(cells.phone !== '' && { phone: cells.phone }),
    ...(cells.address !== '' && { address: cells.address }),
    ...(cells.residencePermitNo !== '' && { residencePermitNo: cells.residencePermitNo }),
    items: { ...(cells.birthDate !== '' && { 'birth-date': cells.birthDate }), ...(sex !== undefined && { sex }) },
  };
  const wrong = registrationFault(registration);
  if (wrong !== undefined) return fault(wrong.column, wrong.reason);
  return {
    line,
    registration,
    documentKind,
    documentNo: document.number,
    photo: photoName(cells.photo === '' ? String(line) : cells.photo),
  };
}

const COLUMN_OF_ITEM: Readonly<Record<string, Column>> = {
  name: 'name',
  phone: 'phone',
  address: 'address',
  sex: 'sex',
  'birth-date': 'birthDate',
  'residence-permit-no': 'residencePermitNo',
};

/** What registration would refuse, found before anything is written. The sentences of these errors repeat no value. */
function registrationFault(registration: Registration): { column: Column; reason: string } | undefined {
  try {
    readRegistration(registration);
    return undefined;
  } catch (error) {
    if (!(error instanceof CityCardError)) throw error;
    const item = Object.keys(COLUMN_OF_ITEM).find((name) => error.message.includes(name));
    const column = error.code.endsWith('permit-missing') ? 'residencePermitNo' : COLUMN_OF_ITEM[item ?? ''];
    return { column: column ?? 'idNumber', reason: error.message };
  }
}

/** How a photo is named in the table and on disk: without folder and ending, in small letters. */
export function photoName(text: string): string {
  const file = text.replaceAll('\\', '/').split('/').at(-1) ?? '';
  return file
    .replace(/\.(jpe?g|png)$/i, '')
    .trim()
    .toLowerCase();
}
