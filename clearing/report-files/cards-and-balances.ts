import type { BusinessDate, Transaction } from '@citycard/common';
import { movements } from '../day/movements.ts';
import { trialBalance } from '../ledger/trial-balance.ts';
import { rulesInForce } from '../supervision/rule-book.ts';
import { cardsInForce } from './cards-in-force.ts';
import { type DayFacts, wholeOf, wordsOf } from './day-facts.ts';
import { amount, count, figure, type Report, text, word } from './report.ts';

/** 发卡/押金表: purses by state, what was opened on the day, deposits taken and given back. */
export async function cardsAndDeposits(tx: Transaction, date: BusinessDate): Promise<Report> {
  const cards = await cardsInForce(tx, date);
  const moved = await movements(tx, date, date);
  const deposits = moved.filter(({ debit, credit }) => debit === 'card-deposit' || credit === 'card-deposit');
  const standing = (await trialBalance(tx, { endOf: date })).rows.find(({ kind }) => kind === 'card-deposit');
  return {
    report: 'cards-and-deposits',
    zh: '发卡及押金表',
    en: 'Cards and deposits',
    period: date,
    notes: [
      { zh: '押金余额(分)', en: 'Deposits owed at the end of the day, fen', value: `${-(standing?.balanceFen ?? 0n)}` },
    ],
    tables: [
      {
        name: 'cards',
        zh: '卡片',
        en: 'Cards with a purse',
        columns: [
          word('status', '状态', 'State'),
          count('cards', '卡数', 'Cards'),
          count('opened', '当日新开', 'Opened on the day'),
        ],
        rows: cards.map(({ status, cards: number, opened }) => [status, number, opened]),
      },
      {
        name: 'deposits',
        zh: '押金收退',
        en: 'Deposits taken and given back',
        columns: [
          text('purpose', '用途', 'Purpose'),
          text('against', '对方科目', 'Against'),
          count('count', '笔数', 'Count'),
          amount('takenFen', '收取', 'Taken'),
          amount('returnedFen', '退还', 'Given back'),
        ],
        rows: deposits.map(({ purpose, debit, credit, count: number, amountFen }) =>
          credit === 'card-deposit'
            ? [purpose, debit, number, amountFen, 0n]
            : [purpose, credit, number, 0n, amountFen],
        ),
      },
    ],
  };
}

/**
 * 呆滞余额: what purses and online accounts held at the end of the day, by the years since money last moved on the card.
 * Cards on which none ever moved since the books began count from the day they were opened.
 */
export async function dormantBalances(tx: Transaction, date: BusinessDate): Promise<Report> {
  const used = (await lastUseThrough(tx, date))
    ? 'select card_no, used_on from clearing.card_last_use'
    : `select card_no, max(business_date) as used_on from clearing.ledger_transfer
        where business_date <= $1 and card_no <> '' and phase in ('posted', 'post') group by 1`;
  const { rows } = await tx.query<{ years: number; cards: bigint; fen: bigint }>(
    `with held as (
       select a.card_no, sum(a.credits_posted - a.debits_posted) as fen from clearing.card_account a
        where a.kind in ('purse', 'online', 'pending-credit') group by 1
     ), later as (
       select t.card_no, sum(case when t.credit_account in ('purse', 'online', 'pending-credit') then t.amount_fen else 0 end
                           - case when t.debit_account in ('purse', 'online', 'pending-credit') then t.amount_fen else 0 end) as fen
         from clearing.ledger_transfer t where t.business_date > $1 and t.card_no <> '' and t.phase in ('posted', 'post') group by 1
     ), used as (${used})
     select greatest(0, extract(year from age($1::date, coalesce(u.used_on, (p.opened_at at time zone 'Asia/Shanghai')::date))))::integer as years,
            count(*) as cards, sum(h.fen - coalesce(l.fen, 0))::bigint as fen
       from held h
       join clearing.purse p using (card_no)
       left join later l using (card_no)
       left join used u using (card_no)
      where h.fen - coalesce(l.fen, 0) > 0 and not p.sandbox
      group by 1 order by 1`,
    [date],
  );
  return {
    report: 'dormant-balances',
    zh: '呆滞余额表',
    en: 'Dormant balances',
    period: date,
    notes: [],
    tables: [
      {
        name: 'years',
        zh: '按未使用年数',
        en: 'By whole years without use',
        columns: [
          figure('years', '年数', 'Years', 'count'),
          count('cards', '卡数', 'Cards'),
          amount('balanceFen', '余额', 'Balance'),
        ],
        rows: rows.map(({ years, cards, fen }) => [BigInt(years), cards, fen]),
      },
    ],
  };
}

