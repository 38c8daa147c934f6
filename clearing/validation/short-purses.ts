import { type BusinessDate, type Database, type Fen, fen, transact, type Transaction } from '@citycard/common';
import { REASON } from '../purchases/reason-codes.ts';
import { ACCEPTED, type Standing } from './outcome.ts';
import { prepared } from '../prepared.ts';
import { type Payable, postingDates, type PostedPurchase, postPurchases } from './purchase-posting.ts';
import { readIntakes, type RecordRef, refOf, type RefRow } from './received-purchase.ts';
import { type FinalDecision, writeDecisions } from './write-decisions.ts';

const SHORT_OF_MONEY: Standing = { state: 'suspicious', code: REASON.insufficientBalance };

const AFFORDABLE = `
select r.card_no, r.business_date, r.intake_id, r.record_index, r.amount_fen, r.participant_no
  from clearing.purchase_record r
  join clearing.card_account a on a.card_no = r.card_no and a.kind = 'purse'
      where r.state = 'suspicious' and r.reason_code = '08' and a.available_fen - a.floor_fen >= r.amount_fen
      order by r.business_date, r.intake_id, r.record_index limit $1`;

interface HeldRow extends RefRow {
  amount_fen: bigint;
  participant_no: string;
}

/**
 * Pays for purchases that were held because their purse had too little, oldest first, as far as the money goes now. Those
 * that still do not fit stay as they are. Resolves to how many were paid.
 */
export async function retryShortPurses(db: Database, limit: number): Promise<number> {
  const { rows } = await db.query<HeldRow>(prepared('purchase-short-purses', AFFORDABLE), [limit]);
  if (rows.length === 0) return 0;
  const payables = await payablesOf(
    db,
    rows.map((row) => ({ ref: refOf(row), amountFen: fen(row.amount_fen), participantNo: row.participant_no })),
  );
  return transact(db, async (tx) => {
    const paid = await pay(tx, payables);
    const decisions = paid.map(({ ref, date }): FinalDecision => {
      return { ref, from: SHORT_OF_MONEY, outcome: ACCEPTED, postedDate: date };
    });
    await writeDecisions(tx, decisions, 'validation');
    return decisions.length;
  });
}

async function pay(tx: Transaction, payables: readonly Payable[]): Promise<{ ref: RecordRef; date: BusinessDate }[]> {
  const dates = await postingDates(
    tx,
    payables.map(({ ref }) => ref.businessDate),
  );
  const posted = await postPurchases(tx, payables, dates);
  return payables.flatMap(({ ref }, place) => {
    const result = posted[place];
    return result !== undefined && isPosted(result) ? [{ ref, date: result.date }] : [];
  });
}

function isPosted({ outcome }: PostedPurchase): boolean {
  return outcome.outcome === 'posted' || outcome.outcome === 'repeat';
}

export interface HeldPurchase {
  readonly ref: RecordRef;
  readonly amountFen: Fen;
  readonly participantNo: string;
}

/** Who is owed for a held record: its participant, or the city that sent it. */
export async function payablesOf(db: Database | Transaction, purchases: readonly HeldPurchase[]): Promise<Payable[]> {
  const intakes = await readIntakes(db, [...new Set(purchases.map(({ ref }) => ref.intakeId))]);
  const { rows } = await (db as Database).query<{ participant_no: string; city_code: string }>(
    `select participant_no, city_code from clearing.participant where kind = 'city'`,
  );
  const cityCodes = new Map(rows.map((row) => [row.participant_no, row.city_code]));
  return purchases.map(({ ref, amountFen, participantNo }): Payable => {
    const city = intakes.get(ref.intakeId)?.source === 'ccip' ? cityCodes.get(participantNo) : undefined;
    return { ref, from: 'purse', to: city === undefined ? { participantNo } : { city }, amountFen };
  });
}
