import type { Database, Transaction } from '@citycard/common';
import type { BlockKind, CardState } from './life-cycle.ts';

/** Something that happened to a card: a step of its life, or an act on its chip that leaves its state as it is. */
export interface CardEvent {
  readonly step: string;
  readonly from: CardState;
  readonly to: CardState;
  readonly at: Date;
  readonly by: string;
  readonly why: string;
}

/** Notes an act that leaves the state of a card as it is, in its history. No personal data, no digits of a PIN. */
export async function noteOnCard(
  tx: Transaction,
  cardNo: string,
  note: { readonly step: string; readonly by: string; readonly why: string },
): Promise<void> {
  await tx.query(
    `insert into issuer.card_event (card_no, step, from_state, to_state, done_by, why)
     select card_no, $2, state, state, $3, $4 from issuer.card where card_no = $1`,
    [cardNo, note.step, note.by, note.why],
  );
}

/** Everything that happened to the card, oldest first, and the reasons it is closed for just now. */
export async function cardHistory(
  db: Database | Transaction,
  cardNo: string,
): Promise<{ events: CardEvent[]; blocks: { kind: BlockKind; reason: string; by: string; at: Date }[] }> {
  const events = await db.query<CardEvent>(
    `select step, from_state as "from", to_state as "to", at, done_by as "by", why
       from issuer.card_event where card_no = $1 order by event_no`,
    [cardNo],
  );
  const blocks = await db.query<{ kind: BlockKind; reason: string; by: string; at: Date }>(
    `select kind, reason, placed_by as "by", placed_at as at from issuer.card_block
      where card_no = $1 and lifted_at is null order by block_no`,
    [cardNo],
  );
  return { events: events.rows, blocks: blocks.rows };
}
