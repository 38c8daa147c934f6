import { beforeEach, describe, expect, it } from 'vitest';
import { fenOf, yuan } from './amounts.ts';
import { SimulatedBank } from './bank.ts';
import { elements, readXml, textAt } from './xml.ts';

const CUSTODY = '6217000000000000001';
const DEPOSITS = '6217000000000000002';
const DAY = '2026-03-02';

function order(payments: readonly { id: string; amount: string }[], sum: string): string {
  const transfers = payments.map(
    ({ id, amount }) =>
      `<CdtTrfTxInf><PmtId><EndToEndId>${id}</EndToEndId></PmtId><Amt><InstdAmt Ccy="CNY">${amount}</InstdAmt></Amt><Cdtr><Nm>Bus &amp; Co</Nm></Cdtr><RmtInf><Ustrd>${id}</Ustrd></RmtInf></CdtTrfTxInf>`,
  );
  return `<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>
    <GrpHdr><MsgId>PAY-1</MsgId><NbOfTxs>${payments.length}</NbOfTxs><CtrlSum>${sum}</CtrlSum></GrpHdr>
    <PmtInf><PmtInfId>PAY-1</PmtInfId><DbtrAcct><Id><Othr><Id>${CUSTODY}</Id></Othr></Id></DbtrAcct>${transfers.join('')}</PmtInf>
  </CstmrCdtTrfInitn></Document>`;
}

describe('the custodian bank', () => {
  let bank: SimulatedBank;
  const wire = { accountNo: CUSTODY, amountFen: 100_005, from: 'Agent <one>', remittance: 'PREFUND 904', booked: DAY };
  beforeEach(() => {
    bank = new SimulatedBank('TESTBANK', [CUSTODY, DEPOSITS], () => new Date('2026-03-02T10:00:00Z'));
  });

  it('tells of money that came in, with a reference of its own for every entry', () => {
    const entry = bank.receive(wire);
    expect(bank.receive(wire).reference).not.toBe(entry.reference);
    const [notified] = elements(readXml(bank.notification(CUSTODY, [entry])), 'BkToCstmrDbtCdtNtfctn', 'Ntfctn');
    expect(textAt(notified!, 'Acct', 'Id', 'Othr', 'Id')).toBe(CUSTODY);
    const [row] = elements(notified!, 'Ntry');
    expect([textAt(row!, 'Amt'), textAt(row!, 'CdtDbtInd'), textAt(row!, 'AcctSvcrRef')]).toEqual([
      '1000.05',
      'CRDT',
      entry.reference,
    ]);
    expect(textAt(row!, 'NtryDtls', 'TxDtls', 'RltdPties', 'Dbtr', 'Pty', 'Nm')).toBe('Agent <one>');
    expect(textAt(row!, 'NtryDtls', 'TxDtls', 'RmtInf', 'Ustrd')).toBe('PREFUND 904');
  });

  it('pays what the account covers, refuses the rest, and its statement adds up', () => {
    bank.receive({ ...wire, booked: '2026-03-01' });
    bank.receive({ ...wire, amountFen: 500, remittance: 'CITY 4520' });
    const { status, payments } = bank.pay(
      order(
        [
          { id: 'S-1', amount: '999.00' },
          { id: 'S-2', amount: '500' },
        ],
        '1499.00',
      ),
      DAY,
    );
    expect(payments).toEqual([
      { endToEndId: 'S-1', status: 'ACSC' },
      { endToEndId: 'S-2', status: 'RJCT', reason: 'AM04' },
    ]);
    const rows = elements(readXml(status), 'CstmrPmtStsRpt', 'OrgnlPmtInfAndSts', 'TxInfAndSts');
    expect(rows.map((row) => [textAt(row, 'OrgnlEndToEndId'), textAt(row, 'TxSts')])).toEqual([
      ['S-1', 'ACSC'],
      ['S-2', 'RJCT'],
    ]);
    expect(bank.balance(CUSTODY)).toBe(100_005 + 500 - 99_900);

    const [statement] = elements(readXml(bank.statement(CUSTODY, DAY)), 'BkToCstmrStmt', 'Stmt');
    const [opening, closing] = elements(statement!, 'Bal').map((balance) => fenOf(textAt(balance, 'Amt')));
    const entries = elements(statement!, 'Ntry').map(
      (row) => (textAt(row, 'CdtDbtInd') === 'CRDT' ? 1 : -1) * fenOf(textAt(row, 'Amt')),
    );
    expect([opening, ...entries, closing]).toEqual([100_005, 500, -99_900, 605]);
    const paid = elements(statement!, 'Ntry', 'NtryDtls', 'TxDtls', 'Refs').map((refs) => textAt(refs, 'EndToEndId'));
    expect(paid).toEqual(['NOTPROVIDED', 'S-1']);
    expect(elements(readXml(bank.statement(DEPOSITS, DAY)), 'BkToCstmrStmt', 'Stmt', 'Ntry')).toEqual([]);
  });

  it('books nothing of an order whose own sum does not hold', () => {
    bank.receive(wire);
    expect(() => bank.pay(order([{ id: 'S-1', amount: '1.00' }], '2.00'), DAY)).toThrow('sum');
    expect(bank.balance(CUSTODY)).toBe(100_005);
  });

  it('keeps amounts exact and refuses what is no amount', () => {
    expect([0, 5, 100, 123_456_789].map(yuan)).toEqual(['0.00', '0.05', '1.00', '1234567.89']);
    expect(['0.05', '1', '1.2', '1234567.89'].map(fenOf)).toEqual([5, 100, 120, 123_456_789]);
    expect(() => fenOf('1.234')).toThrow('amount');
    expect(() => yuan(-1)).toThrow('amount');
    expect(() => readXml('<a><b></a>')).toThrow('closes nothing');
  });
});
