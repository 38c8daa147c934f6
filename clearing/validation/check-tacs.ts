import { type CardAlgorithm, HsmRefused, HsmUnavailable, type HsmClient, type KeyRef } from '@citycard/hsm-sim';
import { cardFactor, type CardNo, cityFactor } from '../purses/card-number.ts';
import { tacInput } from '../purchases/purchase-record.ts';
import { validationErrors } from './errors.ts';
import type { Purse } from './facts.ts';
import type { ReceivedPurchase } from './received-purchase.ts';

/** The part of the HSM that validation needs. */
export type TacHsm = Pick<HsmClient, 'verifyTacs'>;

export interface TacQuestion {
  readonly purchase: ReceivedPurchase;
  readonly purse: Purse;
}

/** As much of a question as its TAC needs. */
interface TacOfCard {
  readonly purchase: Pick<ReceivedPurchase, 'ref' | 'raw' | 'record'>;
  readonly purse: Pick<Purse, 'issuerCity' | 'algorithm'>;
}

/**
 * Asks the HSM for all TACs at once; the answers are in the order of the questions. Key factors and algorithm come from the
 * personalisation record of the card, never from the purchase record.
 *
 * @throws CityCardError `clearing-validation.hsm-unavailable`, `.hsm-refused`.
 */
export async function checkTacs(
  hsm: TacHsm,
  dtk: (algorithm: CardAlgorithm) => KeyRef,
  questions: readonly TacOfCard[],
): Promise<boolean[]> {
  if (questions.length === 0) return [];
  const cities = new Map<string, Buffer>();
  const cityFactorOf = ({ issuerCity }: Pick<Purse, 'issuerCity'>): Buffer => {
    const factor = cities.get(issuerCity) ?? cityFactor(issuerCity);
    cities.set(issuerCity, factor);
    return factor;
  };
  const items = questions.map(({ purchase, purse }) => ({
    dtk: dtk(purse.algorithm),
    // The number of a card that has a purse.
    factors: [cityFactorOf(purse), cardFactor(purchase.ref.cardNo as CardNo)],
    algorithm: purse.algorithm,
    data: tacInput(purchase.raw),
    tac: purchase.record.tac,
  }));
  const keys = [...new Set(items.map((item) => item.dtk))];
  try {
    return await hsm.verifyTacs(items);
  } catch (error) {
    if (error instanceof HsmUnavailable) throw validationErrors.hsmUnavailable(undefined, error);
    if (error instanceof HsmRefused)
      throw validationErrors.hsmRefused({ code: error.code, key: keys.join(', ') }, error);
    throw error;
  }
}
