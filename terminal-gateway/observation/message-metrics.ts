import { Counter, type Registry } from 'prom-client';
import { DurationHistogram } from './duration-histogram.ts';
import type { ObservedMessage } from './observed-message.ts';

/** Seconds: from an echo out of memory to a message that met its deadline. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Whose a message is when its terminal is not registered: what the sender claims must not become a label. */
const UNKNOWN = 'unknown';

interface Tally {
  readonly labels: { message: string; code: string; operator: string; industry: string };
  count: number;
}

/** How many messages of a kind were answered with a code. */
export interface MessageTotal {
  readonly message: string;
  readonly code: string;
  readonly count: number;
}

/**
 * Messages by kind, code, operator and industry, and the time each kind takes. Counted in tallies of our own and told when
 * somebody asks, so that counting a message costs a few map look-ups.
 */
export class MessageMetrics {
  readonly #seconds: DurationHistogram;
  readonly #byOperator = new Map<string, Map<number, Map<string, Map<string, Tally>>>>();
  readonly #tallies: Tally[] = [];

  constructor(registry: Registry) {
    const tallies = this.#tallies;
    new Counter({
      name: 'gateway_messages_total',
      help: 'Messages answered, by message, field 39 (none: link closed without an answer), operator and industry',
      labelNames: ['message', 'code', 'operator', 'industry'],
      registers: [registry],
      collect() {
        this.reset();
        for (const { labels, count } of tallies) this.inc(labels, count);
      },
    });
    this.#seconds = new DurationHistogram(registry, {
      name: 'gateway_message_seconds',
      help: 'Time from the whole message to its answer',
      label: 'message',
      bounds: BUCKETS,
    });
  }

  count(message: ObservedMessage): void {
    this.#tallyOf(message).count += 1;
    let ms = 0;
    for (const stage of message.stages) ms += stage.ms;
    this.#seconds.observe(message.kind, ms / 1000);
  }

  /** Messages so far by kind and code, whoever sent them. */
  totals(): MessageTotal[] {
    const found = new Map<string, { message: string; code: string; count: number }>();
    for (const { labels, count } of this.#tallies) {
      const key = `${labels.message} ${labels.code}`;
      const known = found.get(key);
      if (known === undefined) found.set(key, { message: labels.message, code: labels.code, count });
      else known.count += count;
    }
    return [...found.values()];
  }

  /** How long messages took so far: how many met each bucket of time, the last above all bounds. */
  times(): { readonly bounds: readonly number[]; readonly met: readonly number[] } {
    return { bounds: BUCKETS, met: this.#seconds.allSeries() };
  }

  #tallyOf({ kind, code, operator, industry }: ObservedMessage): Tally {
    const whose = operator ?? UNKNOWN;
    const byCode = inner(inner(inner(this.#byOperator, whose), industry ?? 0), kind);
    const known = byCode.get(code);
    if (known !== undefined) return known;
    const labels = { message: kind, code, operator: whose, industry: industry?.toString() ?? UNKNOWN };
    const tally = { labels, count: 0 };
    byCode.set(code, tally);
    this.#tallies.push(tally);
    return tally;
  }
}

function inner<K, K2, V>(outer: Map<K, Map<K2, V>>, key: K): Map<K2, V> {
  let found = outer.get(key);
  if (found === undefined) outer.set(key, (found = new Map<K2, V>()));
  return found;
}
