import {
  REPORT_COLUMNS,
  type ReportCell as Cell,
  type ReportPeriod,
  type ReportTable as Table,
} from '@citycard/clearing';
import type { BusinessDate, Fen, Transaction } from '@citycard/common';

const { text, count, amount } = REPORT_COLUMNS;

type Period = Pick<ReportPeriod, 'first' | 'last'>;
type Section = (tx: Transaction, period: Period) => Promise<Table>;

/** Pages of counterparts that are looked at day by day; a new kind of counterpart is a new section. */
const SECTIONS: readonly Section[] = [agentTable, billerTable, operatorTable, bankTable, cardTable];

/** Each kind of counterpart on a page of its own: both sides' totals, what is equal, and what is open. */
export async function counterpartTables(tx: Transaction, period: Period): Promise<readonly Table[]> {
  const tables: Table[] = [];
  for (const section of SECTIONS) tables.push(await section(tx, period));
  return tables;
}

async function agentTable(tx: Transaction, { first, last }: Period): Promise<Table> {
  const { rows } = await tx.query<Record<'participant' | 'name', string> & Record<string, bigint>>(
    `select s.participant_no as participant, p.name, count(*) as days, sum(s.our_load_count)::bigint as our_loads, sum(s.our_load_fen)::bigint as our_load_fen,
            sum(s.load_count)::bigint as their_loads, sum(s.load_fen)::bigint as their_load_fen, sum(s.our_cancel_count)::bigint as our_cancels,
            sum(s.cancel_count)::bigint as their_cancels, sum(s.equal_count)::bigint as equal,
            coalesce(sum(a.ours), 0)::bigint as made_up_ours, coalesce(sum(a.theirs), 0)::bigint as made_up_theirs,
            count(*) filter (where s.closed_at is null) as open_days
       from reconciliation.agent_statement s
       join clearing.participant p using (participant_no)
      cross join lateral (
        select sum(x.amount_fen) filter (where x.action in ('make-up-ours', 'cancel-ours')) as ours,
               sum(x.amount_fen) filter (where x.action in ('make-up-theirs', 'cancel-theirs')) as theirs
          from reconciliation.agent_action x
         where (x.participant_no, x.city_date) = (s.participant_no, s.city_date) and x.done_at is not null) a
      where s.city_date between $1 and $2 group by 1, 2 order by 1`,
    [first, last],
  );
  return {
    name: 'agents',
    zh: '充值代理对账',
    en: 'Load agents',
    columns: [
      text('participant', '代理', 'Agent'),
      text('name', '名称', 'Name'),
      count('days', '日数', 'Days'),
      count('ourLoads', '我方充值', 'Our loads'),
      amount('ourLoadFen', '我方金额', 'Ours'),
      count('theirLoads', '对方充值', 'Their loads'),
      amount('theirLoadFen', '对方金额', 'Theirs'),
      count('ourCancels', '我方撤销', 'Our cancellations'),
      count('theirCancels', '对方撤销', 'Their cancellations'),
      count('equal', '相符', 'Equal'),
      amount('madeUpOurs', '我方补账', 'Made up or cancelled here'),
      amount('madeUpTheirs', '对方补账', 'Made up or cancelled there'),
      count('openDays', '未平日数', 'Days not closed'),
    ],
    rows: rows.map((row): Cell[] => [
      row.participant,
      row.name,
      ...cells(
        row,
        'days',
        'our_loads',
        'our_load_fen',
        'their_loads',
        'their_load_fen',
        'our_cancels',
        'their_cancels',
        'equal',
        'made_up_ours',
        'made_up_theirs',
        'open_days',
      ),
    ]),
  };
}

