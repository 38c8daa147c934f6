import type { BusinessDate } from '@citycard/common';
import { type DayFacts, wholeOf, wordsOf } from './day-facts.ts';
import { amount, type Cell, count, type Report, text, word } from './report.ts';

const COLUMNS = [
  text('sheetNo', '结算单号', 'Sheet'),
  text('participantNo', '商户号', 'Participant'),
  text('name', '名称', 'Name'),
  text('period', '清算期间', 'Period'),
  count('salesCount', '笔数', 'Sales'),
  amount('salesFen', '交易额', 'Sales amount'),
  count('refundCount', '退款笔数', 'Refunds'),
  amount('refundFen', '退款额', 'Refund amount'),
  amount('feeFen', '手续费', 'Fee'),
  amount('otherFen', '其他', 'Other'),
  amount('carriedInFen', '上期结转', 'Carried in'),
  amount('payableFen', '应付', 'Payable'),
  word('disposition', '处理', 'Paid or carried'),
  word('state', '状态', 'State'),
  text('account', '收款账号', 'Account'),
  text('settleDate', '付款日', 'Payment day'),
  text('approval', '制单/复核', 'Made, checked'),
];

type Sheets = ReturnType<DayFacts['rows']>;

function sheetReport(date: BusinessDate, sheets: Sheets): Pick<Report, 'period' | 'notes' | 'tables'> {
  const rows = sheets.map((fact): Cell[] => [
    ...['sheetNo', 'participantNo', 'name'].map((key) => wordsOf(fact, key)),
    `${wordsOf(fact, 'periodFrom')} – ${wordsOf(fact, 'periodTo')}`,
    ...['salesCount', 'salesFen', 'refundCount', 'refundFen', 'feeFen', 'otherFen', 'carriedInFen', 'payableFen'].map(
      (key) => wholeOf(fact, key),
    ),
    [wordsOf(fact, 'disposition'), wordsOf(fact, 'carryReason')].filter(Boolean).join(': '),
    wordsOf(fact, 'state'),
    wordsOf(fact, 'accountNo'),
    wordsOf(fact, 'settleDate'),
    [wordsOf(fact, 'maker'), wordsOf(fact, 'checker')].filter(Boolean).join(', '),
  ]);
  return {
    period: date,
    notes: [],
    tables: [{ name: 'sheets', zh: '结算单', en: 'Settlement sheets', columns: COLUMNS, rows }],
  };
}

/** 结算单: all of the day, and one for each participant of its own. */
export function settlementSheets(date: BusinessDate, facts: DayFacts): Report[] {
  const sheets = facts.rows('settlement-sheets');
  const participants = [...new Set(sheets.map((fact) => wordsOf(fact, 'participantNo')))].sort();
  return [
    { report: 'settlement-sheets', zh: '结算单汇总', en: 'Settlement sheets', ...sheetReport(date, sheets) },
    ...participants.map((subject) => ({
      report: 'settlement-sheet',
      zh: '结算单',
      en: 'Settlement sheet',
      subject,
      ...sheetReport(
        date,
        sheets.filter((fact) => wordsOf(fact, 'participantNo') === subject),
      ),
    })),
  ];
}
