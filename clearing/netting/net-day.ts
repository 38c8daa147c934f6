import { type BusinessDate, contentSha256, type Database, fen, type Transaction } from '@citycard/common';
import { dayErrors } from '../day/errors.ts';
import type { Evidence } from '../day/evidence.ts';
import { type Movement, movements, SETTLEMENT_PURPOSE } from '../day/movements.ts';
import { givenFen, netByParty, type NettingMethod, settlementsOf } from './methods.ts';
import { type Obligation, obligationsOf, partyOf, type Party, type Position, positionsOf } from './positions.ts';
import { listSettlementTerms, termsInForce } from './settlement-terms.ts';

/** What the day's netting puts between accounts of one party. */
const NETTING_PURPOSE = 'net';

/**
 * Nets the day and stores the obligations before, the positions and what is to be settled after, with the proof that all
 * three sum to zero and that every position is what the ledger moved for that party (domain.md F.4, F.5). Who is netted how
 * is in the settlement terms. Payments booked on the day settle earlier days and stay out.
 *
 * @throws CityCardError `clearing-day.proof-failed`.
 */
export async function netDay(tx: Transaction, date: BusinessDate): Promise<Movement[]> {
  const moved = (await movements(tx, date, date)).filter(
    ({ purpose }) => purpose !== SETTLEMENT_PURPOSE && purpose !== NETTING_PURPOSE,
  );
  const obligations = obligationsOf(moved);
  const positions = positionsOf(obligations);
  const settlements = settlementsOf(obligations, await methodsOn(tx, date));
  await proveAgainstLedger(tx, date, positions);
  await writeLegs(tx, 'net_obligation', date, obligations);
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
  await writeLegs(tx, 'net_settlement', date, settlements);
  await storeProof(tx, date);
  return moved;
}

async function methodsOn(tx: Transaction, date: BusinessDate): Promise<(party: Party) => NettingMethod> {
  const terms = await listSettlementTerms(tx);
  const { rows } = await tx.query<{ participant_no: string; industry: number | null; city_code: string | null }>(
    'select participant_no, industry, city_code from clearing.participant',
  );
  const methods = new Map<Party, NettingMethod>(
    rows.map(({ participant_no: participantNo, industry, city_code: cityCode }) => [
      cityCode === null ? participantNo : `city:${cityCode}`,
      termsInForce(terms, { participantNo, ...(industry !== null && { industry }) }, date).netting,
    ]),
  );
  return (party) => methods.get(party) ?? 'multilateral';
}

async function writeLegs(
  tx: Transaction,
  table: 'net_obligation' | 'net_settlement',
  date: BusinessDate,
  legs: readonly Obligation[],
): Promise<void> {
  await tx.query(
    `insert into clearing.${table} (business_date, from_party, to_party, amount_fen)
     select $1, * from unnest($2::text[], $3::text[], $4::bigint[])`,
    [date, legs.map((leg) => leg.from), legs.map((leg) => leg.to), legs.map((leg) => leg.amountFen)],
  );
}