async function billerTable(tx: Transaction, { first, last }: Period): Promise<Table> {
  const { rows } = await tx.query<Record<'biller' | 'name', string> & Record<string, bigint>>(
    `select c.biller_code as biller, p.name, count(*) as days, sum(c.ours_count)::bigint as ours, sum(c.ours_fen)::bigint as ours_fen,
            sum(c.theirs_count)::bigint as theirs, sum(c.theirs_fen)::bigint as theirs_fen, sum(c.equal_count)::bigint as equal,
            coalesce(sum(a.made_up), 0)::bigint as made_up, coalesce(sum(a.cancelled), 0)::bigint as cancelled, sum(o.open)::bigint as open
       from reconciliation.bill_check c
       join clearing.biller b using (biller_code)
       join clearing.participant p using (participant_no)
      cross join lateral (
        select sum(x.amount_fen) filter (where x.action in ('make-up-ours', 'ask-again')) as made_up,
               sum(x.amount_fen) filter (where x.action in ('cancel-ours', 'cancel-theirs')) as cancelled
          from reconciliation.bill_action x
         where (x.biller_code, x.booked_on) = (c.biller_code, c.booked_on) and x.done_at is not null) a
      cross join lateral (
        select count(*) as open from reconciliation.difference d
         where d.counterpart_kind = 'biller' and d.counterpart = b.participant_no and d.business_day = c.booked_on
           and starts_with(d.subject_key, 'bill ' || c.biller_code || ' ') and d.state = 'open') o
      where c.booked_on between $1 and $2 group by 1, 2 order by 1`,
    [first, last],
  );
  return {
    name: 'billers',
    zh: '缴费单位对账',
    en: 'Billers',
    columns: [
      text('biller', '代码', 'Code'),
      text('name', '名称', 'Name'),
      count('days', '日数', 'Days'),
      count('ours', '我方笔数', 'Our payments'),
      amount('oursFen', '我方金额', 'Ours'),
      count('theirs', '对方笔数', 'Their payments'),
      amount('theirsFen', '对方金额', 'Theirs'),
      count('equal', '相符', 'Equal'),
      amount('madeUp', '补账', 'Made up'),
      amount('cancelled', '撤销', 'Cancelled'),
      count('open', '未结', 'Open'),
    ],
    rows: rows.map((row): Cell[] => [
      row.biller,
      row.name,
      ...cells(row, 'days', 'ours', 'ours_fen', 'theirs', 'theirs_fen', 'equal', 'made_up', 'cancelled', 'open'),
    ]),
  };
}

async function operatorTable(tx: Transaction, { first, last }: Period): Promise<Table> {
  const { rows } = await tx.query<Record<'participant' | 'name', string> & Record<string, bigint>>(
    `with file as (
       select participant_no, count(*) as files, sum(record_count)::bigint as records, sum(amount_fen)::bigint as records_fen
         from clearing.intake where business_date between $1 and $2 and file_name is not null group by 1
     ), listed as (
       select participant_no, count(*) as listed from reconciliation.operator_listed_file where listed_day between $1 and $2 group by 1
     ), work as (
       select counterpart as participant_no, count(*) filter (where kind = 'hole') as holes, count(*) filter (where kind = 'silent') as silent,
              count(*) filter (where starts_with(subject_key, 'batch ')) as batches,
              count(*) filter (where starts_with(subject_key, 'file ') or starts_with(subject_key, 'records of ')) as files,
              count(*) filter (where starts_with(subject_key, 'answers ')) as answers
         from reconciliation.difference
        where counterpart_kind = 'operator' and found_on between $1 and $2 group by 1
     )
     select p.participant_no as participant, p.name, coalesce(f.files, 0) as files, coalesce(f.records, 0)::bigint as records,
            coalesce(f.records_fen, 0)::bigint as records_fen, coalesce(l.listed, 0) as listed, coalesce(w.files, 0) as other_files,
            coalesce(w.batches, 0) as batches, coalesce(w.holes, 0) as holes, coalesce(w.silent, 0) as silent, coalesce(w.answers, 0) as answers
       from clearing.participant p left join file f using (participant_no) left join listed l using (participant_no) left join work w using (participant_no)
      where f.files is not null or l.listed is not null or w.holes is not null order by 1`,
    [first, last],
  );
  return {
    name: 'operators',
    zh: '运营单位对账',
    en: 'Operators',
    columns: [
      text('participant', '单位', 'Operator'),
      text('name', '名称', 'Name'),
      count('files', '文件', 'Files'),
      count('records', '记录', 'Records'),
      amount('recordsFen', '金额', 'Amount'),
      count('listed', '对方清单文件', 'Files it lists'),
      count('otherFiles', '文件差异', 'Files that differ'),
      count('batches', '批次差异', 'Batches that differ'),
      count('holes', '流水缺号', 'Holes'),
      count('silent', '未上传终端', 'Silent SAMs'),
      count('answers', '回盘差异', 'Answers that differ'),
    ],
    rows: rows.map((row): Cell[] => [
      row.participant,
      row.name,
      ...cells(
        row,
        'files',
        'records',
        'records_fen',
        'listed',
        'other_files',
        'batches',
        'holes',
        'silent',
        'answers',
      ),
    ]),
  };
}

