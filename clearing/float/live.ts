import { type BusinessDate, type Database, type Fen, fen, transact, type Transaction } from '@citycard/common';
import type { BalanceLine } from './balances-at.ts';
import { type Dormancy, newestDormancy } from './dormancy.ts';
import { type FloatPosition, positionOf } from './float-position.ts';
import { type OpenProof, openProofs } from './proofs.ts';

/** How far an agent's loads are covered: what it has paid in, what it may owe, and what it could still load. */
export interface AgentCover {
  readonly participantNo: string;
  readonly prefundFen: Fen;
  /** How far below zero its prefund may go; what covers that is beside it. */
  readonly netDebitCapFen: Fen;
  readonly coverFen: Fen;
  /** What it can still load before the ledger refuses; reserved loads count as gone. */
  readonly roomFen: Fen;
}

/** Between this city and another: above zero the other city owes. */
export interface CityPosition {
  readonly city: string;
  readonly receivableFen: Fen;
  readonly payableFen: Fen;
  readonly netFen: Fen;
}

/** The figures of supervision at one instant of the ledger. */
export interface LiveFigures {
  readonly date: BusinessDate;
  readonly chunkNo: bigint;
  readonly position: Omit<FloatPosition, 'date' | 'bankAccounts'>;
  readonly bankAccounts: readonly { readonly account: string; readonly ledgerFen: Fen }[];
  readonly agents: readonly AgentCover[];
  readonly cities: readonly CityPosition[];
  readonly suspenseFen: Fen;
  /** Payments at the bank and cash on its way there. */
  readonly inTransitFen: Fen;
  /** Purchases that have come in and are not judged yet. */
  readonly undecidedFen: Fen;
  readonly dormancy: Dormancy | undefined;
  readonly proofs: readonly OpenProof[];
  readonly feeHolds: readonly string[];
}

/** Accounts told one by one; of all others (a till for every shift there ever was) only the sum of their kind matters. */
const DETAILED = ['agent-prefund', 'city-receivable', 'city-payable', 'former-issuer-receivable'];

interface AccountRow {
  kind: string;
  code: string | null;
  debits: string;
  credits: string;
  room: string | null;
  cap: string;
  cover: string;
}

/**
 * Takes the figures of this instant and keeps them for everybody who looks. One snapshot of the ledger, so that the float
 * identity in them is exact; the cards' accounts follow the chain and are never added up.
 */
export async function takeLiveFigures(db: Database): Promise<LiveFigures> {
  return transact(db, async (tx) => {
    await tx.query('set transaction isolation level repeatable read');
    const figures = await figuresOf(tx);
    await tx.query(
      `insert into clearing.float_live (taken_at, chunk_no, figures) values (clock_timestamp(), $1, $2)
       on conflict (only_row) do update set taken_at = excluded.taken_at, chunk_no = excluded.chunk_no, figures = excluded.figures`,
      [figures.chunkNo, JSON.stringify(figures, bigintsAsText)],
    );
    return figures;
  });
}

async function figuresOf(tx: Transaction): Promise<LiveFigures> {
  const head = await tx.query<{ chunk_no: bigint; date: BusinessDate }>(
    `select clearing.float_tally_advance() as chunk_no,
            coalesce((select business_date from clearing.business_day where state = 'open'), current_date) as date`,
  );
  const { rows } = await tx.query<AccountRow>(
    `select a.kind, case when a.kind = any($1) or a.kind like 'bank-%' then a.account_code end as code, sum(a.debits_posted) as debits,
            sum(a.credits_posted) as credits, sum(a.available_fen - a.floor_fen) as room, coalesce(-min(a.floor_fen), 0) as cap,
            coalesce(max(c.cover_fen), 0) as cover
       from clearing.account a
       left join lateral (select cover_fen from clearing.agent_cap c where a.kind = 'agent-prefund' and c.participant_no = split_part(a.account_code, ':', 2)
                           order by version desc limit 1) c on true
      group by 1, 2
     union all
     select kind, null, debits, credits, null, 0, 0 from clearing.float_tally order by 1, 2`,
    [DETAILED],
  );
  const lines = rows.map(({ kind, code, debits, credits }): BalanceLine => {
    const [debitFen, creditFen] = [fen(debits), fen(credits)];
    return { kind, ...(code !== null && { code }), debitFen, creditFen, balanceFen: fen(debitFen - creditFen) };
  });
  const { chunk_no: chunkNo, date } = head.rows[0] ?? { chunk_no: 0n, date: '' as BusinessDate };
  const { date: _date, bankAccounts, ...position } = positionOf(date, lines, new Map());
  const others = await tx.query<{ undecided: bigint; holds: string[] | null }>(
    `select (select coalesce(sum(amount_fen), 0)::bigint from clearing.undecided_day) as undecided,
            (select array_agg(cause order by cause) from clearing.fee_hold where lifted_at is null) as holds`,
  );
  const sumOf = (...kinds: readonly string[]): bigint =>
    lines.reduce((sum, { kind, balanceFen }) => (kinds.includes(kind) ? sum + balanceFen : sum), 0n);
  return {
    date,
    chunkNo,
    position,
    bankAccounts: bankAccounts.map(({ account, ledgerFen }) => ({ account, ledgerFen })),
    agents: rows.filter(({ kind }) => kind === 'agent-prefund').map(agentOf),
    cities: citiesOf(lines),
    suspenseFen: fen(-sumOf('suspense')),
    inTransitFen: fen(sumOf('settlement-in-transit', 'cash-in-transit')),
    undecidedFen: fen(others.rows[0]?.undecided ?? 0n),
    dormancy: await newestDormancy(tx),
    proofs: await openProofs(tx),
    feeHolds: others.rows[0]?.holds ?? [],
  };
}

const nameOf = (code: string | null | undefined): string => code?.slice(code.indexOf(':') + 1) ?? '';

function agentOf({ code, debits, credits, room, cap, cover }: AccountRow): AgentCover {
  return {
    participantNo: nameOf(code),
    prefundFen: fen(BigInt(credits) - BigInt(debits)),
    netDebitCapFen: fen(cap),
    coverFen: fen(cover),
    roomFen: fen(room ?? '0'),
  };
}

function citiesOf(lines: readonly BalanceLine[]): CityPosition[] {
  const byCity = new Map<string, { receivable: bigint; payable: bigint }>();
  for (const { kind, code, balanceFen } of lines) {
    if (kind !== 'city-receivable' && kind !== 'city-payable') continue;
    const found = byCity.get(nameOf(code)) ?? { receivable: 0n, payable: 0n };
    if (kind === 'city-receivable') found.receivable += balanceFen;
    else found.payable -= balanceFen;
    byCity.set(nameOf(code), found);
  }
  return [...byCity].map(([city, { receivable, payable }]) => ({
    city,
    receivableFen: fen(receivable),
    payableFen: fen(payable),
    netFen: fen(receivable - payable),
  }));
}

const bigintsAsText = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);

/** The newest figures as they were kept (amounts as texts), and how many milliseconds old they are; undefined before the first. */
export async function readLiveFigures(
  db: Database,
): Promise<{ readonly takenAt: Date; readonly ageMs: number; readonly figures: unknown } | undefined> {
  const { rows } = await db.query<{ taken_at: Date; age: number; figures: unknown }>(
    `select taken_at, (extract(epoch from clock_timestamp() - taken_at) * 1000)::integer as age, figures from clearing.float_live`,
  );
  const [row] = rows;
  return row && { takenAt: row.taken_at, ageMs: row.age, figures: row.figures };
}
