import { type Fen, type Principal, recordAct, type Transaction } from '@citycard/common';
import { cardNo, currentBusinessDate, postOrThrow } from '@citycard/clearing';
import { cardLifeErrors } from '../cards/errors.ts';
import { stepCard } from '../cards/step.ts';
import { issuerErrors } from '../errors.ts';
import { giveReceipt } from './receipts.ts';
import { requireOpenShift } from './shifts.ts';

/**
 * Hands a personalised card to a resident: opens its purse, takes the deposit in cash into the clerk's shift.
 *
 * @throws card-issuer.card-unknown, card-not-ready, resident-unknown, shift-unknown; card-issuer.card-life.one-card-per-resident
 */
export async function issueCard(
  tx: Transaction,
  clerk: Principal,
  issue: { cardNo: string; residentId: bigint; depositFen: Fen; shiftId: bigint },
): Promise<void> {
  const { residentId } = issue;
  await stepCard(tx, issue.cardNo, 'issue', { actor: clerk, why: 'handed over at the counter', residentId });
  await requireOpenShift(tx, clerk, issue.shiftId);
  await requireLiving(tx, residentId);

  const number = cardNo(issue.cardNo);
  await tx.query('update issuer.card set deposit_fen = $2 where card_no = $1', [issue.cardNo, issue.depositFen]);
  if (issue.depositFen > 0n) {
    await postOrThrow(tx, await currentBusinessDate(tx), [
      {
        cardNo: number,
        key: `deposit:${issue.cardNo}`,
        reason: 'card deposit taken at the counter',
        legs: [{ debit: `cash-shift:${issue.shiftId}`, credit: 'card-deposit', amount: issue.depositFen }],
      },
    ]);
  }
  const lines = [{ what: 'deposit', amountFen: issue.depositFen, way: 'in' }] as const;
  await giveReceipt(tx, clerk, { cardNo: issue.cardNo, act: 'issue', shiftId: issue.shiftId, lines });
  await recordAct(tx, clerk, {
    act: 'issue-card',
    subject: `card ${issue.cardNo}`,
    detail: { residentId: Number(issue.residentId) },
  });
}

/** @throws card-issuer.resident-unknown, card-issuer.card-life.holder-gone */
export async function requireLiving(tx: Transaction, residentId: bigint): Promise<void> {
  const { rows } = await tx.query<{ state: string }>('select state from issuer.resident where resident_id = $1', [
    residentId,
  ]);
  const resident = rows[0];
  if (resident === undefined) throw issuerErrors.residentUnknown();
  if (resident.state === 'deceased' || resident.state === 'merged')
    throw cardLifeErrors.holderGone({ state: resident.state });
}
