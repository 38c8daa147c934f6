import {
  cardFactor,
  cityFactor,
  deriveThrough,
  loadSessionKey,
  transactionAuthenticationCode,
  transactionMac,
} from '@citycard/city-sim';
import { packed, unsigned } from './wire.ts';

/** A card by its number; with its keys it can prove what it says. */
export interface FuzzCard {
  readonly cardNo: string;
  readonly keys: { readonly load: Buffer; readonly tac: Buffer } | undefined;
}

/** A card of the sandbox: its keys come of published root keys. */
export function sandboxCard(cardNo: string, roots: { readonly load: Buffer; readonly tac: Buffer }): FuzzCard {
  const factors = [cityFactor(cardNo.slice(3, 7)), cardFactor(cardNo)];
  return {
    cardNo,
    keys: { load: deriveThrough('3des', roots.load, factors), tac: deriveThrough('3des', roots.tac, factors) },
  };
}

interface LoadSaid {
  readonly balance: number;
  readonly counter: number;
  readonly random: Buffer;
  readonly fen: number;
  readonly samNo: string;
}

interface PurchaseSaid {
  readonly fen: number;
  readonly type: number;
  readonly samNo: string;
  readonly transaction: number;
  readonly moment: Buffer;
}

/** MAC1 of a load and TAC of a purchase as the card would make them; a card without keys says zeros. */
export function cardProofs(card: FuzzCard) {
  const { keys } = card;
  return {
    mac1: (said: LoadSaid): Buffer => {
      if (keys === undefined) return Buffer.alloc(4);
      const session = loadSessionKey('3des', keys.load, said.random, unsigned(said.counter, 2));
      const sale = [unsigned(said.balance, 4), unsigned(said.fen, 4), Buffer.of(2), packed(said.samNo)];
      return transactionMac('3des', session, ...sale);
    },
    tac: (said: PurchaseSaid): Buffer => {
      if (keys === undefined) return Buffer.alloc(4);
      const parts = [unsigned(said.fen, 4), Buffer.of(said.type), packed(said.samNo), unsigned(said.transaction, 4)];
      return transactionAuthenticationCode('3des', keys.tac, ...parts, said.moment);
    },
  };
}
