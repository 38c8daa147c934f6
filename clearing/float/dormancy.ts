import {
  type BusinessDate,
  businessDate,
  type Database,
  type Fen,
  fen,
  transact,
  type Transaction,
} from '@citycard/common';
import { raiseAlarm } from '../alarms/alarm.ts';

/** Purse balances by the years for which their holders have not used the card, at the end of a closed day. */
export interface Dormancy {
  readonly date: BusinessDate;
  /** Whole years since the month of the last use; 5 stands for five and more. */
  readonly years: readonly { readonly years: number; readonly cards: bigint; readonly balanceFen: Fen }[];
}

/** The newest day for which dormancy was worked out. */
export async function newestDormancy(db: Database | Transaction): Promise<Dormancy | undefined> {
  const { rows } = await (db as Database).query<{ date: string; years: number; cards: bigint; balance_fen: bigint }>(
    `select business_date as date, years, cards, balance_fen from clearing.float_day_dormancy
      where business_date = (select max(business_date) from clearing.float_day_dormancy) order by years`,
  );
  const [first] = rows;
  if (first === undefined) return undefined;
  return {
    date: businessDate(first.date),
    years: rows.map(({ years, cards, balance_fen: balance }) => ({ years, cards, balanceFen: fen(balance) })),
  };
}

/**
 * Takes over the use of cards on the next closed day and works out what lies dormant as that day ended; answers the day, or
 * undefined when there is none to do. Days follow one another, so what is kept of one is what it was. Its sum has to be the
 * purses of the float; otherwise an alarm says so.
 *
 * A holder's use is a purchase paid from the purse, or a load; moving a balance to another card or correcting it is not.
 */
export async function takeNextDormancy(db: Database): Promise<BusinessDate | undefined> {
  return transact(db, async (tx) => {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('clearing dormancy', 0))`);
    const { rows } = await tx.query<{ date: string }>(
      `select d.business_date as date from clearing.business_day d
        where d.state = 'closed' and d.business_date > coalesce((select business_date from clearing.dormancy_progress), '-infinity')
        order by 1 limit 1`,
    );
    if (rows[0] === undefined) return undefined;
    const date = businessDate(rows[0].date);
    await tx.query(TAKE_USE, [date]);
    await tx.query(WORK_OUT, [date]);
    await tx.query(
      `insert into clearing.dormancy_progress (business_date) values ($1) on conflict (only_row) do update set business_date = excluded.business_date`,
      [date],
    );
    await compareWithFloat(tx, date);
    return date;
  });
}

/** Written for the first use in a month only; on most days that is few of the cards that were used. */
const TAKE_USE = `
  insert into clearing.card_activity (card_no, last_month)
  select distinct t.card_no, date_trunc('month', $1::date)::date
    from clearing.ledger_transfer t
   where t.business_date = $1 and t.phase in ('posted', 'post') and t.card_no <> ''
     and (t.debit_account = 'purse' and (t.credit_account like 'operator-pending:%' or t.credit_account like 'biller-payable:%')
          or t.credit_account = 'purse' and (t.debit_account like 'agent-prefund:%' or t.debit_account in ('pending-credit', 'online')))
     and not exists (select from clearing.card_activity a where a.card_no = t.card_no and a.last_month >= date_trunc('month', $1::date)::date)
  on conflict (card_no) do update set last_month = excluded.last_month where card_activity.last_month < excluded.last_month`;

/** Balances now, less what later days have moved. */
const WORK_OUT = `
  with later as (
    select t.card_no, sum(case when t.credit_account = 'purse' then t.amount_fen else 0 end - case when t.debit_account = 'purse' then t.amount_fen else 0 end) as moved
      from clearing.ledger_transfer t
     where t.business_date > $1 and t.phase in ('posted', 'post') and (t.debit_account = 'purse' or t.credit_account = 'purse')
     group by 1
  ), held as (
    select a.credits_posted - a.debits_posted - coalesce(l.moved, 0) as balance,
           coalesce(u.last_month, date_trunc('month', p.opened_at at time zone 'Asia/Shanghai')::date, $1::date) as month
      from clearing.card_account a
      left join later l using (card_no)
      left join clearing.card_activity u using (card_no)
      left join clearing.purse p using (card_no)
     where a.kind = 'purse'
  )
  insert into clearing.float_day_dormancy (business_date, years, cards, balance_fen)
  select $1, greatest(0, least(5, ((extract(year from $1::date) - extract(year from h.month)) * 12 + extract(month from $1::date) - extract(month from h.month))::integer / 12)),
         count(*), sum(h.balance)
    from held h where h.balance <> 0 group by 2`;

async function compareWithFloat(tx: Transaction, date: BusinessDate): Promise<void> {
  const { rows } = await tx.query<{ dormancy: bigint; purses: bigint | null }>(
    `select (select coalesce(sum(balance_fen), 0)::bigint from clearing.float_day_dormancy where business_date = $1) as dormancy,
            (select (parts -> 'owed' ->> 'purse')::bigint from clearing.float_day where business_date = $1) as purses`,
    [date],
  );
  const [found] = rows;
  if (found === undefined || found.purses === null || found.purses === found.dormancy) return;
  await raiseAlarm(tx, {
    kind: 'dormancy-differs',
    severity: 'critical',
    subject: date,
    evidence: { pursesFen: found.purses, byYearsFen: found.dormancy },
  });
}
