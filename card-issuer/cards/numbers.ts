import { luhnDigit, type Transaction } from '@citycard/common';
import { HOME_CITY } from '@citycard/clearing';

/** Issuer code inside the card number (terminal interface, section 5: 310 ‖ city 4 ‖ issuer 2 ‖ sequence 9 ‖ Luhn). */
const ISSUER = '01';

/** Sandbox cards have an issuer code of their own, so that their numbers can never meet those of real cards. */
export const SANDBOX_ISSUER = '99';

/** The card number with the given sequence, its Luhn digit included. */
export function composeCardNo(issuer: string, sequence: bigint): string {
  const body = `310${HOME_CITY}${issuer}${sequence.toString().padStart(9, '0')}`;
  return body + luhnDigit(body);
}

/** Numbers never given before, in order. */
export async function nextCardNumbers(tx: Transaction, count: number): Promise<string[]> {
  const { rows } = await tx.query<{ sequence: bigint }>(
    `select nextval('issuer.card_sequence') as sequence from generate_series(1, $1)`,
    [count],
  );
  return rows.map((row) => composeCardNo(ISSUER, row.sequence));
}
