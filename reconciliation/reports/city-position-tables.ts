import { balancesAt, REPORT_COLUMNS, type ReportCell as Cell, type ReportTable as Table } from '@citycard/clearing';
import { type BusinessDate, type Fen, fen, type Transaction } from '@citycard/common';
import { readAgreement } from '../cities/agreements/agreement.ts';
import { byCity, CITY_COLUMNS, counted, type Counted, type KnownCity } from './city-lines.ts';

const { text, count, amount, figure } = REPORT_COLUMNS;

/** What each owes us on balance at the end of the last day, below zero we owe, against what it may owe; and what waits for room. */
export async function positionTable(tx: Transaction, cities: readonly KnownCity[], last: BusinessDate): Promise<Table> {
  // Debits less credits, of receivable and payable alike.
  const balances = new Map((await balancesAt(tx, last)).map(({ code, balanceFen }) => [code, balanceFen]));
  const waiting = await byCity(
    tx,
    cities,
    `select city, count(*) as records, sum(amount_fen)::bigint as amount_fen from reconciliation.city_sent_record where waits_for_room group by 1`,
    [],
  );
  const rows: Cell[][] = [];
  for (const { known, found } of waiting) {
    const { settlement, through, positionCapFen } = await readAgreement(tx, known.city);
    const balance = (account: string): bigint => balances.get(`${account}:${known.city}`) ?? 0n;
    const positionFen = balance('city-receivable') + balance('city-payable');
    const room = positionCapFen === undefined ? '' : yuanOf(fen(positionCapFen - positionFen));
    rows.push([
      known.city,
      known.name,
      settlement === 'centre' ? `centre ${through ?? ''}`.trim() : settlement,
      positionFen,
      positionCapFen === undefined ? 'none' : yuanOf(positionCapFen),
      room,
      counted(found, 'records'),
      counted(found, 'amount_fen'),
    ]);
  }
  return {
    name: 'city-positions',
    zh: '城际头寸与限额',
    en: 'Positions and caps',
    columns: [
      ...CITY_COLUMNS,
      text('settlement', '结算', 'Settled'),
      figure('positionFen', '头寸', 'Position', 'fen'),
      text('cap', '限额', 'Cap'),
      text('room', '余量', 'Room'),
      count('waiting', '候额笔数', 'Waiting'),
      amount('waitingFen', '候额金额', 'Waiting amount'),
    ],
    rows,
  };
}

/** Fen as yuan, where a cell may as well say that there is no amount. */
function yuanOf(amountFen: Fen): string {
  const digits = (amountFen < 0n ? -amountFen : amountFen).toString().padStart(3, '0');
  return `${amountFen < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** What was disputed in these days, by either side, and how it ended. */
export async function disputeTable(
  tx: Transaction,
  cities: readonly KnownCity[],
  first: BusinessDate,
  last: BusinessDate,
): Promise<Table> {
  const { rows } = await tx.query<Counted & { city: string; direction: 'out' | 'in' }>(
    `with d as (
       select *, (opened_at at time zone 'Asia/Shanghai')::date as opened_on, (ended_at at time zone 'Asia/Shanghai')::date as ended_on
         from reconciliation.city_dispute
     )
     select city, direction, count(*) filter (where opened_on >= $1) as opened, coalesce(sum(amount_fen) filter (where opened_on >= $1), 0)::bigint as opened_fen,
            count(*) filter (where ended_on <= $2 and state = 'accepted') as accepted,
            coalesce(sum(amount_fen) filter (where ended_on <= $2 and state = 'accepted'), 0)::bigint as accepted_fen,
            count(*) filter (where ended_on <= $2 and state = 'refused') as refused, count(*) filter (where ended_on <= $2 and state = 'expired') as expired,
            count(*) filter (where ended_on is null or ended_on > $2) as open,
            count(*) filter (where (ended_on is null or ended_on > $2) and answer_due < $2) as overdue
       from d where opened_on <= $2 and (ended_on is null or ended_on >= $1) group by 1, 2 order by 1, 2 desc`,
    [first, last],
  );
  const nameOf = new Map(cities.map((known) => [known.city, known.name]));
  return {
    name: 'city-disputes',
    zh: '城际争议',
    en: 'Disputes',
    columns: [
      ...CITY_COLUMNS,
      text('of', '提出方', 'Of'),
      count('opened', '新增', 'Opened'),
      amount('openedFen', '新增金额', 'Opened amount'),
      count('accepted', '成立', 'Accepted'),
      amount('acceptedFen', '成立金额', 'Accepted amount'),
      count('refused', '驳回', 'Refused'),
      count('expired', '逾期失效', 'Expired'),
      count('open', '未结', 'Open at the end'),
      count('overdue', '逾期', 'Overdue'),
    ],
    rows: rows.map((row): Cell[] => [
      row.city,
      nameOf.get(row.city) ?? '',
      row.direction === 'out' ? '我方 ours' : '对方 theirs',
      counted(row, 'opened'),
      counted(row, 'opened_fen'),
      counted(row, 'accepted'),
      counted(row, 'accepted_fen'),
      counted(row, 'refused'),
      counted(row, 'expired'),
      counted(row, 'open'),
      counted(row, 'overdue'),
    ]),
  };
}
