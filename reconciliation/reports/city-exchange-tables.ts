import { REPORT_COLUMNS, type ReportCell as Cell, type ReportTable as Table } from '@citycard/clearing';
import type { BusinessDate, Transaction } from '@citycard/common';
import { readAgreement } from '../cities/agreements/agreement.ts';
import { byCity, CITY_COLUMNS, counted, type KnownCity } from './city-lines.ts';

const { text, count, amount, figure } = REPORT_COLUMNS;

/** Purchases with its cards, in our files of these days, and what it has said of them until now. */
export async function sentTable(
  tx: Transaction,
  cities: readonly KnownCity[],
  first: BusinessDate,
  last: BusinessDate,
): Promise<Table> {
  const lines = await byCity(
    tx,
    cities,
    `with sent as (
       select f.city, f.sequence, f.record_count, f.amount_fen, coalesce(d.resends, 0) as resends
         from reconciliation.city_file f left join reconciliation.city_delivery d using (file_name)
        where f.direction = 'out' and f.kind = 'ccip' and f.business_date between $1 and $2
     ), answers as (
       select s.city, count(*) filter (where s.outcome = '00') as accepted, coalesce(sum(s.amount_fen) filter (where s.outcome = '00'), 0)::bigint as accepted_fen,
              count(*) filter (where s.outcome = '0F') as held, count(*) filter (where s.outcome not in ('00', '0F')) as refused,
              coalesce(sum(s.amount_fen) filter (where s.outcome not in ('00', '0F')), 0)::bigint as refused_fen,
              count(*) filter (where s.outcome is null) as unanswered, coalesce(sum(s.amount_fen) filter (where s.outcome is null), 0)::bigint as unanswered_fen
         from reconciliation.city_sent_record s join sent on sent.city = s.city and sent.sequence = s.sequence group by 1
     )
     select sent.city, count(*) as files, sum(record_count)::bigint as records, sum(sent.amount_fen)::bigint as amount_fen, sum(resends)::bigint as resends,
            a.accepted, a.accepted_fen, a.held, a.refused, a.refused_fen, a.unanswered, a.unanswered_fen
       from sent left join answers a using (city) group by 1, 6, 7, 8, 9, 10, 11, 12`,
    [first, last],
  );
  return {
    name: 'city-sent',
    zh: '城际送出(外地卡在本市)',
    en: 'Sent: their cards here',
    columns: [
      ...CITY_COLUMNS,
      count('files', '文件', 'Files'),
      count('records', '笔数', 'Records'),
      amount('amountFen', '金额', 'Amount'),
      count('accepted', '承认', 'Accepted'),
      amount('acceptedFen', '承认金额', 'Accepted amount'),
      count('refused', '拒付', 'Refused'),
      amount('refusedFen', '拒付金额', 'Refused amount'),
      count('held', '待查', 'Held'),
      count('unanswered', '未应答', 'Unanswered'),
      amount('unansweredFen', '未应答金额', 'Unanswered amount'),
      count('resends', '重送', 'Sent again'),
    ],
    rows: lines.map(({ known, found }): Cell[] => [
      known.city,
      known.name,
      counted(found, 'files'),
      counted(found, 'records'),
      counted(found, 'amount_fen'),
      counted(found, 'accepted'),
      counted(found, 'accepted_fen'),
      counted(found, 'refused'),
      counted(found, 'refused_fen'),
      counted(found, 'held'),
      counted(found, 'unanswered'),
      counted(found, 'unanswered_fen'),
      counted(found, 'resends'),
    ]),
  };
}

