import {
  beginCancellationDebit,
  type Cancellation,
  type CancellationDebit,
  cancellationErrors,
  cancellationMac1,
  cancellationProved,
  cancellationRefuted,
  type CardNo,
  dropCancellationDebit,
  findCancellation,
  findPurse,
  type Purse,
  raiseAlarm,
} from '@citycard/clearing';
import { cityDateTimeDigits, CityCardError, type Database, fen, type Principal, transact } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import type { CardInReader } from '../readers/reader.ts';
import { requireCardInReader } from '../readers/recognise.ts';
import { findCounterSam, nextTransaction } from './counter-sam.ts';
import { cancelErrors } from './errors.ts';
import { type CancelledLoad, completeWithCash, requireOwnTill } from './own-load.ts';
import { debitForPurchase, initialiseForPurchase, provePurchase } from './purse-commands.ts';

export interface DebitDeps {
  readonly db: Database;
  readonly hsm: Pick<HsmClient, 'samPurchaseMac1' | 'samVerifyMac2' | 'verifyTacs'>;
}

interface Asked {
  readonly cardNo: CardNo;
  readonly loadId: bigint;
  /** Where the card lies; its SAM debits. */
  readonly counter: string;
}

/**
 * Debits the card in the reader for a load whose cancellation two people have signed, and books the money back. A debit that
 * was torn earlier is settled first, by what the card proves; so the same call is repeated until it answers a receipt, and
 * answers the same one ever after. Nothing is posted that the card has not proved, and nothing twice. (domain.md A.4, A.9)
 *
 * @throws card-issuer.cancellation.*, clearing.cancellation.*, card-issuer.readers.card-not-ours, other-card
 */
export async function debitCancelledLoad(
  deps: DebitDeps,
  clerk: Principal,
  card: CardInReader,
  asked: Asked,
): Promise<CancelledLoad> {
  await requireCardInReader(card, asked.cardNo);
  const found = await findCancellation(deps.db, asked.cardNo, asked.loadId);
  const purse = await findPurse(deps.db, asked.cardNo);
  if (found === undefined || purse === undefined) throw cancellationErrors.unknown();
  if (found.state === 'posted') return complete(deps, clerk, asked, { tac: Buffer.alloc(4), recovered: false });
  if (found.debit !== undefined) {
    const settled = await settleTorn(deps, clerk, card, asked, { ...found, debit: found.debit }, purse);
    if (settled !== undefined) return settled;
  }
  return debitAfresh(deps, clerk, card, asked, purse, found);
}

/** The end of a torn debit: a receipt when the card proves it, undefined when the card was never debited. */
async function settleTorn(
  deps: DebitDeps,
  clerk: Principal,
  card: CardInReader,
  asked: Asked,
  torn: Cancellation & { readonly debit: CancellationDebit },
  purse: Purse,
): Promise<CancelledLoad | undefined> {
  const { debit, amount } = torn;
  const { cardNo, loadId } = asked;
  // Amount 0 always passes, so an emptied purse cannot hide the debit.
  const { offlineCounter } = await initialiseForPurchase(card, fen(0), debit.samNo);
  if (offlineCounter === debit.offlineCounter) {
    const why = 'the counter of the card has not moved';
    await transact(deps.db, (tx) => dropCancellationDebit(tx, clerk, cardNo, loadId, why));
    return undefined;
  }
  const proof = await provePurchase(card, debit.offlineCounter + 1);
  if (proof !== undefined && (await cancellationProved(deps.hsm, { purse, cardNo, amount, debit }, proof))) {
    return complete(deps, clerk, asked, { tac: proof.tac, recovered: true });
  }
  // The last transaction of the card is another one: at the debit's counter, or after it.
  const other = await cancellationRefuted(deps.db, torn, purse.issuerCity);
  if (!other) throw cancelErrors.proofUnavailable();
  const why = 'another purchase of the card has this counter';
  await transact(deps.db, (tx) => dropCancellationDebit(tx, clerk, cardNo, loadId, why));
  return undefined;
}

async function debitAfresh(
  deps: DebitDeps,
  clerk: Principal,
  card: CardInReader,
  asked: Asked,
  purse: Purse,
  { amount }: Cancellation,
): Promise<CancelledLoad> {
  const { cardNo, loadId } = asked;
  const sam = await findCounterSam(deps.db, asked.counter);
  if (sam === undefined) throw cancelErrors.counterWithoutSam({ counter: asked.counter });
  const said = await initialiseForPurchase(card, amount, sam.samNo);
  const debit = await begin(deps, clerk, asked, said);
  let mac1: Buffer;
  try {
    mac1 = await cancellationMac1(deps.hsm, { purse, cardNo, amount, debit });
  } catch (error) {
    await drop(deps, clerk, asked, 'the HSM made no MAC1, so the card was never asked');
    throw error;
  }
  const { samTransactionNo: transactionNo, date, time } = debit;
  const answer = await debitForPurchase(card, { transactionNo, date, time, mac1 }).catch((error: unknown) => {
    if (error instanceof CityCardError && error.code === 'card-issuer.chip-gone')
      throw cancelErrors.torn(undefined, error);
    throw error;
  });
  if ('refused' in answer) {
    await drop(deps, clerk, asked, `the card refused the debit with ${answer.refused}`);
    throw cancelErrors.refused({ step: 'DEBIT FOR PURCHASE', status: answer.refused });
  }
  if (!(await cancellationProved(deps.hsm, { purse, cardNo, amount, debit }, answer))) {
    await transact(deps.db, (tx) =>
      raiseAlarm(tx, {
        kind: 'load-cancellation-proof-wrong',
        severity: 'critical',
        subject: `card ${cardNo}`,
        evidence: { loadId, samNo: debit.samNo, samTransactionNo: transactionNo, clerk: clerk.id },
      }),
    );
    throw cancelErrors.proofWrong();
  }
  return complete(deps, clerk, asked, { tac: answer.tac, recovered: false });
}

/** What was begun and the SAM's number are committed together before the card is told to pay. */
function begin(
  { db }: DebitDeps,
  clerk: Principal,
  { cardNo, loadId, counter }: Asked,
  said: Awaited<ReturnType<typeof initialiseForPurchase>>,
): Promise<CancellationDebit> {
  return transact(db, async (tx) => {
    const { samNo, participantNo, transactionNo } = await nextTransaction(tx, counter);
    const debit: CancellationDebit = {
      counter,
      participantNo,
      samNo,
      samTransactionNo: transactionNo,
      offlineCounter: said.offlineCounter,
      balanceBefore: said.balance,
      cardRandom: said.random,
      keyVersion: said.keyVersion,
      algorithmByte: said.algorithmByte,
      debitedBy: clerk.id,
      ...cityDateTimeDigits(new Date()),
    };
    await beginCancellationDebit(tx, cardNo, loadId, debit);
    await requireOwnTill(tx, clerk, cardNo, loadId);
    return debit;
  });
}

const drop = ({ db }: DebitDeps, clerk: Principal, { cardNo, loadId }: Asked, why: string): Promise<void> =>
  transact(db, (tx) => dropCancellationDebit(tx, clerk, cardNo, loadId, why));

const complete = (
  { db }: DebitDeps,
  clerk: Principal,
  { cardNo, loadId }: Asked,
  proof: { readonly tac: Buffer; readonly recovered: boolean },
): Promise<CancelledLoad> => transact(db, (tx) => completeWithCash(tx, clerk, { cardNo, loadId }, proof));
