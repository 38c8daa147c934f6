import type { CardMemory } from './play-day.ts';

/** Reads the installation as the auditor. */
export type Read = (path: string) => Promise<unknown>;

export interface Check {
  readonly ok: boolean;
  readonly [figure: string]: unknown;
}

export interface Checks {
  /** The sum of all accounts is zero. */
  readonly ledger: Check;
  /** Custody covers what is owed, and the bank's own statement says the same. */
  readonly float: Check;
  /** The hash chain and every balance recompute. */
  readonly chain: Check;
  /** Every purse is what its card says plus what is still on its way. */
  readonly cards: Check;
}

/** Proves the day from the outside: every figure is asked of the installation, every card's balance of the card. */
export async function proveDay(read: Read, businessDate: string, cards: readonly CardMemory[]): Promise<Checks> {
  const trial = (await read('/v1/ledger/trial-balance')) as { sumFen: number };
  const verification = (await read('/v1/ledger/verification')) as { ok: boolean; chunks: number; transfers: number };
  const float = (await read(`/v1/float/${businessDate}`)) as { ok: boolean };
  return {
    ledger: { ok: trial.sumFen === 0, sumFen: trial.sumFen },
    float: { ...float },
    chain: { ...verification },
    cards: await compareCards(read, cards),
  };
}

/** What the back office holds for one card (`/v1/purses`), in fen. */
interface PurseView {
  readonly cardNo: string;
  readonly balanceFen: number;
  /** Loads the card may have been credited with that are not settled yet. */
  readonly pendingLoadFen: number;
  /** Purchases of the card that are true (right TAC) but not posted: held, or refused to the operator. */
  readonly unpostedPurchasesFen: number;
  /** Torn purchases nobody can tell about yet: the card has paid each of them, or not. */
  readonly tornPurchasesFen: number;
}

/**
 * card = purse + loads on their way − true purchases not posted − torn ones, where each torn one and each load on its way
 * is there or not.
 */
async function compareCards(read: Read, cards: readonly CardMemory[]): Promise<Check> {
  const views = new Map<string, PurseView>();
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const page = (await read(`/v1/purses?cursor=${cursor}`)) as { purses: PurseView[]; next?: string };
    for (const view of page.purses) views.set(view.cardNo, view);
    cursor = page.next;
  }

  const sums = { cardsFen: 0n, pursesFen: 0n, pendingLoadsFen: 0n, unpostedPurchasesFen: 0n, tornPurchasesFen: 0n };
  const different: string[] = [];
  for (const card of cards) {
    const view = views.get(card.cardNo);
    if (view === undefined) {
      different.push(card.cardNo);
      continue;
    }
    sums.cardsFen += BigInt(card.balanceFen);
    sums.pursesFen += BigInt(view.balanceFen);
    sums.pendingLoadsFen += BigInt(view.pendingLoadFen);
    sums.unpostedPurchasesFen += BigInt(view.unpostedPurchasesFen);
    sums.tornPurchasesFen += BigInt(view.tornPurchasesFen);
    const certain = BigInt(view.balanceFen) - BigInt(view.unpostedPurchasesFen);
    const least = certain - BigInt(view.tornPurchasesFen);
    const most = certain + BigInt(view.pendingLoadFen);
    const says = BigInt(card.balanceFen);
    if (says < least || says > most) different.push(card.cardNo);
  }
  const figures = Object.fromEntries(Object.entries(sums).map(([name, value]) => [name, Number(value)]));
  return {
    ok: different.length === 0 && cards.length > 0,
    cards: cards.length,
    different: different.length,
    ...figures,
  };
}
