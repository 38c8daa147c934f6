import { RECORD_LENGTH } from '../purchases/purchase-record.ts';

/** Where a record has its application serial (terminal-interface.md §3, "Purchase record"). */
const SERIAL_AT = 4;

/** A record of a pass. */
export interface SortedRecord {
  /** From 0, in the order the records of the pass came. */
  readonly arrival: number;
  readonly raw: Buffer;
}

/** The records of a pass in the order they are decided in: by serial, those of one card as they came. */
export interface SortedRecords {
  readonly length: number;
  /** The records at the places `from` to before `to`, fewer at the end. */
  read(from: number, to: number): Promise<readonly SortedRecord[]>;
  /** The line of text a record was converted from. */
  lineOf(arrival: number): string | undefined;
  /** Nothing is read afterwards. */
  close(): void;
}

/** Records that are all in memory, one behind the other in the order of arrival. */
export function sortedInMemory(bytes: Buffer, lineOf: SortedRecords['lineOf']): SortedRecords {
  const order = byCard(bytes);
  const recordOf = (arrival: number): SortedRecord => ({
    arrival,
    raw: bytes.subarray(arrival * RECORD_LENGTH, (arrival + 1) * RECORD_LENGTH),
  });
  return {
    length: order.length,
    read: (from, to) => Promise.resolve(Array.from(order.subarray(from, to), recordOf)),
    lineOf,
    close: () => undefined,
  };
}

/** The arrivals in the order of their serials; those of one card in their own order. */
export function byCard(bytes: Buffer): Uint32Array {
  const count = bytes.length / RECORD_LENGTH;
  const order = Uint32Array.from({ length: count }, (_, arrival) => arrival);
  // Ten bytes as two numbers that are compared without looking at the bytes again.
  const high = new Float64Array(count);
  const low = new Uint32Array(count);
  for (let arrival = 0; arrival < count; arrival += 1) {
    const serial = serialAt(bytes, arrival * RECORD_LENGTH);
    high[arrival] = serial.high;
    low[arrival] = serial.low;
  }
  const of = (numbers: Float64Array | Uint32Array, arrival: number) => numbers[arrival] ?? 0;
  return order.sort((a, b) => of(high, a) - of(high, b) || of(low, a) - of(low, b) || a - b);
}

/** Ten bytes of BCD as two numbers. */
export interface Serial {
  readonly high: number;
  readonly low: number;
}

/** The serial of the record that begins at an offset. */
export function serialAt(bytes: Buffer, offset: number): Serial {
  return { high: bytes.readUIntBE(offset + SERIAL_AT, 6), low: bytes.readUInt32BE(offset + SERIAL_AT + 6) };
}

/** Whether two records are of one card. */
export function sameCard(one: SortedRecord | undefined, other: SortedRecord | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  const [a, b] = [serialAt(one.raw, 0), serialAt(other.raw, 0)];
  return a.high === b.high && a.low === b.low;
}
