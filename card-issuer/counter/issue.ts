import { type Fen, type Principal, recordAct, type Transaction } from '@citycard/common';
import { cardNo, currentBusinessDate, postOrThrow } from '@citycard/clearing';
import { stepCard } from '../cards/step.ts';
import { issuerErrors } from '../errors.ts';
import { requireOpenShift } from './shifts.ts';

/**
 * Hands a personalised card to a resident: opens its purse, takes the deposit in cash into the clerk's shift.
 *
 * @throws card-issuer.card-unknown, card-not-ready, resident-unknown, shift-unknown
 */
export async function issueCard(
  tx: Transaction,
  clerk: Principal,
  issue: { cardNo: string; residentId: bigint; depositFen: Fen; shiftId: bigint },
): Promise<void> {
  const { residentId } = issue;
  await stepCard(tx, issue.cardNo, 'issue', { actor: clerk, why: 'handed over at the counter', residentId });
  await requireOpenShift(tx, clerk, issue.shiftId);
  const resident = await tx.query('select 1 from issuer.resident where resident_id = $1', [issue.residentId]);
  if (resident.rowCount === 0) throw issuerErrors.residentUnknown();

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
  await recordAct(tx, clerk, {
    act: 'issue-card',
    subject: `card ${issue.cardNo}`,
    detail: { residentId: Number(issue.residentId) },
  });
}

/** Loss report: the purse is closed for loads and the card goes on the hotlist, in one transaction. */
export async function reportLoss(
  tx: Transaction,
  clerk: Principal,
  number: string,
  by: 'phone' | 'counter',
): Promise<void> {
  const step = by === 'phone' ? 'report-loss' : 'confirm-loss';
  await stepCard(tx, number, step, { actor: clerk, why: `loss reported (${by})` });
  await recordAct(tx, clerk, { act: 'report-loss', subject: `card ${number}`, detail: { by } });
}

/** The card was found: off the hotlist again. */
export async function reportFound(tx: Transaction, clerk: Principal, number: string): Promise<void> {
  await stepCard(tx, number, 'find', { actor: clerk, why: 'card found' });
  await recordAct(tx, clerk, { act: 'report-found', subject: `card ${number}` });
}
