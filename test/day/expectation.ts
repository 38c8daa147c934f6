/**
 * What the product must say of a day, computed from nothing but what the simulated city wrote down: every record that was
 * handed in and whether the card's own memory paid for it, every load and whether the card was credited.
 */
export interface CityRecord {
  readonly records: readonly {
    readonly origin: string;
    readonly cardNo: string;
    readonly participantNo: string;
    readonly amountFen: number;
    readonly counter: number;
    readonly cardPaid: boolean;
    readonly issuerCity: string;
    readonly way: string;
    readonly billRefused?: true;
    readonly owedTo?: string;
  }[];
  readonly loads: readonly {
    readonly cardNo: string;
    readonly participantNo: string;
    readonly from: string;
    readonly amountFen: number;
    readonly credited: boolean;
    readonly fault?: string;
  }[];
  readonly cards: readonly { readonly cardNo: string; readonly balanceFen: number }[];
}

type UploadedRecord = CityRecord['records'][number];

/** Outcome and reason of one record (terminal interface, section 3). */
export function outcomeOf(record: UploadedRecord, all: readonly UploadedRecord[]): string {
  switch (record.origin) {
    case 'tap':
    case 'bill':
    case 'recovered':
    case 'locked':
      return 'accepted';
    case 'duplicate':
      return 'duplicate 03';
    case 'forged':
      return 'rejected 01';
    case 'passed':
      return 'rejected 06';
    case 'torn': {
      // A right record with the same counter says that the torn one did not happen; otherwise nobody knows.
      const right = ['tap', 'bill', 'recovered', 'passed'];
      const retaken = all.some(
        (other) => other.cardNo === record.cardNo && other.counter === record.counter && right.includes(other.origin),
      );
      return retaken ? 'rejected 05' : 'suspicious 05';
    }
    default:
      throw new Error(`the simulator wrote an origin nobody knows: ${record.origin}`);
  }
}

export interface Totals {
  readonly count: number;
  readonly amountFen: number;
}

/** Sums by a name, for everything that has one. */
export function totalsBy<T extends { readonly amountFen: number }>(
  all: readonly T[],
  nameOf: (one: T) => string | undefined,
): Record<string, Totals> {
  const totals: Record<string, Totals> = {};
  for (const one of all) {
    const name = nameOf(one);
    if (name === undefined) continue;
    const so = totals[name] ?? { count: 0, amountFen: 0 };
    totals[name] = { count: so.count + 1, amountFen: so.amountFen + one.amountFen };
  }
  return totals;
}

/** Fees of the demo in parts per million, by participant number: taxis 0.8 %, toll 0.4 %, fines 0.1 %, else 0.3 %. */
const feeRates: readonly [RegExp, bigint][] = [
  [/^90445804121/, 8_000n],
  [/^90445804611/, 4_000n],
  [/^904458049000006$/, 1_000n],
  [/./, 3_000n],
];
/** Buses pay 0.6 % of the first 20 yuan of the month and 0.5 % of what is above them; no demo day comes to 100 000 yuan. */
const BUS = /^90445804111/;
const BUS_FIRST_FEN = 2_000n;

/** The fee of the first settlement line of a month, half up to whole fen. */
export function feeOf(participantNo: string, salesFen: number): number {
  const sales = BigInt(salesFen);
  if (BUS.test(participantNo)) {
    const first = sales < BUS_FIRST_FEN ? sales : BUS_FIRST_FEN;
    return halfUp(first * 6_000n + (sales - first) * 5_000n);
  }
  return halfUp(sales * (feeRates.find(([pattern]) => pattern.test(participantNo))?.[1] ?? 0n));
}

const halfUp = (millionthsOfFen: bigint): number => Number((millionthsOfFen * 2n + 1_000_000n) / 2_000_000n);

/** Who is not paid on this day by the demo's settlement terms: taxis wait for Sunday, the toll road for 10 000 yuan. */
export function waits(participantNo: string, businessDate: string, payableFen: number): boolean {
  if (/^90445804121/.test(participantNo)) return new Date(`${businessDate}T00:00:00Z`).getUTCDay() !== 0;
  return /^90445804611/.test(participantNo) && payableFen < 1_000_000;
}

/** What a card must hold: loads it was credited with less what its memory paid. */
export function cardBalance(record: CityRecord, cardNo: string): number {
  const credited = record.loads.filter((load) => load.cardNo === cardNo && load.credited);
  const paid = record.records.filter((one) => one.cardNo === cardNo && one.cardPaid);
  const sum = (all: readonly { amountFen: number }[]) => all.reduce((total, { amountFen }) => total + amountFen, 0);
  return sum(credited) - sum(paid);
}
