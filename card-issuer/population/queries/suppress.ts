/** A published count: itself, `<10` for a small one, `withheld` where it would give a small one away. */
export type PublishedCount = number | '<10' | 'withheld';

/** Counts below this tell of people, not of a population. */
const SMALL = 10;
/** Whoever does the sums must be left with at least this many possible values for a small count. */
const LEAST_CHOICE = 5;

export interface PublishedTable<K extends string> {
  readonly cells: readonly { readonly key: K; readonly count: PublishedCount }[];
  readonly total: PublishedCount;
}

/**
 * Publishes a column of counts and its total without giving small counts away. Small ones read `<10`. Since the total
 * minus the rest would reveal them, the smallest others are withheld until every small count could be at least five
 * different numbers; when even that does not do, the total is withheld too.
 */
export function suppressSmall<K extends string>(counts: readonly { key: K; count: number }[]): PublishedTable<K> {
  const small = counts.filter(({ count }) => count < SMALL);
  const sizes = counts.filter(({ count }) => count >= SMALL).sort((a, b) => a.count - b.count);
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  let withheld = 0;
  while (withheld < sizes.length && !isSafe(small, sizes, withheld)) withheld += 1;
  const hidden = new Set(sizes.slice(0, withheld).map(({ key }) => key));
  const publish = (key: K, count: number): PublishedCount =>
    count < SMALL ? '<10' : hidden.has(key) ? 'withheld' : count;
  const cells = counts.map(({ key, count }) => ({ key, count: publish(key, count) }));
  if (total < SMALL) return { cells, total: '<10' };
  return { cells, total: isSafe(small, sizes, withheld) ? total : 'withheld' };
}

/**
 * Whether the sum of what is hidden leaves every small count its choice of values. A withheld one is known to be ten or
 * more, and not larger than the smallest that is published.
 */
function isSafe(small: readonly { count: number }[], sizes: readonly { count: number }[], withheld: number): boolean {
  if (small.length === 0) return true;
  const sum = [...small, ...sizes.slice(0, withheld)].reduce((all, { count }) => all + count, 0);
  const mostWithheld = withheld === 0 ? 0 : withheld * (sizes[withheld]?.count ?? sum);
  const lowest = Math.max(0, sum - (small.length - 1) * (SMALL - 1) - mostWithheld);
  const highest = Math.min(SMALL - 1, sum - withheld * SMALL);
  return highest - lowest + 1 >= LEAST_CHOICE;
}
