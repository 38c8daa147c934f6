import { copyRows, type Transaction } from '@citycard/common';
import { RECORD_COLUMNS, recordRow } from '../intake/stored-record.ts';
import { codeOf } from './outcome.ts';
import type { ReceivedPurchase } from './received-purchase.ts';
import type { FinalDecision } from './write-decisions.ts';

/** Writes judged records with their outcomes, one for each and in the same order; a record has a row of its own from here on. */
export async function writeJudged(
  tx: Transaction,
  purchases: readonly ReceivedPurchase[],
  decisions: readonly FinalDecision[],
): Promise<void> {
  const { rows } = await tx.query<{ now: Date }>('select now()');
  const decidedAt = rows[0]?.now.toISOString();
  await copyRows(
    tx,
    'clearing.purchase_record',
    [...RECORD_COLUMNS, 'state', 'reason_code', 'detail', 'decided_at', 'posted_date'],
    purchases.map((purchase, place) => {
      const decision = decisions[place];
      if (decision === undefined) throw new Error('every judged record has a decision');
      const { outcome, postedDate } = decision;
      const { ref, raw, record, sourceLine, participantNo } = purchase;
      const row = recordRow({ ...ref, participantNo }, { raw, record, sourceLine }, ref.index);
      row.push(outcome.state, codeOf(outcome), outcome.detail ?? null, decidedAt, postedDate);
      return row;
    }),
  );
}
