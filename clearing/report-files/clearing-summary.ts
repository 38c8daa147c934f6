import { type BusinessDate, type Transaction } from '@citycard/common';
import { movements } from '../day/movements.ts';
import { type DayFacts, wholeOf, wordsOf } from './day-facts.ts';
import { amount, type Cell, count, type Report, text, word } from './report.ts';

/** 清算日报: by participant and by industry what was taken, refused, charged and is payable, and what the ledger says. */
export async function clearingSummary(tx: Transaction, date: BusinessDate, facts: DayFacts): Promise<Report> {
  const moved = await movements(tx, date, date);
  return {
    report: 'clearing-summary',
    zh: '清算日报',
    en: 'Daily clearing summary',
    period: date,
    notes: [],
    tables: [
      {
        name: 'participants',
        zh: '按商户',
        en: 'By participant',
        columns: [
          text('participantNo', '商户号', 'Participant'),
          text('name', '名称', 'Name'),
          count('acceptedCount', '成功笔数', 'Accepted'),
          amount('acceptedFen', '成功金额', 'Accepted amount'),
          count('refusedCount', '拒绝笔数', 'Refused'),
          amount('refusedFen', '拒绝金额', 'Refused amount'),
          amount('refundFen', '退款', 'Refunds'),
          amount('adjustedFen', '调整', 'Adjusted'),
          amount('feeFen', '手续费', 'Fee'),
          amount('payableFen', '应付', 'Payable'),
        ],
        rows: await participantRows(tx, date, facts),
      },
      {
        name: 'outcomes',
        zh: '交易结果',
        en: 'Outcomes',
        columns: [
          word('section', '类别', 'Section'),
          word('item', '结果', 'Outcome'),
          count('count', '笔数', 'Count'),
          amount('amountFen', '金额', 'Amount'),
        ],
        rows: facts
          .rows('clearing-summary')
          .filter((fact) => fact['section'] === 'purchases' && fact['reason'] === '')
          .map((fact) => [
            wordsOf(fact, 'section'),
            wordsOf(fact, 'item'),
            wholeOf(fact, 'count'),
            wholeOf(fact, 'amountFen'),
          ]),
      },
      {
        name: 'industries',
        zh: '按行业',
        en: 'By industry',
        columns: [
          text('code', '行业码', 'Industry'),
          text('name', '名称', 'Name'),
          count('purchaseCount', '笔数', 'Count'),
          amount('purchaseFen', '金额', 'Amount'),
          amount('refundFen', '退款', 'Refunds'),
          amount('feeFen', '手续费', 'Fee'),
          amount('netFen', '净额', 'Net'),
          amount('elsewhereFen', '转出', 'Earned elsewhere'),
        ],
        rows: facts
          .rows('industries')
          .map((fact) => [
            wordsOf(fact, 'code'),
            wordsOf(fact, 'name'),
            ...['purchaseCount', 'purchaseFen', 'refundFen', 'feeFen', 'netFen', 'elsewhereFen'].map((key) =>
              wholeOf(fact, key),
            ),
          ]),
      },
      {
        name: 'ledger',
        zh: '账务核对',
        en: 'Ledger, every movement of the day',
        columns: [
          text('purpose', '用途', 'Purpose'),
          text('debit', '借方', 'Debit'),
          text('credit', '贷方', 'Credit'),
          count('count', '笔数', 'Count'),
          amount('amountFen', '金额', 'Amount'),
        ],
        rows: moved.map(({ purpose, debit, credit, count: number, amountFen }) => [
          purpose,
          debit,
          credit,
          number,
          amountFen,
        ]),
      },
    ],
  };
}

/** Accepted as posted on the day; refused as decided when it closed; the rest from the sheets. */
async function participantRows(tx: Transaction, date: BusinessDate, facts: DayFacts): Promise<Cell[][]> {
  const { rows } = await tx.query<{ no: string; name: string; count: bigint; fen: bigint }>(
    `select participant_no as no, coalesce(p.name, '') as name, coalesce(r.count, 0) as count, coalesce(r.fen, 0)::bigint as fen
       from clearing.participant p
       full join (select participant_no, count(*) as count, sum(amount_fen)::bigint as fen from clearing.purchase_record
                   where posted_date = $1 and state = 'accepted' group by 1) r using (participant_no)
      order by 1`,
    [date],
  );
  const refused = new Map<string, { count: bigint; fen: bigint }>();
  for (const fact of facts.rows('outcome-detail')) {
    const no = wordsOf(fact, 'participantNo');
    const before = refused.get(no) ?? { count: 0n, fen: 0n };
    refused.set(no, { count: before.count + 1n, fen: before.fen + wholeOf(fact, 'amountFen') });
  }
  const sheets = new Map<string, Record<'refundFen' | 'otherFen' | 'feeFen' | 'payableFen', bigint>>();
  for (const fact of facts.rows('settlement-sheets')) {
    const no = wordsOf(fact, 'participantNo');
    const before = sheets.get(no);
    const sum = (key: 'refundFen' | 'otherFen' | 'feeFen' | 'payableFen') => (before?.[key] ?? 0n) + wholeOf(fact, key);
    sheets.set(no, {
      refundFen: sum('refundFen'),
      otherFen: sum('otherFen'),
      feeFen: sum('feeFen'),
      payableFen: sum('payableFen'),
    });
  }
  return rows.flatMap(({ no, name, count: number, fen }) => {
    const [no_, own] = [refused.get(no), sheets.get(no)];
    if (number === 0n && no_ === undefined && own === undefined) return [];
    const money = [own?.refundFen, own?.otherFen, own?.feeFen, own?.payableFen].map((cell) => cell ?? 0n);
    return [[no, name, number, fen, no_?.count ?? 0n, no_?.fen ?? 0n, ...money]];
  });
}
