import { createHash } from 'node:crypto';
import { canonicalJson, type Database, type Transaction } from '@citycard/common';
import { csv, type CsvValue } from '../reports/csv.ts';
import { type Period, requireClosed } from '../report-files/period.ts';
import { zip } from '../report-files/zip.ts';

export const AUDIT_DATA_FORMAT = 'citycard-audit-data/1';

interface DataTable {
  readonly name: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly CsvValue[])[];
}

/**
 * The audit data file of a closed period (docs/audit.md): accounts, balances, vouchers, sheets and payments as CSV with a
 * manifest, to be read without us. A voucher is what moved on a day between two accounts for one purpose. From the ledger
 * alone, so that the same period gives the same bytes whenever it is asked.
 *
 * @throws CityCardError `clearing.reports.period-open`, `.period-unknown`
 */
export async function auditDataFile(db: Database, period: Period): Promise<Buffer> {
  const tx = await db.connect();
  try {
    await tx.query('begin isolation level repeatable read read only');
    await requireClosed(tx, period);
    const balanced = await balances(tx, period);
    const tables = [await accounts(tx, balanced), balanced, await vouchers(tx, period), ...(await settled(tx, period))];
    await tx.query('commit');
    return packed(period, tables);
  } catch (error) {
    await tx.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    tx.release();
  }
}

function packed({ name, first, last }: Period, tables: readonly DataTable[]): Buffer {
  const files = tables.map((table) => ({ table, content: Buffer.from(csv(table.header, table.rows)) }));
  const manifest = {
    format: AUDIT_DATA_FORMAT,
    period: name,
    from: first,
    to: last,
    currency: 'CNY',
    unit: 'fen',
    encoding: 'UTF-8 with byte order mark, RFC 4180',
    files: files.map(({ table, content }) => ({
      name: `${table.name}.csv`,
      columns: table.header,
      rows: table.rows.length,
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      totals: totalsOf(table),
    })),
  };
  return zip([
    { name: 'manifest.json', content: Buffer.from(`${canonicalJson(manifest)}\n`) },
    ...files.map(({ table, content }) => ({ name: `${table.name}.csv`, content })),
  ]);
}

/** Sums of the columns that hold fen, to hold an import against. */
function totalsOf({ header, rows }: DataTable): Record<string, bigint> {
  const sums = header.flatMap((column, index) =>
    column.endsWith('Fen') ? [[column, rows.reduce((sum, row) => sum + BigInt(row[index] ?? 0), 0n)] as const] : [],
  );
  return Object.fromEntries(sums);
}

/** The accounts that the balances name: what never moved is not in the books of the period. */
async function accounts(tx: Transaction, named: DataTable): Promise<DataTable> {
  const { rows } = await tx.query<{ code: string; kind: string; side: string; owner: string | null }>(
    `select account_code as code, kind, normal_side as side, owner from clearing.account where account_code = any($1)
      union all select kind, kind, normal_side, null from clearing.account_kind where card_keyed and kind = any($1) order by 1`,
    [named.rows.map(([account]) => account)],
  );
  return {
    name: 'accounts',
    header: ['account', 'kind', 'normalSide', 'owner'],
    rows: rows.map(({ code, kind, side, owner }) => [code, kind, side, owner ?? '']),
  };
}

