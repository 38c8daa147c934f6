import { type BusinessDate, type Fen, negateFen, sumFen } from '@citycard/common';
import { bankErrors } from './errors.ts';
import { amountOf, type BookingMoment, type Direction, directionOf, identifierOf, momentOf } from './values.ts';
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
}

export interface BankMessage<Report> {
  readonly messageId: string;
  readonly reports: readonly Report[];
}

const CAMT_054 = { namespace: 'urn:iso:std:iso:20022:tech:xsd:camt.054.001.10', root: 'BkToCstmrDbtCdtNtfctn' };
const CAMT_053 = { namespace: 'urn:iso:std:iso:20022:tech:xsd:camt.053.001.10', root: 'BkToCstmrStmt' };

/** The longest a remittance line is kept; ISO 20022 lines have at most 140 characters each. */
const MAX_REMITTANCE = 1000;
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
 * the closing balance.
 *
 * @throws CityCardError of {@link bankErrors}, among them `bank.statement-does-not-add` and `bank.page-missing`
 */
export function readStatements(xml: Buffer): BankMessage<AccountStatement> {
  const message = readMessage(xml, CAMT_053);
  expectOnePage(message.find('GrpHdr', 'MsgPgntn'));
  return {
    messageId: identifierOf(message.one('GrpHdr', 'MsgId')),
    reports: atLeastOne(message, 'Stmt').map(readStatement),
  };
}

function readStatement(node: XmlNode): AccountStatement {
  expectOnePage(node.find('StmtPgntn'));
  const report = readReport(node);
  const opening = readBalance(node, 'OPBD');
  const closing = readBalance(node, 'CLBD');
  const moved = sumFen(report.entries.map(signedAmount));
  if (opening.amountFen + moved !== closing.amountFen) {
    throw bankErrors.statementDoesNotAdd({
      account: report.accountNo,
      date: closing.date,
      opening: opening.amountFen,
      entries: moved,
      closing: closing.amountFen,
    });
  }
  return { ...report, date: closing.date, openingFen: opening.amountFen, closingFen: closing.amountFen };
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
  const seen = new Set<string>();
  for (const { reference } of entries) {
    if (seen.has(reference)) throw bankErrors.referenceTwice({ reference });
    seen.add(reference);
  }
  return { id: identifierOf(node.one('Id')), accountNo: identifierOf(accountNo, 34), entries };
}

function readBalance(node: XmlNode, code: string): { amountFen: Fen; date: BusinessDate } {
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

function expectOnePage(pagination: XmlNode | undefined): void {
  if (pagination === undefined) return;
  const page = pagination.textOf('PgNb') ?? '';
  const isLast = ['true', '1'].includes(pagination.textOf('LastPgInd') ?? '');
  if (/^0*1$/.test(page) && isLast) return;
  throw bankErrors.pageMissing({ path: pagination.path, page, last: isLast ? '' : ' and not the last' });
}

function atLeastOne(message: XmlNode, name: string): XmlNode[] {
  const found = message.all(name);
  if (found.length === 0) throw bankErrors.elementMissing({ path: `${message.path}/${name}` });
  return found;
}
