import { type BusinessDate, type Database, fen, type Transaction } from '@citycard/common';
import { dayErrors } from '../day/errors.ts';
import type { Evidence } from '../day/evidence.ts';
import { type Movement, movements, SETTLEMENT_PURPOSE } from '../day/movements.ts';
import { obligationsOf, partyOf, type Position, positionsOf, type Obligation } from './positions.ts';

/** What the day's netting puts between accounts of one party. */
const NETTING_PURPOSE = 'net';

/**
 * Nets the day multilaterally and stores the obligations before and the positions after, with the proof that both sum to
 * zero and that every position is what the ledger moved for that party (domain.md F.4, F.5). Payments booked on the day
 * settle earlier days and stay out.
 *
 * @throws CityCardError `clearing-day.proof-failed`.
 */
export async function netDay(tx: Transaction, date: BusinessDate): Promise<Movement[]> {
  const moved = (await movements(tx, date, date)).filter(
    ({ purpose }) => purpose !== SETTLEMENT_PURPOSE && purpose !== NETTING_PURPOSE,
  );
  const obligations = obligationsOf(moved);
  const positions = positionsOf(obligations);
  await proveZeroSum(tx, date, positions);
  await tx.query(
    `insert into clearing.net_obligation (business_date, from_party, to_party, amount_fen)
     select $1, * from unnest($2::text[], $3::text[], $4::bigint[])`,
    [date, obligations.map((o) => o.from), obligations.map((o) => o.to), obligations.map((o) => o.amountFen)],
  );
  await tx.query(
    `insert into clearing.net_position (business_date, party, receives_fen, gives_fen, net_fen)
     select $1, * from unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[])`,
    [
      date,
      positions.map((p) => p.party),
      positions.map((p) => p.receivesFen),
      positions.map((p) => p.givesFen),
      positions.map((p) => p.netFen),
    ],
  );
  return moved;
}

/** The positions come from the matrix; the ledger's own change per account is summed beside it and has to agree. */
async function proveZeroSum(tx: Transaction, date: BusinessDate, positions: readonly Position[]): Promise<void> {
  const failed = (detail: string) => dayErrors.proofFailed({ proof: 'net positions', date, detail });
  const sum = positions.reduce((total, { netFen }) => total + netFen, 0n);
  if (sum !== 0n) throw failed(`they sum to ${sum} fen, not to zero`);
  const { rows } = await tx.query<{ account: string; change: bigint }>(
    `select s.account, sum(s.amount)::bigint as change
       from clearing.ledger_transfer t
      cross join lateral (values (t.credit_account, t.amount_fen), (t.debit_account, -t.amount_fen)) as s(account, amount)
      where t.business_date = $1 and t.phase in ('posted', 'post')
        and t.posting_key not like 'settlement:%' and t.posting_key not like 'net:%'
      group by 1`,
    [date],
  );
  const byParty = new Map<string, bigint>();
  for (const { account, change } of rows) {
    byParty.set(partyOf(account), (byParty.get(partyOf(account)) ?? 0n) + change);
  }
  for (const [party, change] of byParty) {
    const net = positions.find((position) => position.party === party)?.netFen ?? 0n;
    if (net !== change) throw failed(`${party} has ${net} fen, the ledger moved ${change}`);
  }
}

/** The obligations of a netted day, before netting. */
export async function listObligations(db: Database | Transaction, date: BusinessDate): Promise<Obligation[]> {
  const { rows } = await (db as Database).query<{ from_party: string; to_party: string; amount_fen: bigint }>(
    `select from_party, to_party, amount_fen from clearing.net_obligation where business_date = $1 order by 1, 2`,
    [date],
  );
  return rows.map((row) => ({ from: row.from_party, to: row.to_party, amountFen: fen(row.amount_fen) }));
}

/** The position of every party on a netted day. */
export async function listPositions(db: Database | Transaction, date: BusinessDate): Promise<Position[]> {
  const { rows } = await (db as Database).query<{
    party: string;
    receives_fen: bigint;
    gives_fen: bigint;
    net_fen: bigint;
  }>(
    `select party, receives_fen, gives_fen, net_fen from clearing.net_position where business_date = $1 order by party`,
    [date],
  );
  return rows.map((row) => ({
    party: row.party,
    receivesFen: fen(row.receives_fen),
    givesFen: fen(row.gives_fen),
    netFen: fen(row.net_fen),
  }));
}

/** What netting recorded, counted from the stored obligations and positions: both sums have to be zero. */
export async function nettingEvidence(tx: Transaction, date: BusinessDate): Promise<Evidence> {
  const obligations = await listObligations(tx, date);
  const positions = await listPositions(tx, date);
  const again = positionsOf(obligations);
  return {
    obligations: obligations.length,
    grossFen: obligations.reduce((total, { amountFen }) => total + amountFen, 0n),
    parties: positions.length,
    netToPayFen: positions.reduce((total, { netFen }) => (netFen > 0n ? total + netFen : total), 0n),
    sumBeforeFen: again.reduce((total, { receivesFen, givesFen }) => total + receivesFen - givesFen, 0n),
    sumAfterFen: positions.reduce((total, { netFen }) => total + netFen, 0n),
  };
}
