import { type BusinessDate, type Transaction } from '@citycard/common';
import { amount, type Cell, count, figure, type Report, text, word } from './report.ts';

/** A line that is still open with the bank, known to those who reconcile. */
export interface OpenBankLine {
  readonly partner: string;
  readonly reference: string;
  readonly since: BusinessDate;
  readonly amountFen: bigint;
  readonly reason: string;
}

const lineColumns = [
  text('partner', '对方', 'Partner'),
  text('reference', '编号', 'Reference'),
  text('since', '起始日', 'Since'),
  figure('ageDays', '天数', 'Age in days', 'count'),
  text('reason', '原因', 'Reason'),
  amount('amountFen', '金额', 'Amount'),
];

/** 对账差异表: partner by partner what is open at the bank, in payments, and with operators and cities, with its age. */
export async function differences(
  tx: Transaction,
  date: BusinessDate,
  openAtBank: readonly OpenBankLine[],
): Promise<Report> {
  const { rows: payments } = await tx.query<{
    partner: string;
    reference: string;
    since: BusinessDate;
    fen: bigint;
    state: string;
  }>(
    `select s.participant_no as partner, p.end_to_end_id as reference, p.business_date as since, p.amount_fen as fen, p.state
       from clearing.payment p join clearing.settlement_sheet s using (sheet_no)
      where p.state not in ('posted') and p.business_date <= $1 order by 3, 2`,
    [date],
  );
  const { rows: held } = await tx.query<{
    partner: string;
    code: string;
    number: bigint;
    since: BusinessDate;
    fen: bigint;
  }>(
    `select participant_no as partner, coalesce(reason_code, state) as code, count(*) as number, min(business_date) as since,
            sum(amount_fen)::bigint as fen
       from clearing.purchase_record where state in ('suspicious', 'routed') and business_date <= $1 group by 1, 2 order by 1, 2`,
    [date],
  );
  const { rows: accounts } = await tx.query<{ account: string; ledger: bigint; bank: bigint }>(
    `select a.account_code as account, (a.debits_posted - a.credits_posted - coalesce((
              select sum(case when t.debit_account = a.account_code then t.amount_fen else -t.amount_fen end) from clearing.ledger_transfer t
               where t.business_date > $1 and a.account_code in (t.debit_account, t.credit_account) and t.phase in ('posted', 'post')), 0))::bigint as ledger,
            s.closing_fen as bank
       from clearing.account a join clearing.bank_statement s on a.account_code like 'bank-%:' || s.account_no and s.statement_date = $1
      order by 1`,
    [date],
  );
  const age = (since: BusinessDate) => BigInt(Math.round((Date.parse(date) - Date.parse(since)) / 86_400_000));
  return {
    report: 'reconciliation-differences',
    zh: '对账差异表',
    en: 'Reconciliation differences',
    period: date,
    notes: [],
    tables: [
      {
        name: 'accounts',
        zh: '银行账户',
        en: 'Ledger against bank statements',
        columns: [
          text('account', '账户', 'Account'),
          amount('ledgerFen', '账面', 'Ledger'),
          amount('bankFen', '银行', 'Bank'),
          amount('differenceFen', '差额', 'Difference'),
        ],
        rows: accounts.map(({ account, ledger, bank }) => [account, ledger, bank, ledger - bank]),
      },
      {
        name: 'bank-lines',
        zh: '未达账项',
        en: 'Open lines with the bank',
        columns: lineColumns,
        rows: openAtBank.map(({ partner, reference, since, reason, amountFen }): Cell[] => [
          partner,
          reference,
          since,
          age(since),
          reason,
          amountFen,
        ]),
      },
      {
        name: 'payments',
        zh: '付款未完成',
        en: 'Payments not booked',
        columns: lineColumns.map((column) => (column.key === 'reason' ? word('reason', '状态', 'State') : column)),
        rows: payments.map(({ partner, reference, since, state, fen }): Cell[] => [
          partner,
          reference,
          since,
          age(since),
          state,
          fen,
        ]),
      },
      {
        name: 'records',
        zh: '待处理交易',
        en: 'Records held or at another city',
        columns: [
          text('partner', '商户', 'Participant'),
          text('code', '原因码', 'Code'),
          text('since', '最早日', 'Oldest day'),
          figure('ageDays', '天数', 'Age in days', 'count'),
          count('count', '笔数', 'Count'),
          amount('amountFen', '金额', 'Amount'),
        ],
        rows: held.map(({ partner, code, number, since, fen }): Cell[] => [
          partner,
          code,
          since,
          age(since),
          number,
          fen,
        ]),
      },
    ],
  };
}
