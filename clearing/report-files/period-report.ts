import type { Transaction } from '@citycard/common';
import { cardsInForce } from './cards-in-force.ts';
import { type ComplaintFigures, complaintTable } from './complaints.ts';
import type { Period } from './period.ts';
import { amount, type Cell, count, figure, type Report, text, word } from './report.ts';

/** Participants named in the list of the largest. */
const LARGEST = 20;

/**
 * The regulator's 月报 and 季报 (domain.md F.6): cards in force, the float of every day and its average, the largest
 * participants, what was refused, complaints, or that nobody records them. Everything from what days left behind when they closed.
 */
export async function periodReport(
  tx: Transaction,
  { name, kind, first, last }: Period,
  complaints?: readonly ComplaintFigures[],
): Promise<Report> {
  const { rows: days } = await tx.query<{
    day: string;
    owed: string;
    reserve: string;
    difference: string;
    ok: boolean;
  }>(
    `select business_date as day, content::jsonb #>> '{float,position,owedFen}' as owed, content::jsonb #>> '{float,position,reserveFen}' as reserve,
            content::jsonb #>> '{float,position,differenceFen}' as difference, (content::jsonb #>> '{float,ok}')::boolean as ok
       from clearing.day_receipt where business_date between $1 and $2 order by 1`,
    [first, last],
  );
  const { rows: largest } = await tx.query<{
    no: string;
    name: string;
    number: bigint;
    fen: bigint;
    fee: bigint;
    payable: bigint;
  }>(
    `select s.participant_no as no, p.name, sum(s.sales_count)::bigint as number, sum(s.sales_fen)::bigint as fen, sum(s.fee_fen)::bigint as fee,
            sum(case when s.disposition = 'pay' then s.payable_fen else 0 end)::bigint as payable
       from clearing.settlement_sheet s join clearing.participant p using (participant_no)
      where s.business_date between $1 and $2 group by 1, 2 order by 4 desc, 1 limit $3`,
    [first, last, LARGEST],
  );
  const { rows: refused } = await tx.query<{ state: string; code: string; number: bigint; fen: bigint }>(
    `select state, coalesce(reason_code, '') as code, sum(count)::bigint as number, sum(amount_fen)::bigint as fen
       from clearing.day_outcome where business_date between $1 and $2 and state in ('rejected', 'suspicious', 'duplicate')
      group by 1, 2 order by 1, 2`,
    [first, last],
  );
  const cards = await cardsInForce(tx, last);
  const [zh, en] = kind === 'month' ? ['月报', 'Monthly report'] : ['季报', 'Quarterly report'];
  return {
    report: kind === 'month' ? 'monthly' : 'quarterly',
    zh,
    en,
    period: name,
    notes: [
      { zh: '业务日数', en: 'Business days', value: `${days.length}` },
      // Said, so that nobody reads a missing table as none.
      ...(complaints === undefined ? [{ zh: '投诉', en: 'Complaints', value: '未记录 not recorded' }] : []),
    ],
    tables: [
      {
        name: 'cards',
        zh: '在用卡',
        en: 'Cards',
        columns: [word('status', '状态', 'State'), count('cards', '卡数', 'Cards')],
        rows: cards.map(({ status, cards: number }) => [status, number]),
      },
      {
        name: 'average',
        zh: '日均沉淀资金',
        en: 'Float, average of days',
        columns: [
          text('period', '期间', 'Period'),
          figure('days', '业务日数', 'Business days', 'count'),
          figure('averageFen', '日均(舍去)', 'Average, rounded down', 'fen'),
          figure('highestFen', '最高', 'Highest', 'fen'),
          figure('lowestFen', '最低', 'Lowest', 'fen'),
        ],
        rows: averages(name, days),
      },
      {
        name: 'float',
        zh: '每日沉淀资金',
        en: 'Float by day',
        columns: [
          text('day', '日期', 'Day'),
          figure('owedFen', '沉淀资金', 'Float', 'fen'),
          figure('reserveFen', '备付金', 'Reserve', 'fen'),
          figure('differenceFen', '差额', 'Difference', 'fen'),
          text('proof', '核对', 'Proof'),
        ],
        rows: days.map(({ day, owed: fen, reserve, difference, ok }): Cell[] => [
          day,
          BigInt(fen),
          BigInt(reserve),
          BigInt(difference),
          ok ? '相符 holds' : '不符 fails',
        ]),
      },
      {
        name: 'largest',
        zh: '主要商户',
        en: 'Largest participants',
        columns: [
          text('participantNo', '商户号', 'Participant'),
          text('name', '名称', 'Name'),
          count('salesCount', '笔数', 'Count'),
          amount('salesFen', '交易额', 'Sales'),
          amount('feeFen', '手续费', 'Fee'),
          amount('payableFen', '应付款', 'To be paid'),
        ],
        rows: largest.map(({ no, name: own, number, fen, fee, payable }) => [no, own, number, fen, fee, payable]),
      },
      {
        name: 'refused',
        zh: '拒绝与可疑',
        en: 'Refused and held',
        columns: [
          word('state', '结果', 'Outcome'),
          text('code', '原因码', 'Code'),
          count('count', '笔数', 'Count'),
          amount('amountFen', '金额', 'Amount'),
        ],
        rows: refused.map(({ state, code, number, fen }) => [state, code, number, fen]),
      },
      ...(complaints === undefined ? [] : [complaintTable(complaints)]),
    ],
  };
}

/** Of each month that has business days, and of the whole when it is more than one. */
function averages(period: string, days: readonly { readonly day: string; readonly owed: string }[]): Cell[][] {
  const months = [...new Set(days.map(({ day }) => day.slice(0, 7)))];
  const row = (name: string, of: typeof days): Cell[] => {
    const [first = 0n, ...others] = of.map(({ owed }) => BigInt(owed));
    const [sum, highest, lowest] = others.reduce(
      ([total, most, least], each) => [total + each, each > most ? each : most, each < least ? each : least],
      [first, first, first],
    );
    return [name, BigInt(of.length), sum / BigInt(of.length), highest, lowest];
  };
  const rows = months.map((month) =>
    row(
      month,
      days.filter(({ day }) => day.startsWith(month)),
    ),
  );
  return months.length > 1 ? [...rows, row(period, days)] : rows;
}
