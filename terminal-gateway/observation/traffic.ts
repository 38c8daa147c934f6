import { watchPart } from '@citycard/common';
import type { LinkStatistics } from '../link/limits.ts';
import type { MessageMetrics, MessageTotal } from './message-metrics.ts';
import { wordsOfCode, wordsOfMessage } from './message-words.ts';

/** What went through the gateway in one second. */
export interface TrafficSecond {
  readonly at: Date;
  /** Messages by kind and code; those that came. */
  readonly messages: readonly MessageTotal[];
  /** How long the message took that half, and nineteen in twenty, were faster than or as fast as; null when none came. */
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
  readonly slowestMs: number | null;
  readonly links: number;
  readonly inFlight: number;
}

export interface Traffic {
  /** Whole seconds since an instant, oldest first; all that are kept when none is given. */
  since(at?: Date): readonly TrafficSecond[];
  /** Kinds of messages and codes that were seen, in words. */
  words(): { readonly messages: Readonly<Record<string, string>>; readonly codes: Readonly<Record<string, string>> };
  /** Listeners, with what they have counted since the start. */
  listeners(): Readonly<Record<string, Readonly<LinkStatistics>>>;
  stop(): void;
}

/** Five minutes: what a person at a screen looks back at. */
const KEPT_SECONDS = 300;

type Listeners = Readonly<Record<string, { statistics(): Readonly<LinkStatistics> }>>;

/**
 * Keeps what goes through the gateway, by the second. It reads once a second what is counted anyway, so that a message costs
 * nothing more than before.
 */
export function startTraffic(
  metrics: Pick<MessageMetrics, 'totals' | 'times'>,
  listeners: Listeners,
  { everyMs = 1_000 }: { readonly everyMs?: number } = {},
): Traffic {
  const seconds: TrafficSecond[] = [];
  let before = metrics.totals();
  let timesBefore = metrics.times().met;
  const look = () => {
    const totals = metrics.totals();
    const { bounds, met } = metrics.times();
    const known = new Map(before.map((total) => [`${total.message} ${total.code}`, total.count]));
    const messages = totals.flatMap(({ message, code, count }) => {
      const since = count - (known.get(`${message} ${code}`) ?? 0);
      return since > 0 ? [{ message, code, count: since }] : [];
    });
    const times = met.map((count, bucket) => count - (timesBefore[bucket] ?? 0));
    const statistics = Object.values(listeners).map((one) => one.statistics());
    seconds.push({
      at: new Date(),
      messages,
      medianMs: quantile(bounds, times, 0.5),
      p95Ms: quantile(bounds, times, 0.95),
      slowestMs: quantile(bounds, times, 1),
      links: statistics.reduce((sum, { connections }) => sum + connections, 0),
      inFlight: statistics.reduce((sum, { inFlight }) => sum + inFlight, 0),
    });
    if (seconds.length > KEPT_SECONDS) seconds.shift();
    before = totals;
    timesBefore = met;
  };
  const part = watchPart('gateway', { everyMs });
  const timer = setInterval(() => void part.round(() => Promise.resolve(look())), everyMs).unref();
  return {
    since: (at) => (at === undefined ? [...seconds] : seconds.filter((second) => second.at > at)),
    words: () => {
      const seen = metrics.totals();
      return {
        messages: Object.fromEntries(seen.map(({ message }) => [message, wordsOfMessage(message)])),
        codes: Object.fromEntries(seen.map(({ code }) => [code, wordsOfCode(code)])),
      };
    },
    listeners: () => Object.fromEntries(Object.entries(listeners).map(([name, one]) => [name, one.statistics()])),
    stop: () => {
      clearInterval(timer);
      part.end();
    },
  };
}

/** The upper bound of the bucket that the given share of observations does not exceed, in ms; of the last bucket its lower one. */
function quantile(bounds: readonly number[], met: readonly number[], share: number): number | null {
  const all = met.reduce((sum, count) => sum + count, 0);
  if (all === 0) return null;
  let passed = 0;
  for (const [bucket, count] of met.entries()) {
    passed += count;
    if (count > 0 && passed >= share * all) return (bounds[bucket] ?? bounds.at(-1) ?? 0) * 1000;
  }
  return (bounds.at(-1) ?? 0) * 1000;
}
