import { type BusinessDate, type Fen, formatYuan, negateFen, sumFen } from '@citycard/common';
import { bankErrors } from './errors.ts';
import {
  amountOf,
  type BookingMoment,
  type Direction,
  directionOf,
  identifierOf,
  momentOf,
  plainAmountOf,
  wholeNumberOf,
} from './values.ts';
import { readMessage, type XmlNode } from './xml.ts';

/** One payment inside an entry; most entries have one. */
export interface EntryPart {
  readonly amountFen: Fen;
  readonly endToEndId: string | undefined;
  readonly remittance: string;
  readonly counterparty: string;
  /** Given when the bank says that this is a payment that came back (RtrInf). */
  readonly returned?: ReturnInformation;
}

/** Why a payment came back: ISO 20022 external return reason (AC04, …) and the bank's words. */
export interface ReturnInformation {
  readonly code?: string;
  readonly text: string;
}

/** One booked entry of an account. */
export interface BankEntry {
  /** AcctSvcrRef: the bank's own reference, unique per account. */
  readonly reference: string;
  readonly direction: Direction;
  readonly amountFen: Fen;
  readonly booked: BookingMoment;
  readonly reversal: boolean;
  readonly parts: readonly EntryPart[];
}

export interface AccountReport {
  readonly id: string;
  readonly accountNo: string;
  readonly entries: readonly BankEntry[];
}

export interface AccountStatement extends AccountReport {
  readonly date: BusinessDate;
  readonly openingFen: Fen;
  readonly closingFen: Fen;
  /** The bank's running number (ElctrncSeqNb), when it counts its statements. */
  readonly sequence?: bigint;
}

/** One page of a statement that comes in several messages. */
export interface StatementPage extends AccountReport {
  readonly number: number;
  readonly last: boolean;
  /** On the first page. */
  readonly opening?: DatedBalance;
  /** On the last page. */
  readonly closing?: DatedBalance;
  readonly sequence?: bigint;
}

interface DatedBalance {
  readonly amountFen: Fen;
  readonly date: BusinessDate;
}

/** What a camt.053 holds: whole statements, or one page of one. */
export type StatementMessage =
  BankMessage<AccountStatement> | { readonly messageId: string; readonly page: StatementPage };

export interface BankMessage<Report> {
  readonly messageId: string;
  readonly reports: readonly Report[];
}

const CAMT_054 = { namespace: 'urn:iso:std:iso:20022:tech:xsd:camt.054.001.10', root: 'BkToCstmrDbtCdtNtfctn' };
const CAMT_053 = { namespace: 'urn:iso:std:iso:20022:tech:xsd:camt.053.001.10', root: 'BkToCstmrStmt' };

/** The longest a remittance line is kept; ISO 20022 lines have at most 140 characters each. */
const MAX_REMITTANCE = 1000;
/** A statement of a hundred pages of a thousand entries is a busy day; more is a mistake. */
const MAX_PAGES = 999;
/** What a bank writes when the payer gave no reference (ISO 20022 usage). */
const NOT_PROVIDED = 'NOTPROVIDED';

/** Reads camt.054: single credits and debits as they happen. @throws CityCardError of {@link bankErrors} */
export function readNotifications(xml: Buffer): BankMessage<AccountReport> {
  const message = readMessage(xml, CAMT_054);
  expectOnePage(message.find('GrpHdr', 'MsgPgntn'));
  return {
    messageId: identifierOf(message.one('GrpHdr', 'MsgId')),
    reports: atLeastOne(message, 'Ntfctn').map((report) => {
      expectOnePage(report.find('NtfctnPgntn'));
      return readReport(report);
    }),
  };
}

/**
 * Reads camt.053: what an account held and what happened to it on one day. Opening balance and booked entries must give
 * the closing balance. A message that is one page of several carries one statement and is answered as that page.
 *
 * @throws CityCardError of {@link bankErrors}, among them `bank.statement-does-not-add` and `bank.page-missing`
 */
export function readStatements(xml: Buffer): StatementMessage {
  const message = readMessage(xml, CAMT_053);
  const messageId = identifierOf(message.one('GrpHdr', 'MsgId'));
  const statements = atLeastOne(message, 'Stmt');
  const ofMessage = pageOf(message.find('GrpHdr', 'MsgPgntn'));
  const pages = statements.map((node) => pageOf(node.find('StmtPgntn')) ?? ofMessage);
  const [paged] = pages.filter((page) => page !== undefined);
  if (paged === undefined) return { messageId, reports: statements.map(readStatement) };
  const [only, ...more] = statements;
  if (only === undefined || more.length > 0) throw bankErrors.pageOfSeveral({ path: message.path, page: paged.number });
  return { messageId, page: readPage(only, paged) };
}