/** The positions come from the matrix; the ledger's own change per account is summed beside it and has to agree. */
async function proveAgainstLedger(tx: Transaction, date: BusinessDate, positions: readonly Position[]): Promise<void> {
  const failed = (detail: string) => dayErrors.proofFailed({ proof: 'net positions', date, detail });
  const { rows } = await tx.query<{ account: string; change: bigint }>(
    `select s.account, sum(s.amount)::bigint as change
       from (select debit_account, credit_account, sum(amount_fen) as amount from clearing.ledger_transfer
              where business_date = $1 and phase in ('posted', 'post')
                and split_part(posting_key, ':', 1) <> all($2) group by 1, 2) t
      cross join lateral (values (t.credit_account, t.amount), (t.debit_account, -t.amount)) as s(account, amount)
      group by 1`,
    [date, [SETTLEMENT_PURPOSE, NETTING_PURPOSE]],
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

/** Stores the proof, from what is stored: every party gets and gives on balance the same before and after, and all sum to zero. */
async function storeProof(tx: Transaction, date: BusinessDate): Promise<void> {
  const proof = await proofOf(tx, date);
  if (
    proof.beforeSumFen !== 0n ||
    proof.afterSumFen !== 0n ||
    proof.settlementSumFen !== 0n ||
    proof.differing !== undefined
  ) {
    const { beforeSumFen, afterSumFen, settlementSumFen, differing } = proof;
    const sums = `sums before ${beforeSumFen}, after ${afterSumFen}, to be settled ${settlementSumFen} fen`;
    const detail = differing === undefined ? sums : `${sums}; ${differing} is not settled for its position`;
    throw dayErrors.proofFailed({ proof: 'netting sums to zero', date, detail });
  }
  await tx.query(
    `insert into clearing.netting_proof (business_date, obligations, obligations_fen, parties, before_sum_fen, after_sum_fen,
                                         settlements, settlements_fen, settlement_sum_fen)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      date,
      proof.obligations,
      proof.obligationsFen,
      proof.parties,
      proof.beforeSumFen,
      proof.afterSumFen,
      proof.settlements,
      proof.settlementsFen,
      proof.settlementSumFen,
    ],
  );
}

async function proofOf(tx: Transaction, date: BusinessDate) {
  const obligations = await listObligations(tx, date);
  const positions = await listPositions(tx, date);
  const settlements = await listSettlements(tx, date);
  const settled = netByParty(settlements);
  const before = positionsOf(obligations);
  const differing = [...positions, ...before].find(
    ({ party, netFen }) =>
      netFen !== (settled.get(party) ?? 0n) || netFen !== (before.find((row) => row.party === party)?.netFen ?? 0n),
  );
  return {
    obligations: obligations.length,
    obligationsFen: fen(obligations.reduce((sum, { amountFen }) => sum + amountFen, 0n)),
    parties: positions.length,
    beforeSumFen: before.reduce((sum, { receivesFen, givesFen }) => sum + receivesFen - givesFen, 0n),
    afterSumFen: positions.reduce((sum, { netFen }) => sum + netFen, 0n),
    settlements: settlements.length,
    settlementsFen: givenFen(settlements),
    settlementSumFen: [...settled.values()].reduce((sum, netFen) => sum + netFen, 0n),
    differing: differing?.party,
    matrixSha256: contentSha256([obligations, positions, settlements]).toString('hex'),
  };
}

/** The obligations of a netted day, before netting. */
export const listObligations = (db: Database | Transaction, date: BusinessDate): Promise<Obligation[]> =>
  listLegs(db, 'net_obligation', date);

/** What has to be settled after netting, with the clearing house as a party. */
export const listSettlements = (db: Database | Transaction, date: BusinessDate): Promise<Obligation[]> =>
  listLegs(db, 'net_settlement', date);

async function listLegs(
  db: Database | Transaction,
  table: 'net_obligation' | 'net_settlement',
  date: BusinessDate,
): Promise<Obligation[]> {
  const { rows } = await (db as Database).query<{ from_party: string; to_party: string; amount_fen: bigint }>(
    `select from_party, to_party, amount_fen from clearing.${table} where business_date = $1 order by 1, 2`,
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

/**
 * What netting recorded, counted from the stored obligations, positions and settlements, beside the stored proof: whoever
 * goes on from here finds the same figures or stops.
 */
export async function nettingEvidence(tx: Transaction, date: BusinessDate): Promise<Evidence> {
  const { differing, obligationsFen, beforeSumFen, afterSumFen, ...proof } = await proofOf(tx, date);
  const { rows } = await tx.query<{ proof: unknown }>(
    `select to_jsonb(p) - 'proved_at' - 'business_date' as proof from clearing.netting_proof p where business_date = $1`,
    [date],
  );
  return {
    ...proof,
    grossFen: obligationsFen,
    netToPayFen: (await listPositions(tx, date)).reduce((sum, { netFen }) => (netFen > 0n ? sum + netFen : sum), 0n),
    sumBeforeFen: beforeSumFen,
    sumAfterFen: afterSumFen,
    differing: differing ?? null,
    proofSha256: contentSha256(rows[0]?.proof).toString('hex'),
  };
}
