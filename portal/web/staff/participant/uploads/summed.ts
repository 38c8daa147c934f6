/** How records of a day are summed up; by vehicle each stands alone. */
export const BYS = ['vehicle', 'line', 'depot'] as const;
export type By = (typeof BYS)[number];

interface Heard {
  readonly depot: string;
  readonly line: string | null;
  readonly vehicle: string | null;
  readonly records: number;
  readonly amountFen: number;
  readonly accepted: number;
  readonly held: number;
  readonly refused: number;
  readonly lastTapAt: string | null;
}
interface Silent {
  readonly depot: string;
  readonly line: string | null;
}

interface Sum {
  name: string;
  vehicles: number;
  silent: number;
  records: number;
  /** Summed without floating point. */
  amountFen: bigint;
  accepted: number;
  held: number;
  refused: number;
  lastTapAt: string | null;
  readonly seen: Set<string | null>;
}

const NONE = '—';

/** A line or depot per row, also one of which nothing came: what is missing stands beside what came. */
export function summedBy(by: By, heard: readonly Heard[], silent: readonly Silent[]): Omit<Sum, 'seen'>[] {
  const sums = new Map<string, Sum>();
  const sumOf = (row: Silent): Sum => {
    const name = (by === 'depot' ? row.depot : row.line) ?? NONE;
    const sum = sums.get(name) ?? {
      name,
      vehicles: 0,
      silent: 0,
      records: 0,
      amountFen: 0n,
      accepted: 0,
      held: 0,
      refused: 0,
      lastTapAt: null,
      seen: new Set<string | null>(),
    };
    sums.set(name, sum);
    return sum;
  };
  for (const row of heard) {
    const sum = sumOf(row);
    sum.seen.add(row.vehicle);
    sum.vehicles = sum.seen.size;
    for (const each of ['records', 'accepted', 'held', 'refused'] as const) sum[each] += row[each];
    sum.amountFen += BigInt(row.amountFen);
    if (row.lastTapAt !== null && (sum.lastTapAt ?? '') < row.lastTapAt) sum.lastTapAt = row.lastTapAt;
  }
  for (const row of silent) sumOf(row).silent += 1;
  return [...sums.values()].map(({ seen: _seen, ...sum }) => sum).sort((a, b) => a.name.localeCompare(b.name));
}
