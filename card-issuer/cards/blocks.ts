import { type Principal, recordAct, type Transaction } from '@citycard/common';
import { cardLifeErrors } from './errors.ts';
import { issuerErrors } from '../errors.ts';
import { type BlockKind, type CardState, statesBefore } from './life-cycle.ts';
import { stepCard } from './step.ts';

export type { BlockKind };

interface BlockOrder {
  readonly cardNo: string;
  readonly kind: BlockKind;
  /** For people; a document number, never personal data. */
  readonly reason: string;
}

/** The state of a card, held until the transaction ends. @throws card-issuer.card-unknown */
export async function lockCard(tx: Transaction, number: string): Promise<CardState> {
  const { rows } = await tx.query<{ state: CardState }>('select state from issuer.card where card_no = $1 for update', [
    number,
  ]);
  if (rows[0] === undefined) throw issuerErrors.cardUnknown();
  return rows[0].state;
}

/**
 * Closes a card for a reason: its purse takes no load and terminals refuse it. Reasons add up, each once. A card that is
 * blocked, replaced or returned already keeps its state, and the reason holds what it still has.
 *
 * @throws card-issuer.card-unknown, card-issuer.card-not-ready for a card nobody has been given
 */
export async function blockCard(
  tx: Transaction,
  actor: Principal,
  { cardNo, kind, reason }: BlockOrder,
): Promise<void> {
  const state = await lockCard(tx, cardNo);
  if ((await openBlocks(tx, cardNo)).includes(kind)) return;
  await tx.query('insert into issuer.card_block (card_no, kind, reason, placed_by) values ($1, $2, $3, $4)', [
    cardNo,
    kind,
    reason,
    actor.id,
  ]);
  const keepsState: readonly CardState[] = ['blocked', 'replaced', 'returned', 'destroyed'];
  if (!keepsState.includes(state)) await stepCard(tx, cardNo, 'block', { actor, why: `${kind}: ${reason}` });
  await recordAct(tx, actor, { act: 'block-card', subject: `card ${cardNo}`, detail: { kind, reason } });
}

/**
 * Takes one reason away; the card is what it was before when none is left.
 *
 * @throws card-issuer.card-unknown, card-issuer.card-life.not-blocked-for
 */
export async function unblockCard(
  tx: Transaction,
  actor: Principal,
  { cardNo, kind, reason }: BlockOrder,
): Promise<{ state: CardState }> {
  const state = await lockCard(tx, cardNo);
  const lifted = await tx.query(
    `update issuer.card_block set lifted_by = $3, lifted_at = clock_timestamp(), lift_reason = $4
      where card_no = $1 and kind = $2 and lifted_at is null`,
    [cardNo, kind, actor.id, reason],
  );
  if (lifted.rowCount === 0) throw cardLifeErrors.notBlockedFor({ kind });
  const left = await openBlocks(tx, cardNo);
  const free = left.length === 0 && statesBefore('unblock').includes(state);
  const after = free ? (await stepCard(tx, cardNo, 'unblock', { actor, why: `${kind}: ${reason}` })).to : state;
  await recordAct(tx, actor, { act: 'unblock-card', subject: `card ${cardNo}`, detail: { kind, reason } });
  return { state: after };
}

/** Why the card is closed just now. */
export async function openBlocks(tx: Transaction, cardNo: string): Promise<BlockKind[]> {
  const { rows } = await tx.query<{ kind: BlockKind }>(
    'select kind from issuer.card_block where card_no = $1 and lifted_at is null order by block_no',
    [cardNo],
  );
  return rows.map(({ kind }) => kind);
}

/**
 * Makes sure that what the card holds may move to somebody's hand.
 *
 * @throws card-issuer.card-life.frozen; .holder-deceased unless the money goes to the heirs
 */
export async function requireMovable(
  tx: Transaction,
  cardNo: string,
  to: 'holder' | 'heirs' = 'holder',
): Promise<void> {
  const blocks = await openBlocks(tx, cardNo);
  if (blocks.includes('legal-freeze')) throw cardLifeErrors.frozen();
  if (to === 'holder' && blocks.includes('holder-deceased')) throw cardLifeErrors.holderDeceased();
}

/** Cards a holder has or had that can still be closed. */
const CLOSABLE: readonly CardState[] = [...statesBefore('block'), 'blocked', 'replaced', 'returned'];

/**
 * The holder has died: every card is closed, what they hold stays for the heirs. Called in the transaction that records
 * the death; a repeat changes nothing.
 */
export async function onDeath(tx: Transaction, actor: Principal, residentId: bigint): Promise<void> {
  const { rows } = await tx.query<{ card_no: string }>(
    'select card_no from issuer.card where resident_id = $1 and state = any($2) order by card_no',
    [residentId, CLOSABLE],
  );
  for (const { card_no: cardNo } of rows) {
    await blockCard(tx, actor, { cardNo, kind: 'holder-deceased', reason: 'death of the holder recorded' });
  }
}

/** The holder lives: the reason is taken away from every card that was closed for it. A repeat changes nothing. */
export async function onDeathCorrected(tx: Transaction, actor: Principal, residentId: bigint): Promise<void> {
  const { rows } = await tx.query<{ card_no: string }>(
    `select c.card_no from issuer.card c
       join issuer.card_block b on b.card_no = c.card_no and b.kind = 'holder-deceased' and b.lifted_at is null
      where c.resident_id = $1 order by c.card_no`,
    [residentId],
  );
  for (const { card_no: cardNo } of rows) {
    await unblockCard(tx, actor, { cardNo, kind: 'holder-deceased', reason: 'death was recorded by mistake' });
  }
}
