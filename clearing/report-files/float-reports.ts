import { type BusinessDate, type Transaction } from '@citycard/common';
import { movements } from '../day/movements.ts';
import { trialBalance } from '../ledger/trial-balance.ts';
import { type DayFacts, wholeOf, wordsOf } from './day-facts.ts';
import { amount, type Cell, count, figure, type Report, text, word } from './report.ts';

/** Accounts at the bank that hold other people's money. */
const RESERVE_KINDS = ['bank-custody', 'bank-receiving', 'bank-paying'];

const kindOf = (account: string): string => account.split(':', 1)[0] ?? account;

/** 备付金日报, the stock: whom the float belongs to and where it lies, as proven when the day closed. */
export function floatDaily(date: BusinessDate, facts: DayFacts): Report {
  return {
    report: 'float-daily',
    zh: '沉淀资金日报',
    en: 'Float, daily',
    period: date,
    notes: [{ zh: '公式', en: 'Identity', value: 'owed − receivable − reserve − cash on its way = 0' }],
    tables: [
      {
        name: 'position',
        zh: '资金状况',
        en: 'Position',
        columns: [
          word('section', '类别', 'Section'),
          word('item', '项目', 'Item'),
          figure('amountFen', '金额', 'Amount', 'fen'),
        ],
        rows: facts
          .rows('float-daily')
          .map((fact) => [wordsOf(fact, 'section'), wordsOf(fact, 'item'), wholeOf(fact, 'amountFen')]),
      },
    ],
  };
}

/**
 * 备付金日报 for the regulator: per reserve account opening, what came in, what went out and for what, closing, the bank's own
 * closing and the difference. Opening, movements and closing come from the ledger apart, so that they check each other.
 */
export async function reserveDaily(tx: Transaction, date: BusinessDate): Promise<Report> {
  const [{ rows: closing }, moved] = [await trialBalance(tx, { endOf: date }), await movements(tx, date, date)];
  const accounts = closing.flatMap(({ kind, code, balanceFen }) =>
    code !== undefined && RESERVE_KINDS.includes(kind) ? [{ code, balanceFen }] : [],
  );
  const flows = moved.flatMap(({ debit, credit, purpose, count: number, amountFen }): Cell[][] => [
    ...(RESERVE_KINDS.includes(kindOf(debit)) ? [[debit, purpose, kindOf(credit), number, amountFen, 0n]] : []),
    ...(RESERVE_KINDS.includes(kindOf(credit)) ? [[credit, purpose, kindOf(debit), number, 0n, amountFen]] : []),
  ]);
  const { rows: statements } = await tx.query<{ account: string; closing: bigint }>(
    'select account_no as account, closing_fen as closing from clearing.bank_statement where statement_date = $1',
    [date],
  );
  const atBank = new Map(statements.map(({ account, closing: fen }) => [account, fen]));
  const rows = accounts.map(({ code, balanceFen }): Cell[] => {
    const own = flows.filter(([account]) => account === code);
    const sum = (column: number) => own.reduce((total, flow) => total + BigInt(flow[column] ?? 0n), 0n);
    const bank = atBank.get(code.slice(code.indexOf(':') + 1));
    const [into, out] = [sum(4), sum(5)];
    return [
      code,
      balanceFen - into + out,
      into,
      out,
      balanceFen,
      bank ?? '',
      bank === undefined ? '' : balanceFen - bank,
    ];
  });
  return {
    report: 'reserve-daily',
    zh: '备付金日报',
    en: 'Reserve, daily',
    period: date,
    notes: [{ zh: '银行对账单', en: 'Bank statements', value: `${atBank.size}` }],
    tables: [
      {
        name: 'accounts',
        zh: '账户余额',
        en: 'Accounts',
        columns: [
          text('account', '账户', 'Account'),
          amount('openingFen', '期初', 'Opening'),
          amount('inFen', '收入', 'In'),
          amount('outFen', '支出', 'Out'),
          amount('closingFen', '期末', 'Closing'),
          amount('bankFen', '银行余额', 'Bank closing'),
          amount('differenceFen', '差额', 'Difference'),
        ],
        rows,
      },
      {
        name: 'flows',
        zh: '收支明细',
        en: 'Movements by purpose',
        columns: [
          text('account', '账户', 'Account'),
          text('purpose', '用途', 'Purpose'),
          text('against', '对方科目', 'Against'),
          count('count', '笔数', 'Count'),
          amount('inFen', '收入', 'In'),
          amount('outFen', '支出', 'Out'),
        ],
        rows: flows,
      },
    ],
  };
}
