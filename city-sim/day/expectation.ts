import type { LoadAttempt, UploadedRecord } from './record.ts';

export interface Counted {
  count: number;
  amountFen: number;
}

export interface CountedWithReasons extends Counted {
  reasons: Record<string, Counted>;
}

/** What the day must come to, by the rules of the terminal interface (section 3). */
export interface Expectation {
  readonly purchases: Record<'accepted' | 'duplicate' | 'suspicious' | 'rejected', CountedWithReasons>;
  readonly loads: Record<'posted' | 'void', Counted>;
}

/** Computes it from what the cards did and what was handed in. */
export function expectationOf(records: readonly UploadedRecord[], loads: readonly LoadAttempt[]): Expectation {
  const empty = (): CountedWithReasons => ({ count: 0, amountFen: 0, reasons: {} });
  const purchases = { accepted: empty(), duplicate: empty(), suspicious: empty(), rejected: empty() };
  const refuters = new Set(records.filter(isGenuine).map((record) => `${record.cardNo} ${record.counter}`));
  for (const record of records) {
    const { outcome, reason } = outcomeOf(record, refuters);
    add(purchases[outcome], record.amountFen);
    if (reason === undefined) continue;
    add((purchases[outcome].reasons[reason] ??= { count: 0, amountFen: 0 }), record.amountFen);
  }
  // In the order of their codes, so that two expectations can be compared as text.
  for (const total of Object.values(purchases)) {
    const ordered = Object.entries(total.reasons).sort(([a], [b]) => (a < b ? -1 : 1));
    total.reasons = Object.fromEntries(ordered);
  }
  const expected = { purchases, loads: { posted: { count: 0, amountFen: 0 }, void: { count: 0, amountFen: 0 } } };
  for (const load of loads) add(load.credited ? expected.loads.posted : expected.loads.void, load.amountFen);
  return expected;
}

/** The records that must be accepted, reports of locked cards left out. */
export function acceptedOf(records: readonly UploadedRecord[]): UploadedRecord[] {
  const refuters = new Set(records.filter(isGenuine).map((record) => `${record.cardNo} ${record.counter}`));
  return records.filter((record) => record.origin !== 'locked' && outcomeOf(record, refuters).outcome === 'accepted');
}

/** A complete record with a right TAC: it takes its counter, whatever its outcome. */
function isGenuine({ origin }: UploadedRecord): boolean {
  return origin === 'tap' || origin === 'bill' || origin === 'recovered' || origin === 'passed';
}

function outcomeOf(
  record: UploadedRecord,
  refuters: ReadonlySet<string>,
): { outcome: keyof Expectation['purchases']; reason?: string } {
  switch (record.origin) {
    case 'tap':
    case 'bill':
    case 'recovered':
    case 'locked':
      return { outcome: 'accepted' };
    case 'duplicate':
      return { outcome: 'duplicate', reason: '03' };
    case 'forged':
      return { outcome: 'rejected', reason: '01' };
    case 'passed':
      return { outcome: 'rejected', reason: '06' };
    case 'torn':
      // Another purchase with the same counter proves that this one never reached the card.
      return refuters.has(`${record.cardNo} ${record.counter}`)
        ? { outcome: 'rejected', reason: '05' }
        : { outcome: 'suspicious', reason: '05' };
  }
}

function add(total: Counted, amountFen: number): void {
  total.count += 1;
  total.amountFen += amountFen;
}
