import { type BusinessDate, fen, type Fen, type Principal, recordAct, type Transaction } from '@citycard/common';
import { cardNo, currentBusinessDate, openPurse, postOrThrow, setPurseStatus } from '@citycard/clearing';
import { type CardState, type CardStep, stateAfter } from '../cards/life-cycle.ts';
import { issuerErrors } from '../errors.ts';
import { requireOpenShift } from './shifts.ts';

interface CardRow {
  readonly state: CardState;
  readonly algorithm: '3des' | 'sm4';
  readonly main_type: number;
  readonly sub_type: number;
  readonly purse_cap_fen: bigint;
  readonly valid_from: BusinessDate;
  readonly valid_to: BusinessDate;
}

/** The card's row, locked, after checking that the step is one it can take. */
async function stepCard(tx: Transaction, number: string, step: CardStep): Promise<{ card: CardRow; to: CardState }> {
  const found = await tx.query<CardRow>(
    `select c.state, c.valid_from, c.valid_to, p.algorithm, p.main_type, p.sub_type, p.purse_cap_fen
       from issuer.card c join issuer.card_product p using (product) where c.card_no = $1 for update of c`,
    [number],
  );
  const card = found.rows[0];
  if (card === undefined) throw issuerErrors.cardUnknown();
  const to = stateAfter(card.state, step);
  if (to === undefined) throw issuerErrors.cardNotReady({ state: card.state, step });
  return { card, to };
}

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
  const { card, to } = await stepCard(tx, issue.cardNo, 'issue');
  await requireOpenShift(tx, clerk, issue.shiftId);
  const resident = await tx.query('select 1 from issuer.resident where resident_id = $1', [issue.residentId]);
  if (resident.rowCount === 0) throw issuerErrors.residentUnknown();

  const number = cardNo(issue.cardNo);
  await openPurse(tx, {
    cardNo: number,
    algorithm: card.algorithm,
    validFrom: card.valid_from,
    validTo: card.valid_to,
    purseCap: fen(card.purse_cap_fen),
    mainType: card.main_type,
    subType: card.sub_type,
  });
  await tx.query(
    'update issuer.card set state = $2, resident_id = $3, deposit_fen = $4, issued_at = now() where card_no = $1',
    [issue.cardNo, to, issue.residentId, issue.depositFen],
  );
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
  const { to } = await stepCard(tx, number, 'report-loss');
  await tx.query('update issuer.card set state = $2 where card_no = $1', [number, to]);
  await setPurseStatus(tx, cardNo(number), 'lost-reported', `loss reported (${by})`);
  await recordAct(tx, clerk, { act: 'report-loss', subject: `card ${number}`, detail: { by } });
}

/** The card was found: off the hotlist again. */
export async function reportFound(tx: Transaction, clerk: Principal, number: string): Promise<void> {
  const { to } = await stepCard(tx, number, 'find');
  await tx.query('update issuer.card set state = $2 where card_no = $1', [number, to]);
  await setPurseStatus(tx, cardNo(number), 'active', 'card found');
  await recordAct(tx, clerk, { act: 'report-found', subject: `card ${number}` });
}
