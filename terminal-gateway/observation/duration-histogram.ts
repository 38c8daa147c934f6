import type { Metric, Registry } from 'prom-client';

/** How often each bucket was met, not yet added up; the last is above all bounds. */
interface Series {
  readonly label: string;
  readonly buckets: Float64Array;
  seconds: number;
}

/**
 * A histogram of one label that costs an addition per observation. The library's own checks and hashes the labels each time,
 * which was the dearest part of an echo; what is read off it has the same form.
 */
export class DurationHistogram {
  readonly name: string;
  readonly help: string;
  readonly type = 'histogram';
  readonly aggregator = 'sum';
  readonly #label: string;
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, Series>();

  constructor(
    registry: Registry,
    options: {
      readonly name: string;
      readonly help: string;
      readonly label: string;
      readonly bounds: readonly number[];
    },
  ) {
    this.name = options.name;
    this.help = options.help;
    this.#label = options.label;
    this.#bounds = options.bounds;
    // The registry asks no more of a metric than its name, `get` and `reset`.
    registry.registerMetric(this as unknown as Metric);
  }

  observe(label: string, seconds: number): void {
    let series = this.#series.get(label);
    if (series === undefined) {
      series = { label, buckets: new Float64Array(this.#bounds.length + 1), seconds: 0 };
      this.#series.set(label, series);
    }
    let bucket = 0;
    while (bucket < this.#bounds.length && seconds > (this.#bounds[bucket] ?? 0)) bucket += 1;
    series.buckets[bucket] = (series.buckets[bucket] ?? 0) + 1;
    series.seconds += seconds;
  }

  /** How often each bucket was met, of all series together. */
  allSeries(): number[] {
    const met = this.#bounds.map(() => 0);
    met.push(0);
    for (const { buckets } of this.#series.values())
      for (let bucket = 0; bucket < met.length; bucket++) met[bucket] = (met[bucket] ?? 0) + (buckets[bucket] ?? 0);
    return met;
  }

  get(): Promise<object> {
    const { name, help, type, aggregator } = this;
    return Promise.resolve({
      name,
      help,
      type,
      aggregator,
      values: [...this.#series.values()].flatMap(this.#valuesOf),
    });
  }

  reset(): void {
    this.#series.clear();
  }

  readonly #valuesOf = ({ label, buckets, seconds }: Series): object[] => {
    const labels = { [this.#label]: label };
    let count = 0;
    const values: object[] = [];
    for (const [index, met] of buckets.entries()) {
      count += met;
      const le = this.#bounds[index] ?? '+Inf';
      values.push({ metricName: `${this.name}_bucket`, labels: { le, ...labels }, value: count });
    }
    values.push({ metricName: `${this.name}_sum`, labels, value: seconds });
    values.push({ metricName: `${this.name}_count`, labels, value: count });
    return values;
  };
}
