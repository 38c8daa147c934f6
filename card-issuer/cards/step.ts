import { type BusinessDate, fen, type Principal, type Transaction } from '@citycard/common';
import { cardNo, openPurse, setPurseStatus } from '@citycard/clearing';
import { grantOnIssue } from '../concessions/on-card.ts';
import { cardLifeErrors } from './errors.ts';
import { issuerErrors } from '../errors.ts';
import { requireNoFreeze } from '../population/legal/in-force.ts';
import { purseCapFor } from '../population/identity-check/verification.ts';
import { type CardState, type LifeStep, PURSE_OF_STATE, stateAfter } from './life-cycle.ts';
import { requireOnlyCard } from './one-card.ts';

/** A card and the terms of its product, as they were before the step. */
export interface SteppedCard {
  readonly cardNo: string;
  readonly from: CardState;
  readonly to: CardState;
  readonly product: string;
  readonly algorithm: '3des' | 'sm4';
  readonly validFrom: BusinessDate;
  readonly validTo: BusinessDate;
  /** The holder; the new one in the steps that hand the card to somebody. */
  readonly residentId?: bigint;
  readonly depositFen: bigint;
}

export interface StepOptions {
  /** Who takes the step; left out, the product by itself. */
  readonly actor?: Pick<Principal, 'id'>;
  /** For people, in the card's history; no personal data. */
  readonly why?: string;
  /** Whom the card is given to: needed by `issue` and `hand-out`. */
  readonly residentId?: bigint;
}

interface CardRow {
  readonly state: CardState;
  readonly blocked_from: CardState | null;
  readonly product: string;
  readonly resident_id: bigint | null;
  readonly deposit_fen: bigint;
  readonly algorithm: '3des' | 'sm4';
  readonly main_type: number;
  readonly sub_type: number;
  readonly purse_cap_fen: bigint;
  readonly valid_from: BusinessDate;
  readonly valid_to: BusinessDate;
}

/** What hands the card to a holder. */
const GIVES: readonly LifeStep[] = ['issue', 'hand-out'];
/** When the card takes on the concession of its holder; what was granted while it lay uncollected counts as well. */
const TAKES: readonly LifeStep[] = [...GIVES, 'receive'];

/**
 * Takes one step in the life of a card, the only way its state changes once it is personalised: holds the card until the
 * transaction ends, moves its purse and the hotlist along (opens the purse when the card is handed out) and writes the
 * card's history. A card given to somebody with a running concession carries it. What the step means in money is the
 * caller's to post, in the same transaction. Block and unblock through `blockCard` and `unblockCard` of blocks.ts, which
 * keep the reasons apart.
 *
 * @throws card-issuer.card-unknown, card-issuer.card-not-ready; card-issuer.card-life.never-finished for a card in quarantine that is
 *   to be destroyed; .one-card-per-resident for a step that would leave the holder with two cards of a product in use;
 *   card-issuer.population.under-freeze for a holder whose cards an authority has frozen
 */
export async function stepCard(
  tx: Transaction,
  number: string,
  step: LifeStep,
  options: StepOptions = {},
): Promise<SteppedCard> {
  const { rows } = await tx.query<CardRow>(
    `select c.state, c.blocked_from, c.product, c.resident_id, c.deposit_fen, c.valid_from, c.valid_to,
            p.algorithm, p.main_type, p.sub_type, p.purse_cap_fen
       from issuer.card c join issuer.card_product p using (product) where c.card_no = $1 for update of c`,
    [number],
  );
  const card = rows[0];
  if (card === undefined) throw issuerErrors.cardUnknown();
  const to = stateAfter(card.state, step, card.blocked_from ?? undefined);
  if (step === 'destroy' && card.state === 'quarantined') throw cardLifeErrors.neverFinished();
  if (to === undefined) throw issuerErrors.cardNotReady({ state: card.state, step });

  const residentId = holderAfter(step, card, options.residentId);
  const taken = to === 'issued' || to === 'active' || to === 'lost-reported';
  if (taken && residentId !== undefined && step !== 'report-loss')
    await requireOnlyCard(tx, residentId, { cardNo: number, product: card.product });
  await tx.query(
    `update issuer.card set state = $2, resident_id = $3, blocked_from = $4, issued_at = case when $5 then now() else issued_at end
      where card_no = $1`,
    [number, to, residentId ?? null, to === 'blocked' ? card.state : null, GIVES.includes(step)],
  );
  // A holder whose identity nobody has confirmed gets the limits of an anonymous card.
  const given = GIVES.includes(step) ? residentId : undefined;
  if (given !== undefined) await requireNoFreeze(tx, given);
  const productCap = fen(card.purse_cap_fen);
  const cap = given === undefined ? productCap : await purseCapFor(tx, given, productCap, options.actor);
  await movePurse(tx, number, { ...card, purse_cap_fen: cap }, step, to, options);
  if (residentId !== undefined && TAKES.includes(step)) await grantOnIssue(tx, residentId, number);
  await tx.query(
    'insert into issuer.card_event (card_no, step, from_state, to_state, done_by, why) values ($1, $2, $3, $4, $5, $6)',
    [number, step, card.state, to, options.actor?.id ?? 'system', options.why ?? step],
  );
  return {
    cardNo: number,
    from: card.state,
    to,
    product: card.product,
    algorithm: card.algorithm,
    validFrom: card.valid_from,
    validTo: card.valid_to,
    depositFen: card.deposit_fen,
    ...(residentId !== undefined && { residentId }),
  };
}

function holderAfter(step: LifeStep, card: CardRow, given: bigint | undefined): bigint | undefined {
  if (GIVES.includes(step)) {
    if (given === undefined) throw new RangeError(`${step} needs the resident the card is given to`);
    return given;
  }
  // A card that was never received is nobody's again.
  if (step === 'take-back') return undefined;
  return card.resident_id ?? undefined;
}

async function movePurse(
  tx: Transaction,
  number: string,
  card: CardRow,
  step: LifeStep,
  to: CardState,
  { why, actor }: StepOptions,
): Promise<void> {
  const status = PURSE_OF_STATE[to];
  if (status === undefined) return;
  const no = cardNo(number);
  if (GIVES.includes(step)) {
    const { algorithm, valid_from: validFrom, valid_to: validTo, main_type: mainType, sub_type: subType } = card;
    const purse = { cardNo: no, algorithm, validFrom, validTo, purseCap: fen(card.purse_cap_fen), mainType, subType };
    await openPurse(tx, purse, to === 'issued' ? 'inactive' : 'active');
  }
  await setPurseStatus(tx, no, status, why ?? step, actor?.id);
}
