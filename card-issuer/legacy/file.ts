import { createHash } from 'node:crypto';
import { type Fen, fen } from '@citycard/common';
import { type DocumentKindName, documentKindNames, readDocumentNumber } from '../residents/index.ts';
import { byColumns } from '../spreadsheet/columns.ts';
import { readCsv } from '../spreadsheet/csv.ts';
import { legacyErrors } from './errors.ts';
import { type LegacyManifest, readAmount } from './manifest.ts';

/** An old card as its issuer knows it. */
export interface LegacyRow {
  readonly line: number;
  readonly legacyCardNo: string;
  readonly balance: bigint;
  /** Left out for a card that bears no name. */
  readonly holder?: {
    readonly documentKind: DocumentKindName;
    readonly documentNo: string;
    readonly name: string;
    readonly phone?: string;
  };
}

/** A row that goes back: where and why, without what it says of a person. */
export interface ReturnedRow {
  readonly line: number;
  readonly column: string;
  readonly reason: string;
  readonly amount: bigint;
}

export interface LegacyFile {
  readonly good: readonly LegacyRow[];
  readonly returned: readonly ReturnedRow[];
  readonly goodFen: Fen;
  readonly returnedFen: Fen;
}

const COLUMNS = {
  cardNo: ['cardno', 'card_no', '卡号'],
  name: ['name', '姓名'],
  documentKind: ['documentkind', 'document_kind', '证件类型'],
  documentNo: ['documentno', 'document_no', 'idnumber', '证件号码', '身份证号'],
  phone: ['phone', '电话', '手机'],
  balanceFen: ['balancefen', 'balance_fen', '余额分'],
} as const;

const CARD_NO = /^[0-9A-Za-z-]{4,32}$/;
const LONGEST_NAME = 60;

/**
 * Reads a former issuer's file and proves it against its manifest: digest, number of rows and sum of balances, the rows that
 * are returned included. Rows with other faults are set apart; a balance that cannot be read makes the proof impossible.
 *
 * @throws card-issuer.legacy.file-differs, header-wrong, totals-unproved
 */
export function readLegacyFile(content: Buffer, manifest: LegacyManifest): LegacyFile {
  const digest = createHash('sha256').update(content).digest('hex');
  if (digest !== manifest.sha256) throw legacyErrors.fileDiffers('its SHA-256 is another');
  const table = byColumns(readCsv(content.toString('utf8')), COLUMNS, ['cardNo', 'balanceFen']);
  if (!table.ok) throw legacyErrors.headerWrong({ columns: table.missing.join(', ') });
  const amounts = table.rows.map(({ values }) => readAmount(values.balanceFen));
  const unreadable = table.rows.filter((_, at) => amounts[at] === undefined).map(({ line }) => line);
  const total = amounts.reduce<bigint>((sum, amount) => sum + (amount ?? 0n), 0n);
  if (unreadable.length > 0 || table.rows.length !== manifest.rows || total !== manifest.totalFen) {
    const lines = unreadable.length === 0 ? '' : `, no balance in line ${unreadable.slice(0, 20).join(', ')}`;
    throw legacyErrors.totalsUnproved({
      said: `${manifest.rows} rows and ${manifest.totalFen} fen`,
      found: `${table.rows.length} rows and ${total} fen${lines}`,
    });
  }
  return sorted(table.rows.map(({ line, values }, at) => ({ line, values, amount: amounts[at] ?? 0n })));
}

interface ReadRow {
  readonly line: number;
  readonly values: Readonly<Record<keyof typeof COLUMNS, string>>;
  readonly amount: bigint;
}

function sorted(rows: readonly ReadRow[]): LegacyFile {
  const good: LegacyRow[] = [];
  const returned: ReturnedRow[] = [];
  const seen = new Map<string, number>();
  for (const row of rows) {
    const earlier = seen.get(row.values.cardNo);
    if (earlier === undefined) seen.set(row.values.cardNo, row.line);
    const read =
      earlier === undefined ? readRow(row) : fault(row, 'cardNo', `the card stands in line ${earlier} already`);
    if ('reason' in read) returned.push(read);
    else good.push(read);
  }
  const sum = (amounts: readonly bigint[]): Fen => fen(amounts.reduce((total, amount) => total + amount, 0n));
  return {
    good,
    returned,
    goodFen: sum(good.map(({ balance }) => balance)),
    returnedFen: sum(returned.map(({ amount }) => amount)),
  };
}

const fault = ({ line, amount }: ReadRow, column: keyof typeof COLUMNS, reason: string): ReturnedRow => ({
  line,
  column,
  reason,
  amount,
});

function readRow(row: ReadRow): LegacyRow | ReturnedRow {
  const { cardNo, name, documentKind: kindText, documentNo, phone } = row.values;
  if (!CARD_NO.test(cardNo)) return fault(row, 'cardNo', 'it is no card number: 4 to 32 letters, digits or hyphens');
  const card = { line: row.line, legacyCardNo: cardNo, balance: row.amount };
  if (documentNo === '' && name === '') return card;
  if (documentNo === '') return fault(row, 'documentNo', 'a named card needs the document of its holder');
  if (name === '' || [...name].length > LONGEST_NAME)
    return fault(row, 'name', `a name has 1 to ${LONGEST_NAME} characters`);
  const documentKind = kindText === '' ? 'resident-id-card' : documentKindNames.find((known) => known === kindText);
  if (documentKind === undefined) return fault(row, 'documentKind', `it is none of ${documentKindNames.join(', ')}`);
  const read = readDocumentNumber(documentKind, documentNo);
  if (!read.ok) return fault(row, 'documentNo', read.reason);
  const holder = { documentKind, documentNo: read.number, name, ...(phone !== '' && { phone }) };
  return { ...card, holder };
}
