import { Gauge, type Registry } from 'prom-client';
import { type PartState, partsOfThisProcess } from './part-rounds.ts';

/** The parts of this process among its metrics: whether each is overdue, when it did its last round, and rounds that failed in a row. */
export function measureParts(metrics: Registry): void {
  const gauge = (name: string, help: string, value: (state: PartState) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['part'],
      registers: [metrics],
      collect() {
        this.reset();
        for (const state of partsOfThisProcess()) this.set({ part: state.part }, value(state));
      },
    });
  gauge('citycard_part_overdue', '1 when a part that works by itself has not given its sign in time', (state) =>
    state.dueInMs !== null && state.dueInMs < 0 ? 1 : 0,
  );
  gauge('citycard_part_seconds_since_round', 'Seconds since a part did its last round; -1 before the first', (state) =>
    state.doneBeforeMs === null ? -1 : state.doneBeforeMs / 1000,
  );
  gauge('citycard_part_failures_in_a_row', 'Rounds of a part that failed in a row', (state) => state.failures);
}
