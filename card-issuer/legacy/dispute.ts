import { bookAdjustment } from '@citycard/clearing';
import { approveAct, type Fen, fen, type Principal, proposeAct, recordAct, type Transaction } from '@citycard/common';
import { legacyErrors } from './errors.ts';

interface OldCard {
  readonly participantNo: string;
  readonly legacyCardNo: string;
}

interface DisputedRow {
  legacy_id: bigint;
  balance: bigint;
  state: 'staged' | 'unclaimed' | 'disputed' | 'converted';
}

const ACT = 'correct-legacy-balance';

/**
 * A holder, or the former issuer, says that the record of an old card is wrong: it is not converted until that is decided.
 *
 * @throws card-issuer.legacy.card-unknown, card-converted
 */
export async function openDispute(tx: Transaction, actor: Principal, card: OldCard, reason: string): Promise<void> {
  const row = await lockCard(tx, card);
  if (row.state === 'disputed') return;
  await setState(tx, card, 'disputed');
  await recordAct(tx, actor, { act: 'dispute-legacy-balance', subject: subjectOf(card, row), detail: { reason } });
}

/** The dispute is settled without a correction. @throws card-issuer.legacy.card-unknown, card-converted, not-disputed */
export async function dropDispute(tx: Transaction, actor: Principal, card: OldCard, reason: string): Promise<void> {
  const row = await lockCard(tx, card);
  if (row.state !== 'disputed') throw legacyErrors.notDisputed();
  await setState(tx, card, 'unclaimed');
  await recordAct(tx, actor, { act: 'drop-legacy-dispute', subject: subjectOf(card, row), detail: { reason } });
}

/**
 * Proposes what a disputed old card really held, with the number of the letter in which the former issuer says so.
 *
 * @throws card-issuer.legacy.card-unknown, card-converted, not-disputed
 */
export async function proposeCorrection(
  tx: Transaction,
  maker: Principal,
  card: OldCard,
  correction: { readonly toFen: Fen; readonly reference: string },
): Promise<{ approvalId: bigint }> {
  const row = await lockCard(tx, card);
  if (row.state !== 'disputed') throw legacyErrors.notDisputed();
  const content = { ...card, fromFen: row.balance, toFen: correction.toFen, reference: correction.reference };
  const { approvalId } = await proposeAct(tx, maker, { act: ACT, subject: subjectOf(card, row), content });
  await tx.query(
    `insert into issuer.legacy_adjustment (approval_id, participant_no, legacy_card_no, from_fen, to_fen, reference, proposed_by)
     select id, $2, $3, $4, $5, $6, maker from platform.approval where id = $1 on conflict (approval_id) do nothing`,
    [approvalId, card.participantNo, card.legacyCardNo, row.balance, correction.toFen, correction.reference],
  );
  await recordAct(tx, maker, {
    act: `propose-${ACT}`,
    subject: subjectOf(card, row),
    detail: { toFen: correction.toFen },
  });
  return { approvalId };
}

/**
 * The second person approves: the difference is booked on both sides, and the card can be converted again.
 *
 * @throws card-issuer.legacy.adjustment-unknown, balance-moved, not-disputed; clearing.former-issuers.not-enough;
 *   identity.same-person
 */
export async function approveCorrection(
  tx: Transaction,
  checker: Principal,
  approvalId: bigint,
): Promise<{ toFen: Fen }> {
  const { rows } = await tx.query<{
    participant_no: string;
    legacy_card_no: string;
    from_fen: bigint;
    to_fen: bigint;
    reference: string;
    approved_by: string | null;
  }>('select * from issuer.legacy_adjustment where approval_id = $1 for update', [approvalId]);
  const [asked] = rows;
  if (asked === undefined) throw legacyErrors.adjustmentUnknown();
  const card = { participantNo: asked.participant_no, legacyCardNo: asked.legacy_card_no };
  const content = { ...card, fromFen: asked.from_fen, toFen: asked.to_fen, reference: asked.reference };
  const approval = await approveAct(tx, checker, approvalId, content);
  const toFen = fen(asked.to_fen);
  if (asked.approved_by !== null) return { toFen };
  const row = await lockCard(tx, card);
  if (row.state !== 'disputed') throw legacyErrors.notDisputed();
  if (row.balance !== asked.from_fen) throw legacyErrors.balanceMoved();
  const difference = toFen - row.balance;
  await bookAdjustment(tx, card.participantNo, approvalId, difference);
  await tx.query(
    `update issuer.legacy_balance set adjusted_fen = adjusted_fen + $3, state = 'unclaimed' where legacy_card_no = $1 and participant_no = $2`,
    [card.legacyCardNo, card.participantNo, difference],
  );
  await tx.query(
    'update issuer.legacy_adjustment set approved_by = $2, approved_at = clock_timestamp() where approval_id = $1',
    [approvalId, approval.checker],
  );
  await recordAct(tx, checker, { act: ACT, subject: subjectOf(card, row), detail: { differenceFen: difference } });
  return { toFen };
}

async function lockCard(tx: Transaction, { participantNo, legacyCardNo }: OldCard): Promise<DisputedRow> {
  const { rows } = await tx.query<DisputedRow & { converted_on: string | null }>(
    `select legacy_id, balance_fen + adjusted_fen as balance, state, converted_at::date as converted_on from issuer.legacy_balance
      where legacy_card_no = $1 and participant_no = $2 for update`,
    [legacyCardNo, participantNo],
  );
  const [row] = rows;
  if (row === undefined || row.state === 'staged') throw legacyErrors.cardUnknown({ participantNo });
  if (row.state === 'converted') throw legacyErrors.cardConverted({ date: row.converted_on ?? '' });
  return row;
}

const setState = (tx: Transaction, card: OldCard, state: 'unclaimed' | 'disputed') =>
  tx.query('update issuer.legacy_balance set state = $3 where legacy_card_no = $1 and participant_no = $2', [
    card.legacyCardNo,
    card.participantNo,
    state,
  ]);

const subjectOf = (card: OldCard, row: DisputedRow): string => `legacy card ${row.legacy_id} of ${card.participantNo}`;
