import type { Balance, Card } from '../calls.ts';

/** What an act did, for the page to say. */
export interface Done {
  readonly sentence: string;
  readonly amounts?: readonly { readonly label: string; readonly fen: number }[];
  /** There is a receipt to print, of this card or of `receiptOf`. */
  readonly receipt?: boolean;
  readonly receiptOf?: string;
  readonly next?: { readonly to: string; readonly title: string };
}

/** What every panel of an act is given. */
export interface ActProps {
  /** Which act: one panel serves several that are alike. */
  readonly act: CardAct;
  readonly card: Card;
  readonly balance?: Balance | undefined;
  /** The state the act rests on. */
  readonly tag?: string | undefined;
}

export type CardAct =
  | 'load'
  | 'receive'
  | 'loss'
  | 'lossByPhone'
  | 'found'
  | 'block'
  | 'unblock'
  | 'replace'
  | 'renew'
  | 'extend'
  | 'return'
  | 'payBalance'
  | 'pin'
  | 'passes'
  | 'concession'
  | 'oldCards'
  | 'cancelLoad'
  | 'notices'
  | 'case'
  | 'chip'
  | 'history'
  | 'receipts';

/** Acts by the states that allow them; `card-issuer/cards/life-cycle.ts` decides in the end. */
const BY_STATE: Readonly<Record<CardAct, readonly string[]>> = {
  load: ['active'],
  receive: ['issued'],
  loss: ['active', 'lost-reported'],
  lossByPhone: ['active'],
  found: ['lost-reported', 'lost-confirmed'],
  block: ['issued', 'active', 'lost-reported', 'lost-confirmed', 'expired'],
  unblock: ['blocked'],
  replace: ['active', 'lost-confirmed', 'blocked'],
  renew: ['active', 'expired'],
  extend: ['active', 'expired'],
  return: ['active', 'lost-confirmed', 'blocked', 'expired'],
  payBalance: ['returned'],
  pin: ['active', 'issued', 'expired'],
  passes: ['active', 'lost-reported', 'lost-confirmed', 'blocked', 'expired'],
  concession: ['active'],
  oldCards: ['active'],
  cancelLoad: ['active'],
  notices: ['active', 'lost-reported', 'lost-confirmed', 'blocked', 'expired'],
  case: ['issued', 'active', 'lost-reported', 'lost-confirmed', 'blocked', 'expired', 'replaced', 'returned'],
  chip: ['active', 'expired'],
  history: [],
  receipts: [],
};
/** A registrar closes and opens cards, and looks. */
const REGISTRAR: readonly CardAct[] = ['block', 'unblock', 'history'];

export function actsOf(card: Card, roles: readonly string[]): CardAct[] {
  const all = Object.keys(BY_STATE) as CardAct[];
  return all.filter(
    (act) =>
      (BY_STATE[act].length === 0 || BY_STATE[act].includes(card.state)) &&
      (roles.includes('clerk') || (roles.includes('registrar') && REGISTRAR.includes(act))),
  );
}