async function bankTable(tx: Transaction, { first, last }: Period): Promise<Table> {
  const { rows } = await tx.query<{ account: string } & Record<string, bigint>>(
    `select e.account_no as account, count(distinct e.statement_date) as statements,
            coalesce(sum(p.amount_fen) filter (where e.direction = 'credit'), 0)::bigint as credits_fen,
            coalesce(sum(p.amount_fen) filter (where e.direction = 'debit'), 0)::bigint as debits_fen,
            count(*) filter (where p.state <> 'unmatched') as taken, coalesce(sum(p.amount_fen) filter (where p.state <> 'unmatched'), 0)::bigint as taken_fen,
            count(*) filter (where p.state = 'unmatched') as unmatched, coalesce(sum(p.amount_fen) filter (where p.state = 'unmatched'), 0)::bigint as unmatched_fen,
            count(*) filter (where e.statement_date is null) as notified
       from reconciliation.bank_entry e join reconciliation.bank_entry_part p using (account_no, bank_reference)
      where e.booked_on between $1 and $2 group by 1 order by 1`,
    [first, last],
  );
  return {
    name: 'bank',
    zh: '银行对账',
    en: 'Bank',
    columns: [
      text('account', '账户', 'Account'),
      count('statements', '对账单', 'Statements'),
      amount('creditsFen', '贷方', 'Credits'),
      amount('debitsFen', '借方', 'Debits'),
      count('taken', '已识别', 'Recognised'),
      amount('takenFen', '已识别金额', 'Recognised amount'),
      count('unmatched', '未识别', 'Not recognised'),
      amount('unmatchedFen', '未识别金额', 'Not recognised amount'),
      count('notified', '仅通知', 'Notified, not in a statement'),
    ],
    rows: rows.map((row): Cell[] => [
      row.account,
      ...cells(
        row,
        'statements',
        'credits_fen',
        'debits_fen',
        'taken',
        'taken_fen',
        'unmatched',
        'unmatched_fen',
        'notified',
      ),
    ]),
  };
}

async function cardTable(tx: Transaction, { first, last }: Period): Promise<Table> {
  const { rows } = await tx.query<{ business_date: BusinessDate } & Record<string, bigint>>(
    'select * from reconciliation.card_look where business_date between $1 and $2 order by 1',
    [first, last],
  );
  return {
    name: 'cards',
    zh: '卡余额核对',
    en: 'Balances of cards',
    columns: [
      text('businessDay', '业务日', 'Day'),
      count('cards', '卡数', 'Cards'),
      count('equal', '相符', 'Equal'),
      count('explained', '已解释', 'Explained'),
      amount('explainedFen', '已解释金额', 'Explained amount'),
      count('unexplained', '未解释', 'Not explained'),
      amount('unexplainedFen', '未解释金额', 'Not explained amount'),
    ],
    rows: rows.map((row): Cell[] => [
      row.business_date,
      ...cells(row, 'cards', 'equal', 'explained', 'explained_fen', 'unexplained', 'unexplained_fen'),
    ]),
  };
}

const cells = (row: Readonly<Record<string, unknown>>, ...names: readonly string[]): Cell[] =>
  names.map((name) => row[name] as bigint | Fen);
