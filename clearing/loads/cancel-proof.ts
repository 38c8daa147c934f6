import { digitsToBcd, type Fen, fenToNumber } from '@citycard/common';
import type { HsmClient, SamPurchase } from '@citycard/hsm-sim';
import { cardFactor, type CardNo, cityFactor } from '../purses/card-number.ts';
import type { Purse } from '../purses/purse.ts';
import { rootKey } from '../purses/root-key.ts';
import type { CancellationDebit } from './cancellation.ts';

type CounterSam = Pick<HsmClient, 'samPurchaseMac1' | 'samVerifyMac2' | 'verifyTacs'>;

const EP_PURCHASE = 0x06;

interface AskedDebit {
  readonly purse: Purse;
  readonly cardNo: CardNo;
  readonly amount: Fen;
  readonly debit: CancellationDebit;
}

/**
 * MAC1 of the debit, made by the HSM in the place of the counter's SAM (domain.md A.4).
 *
 * @throws HsmUnavailable
 */
export function cancellationMac1(hsm: CounterSam, asked: AskedDebit): Promise<Buffer> {
  return hsm.samPurchaseMac1(samPurchase(asked));
}

/**
 * Whether the card has paid the debit: its TAC, and MAC2 where the card gave one.
 *
 * @throws HsmUnavailable
 */
export async function cancellationProved(
  hsm: CounterSam,
  asked: AskedDebit,
  answer: { readonly tac: Buffer; readonly mac2?: Buffer },
): Promise<boolean> {
  const { purse, cardNo, amount, debit } = asked;
  const bytes = Buffer.alloc(9);
  bytes.writeUInt32BE(fenToNumber(amount));
  bytes.writeUInt8(EP_PURCHASE, 4);
  bytes.writeUInt32BE(debit.samTransactionNo, 5);
  const data = Buffer.concat([
    bytes.subarray(0, 5),
    digitsToBcd(debit.samNo),
    bytes.subarray(5),
    digitsToBcd(debit.date + debit.time),
  ]);
  const factors = [cityFactor(purse.issuerCity), cardFactor(cardNo)];
  const [tacRight] = await hsm.verifyTacs([
    { dtk: rootKey('DTK', purse.algorithm), factors, algorithm: purse.algorithm, data, tac: answer.tac },
  ]);
  if (tacRight !== true) return false;
  return answer.mac2 === undefined || hsm.samVerifyMac2({ ...samPurchase(asked), mac2: answer.mac2 });
}

function samPurchase({ purse, cardNo, amount, debit }: AskedDebit): SamPurchase {
  return {
    dpk: rootKey('DPK', purse.algorithm),
    factors: [cityFactor(purse.issuerCity), cardFactor(cardNo)],
    algorithm: purse.algorithm,
    cardRandom: debit.cardRandom,
    offlineCounter: debit.offlineCounter,
    transactionNo: debit.samTransactionNo,
    amount: fenToNumber(amount),
    type: EP_PURCHASE,
    samNo: digitsToBcd(debit.samNo),
    date: digitsToBcd(debit.date),
    time: digitsToBcd(debit.time),
  };
}
