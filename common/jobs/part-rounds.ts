import { maskIdentifiers } from '../logging/redaction.ts';

/** A part that works by itself, as its process knows it: ages in milliseconds, so that no clocks are compared. */
export interface PartState {
  readonly part: string;
  /** From the begin of one round to the next; undefined for a part that works when it is given work. */
  readonly everyMs: number | null;
  /** Since when a round is under way. */
  readonly atWorkForMs: number | null;
  /** What the round is at: a business day, a job. */
  readonly doing: string | null;
  /** Since the last round that ended well. */
  readonly doneBeforeMs: number | null;
  readonly rounds: number;
  /** Rounds in a row that failed. */
  readonly failures: number;
  readonly failure: string | null;
  /** Until it has to give its next sign; below zero it is overdue. Null while nothing is expected of it. */
  readonly dueInMs: number | null;
}

/** One part of this process that works by itself again and again. */
export interface WatchedPart {
  /** Does a round and notes that it was done, or why it failed; answers and throws as the work does. */
  round<T>(work: () => Promise<T>, doing?: string): Promise<T>;
  /** A sign of life within a long round; `doing` says what it is at. */
  sign(doing?: string): void;
  /** The part ends; nothing is expected of it any more. */
  end(): void;
}

/** A round may be late by three, and by this: a machine that is busy for a while is not a part that stands still. */
const MISSED_ROUNDS = 3;
const GRACE_MS = 10_000;
/** A round that has not given a sign for so long stands still, if it says nothing else. */
const LONGEST_ROUND_MS = 600_000;
const LONGEST_FAILURE = 300;

interface Kept {
  readonly part: string;
  readonly everyMs: number | undefined;
  readonly longestMs: number;
  signAt: number;
  atWork: number;
  beganAt: number | undefined;
  doneAt: number | undefined;
  doing: string | undefined;
  rounds: number;
  failures: number;
  failure: string | undefined;
}

const parts = new Set<Kept>();

/**
 * Notes a part of this process that works by itself, so that people see when it did its last round, what it is at and when it stands
 * still. A round costs two readings of a clock.
 *
 * @param options `everyMs`: from one round to the next, undefined when it works only when it is given work; `longestMs`: a round
 *   without a sign for longer stands still
 */
export function watchPart(
  part: string,
  options: { readonly everyMs?: number; readonly longestMs?: number } = {},
): WatchedPart {
  const kept: Kept = {
    part,
    everyMs: options.everyMs,
    longestMs: options.longestMs ?? LONGEST_ROUND_MS,
    signAt: performance.now(),
    atWork: 0,
    beganAt: undefined,
    doneAt: undefined,
    doing: undefined,
    rounds: 0,
    failures: 0,
    failure: undefined,
  };
  parts.add(kept);
  const sign = (doing?: string) => {
    kept.signAt = performance.now();
    if (doing !== undefined) kept.doing = doing;
  };
  return {
    round: async (work, doing) => {
      // Rounds that only join one that stands still are no sign of life.
      if (kept.atWork === 0) {
        sign();
        kept.beganAt = kept.signAt;
      }
      if (doing !== undefined) kept.doing = doing;
      kept.atWork += 1;
      try {
        const said = await work();
        kept.doneAt = performance.now();
        kept.failures = 0;
        kept.failure = undefined;
        return said;
      } catch (error) {
        kept.failures += 1;
        kept.failure = maskIdentifiers(error instanceof Error ? error.message : String(error)).slice(
          0,
          LONGEST_FAILURE,
        );
        throw error;
      } finally {
        kept.rounds += 1;
        kept.atWork -= 1;
        if (kept.atWork === 0) kept.beganAt = kept.doing = undefined;
        sign();
      }
    },
    sign,
    end: () => void parts.delete(kept),
  };
}

/** The parts of this process as they are now. */
export function partsOfThisProcess(): PartState[] {
  const now = performance.now();
  const since = (instant: number | undefined) => (instant === undefined ? null : Math.round(now - instant));
  return [...parts]
    .map((kept) => ({
      part: kept.part,
      everyMs: kept.everyMs ?? null,
      atWorkForMs: since(kept.beganAt),
      doing: kept.doing ?? null,
      doneBeforeMs: since(kept.doneAt),
      rounds: kept.rounds,
      failures: kept.failures,
      failure: kept.failure ?? null,
      dueInMs: dueIn(kept, now),
    }))
    .sort((one, other) => (one.part < other.part ? -1 : 1));
}

function dueIn({ everyMs, longestMs, beganAt, signAt }: Kept, now: number): number | null {
  if (beganAt !== undefined) return Math.round(signAt + longestMs - now);
  return everyMs === undefined ? null : Math.round(signAt + MISSED_ROUNDS * everyMs + GRACE_MS - now);
}