/** Opening, turnover and closing of every account that has any, cards' accounts in one line per kind; debit side positive. */
async function balances(tx: Transaction, { first, last }: Period): Promise<DataTable> {
  const { rows } = await tx.query<{ account: string; opening: string; debit: string; credit: string; closing: string }>(
    `with now_at as (
       select account_code as account, (debits_posted - credits_posted)::numeric as balance from clearing.account
        union all select kind, sum(debits_posted - credits_posted) from clearing.card_account group by kind
     ), moved as (
       select s.account, sum(s.debit) filter (where t.business_date <= $2) as debit, sum(s.credit) filter (where t.business_date <= $2) as credit,
              sum(s.debit - s.credit) as since, sum(s.debit - s.credit) filter (where t.business_date > $2) as later
         from clearing.ledger_transfer t
        cross join lateral (values (t.debit_account, t.amount_fen, 0), (t.credit_account, 0, t.amount_fen)) as s(account, debit, credit)
        where t.business_date >= $1 and t.phase in ('posted', 'post') group by 1
     )
     select n.account, n.balance - coalesce(m.since, 0) as opening, coalesce(m.debit, 0) as debit, coalesce(m.credit, 0) as credit,
            n.balance - coalesce(m.later, 0) as closing
       from now_at n left join moved m using (account)
      where n.balance - coalesce(m.since, 0) <> 0 or coalesce(m.debit, m.credit) is not null order by 1`,
    [first, last],
  );
  return {
    name: 'balances',
    header: ['account', 'openingFen', 'debitFen', 'creditFen', 'closingFen'],
    rows: rows.map((row) => [
      row.account,
      ...[row.opening, row.debit, row.credit, row.closing].map((fen) => BigInt(fen)),
    ]),
  };
}

/** Numbered through the day in the order of purpose and accounts, which stays: a closed day gets no other movement. */
async function vouchers(tx: Transaction, { first, last }: Period): Promise<DataTable> {
  const { rows } = await tx.query<{
    date: string;
    purpose: string;
    debit: string;
    credit: string;
    entries: bigint;
    fen: bigint;
  }>(
    `select business_date::text as date, split_part(posting_key, ':', 1) as purpose, debit_account as debit, credit_account as credit,
            count(*) as entries, sum(amount_fen)::bigint as fen
       from clearing.ledger_transfer where business_date between $1 and $2 and phase in ('posted', 'post')
      group by 1, 2, 3, 4 order by 1, split_part(posting_key, ':', 1) collate "C", debit_account collate "C", credit_account collate "C"`,
    [first, last],
  );
  let [day, number] = ['', 0];
  return {
    name: 'vouchers',
    header: ['voucherNo', 'date', 'summary', 'debitAccount', 'creditAccount', 'entries', 'amountFen'],
    rows: rows.map(({ date, purpose, debit, credit, entries, fen }) => {
      [day, number] = [date, date === day ? number + 1 : 1];
      return [
        `${date.replaceAll('-', '')}-${String(number).padStart(5, '0')}`,
        date,
        purpose,
        debit,
        credit,
        entries,
        fen,
      ];
    }),
  };
}

async function settled(tx: Transaction, { first, last }: Period): Promise<DataTable[]> {
  const { rows: sheets } = await tx.query<Record<string, string | bigint>>(
    `select sheet_no as no, business_date::text as date, participant_no as participant, sales_fen, refund_fen, fee_fen, other_fen, carried_in_fen, payable_fen,
            disposition, coalesce(maker, '') as maker, coalesce(checker, '') as checker
       from clearing.settlement_sheet where business_date between $1 and $2 order by 2, 1`,
    [first, last],
  );
  const { rows: payments } = await tx.query<Record<string, string | bigint>>(
    `select b.end_to_end_id as id, p.sheet_no as sheet, b.bank_reference as reference, to_char(b.booked_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS') as at,
            b.amount_fen from clearing.payment_booking b join clearing.payment p using (end_to_end_id)
      where p.business_date between $1 and $2 order by 1, 3, b.part_no`,
    [first, last],
  );
  return [
    {
      name: 'sheets',
      header: [
        ...[
          'sheetNo',
          'date',
          'participantNo',
          'salesFen',
          'refundFen',
          'feeFen',
          'otherFen',
          'carriedInFen',
          'payableFen',
        ],
        ...['disposition', 'maker', 'checker'],
      ],
      rows: sheets.map((row) => Object.values(row)),
    },
    {
      name: 'payments',
      header: ['endToEndId', 'sheetNo', 'bankReference', 'bookedAt', 'amountFen'],
      rows: payments.map((row) => Object.values(row)),
    },
  ];
}