/** Brings the table of last uses up to the end of the day; false when it is past that day already and says more than was so. */
async function lastUseThrough(tx: Transaction, date: BusinessDate): Promise<boolean> {
  const { rows } = await tx.query<{ through: BusinessDate }>(
    'select through from clearing.card_last_use_through for update',
  );
  const through = rows[0]?.through;
  if (through === undefined || through > date) return false;
  await tx.query(
    `insert into clearing.card_last_use (card_no, used_on)
     select card_no, max(business_date) from clearing.ledger_transfer
      where business_date > $1 and business_date <= $2 and card_no <> '' and phase in ('posted', 'post') group by 1 order by 1
     on conflict (card_no) do update set used_on = greatest(card_last_use.used_on, excluded.used_on)`,
    [through, date],
  );
  await tx.query('update clearing.card_last_use_through set through = $1', [date]);
  return true;
}

/**
 * 大额、可疑: movements on one card from the amount the supervisors have set, and purchases held as suspicious. Card numbers are
 * masked. The amount is captured with the report: a day made before it was changed says what held then.
 */
export async function largeAndSuspicious(tx: Transaction, date: BusinessDate, facts: DayFacts): Promise<Report> {
  const rule = (await rulesInForce(tx)).get('large-movement');
  const largeFen = BigInt(rule?.thresholds['fromFen'] ?? 0);
  const { rows } = await tx.query<{
    card: string;
    key: string;
    debit: string;
    credit: string;
    fen: bigint;
    reason: string;
  }>(
    `select left(card_no, 6) || repeat('*', 9) || right(card_no, 4) as card, posting_key as key, debit_account as debit, credit_account as credit,
            amount_fen as fen, reason
       from clearing.ledger_transfer where business_date = $1 and card_no <> '' and amount_fen >= $2 and phase in ('posted', 'post')
      order by amount_fen desc, posting_key, leg`,
    [date, largeFen],
  );
  const suspicious = facts.rows('outcome-detail').filter((fact) => fact['state'] === 'suspicious');
  return {
    report: 'large-and-suspicious',
    zh: '大额及可疑交易表',
    en: 'Large and suspicious transactions',
    period: date,
    notes: [
      { zh: '大额起点(分)', en: 'Large from, fen', value: `${largeFen}` },
      { zh: '规则版本', en: 'Version of the rule', value: `large-movement ${rule?.version ?? 0}` },
    ],
    tables: [
      {
        name: 'large',
        zh: '大额',
        en: 'Large',
        columns: [
          text('card', '卡号', 'Card'),
          text('key', '记账号', 'Posting'),
          text('debit', '借方', 'Debit'),
          text('credit', '贷方', 'Credit'),
          text('reason', '摘要', 'Reason'),
          amount('amountFen', '金额', 'Amount'),
        ],
        rows: rows.map(({ card, key, debit, credit, fen, reason }) => [card, key, debit, credit, reason, fen]),
      },
      {
        name: 'suspicious',
        zh: '可疑',
        en: 'Suspicious',
        columns: [
          text('cardNoMasked', '卡号', 'Card'),
          text('participantNo', '商户号', 'Participant'),
          text('terminalNo', '终端', 'Terminal'),
          text('tappedAt', '交易时间', 'Time'),
          text('reasonCode', '原因码', 'Code'),
          text('reason', '原因', 'Reason'),
          amount('amountFen', '金额', 'Amount'),
        ],
        rows: suspicious.map((fact) => [
          ...['cardNoMasked', 'participantNo', 'terminalNo', 'tappedAt', 'reasonCode', 'reason'].map((key) =>
            wordsOf(fact, key),
          ),
          wholeOf(fact, 'amountFen'),
        ]),
      },
    ],
  };
}
