import {
  authoriseLoads,
  cardNo as toCardNo,
  type CardNo,
  checkResults,
  currentBusinessDate,
  decideLoads,
  type LoadRequest,
  type LoadResult,
  lockForLoads,
  lookUpLoads,
  openAccount,
  postOrThrow,
} from '@citycard/clearing';
import {
  CityCardError,
  type Database,
  type Fen,
  fen,
  type Principal,
  recordAct,
  transact,
  type Transaction,
} from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import { findCounterSam } from '../../cancellation/counter-sam.ts';
import { noteOnCard } from '../../cards/history.ts';
import type { CardInReader } from '../../readers/reader.ts';
import { giveReceipt } from '../receipts.ts';
import { requireOpenShift } from '../shifts.ts';
import {
  amountOf,
  begunUnder,
  type CounterLoad,
  endLoad,
  identityOf,
  nextTrace,
  openLoads,
  storeAttempt,
} from './begun.ts';
import { counterLoadErrors, refusalWords } from './errors.ts';
import { creditForLoad, initialiseForLoad, proveLoadOnCard } from './purse-load.ts';

export interface CounterLoadDeps {
  readonly db: Database;
  readonly hsm: Pick<HsmClient, 'loadAuthoriseAll' | 'verifyLoadTac'>;
}

/** What the clerk asks for; `key` is the Idempotency-Key of the request. */
export interface CounterLoadOrder {
  readonly key: string;
  readonly cardNo: string;
  readonly shiftId: bigint;
  readonly reader: string;
  /** Taken in cash. */
  readonly cashFen: Fen;
  /** Of what waits for the card already (补登). */
  readonly collectFen: Fen;
}

/** What is on the card now. */
export interface LoadedCard {
  readonly cardNo: string;
  readonly cashFen: Fen;
  readonly collectedFen: Fen;
  readonly balanceBeforeFen: Fen;
  readonly balanceAfterFen: Fen;
  /** The card had taken it before and proved it now. */
  readonly recovered: boolean;
}

/** A load the card has taken and proved, to be written down with the answer. */
export interface ProvedLoad {
  readonly load: CounterLoad;
  readonly tac: Buffer;
  readonly recovered: boolean;
}

/** A counter that has no SAM of its own names none; nothing of a load is computed from a SAM. */
const NO_SAM = '000000000000';

/**
 * Loads the card in the reader. The cash becomes pending credit of the card and is loaded from there in one transaction with the
 * order to the card, so whatever breaks off afterwards it is the holder's: on the card, on its way, or waiting. What an earlier
 * attempt left open is settled first, by what the card says of itself (domain.md A.9).
 *
 * @returns what the caller books with `bookLoad`; nothing of this attempt is final before
 * @throws card-issuer.counter-load.*, card-issuer.shift-unknown, card-issuer.chip-refused, chip-gone
 */
export async function loadCardInReader(
  deps: CounterLoadDeps,
  clerk: Principal,
  card: CardInReader,
  order: CounterLoadOrder,
): Promise<ProvedLoad> {
  const before = await begunUnder(deps.db, clerk, order.cardNo, order.key);
  if (before !== undefined && !isSame(before, order)) throw counterLoadErrors.otherContent();
  if (before?.state === 'given-back') throw counterLoadErrors.notWaiting();
  for (const open of await openLoads(deps.db, order.cardNo)) {
    const settled = await settleOpen(deps, clerk, card, open);
    if (settled === undefined) continue;
    if (open.key === order.key && open.clerk === clerk.id) return settled;
    await transact(deps.db, (tx) => bookLoad(tx, deps, clerk, settled));
    // Whoever repeats with another key has not seen that the first one went through: better look than load twice.
    throw counterLoadErrors.otherLoadOpen({ amountFen: amountOf(open) });
  }
  const samNo = (await findCounterSam(deps.db, order.reader))?.samNo ?? NO_SAM;
  const amount = fen(order.cashFen + order.collectFen);
  const said = await initialiseForLoad(card, amount, samNo);
  const { load, host } = await begin(deps, clerk, order, { ...said, samNo, amount });
  const answer = await creditForLoad(card, host).catch((error: unknown) => {
    if (error instanceof CityCardError && error.code === 'card-issuer.chip-gone')
      throw counterLoadErrors.torn(undefined, error);
    throw error;
  });
  if ('tac' in answer) return { load, tac: answer.tac, recovered: false };
  await transact(deps.db, (tx) => notCredited(tx, deps, clerk, load));
  throw counterLoadErrors.notTaken({ status: answer.refused });
}

const isSame = (begun: CounterLoad, order: CounterLoadOrder): boolean =>
  begun.cashFen === order.cashFen && begun.collectedFen === order.collectFen && begun.shiftId === order.shiftId;

/** The end of an attempt whose answer was lost: proved by the card, or undefined when the card never took it. */
async function settleOpen(
  deps: CounterLoadDeps,
  clerk: Principal,
  card: CardInReader,
  load: CounterLoad,
): Promise<ProvedLoad | undefined> {
  const { onlineCounter } = await initialiseForLoad(card, fen(0), load.samNo);
  if (onlineCounter === load.onlineCounter) {
    await transact(deps.db, (tx) => notCredited(tx, deps, clerk, load));
    return undefined;
  }
  const tac = await proveLoadOnCard(card, load.onlineCounter + 1);
  if (tac === undefined) throw counterLoadErrors.proofUnavailable();
  return { load, tac, recovered: true };
}

