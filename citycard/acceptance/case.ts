import type { CaseResult, Kit } from '@citycard/clearing';

/** A rule the candidate broke: a sentence for its maker. Everything else that is thrown in a case is a fault of ours. */
export class CaseFailed extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'CaseFailed';
  }
}

/** What every case has to do with: words for the tester, and how long to wait. */
export interface Bench {
  /** Tells the tester what to do next, in one sentence. */
  ask(sentence: string): void;
  /** For one step of the candidate or the tester. */
  readonly limitMs: number;
  /** Nothing that must not come has come for this long. */
  readonly quietMs: number;
}

/** One mandatory case of a kit. */
export interface AcceptanceCase<B extends Bench = Bench> {
  /** Lower case with hyphens; never changes its meaning. */
  readonly id: string;
  readonly title: string;
  /** Document and section that ask for it. */
  readonly document: string;
  /** Function the candidate must claim for the case to be about it. */
  readonly about?: string;
  /** @throws CaseFailed when the candidate does not pass. */
  run(bench: B): Promise<void>;
}

/** What happens while a kit runs. */
export type KitEvent =
  | { readonly event: 'case'; readonly id: string; readonly title: string; readonly at: number; readonly of: number }
  | { readonly event: 'ask'; readonly id: string; readonly sentence: string }
  | {
      readonly event: 'outcome';
      readonly id: string;
      readonly outcome: CaseResult['outcome'];
      readonly reason?: string;
    };

export interface RunOptions {
  readonly kit: Kit;
  /** Functions the candidate claims; cases about others are not run. */
  readonly functions: readonly string[];
  /** Only this case. */
  readonly only?: string;
  /** The whole run ends by then, whatever is left. */
  readonly clockLimitMs: number;
  readonly stopping: AbortSignal;
  tell(event: KitEvent): void;
}

const MS = 1000;

/**
 * Runs cases one after another. A case that fails does not end the run; a wish to stop and the clock do, and what was not
 * begun by then is `not-run`.
 *
 * @throws what went wrong on our side in a case
 */
export async function runCases<B extends Bench>(
  cases: readonly AcceptanceCase<B>[],
  benchOf: (one: AcceptanceCase<B>, ask: (sentence: string) => void) => B,
  options: RunOptions,
  after: (bench: B) => string | undefined = () => undefined,
): Promise<CaseResult[]> {
  const { stopping, tell } = options;
  const deadline = AbortSignal.timeout(options.clockLimitMs);
  const ended = AbortSignal.any([stopping, deadline]);
  const interrupted = new Promise<typeof INTERRUPTED>((resolve) => {
    ended.addEventListener('abort', () => resolve(INTERRUPTED), { once: true });
  });
  const results: CaseResult[] = [];
  for (const [at, one] of cases.entries()) {
    const { id, title, document } = one;
    const done = (outcome: CaseResult['outcome'], seconds: number, reason?: string) => {
      const told = reason === undefined ? {} : { reason: reason.slice(0, 1000) };
      results.push({ id, title, document, outcome, seconds: Math.round(seconds * 10) / 10, ...told });
      tell({ event: 'outcome', id, outcome, ...told });
    };
    if (one.about !== undefined && !options.functions.includes(one.about)) {
      done('not-claimed', 0);
    } else if ((options.only !== undefined && options.only !== id) || ended.aborted) {
      done('not-run', 0);
    } else {
      tell({ event: 'case', id, title, at: at + 1, of: cases.length });
      const begun = performance.now();
      const bench = benchOf(one, (sentence) => tell({ event: 'ask', id, sentence }));
      const reason = await outcomeOf(one, bench, interrupted, after);
      const seconds = (performance.now() - begun) / MS;
      if (reason === INTERRUPTED) done('not-run', seconds);
      else if (reason === undefined) done('passed', seconds);
      else done('failed', seconds, reason);
    }
  }
  return results;
}

const INTERRUPTED = Symbol('interrupted');

async function outcomeOf<B extends Bench>(
  one: AcceptanceCase<B>,
  bench: B,
  interrupted: Promise<typeof INTERRUPTED>,
  after: (bench: B) => string | undefined,
): Promise<string | undefined | typeof INTERRUPTED> {
  const ran = one.run(bench).then(
    () => after(bench),
    (error: unknown) => {
      if (!(error instanceof CaseFailed)) throw error;
      // What was wrong with a message says more than the waiting that came of it.
      return after(bench) ?? error.message;
    },
  );
  // When the run is broken off, the case is left where it waits.
  ran.catch(() => undefined);
  return Promise.race([ran, interrupted]);
}
