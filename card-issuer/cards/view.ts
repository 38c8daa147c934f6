import { cardBalance, cardNo } from '@citycard/clearing';
import { issuerErrors } from '../errors.ts';
import { maskedHolders, type ResidentDeps } from '../residents/index.ts';
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
export async function cardView(deps: Pick<ResidentDeps, 'db' | 'protection'>, number: string): Promise<CardView> {
  const { db } = deps;
  const found = await db.query<{ state: CardState; valid_to: string; resident_id: bigint | null }>(
    'select state, valid_to, resident_id from issuer.card where card_no = $1',
    [number],
  );
  const card = found.rows[0];
  if (card === undefined) throw issuerErrors.cardUnknown();
  const { resident_id: residentId } = card;
  const holder = residentId === null ? undefined : (await maskedHolders(deps, [residentId])).get(residentId);
  return {
    cardNo: number,
    state: card.state,
    validTo: card.valid_to,
    ...(holder === undefined ? {} : { holder }),
    ...(residentId === null ? {} : { purseFen: (await cardBalance(db, cardNo(number))).posted }),
  };
}
