import type { Fen, Transaction } from '@citycard/common';
import { clearingErrors } from '../errors.ts';
import type { CardNo } from './card-number.ts';

/**
 * Sets how many fen a purse may hold, in force from the next load on: the holder's identity was confirmed, or a limit
 * changed. What is on the card already stays. A cap above that of anonymous cards says that the holder's identity is confirmed.
 *
 * @throws CityCardError `clearing.purse-unknown`
 */
export async function setPurseCap(tx: Transaction, card: CardNo, cap: Fen): Promise<void> {
  const { rowCount } = await tx.query(
    'update clearing.purse set purse_cap_fen = $2, named = named or clearing.is_named_cap($2) where card_no = $1',
    [card, cap],
  );
  if (rowCount === 0) throw clearingErrors.purseUnknown();
}