async function begin(
  deps: CounterLoadDeps,
  clerk: Principal,
  order: CounterLoadOrder,
  said: Awaited<ReturnType<typeof initialiseForLoad>> & { readonly samNo: string; readonly amount: Fen },
) {
  const card = toCardNo(order.cardNo);
  const trace = await nextTrace(deps.db);
  const request: LoadRequest = {
    identity: identityOf({ trace }),
    kind: 'bound-account',
    cardNo: card,
    amount: said.amount,
    onlineCounter: said.onlineCounter,
    balanceBefore: said.balance,
    cardRandom: said.random,
    samNo: said.samNo,
    mac1: said.mac1,
    at: new Date(),
  };
  const known = await lookUpLoads(deps.db, [request], []);
  const [authorised] = await authoriseLoads(deps.hsm, known, [request]);
  if (authorised === undefined) throw new Error('the HSM left a request without an answer');
  const act = { act: 'request', request, authorised } as const;
  return transact(deps.db, async (tx) => {
    const locked = await lockForLoads(tx, [act]);
    await requireOpenShift(tx, clerk, order.shiftId);
    await takeCash(tx, clerk, order, card);
    const load = await storeAttempt(tx, {
      cardNo: card,
      clerk: clerk.id,
      key: order.key,
      shiftId: order.shiftId,
      reader: order.reader,
      cashFen: order.cashFen,
      collectedFen: order.collectFen,
      trace,
      samNo: said.samNo,
      onlineCounter: said.onlineCounter,
      balanceBefore: said.balance,
    });
    const [decision] = await decideLoads(tx, deps.hsm, [act], locked);
    if (decision === undefined || !('mac2' in decision)) {
      const code = decision?.code ?? '90';
      throw counterLoadErrors.refused({ code, why: refusalWords[code] ?? 'the books refuse it' });
    }
    return { load, host: decision };
  });
}

/** Once per key: the cash of a repeated attempt lies in the till already. */
async function takeCash(tx: Transaction, clerk: Principal, order: CounterLoadOrder, card: CardNo): Promise<void> {
  if (order.cashFen === 0n) return;
  await openAccount(tx, `cash-shift:${order.shiftId}`, { owner: clerk.id });
  await postOrThrow(tx, await currentBusinessDate(tx), [
    {
      cardNo: card,
      key: `counter-cash:${clerk.id}:${order.key}`,
      reason: 'cash taken at the counter for a load',
      legs: [{ debit: `cash-shift:${order.shiftId}`, credit: 'pending-credit', amount: order.cashFen }],
    },
  ]);
}

/** The card says that it did not take it: the money waits for it again. */
async function notCredited(tx: Transaction, deps: CounterLoadDeps, clerk: Principal, load: CounterLoad): Promise<void> {
  await decideLoads(tx, deps.hsm, [{ act: 'result', result: resultOf(load, { outcome: 1, tac: Buffer.alloc(4) }) }]);
  await endLoad(tx, load, 'waiting');
  await recordAct(tx, clerk, {
    act: 'counter-load-not-taken',
    subject: `card ${load.cardNo}`,
    detail: { amountFen: Number(amountOf(load)) },
  });
}

/**
 * Books what the card has proved, with its receipt and its line in the card's history. Once: proved again it changes nothing.
 *
 * @throws card-issuer.counter-load.refused when the TAC is not that of this load
 */
export async function bookLoad(
  tx: Transaction,
  deps: CounterLoadDeps,
  clerk: Principal,
  { load, tac, recovered }: ProvedLoad,
): Promise<LoadedCard> {
  const result = resultOf(load, { outcome: 0, tac });
  const known = await lookUpLoads(deps.db, [], [result]);
  const [verdicts] = await checkResults(deps.hsm, known, [result]);
  const [decision] = await decideLoads(tx, deps.hsm, [{ act: 'result', result, ...(verdicts && { verdicts }) }]);
  if (decision?.code !== '00') {
    const code = decision?.code ?? '90';
    throw counterLoadErrors.refused({ code, why: refusalWords[code] ?? 'the books refuse it' });
  }
  await endLoad(tx, load, 'loaded');
  const amount = amountOf(load);
  const loaded: LoadedCard = {
    cardNo: load.cardNo,
    cashFen: load.cashFen,
    collectedFen: load.collectedFen,
    balanceBeforeFen: load.balanceBefore,
    balanceAfterFen: fen(load.balanceBefore + amount),
    recovered,
  };
  await giveReceipt(tx, clerk, {
    cardNo: load.cardNo,
    act: 'load',
    shiftId: load.shiftId,
    lines: [
      { what: 'cash', amountFen: load.cashFen, way: 'in' },
      { what: 'collected', amountFen: load.collectedFen, way: 'card' },
      { what: 'balance-before', amountFen: loaded.balanceBeforeFen, way: 'card' },
      { what: 'balance-after', amountFen: loaded.balanceAfterFen, way: 'card' },
    ],
  });
  await noteOnCard(tx, load.cardNo, { step: 'load', by: clerk.id, why: `${amount} fen at the counter` });
  await recordAct(tx, clerk, {
    act: 'load-card',
    subject: `card ${load.cardNo}`,
    detail: { cashFen: Number(load.cashFen), collectedFen: Number(load.collectedFen), recovered },
  });
  return loaded;
}

function resultOf(load: CounterLoad, said: Pick<LoadResult, 'outcome' | 'tac'>): LoadResult {
  const identity = identityOf(load);
  const { batchNo, traceNo } = identity;
  const amount = amountOf(load);
  return {
    ...said,
    identity,
    original: { batchNo, traceNo, date: '0000' },
    cardNo: load.cardNo,
    amount,
    balanceAfter: fen(load.balanceBefore + (said.outcome === 0 ? amount : 0n)),
    onlineCounterBefore: load.onlineCounter,
    at: new Date(),
  };
}