function readStatement(node: XmlNode): AccountStatement {
  const statement = statementOf(readPage(node, { number: 1, last: true }), node.path);
  checkTotals(node, statement);
  return statement;
}

function readPage(node: XmlNode, page: { readonly number: number; readonly last: boolean }): StatementPage {
  const sequence = node.find('ElctrncSeqNb');
  const closing = page.last ? readBalance(node, 'CLBD') : undefined;
  return {
    ...readReport(node),
    ...page,
    ...(page.number === 1 && { opening: readBalance(node, 'OPBD') }),
    ...(closing !== undefined && { closing }),
    ...(sequence !== undefined && { sequence: wholeNumberOf(sequence) }),
  };
}

/**
 * The statement that these pages are, in their order.
 *
 * @throws CityCardError `bank.reference-twice`, `.statement-does-not-add`
 */
export function joinPages(pages: readonly StatementPage[]): AccountStatement {
  const [first] = pages;
  const last = pages.at(-1);
  if (first === undefined || last === undefined) throw new RangeError('a statement has at least one page');
  const entries = pages.flatMap((page) => page.entries);
  refuseTwice(entries);
  return statementOf({ ...last, ...(first.opening && { opening: first.opening }), entries }, `statement ${first.id}`);
}

function statementOf(page: StatementPage, path: string): AccountStatement {
  const { id, accountNo, entries, opening, closing, sequence } = page;
  if (opening === undefined) throw bankErrors.elementMissing({ path: `${path}/Bal with code OPBD` });
  if (closing === undefined) throw bankErrors.elementMissing({ path: `${path}/Bal with code CLBD` });
  const moved = sumFen(entries.map(signedAmount));
  if (opening.amountFen + moved !== closing.amountFen) {
    throw bankErrors.statementDoesNotAdd({
      account: accountNo,
      date: closing.date,
      opening: opening.amountFen,
      entries: moved,
      closing: closing.amountFen,
    });
  }
  return {
    id,
    accountNo,
    entries,
    date: closing.date,
    openingFen: opening.amountFen,
    closingFen: closing.amountFen,
    ...(sequence !== undefined && { sequence }),
  };
}

/** The bank's own count and sums of entries (TxsSummry), where it gives them, are those of the entries there are. */
function checkTotals(node: XmlNode, { entries }: AccountReport): void {
  const groups = [
    ['TtlNtries', entries],
    ['TtlCdtNtries', entries.filter((entry) => entry.direction === 'credit')],
    ['TtlDbtNtries', entries.filter((entry) => entry.direction === 'debit')],
  ] as const;
  for (const [name, counted] of groups) {
    const total = node.find('TxsSummry', name);
    const count = total?.find('NbOfNtries');
    const sum = total?.find('Sum');
    if (count !== undefined && wholeNumberOf(count) !== BigInt(counted.length)) {
      throw bankErrors.totalsDiffer({ path: count.path, said: count.text, found: counted.length });
    }
    const found = sumFen(counted.map((entry) => entry.amountFen));
    if (sum !== undefined && plainAmountOf(sum) !== found) {
      throw bankErrors.totalsDiffer({ path: sum.path, said: sum.text, found: formatYuan(found) });
    }
  }
}

/** What the entry does to the account: positive for money in. */
function signedAmount(entry: BankEntry): Fen {
  return entry.direction === 'credit' ? entry.amountFen : negateFen(entry.amountFen);
}

function readReport(node: XmlNode): AccountReport {
  const account = node.one('Acct');
  const currency = account.textOf('Ccy') ?? 'CNY';
  if (currency !== 'CNY') throw bankErrors.currencyBad({ path: account.path, currency });
  const accountNo = account.find('Id', 'Othr', 'Id') ?? account.one('Id', 'IBAN');
  const entries = node.all('Ntry').filter(isBooked).map(readEntry);
  refuseTwice(entries);
  return { id: identifierOf(node.one('Id')), accountNo: identifierOf(accountNo, 34), entries };
}

function refuseTwice(entries: readonly BankEntry[]): void {
  const seen = new Set<string>();
  for (const { reference } of entries) {
    if (seen.has(reference)) throw bankErrors.referenceTwice({ reference });
    seen.add(reference);
  }
}

function readBalance(node: XmlNode, code: string): DatedBalance {
  const found = node.all('Bal').filter((balance) => balance.textOf('Tp', 'CdOrPrtry', 'Cd') === code);
  const path = `${node.path}/Bal with code ${code}`;
  const [balance] = found;
  if (balance === undefined) throw bankErrors.elementMissing({ path });
  if (found.length > 1) throw bankErrors.elementRepeated({ path, count: found.length });
  const amount = amountOf(balance.one('Amt'));
  const signed = directionOf(balance.one('CdtDbtInd')) === 'credit' ? amount : negateFen(amount);
  return { amountFen: signed, date: momentOf(balance.one('Dt')).date };
}

