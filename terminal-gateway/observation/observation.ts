import type { Database, Logger } from '@citycard/common';
import { Counter, Registry } from 'prom-client';
import { MessageMetrics } from './message-metrics.ts';
import type { ObserveMessage, ObservedMessage } from './observed-message.ts';
import { TraceWriter } from './trace-writer.ts';

export interface ObservationOptions {
  readonly db: Database;
  readonly logger: Logger;
  /** Where the figures are read; those of a registry of its own when absent. */
  readonly metrics?: Registry;
  /** Days of traces, today among them. */
  readonly keptDays?: number;
}

export interface Observation {
  /** Tells of a message that has been answered. Cheap, never throws, writes nothing before it returns. */
  readonly observeMessage: ObserveMessage;
  /** What was counted so far, to be looked at every second. */
  readonly metrics: Pick<MessageMetrics, 'totals' | 'times'>;
  /** Writes the traces that wait. */
  flush(): Promise<void>;
  /** Writes what waits, then no more. */
  stop(): Promise<void>;
}

/** A complaint comes within a week or not at all. */
const KEPT_DAYS = 7;

/** Counts messages and keeps their traces. Start one per process that handles messages of terminals. */
export function startObservation(options: ObservationOptions): Observation {
  const registry = options.metrics ?? new Registry();
  const metrics = new MessageMetrics(registry);
  const traces = new TraceWriter({ ...options, keptDays: options.keptDays ?? KEPT_DAYS });
  new Counter({
    name: 'gateway_traces_total',
    help: 'Traces of messages by what became of them',
    labelNames: ['outcome'],
    registers: [registry],
    collect() {
      this.reset();
      this.inc({ outcome: 'written' }, traces.statistics.written);
      this.inc({ outcome: 'dropped' }, traces.statistics.dropped);
    },
  });
  return {
    metrics,
    observeMessage: (message) => {
      metrics.count(message);
      if (isKept(message)) traces.add(message);
    },
    flush: () => traces.write(),
    stop: () => traces.stop(),
  };
}

/** An echo that was answered 00 is nobody's question, and there are more of them than of all other messages. */
function isKept({ kind, code }: ObservedMessage): boolean {
  return kind !== 'echo' || code !== '00';
}
