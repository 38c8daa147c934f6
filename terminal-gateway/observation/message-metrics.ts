import { Counter, Histogram, type Registry } from 'prom-client';
import type { ObservedMessage } from './observed-message.ts';

/** Seconds: from an echo out of memory to a message that met its deadline. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Whose a message is when its terminal is not registered: what the sender claims must not become a label. */
const UNKNOWN = 'unknown';

interface Counted {
  inc(): void;
}

/**
 * Messages by kind, code, operator and industry, and the time each kind takes. The labelled counters are looked up once
 * and kept, so that counting a message costs a few map look-ups.
 */
export class MessageMetrics {
  readonly #messages: Counter<'message' | 'code' | 'operator' | 'industry'>;
  readonly #seconds: Histogram<'message'>;
  readonly #counters = new Map<string, Map<number, Map<string, Map<string, Counted>>>>();
  readonly #timers = new Map<string, { observe(seconds: number): void }>();

  constructor(registry: Registry) {
    this.#messages = new Counter({
      name: 'gateway_messages_total',
      help: 'Messages answered, by message, field 39 (none: link closed without an answer), operator and industry',
      labelNames: ['message', 'code', 'operator', 'industry'],
      registers: [registry],
    });
    this.#seconds = new Histogram({
      name: 'gateway_message_seconds',
      help: 'Time from the whole message to its answer',
      labelNames: ['message'],
      buckets: BUCKETS,
      registers: [registry],
    });
  }

  count(message: ObservedMessage): void {
    this.#counterOf(message).inc();
    const { kind } = message;
    let timer = this.#timers.get(kind);
    if (timer === undefined) this.#timers.set(kind, (timer = this.#seconds.labels(kind)));
    let ms = 0;
    for (const stage of message.stages) ms += stage.ms;
    timer.observe(ms / 1000);
  }

  #counterOf({ kind, code, operator, industry }: ObservedMessage): Counted {
    const whose = operator ?? UNKNOWN;
    const byIndustry = inner(this.#counters, whose);
    const byKind = inner(byIndustry, industry ?? 0);
    const byCode = inner(byKind, kind);
    const known = byCode.get(code);
    if (known !== undefined) return known;
    const labels = { message: kind, code, operator: whose, industry: industry?.toString() ?? UNKNOWN };
    const counter = this.#messages.labels(labels);
    byCode.set(code, counter);
    return counter;
  }
}

function inner<K, K2, V>(outer: Map<K, Map<K2, V>>, key: K): Map<K2, V> {
  let found = outer.get(key);
  if (found === undefined) outer.set(key, (found = new Map<K2, V>()));
  return found;
}