/** Pending and informational entries are not money yet. */
function isBooked(entry: XmlNode): boolean {
  return entry.textOf('Sts', 'Cd') === 'BOOK';
}

function readEntry(node: XmlNode): BankEntry {
  const amountFen = amountOf(node.one('Amt'));
  if (amountFen === 0n) {
    throw bankErrors.valueBad({ path: `${node.path}/Amt`, value: '0', expected: 'greater than zero' });
  }
  const direction = directionOf(node.one('CdtDbtInd'));
  const details = node.all('NtryDtls', 'TxDtls');
  const only = details.length === 1 ? details[0] : undefined;
  const reference = node.find('AcctSvcrRef') ?? only?.find('Refs', 'AcctSvcrRef') ?? node.one('AcctSvcrRef');
  const parts =
    details.length > 1
      ? details.map((detail) => readPart(detail, amountOf(detail.one('Amt')), direction))
      : [readPart(only, amountFen, direction)];
  checkParts(node, only, parts, amountFen);
  return {
    reference: identifierOf(reference),
    direction,
    amountFen,
    booked: momentOf(node.one('BookgDt')),
    reversal: node.textOf('RvslInd') === 'true' || node.textOf('RvslInd') === '1',
    parts,
  };
}

function checkParts(node: XmlNode, only: XmlNode | undefined, parts: readonly EntryPart[], entryFen: Fen): void {
  const single = only?.find('Amt');
  const partsFen = single === undefined ? sumFen(parts.map((part) => part.amountFen)) : amountOf(single);
  if (partsFen !== entryFen || parts.some((part) => part.amountFen === 0n)) {
    throw bankErrors.partsDiffer({ path: node.path, parts: partsFen, entry: entryFen });
  }
}

function readPart(detail: XmlNode | undefined, amountFen: Fen, direction: Direction): EntryPart {
  if (detail === undefined) return { amountFen, endToEndId: undefined, remittance: '', counterparty: '' };
  const own = detail.find('CdtDbtInd');
  if (own !== undefined && directionOf(own) !== direction) {
    throw bankErrors.valueBad({ path: own.path, value: own.text, expected: 'the direction of its entry' });
  }
  const endToEndId = detail.textOf('Refs', 'EndToEndId');
  const other = direction === 'credit' ? 'Dbtr' : 'Cdtr';
  return {
    amountFen,
    endToEndId: endToEndId === NOT_PROVIDED ? undefined : endToEndId,
    remittance: detail
      .all('RmtInf', 'Ustrd')
      .map((line) => line.text)
      .join(' ')
      .slice(0, MAX_REMITTANCE),
    counterparty: (detail.textOf('RltdPties', other, 'Pty', 'Nm') ?? '').slice(0, 140),
    ...returnOf(detail),
  };
}

function returnOf(detail: XmlNode): { returned?: ReturnInformation } {
  const information = detail.find('RtrInf');
  if (information === undefined) return {};
  const code = information.textOf('Rsn', 'Cd') ?? information.textOf('Rsn', 'Prtry');
  const words = information.all('AddtlInf').map((line) => line.text);
  const text = [code ?? '', ...words].filter((part) => part !== '').join(' ');
  return {
    returned: { ...(code !== undefined && { code }), text: text === '' ? 'no reason given' : text.slice(0, 500) },
  };
}

/** Which page this is; undefined when it is the only one. */
function pageOf(pagination: XmlNode | undefined): { number: number; last: boolean } | undefined {
  if (pagination === undefined) return undefined;
  const page = pagination.one('PgNb');
  const number = Number(wholeNumberOf(page));
  if (number < 1 || number > MAX_PAGES) {
    throw bankErrors.valueBad({ path: page.path, value: page.text, expected: `a page number, 1 to ${MAX_PAGES}` });
  }
  const last = ['true', '1'].includes(pagination.textOf('LastPgInd') ?? '');
  return number === 1 && last ? undefined : { number, last };
}

/** Notices are short and come whole. */
function expectOnePage(pagination: XmlNode | undefined): void {
  const page = pageOf(pagination);
  if (page === undefined || pagination === undefined) return;
  throw bankErrors.pageMissing({
    path: pagination.path,
    page: page.number,
    last: page.last ? '' : ' and not the last',
  });
}

function atLeastOne(message: XmlNode, name: string): XmlNode[] {
  const found = message.all(name);
  if (found.length === 0) throw bankErrors.elementMissing({ path: `${message.path}/${name}` });
  return found;
}
