import { type BusinessDate, type Database, type Transaction } from '@citycard/common';
import type { BalanceLine } from './balances-at.ts';
import type { FloatPosition } from './float-position.ts';
import { keepProofs } from './proofs.ts';

/** Kinds of account that belong to a participant, by the column of its history. */
const OF_PARTICIPANTS = {
  prefund: ['agent-prefund'],
  pending: ['operator-pending'],
  payable: ['operator-payable', 'biller-payable'],
  city: ['city-receivable', 'city-payable'],
} as const;

/** Keeps a day that closes for the history: its float, every participant's share of it, and what the bank says. */
export async function keepFloatDay(
  tx: Transaction,
  { lines, position }: { readonly lines: readonly BalanceLine[]; readonly position: FloatPosition },
): Promise<void> {
  const { date, owed, receivable, reserve, deposits } = position;
  const parts = JSON.stringify({ owed, receivable, reserve }, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  const inTransit = lines.reduce(
    (sum, { kind, balanceFen }) =>
      kind === 'settlement-in-transit' || kind === 'cash-in-transit' ? sum + balanceFen : sum,
    0n,
  );
  await tx.query(
    `insert into clearing.float_day (business_date, owed_fen, receivable_fen, reserve_fen, cash_fen, difference_fen, unexplained_fen, deposits_fen,
       deposits_difference_fen, suspense_fen, in_transit_fen, own_funds_fen, parts) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      date,
      position.owedFen,
      position.receivableFen,
      position.reserveFen,
      position.cashFen,
      position.differenceFen,
      position.unexplainedFen,
      deposits.owedFen,
      deposits.differenceFen,
      owed.suspense,
      inTransit,
      position.ownFundsFen,
      parts,
    ],
  );
  await keepParticipants(tx, date, lines);
  await keepProofs(tx, position);
}

async function keepParticipants(tx: Transaction, date: BusinessDate, lines: readonly BalanceLine[]): Promise<void> {
  const kept = lines.flatMap(({ kind, code, balanceFen }) => {
    const column = Object.entries(OF_PARTICIPANTS).find(([, kinds]) =>
      (kinds as readonly string[]).includes(kind),
    )?.[0];
    if (column === undefined || code === undefined) return [];
    // Of cities above zero is what they owe; of everybody else what is owed to them.
    return [{ column, no: code.slice(code.indexOf(':') + 1), amount: column === 'city' ? balanceFen : -balanceFen }];
  });
  await tx.query(
    `insert into clearing.float_day_participant (business_date, participant_no, prefund_fen, pending_fen, payable_fen, city_fen)
     select $1, coalesce(c.participant_no, l.no), coalesce(sum(l.amount) filter (where l.part = 'prefund'), 0),
            coalesce(sum(l.amount) filter (where l.part = 'pending'), 0), coalesce(sum(l.amount) filter (where l.part = 'payable'), 0),
            coalesce(sum(l.amount) filter (where l.part = 'city'), 0)
       from unnest($2::text[], $3::text[], $4::bigint[]) as l(part, no, amount)
       left join clearing.participant c on l.part = 'city' and c.city_code = l.no
      group by 2`,
    [date, kept.map(({ column }) => column), kept.map(({ no }) => no), kept.map(({ amount }) => amount)],
  );
}

/** Figures of closed days as columns, for charts: the nth of each belongs to the nth day; null where there was none. */
export interface FloatHistory {
  readonly days: readonly string[];
  readonly float: Readonly<Record<string, readonly bigint[]>>;
  readonly participants: Readonly<Record<string, Readonly<Record<string, readonly (bigint | null)[]>>>>;
  /** By whole years of not being used. */
  readonly dormancy: Readonly<
    Record<string, { readonly cards: (bigint | null)[]; readonly balanceFen: (bigint | null)[] }>
  >;
}

const FLOAT_COLUMNS = {
  owedFen: 'owed_fen',
  receivableFen: 'receivable_fen',
  reserveFen: 'reserve_fen',
  cashFen: 'cash_fen',
  differenceFen: 'difference_fen',
  unexplainedFen: 'unexplained_fen',
  depositsFen: 'deposits_fen',
  depositsDifferenceFen: 'deposits_difference_fen',
  suspenseFen: 'suspense_fen',
  inTransitFen: 'in_transit_fen',
  ownFundsFen: 'own_funds_fen',
} as const;
const PARTICIPANT_COLUMNS = {
  prefundFen: 'prefund_fen',
  pendingFen: 'pending_fen',
  payableFen: 'payable_fen',
  cityFen: 'city_fen',
} as const;

/** The closed days from … to, both included; a year of them is read as kept and added up nowhere. */
export async function floatHistory(db: Database, from: BusinessDate, to: BusinessDate): Promise<FloatHistory> {
  const range = [from, to];
  const [days, participants, dormancy] = await Promise.all([
    db.query<Record<string, bigint> & { business_date: string }>(
      `select business_date, ${Object.values(FLOAT_COLUMNS).join(', ')} from clearing.float_day where business_date between $1 and $2 order by 1`,
      range,
    ),
    db.query<Record<string, bigint> & { business_date: string; participant_no: string }>(
      `select business_date, participant_no, ${Object.values(PARTICIPANT_COLUMNS).join(', ')}
         from clearing.float_day_participant where business_date between $1 and $2`,
      range,
    ),
    db.query<{ business_date: string; years: number; cards: bigint; balance_fen: bigint }>(
      'select business_date, years, cards, balance_fen from clearing.float_day_dormancy where business_date between $1 and $2',
      range,
    ),
  ]);
  const dates = days.rows.map((row) => row.business_date);
  const place = new Map(dates.map((date, at) => [date, at]));
  const empty = (): (bigint | null)[] => dates.map(() => null);
  const byParticipant: Record<string, Record<string, (bigint | null)[]>> = {};
  for (const row of participants.rows) {
    const at = place.get(row.business_date);
    if (at === undefined) continue;
    const columns = (byParticipant[row.participant_no] ??= Object.fromEntries(
      Object.keys(PARTICIPANT_COLUMNS).map((name) => [name, empty()]),
    ));
    for (const [name, column] of Object.entries(PARTICIPANT_COLUMNS)) {
      const values = columns[name];
      if (values !== undefined) values[at] = row[column] ?? null;
    }
  }
  const byYears: Record<string, { cards: (bigint | null)[]; balanceFen: (bigint | null)[] }> = {};
  for (const row of dormancy.rows) {
    const at = place.get(row.business_date);
    if (at === undefined) continue;
    const columns = (byYears[row.years] ??= { cards: empty(), balanceFen: empty() });
    columns.cards[at] = row.cards;
    columns.balanceFen[at] = row.balance_fen;
  }
  const float = Object.fromEntries(
    Object.entries(FLOAT_COLUMNS).map(([name, column]) => [name, days.rows.map((row) => row[column] ?? 0n)]),
  );
  return { days: dates, float, participants: byParticipant, dormancy: byYears };
}
