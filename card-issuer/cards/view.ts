import type { Database } from '@citycard/common';
import { cardBalance, cardNo } from '@citycard/clearing';
import { issuerErrors } from '../errors.ts';
import { maskName } from '../residents/register.ts';
import type { CardState } from './life-cycle.ts';

/** What a counter sees of a card: its state, its masked holder and what the back office holds for it, in fen. */
export interface CardView {
  readonly cardNo: string;
  readonly state: CardState;
  readonly validTo: string;
  readonly holder?: string;
  readonly purseFen?: bigint;
}

/** @throws card-issuer.card-unknown */
export async function cardView(db: Database, number: string): Promise<CardView> {
  const found = await db.query<{ state: CardState; valid_to: string; name: string | null }>(
    `select c.state, c.valid_to, r.name from issuer.card c left join issuer.resident r using (resident_id) where c.card_no = $1`,
    [number],
  );
  const card = found.rows[0];
  if (card === undefined) throw issuerErrors.cardUnknown();
  const issued = card.name !== null;
  return {
    cardNo: number,
    state: card.state,
    validTo: card.valid_to,
    ...(card.name === null ? {} : { holder: maskName(card.name) }),
    ...(issued ? { purseFen: (await cardBalance(db, cardNo(number))).posted } : {}),
  };
}