/** Purchases with our cards in its files of these days, what we have answered in these days, and shares of fees of all answers. */
export async function receivedTable(
  tx: Transaction,
  cities: readonly KnownCity[],
  first: BusinessDate,
  last: BusinessDate,
): Promise<Table> {
  const lines = await byCity(
    tx,
    cities,
    `select city, count(*) filter (where direction = 'in' and kind = 'ccip') as files,
            coalesce(sum(record_count) filter (where direction = 'in' and kind = 'ccip'), 0)::bigint as records,
            coalesce(sum(amount_fen) filter (where direction = 'in' and kind = 'ccip'), 0)::bigint as amount_fen,
            coalesce(sum(record_count) filter (where direction = 'in' and kind = 'ccip' and answered_by is null), 0)::bigint as to_answer,
            coalesce(sum(record_count) filter (where direction = 'out' and kind = 'ccir'), 0)::bigint as answered,
            coalesce(sum(amount_fen) filter (where direction = 'out' and kind = 'ccir'), 0)::bigint as accepted_fen,
            coalesce(sum(share_fen) filter (where direction = 'out'), 0)::bigint as our_share_fen,
            coalesce(sum(share_fen) filter (where direction = 'in'), 0)::bigint as their_share_fen,
            (select count(*) from reconciliation.city_refused_file r where r.city = f.city
                and (r.first_at at time zone 'Asia/Shanghai')::date between $1 and $2) as refused_files
       from reconciliation.city_file f where business_date between $1 and $2 group by 1`,
    [first, last],
  );
  return {
    name: 'city-received',
    zh: '城际收到(本市卡在外地)',
    en: 'Received: our cards there',
    columns: [
      ...CITY_COLUMNS,
      count('files', '文件', 'Files'),
      count('records', '笔数', 'Records'),
      amount('amountFen', '金额', 'Amount'),
      count('answered', '已应答', 'Answered'),
      amount('acceptedFen', '承认金额', 'Accepted amount'),
      count('toAnswer', '待应答', 'To answer'),
      count('refusedFiles', '拒收文件', 'Files refused'),
      amount('ourShareFen', '我方分润', 'Our shares of fees'),
      amount('theirShareFen', '对方分润', 'Their shares of fees'),
    ],
    rows: lines.map(({ known, found }): Cell[] => [
      known.city,
      known.name,
      counted(found, 'files'),
      counted(found, 'records'),
      counted(found, 'amount_fen'),
      counted(found, 'answered'),
      counted(found, 'accepted_fen'),
      counted(found, 'to_answer'),
      counted(found, 'refused_files'),
      counted(found, 'our_share_fen'),
      counted(found, 'their_share_fen'),
    ]),
  };
}

/** Files named one by one in a report, the oldest first. */
const LISTED = 500;

/** Our files that are not answered whole and were due to be by the end of the last day. */
export async function overdueTable(tx: Transaction, cities: readonly KnownCity[], last: BusinessDate): Promise<Table> {
  const rows: Cell[][] = [];
  for (const { city: code, name } of cities) {
    const { answerDays } = await readAgreement(tx, code);
    const { rows: files } = await tx.query<{
      file: string;
      date: BusinessDate;
      records: bigint;
      amount: bigint;
      days: bigint;
      resends: bigint;
    }>(
      `select f.file_name as file, f.business_date as date, u.records, u.amount, ($2::date - f.business_date)::bigint as days,
              coalesce(d.resends, 0)::bigint as resends
         from reconciliation.city_file f left join reconciliation.city_delivery d using (file_name)
        cross join lateral (select count(*) as records, coalesce(sum(s.amount_fen), 0)::bigint as amount from reconciliation.city_sent_record s
                             where s.city = f.city and s.sequence = f.sequence and s.outcome is null) u
        where f.direction = 'out' and f.kind = 'ccip' and f.city = $1 and f.business_date <= $2::date - $3::integer and u.records > 0
        order by f.business_date, f.sequence limit $4`,
      [code, last, answerDays, LISTED],
    );
    for (const { file, date, records, amount: unanswered, days, resends } of files)
      rows.push([code, name, file, date, records, unanswered, days, resends]);
  }
  return {
    name: 'city-overdue',
    zh: '城际逾期未应答文件',
    en: 'Files overdue for an answer',
    columns: [
      ...CITY_COLUMNS,
      text('file', '文件', 'File'),
      text('date', '日期', 'Date'),
      count('records', '笔数', 'Records'),
      amount('amountFen', '金额', 'Amount'),
      figure('days', '天数', 'Days', 'count'),
      figure('resends', '重送', 'Sent again', 'count'),
    ],
    rows,
  };
}
