import { bcd, fenBinary, opaque, record, uint, type ValueOf } from '../parts.ts';

const VERSION = uint(1, [1]);

/** Field 58 of a load request, 43 bytes: what the card said to INITIALIZE FOR LOAD. */
export const loadRequest = record({
  version: VERSION,
  applicationSerial: bcd(10),
  issuerId: opaque(8),
  /** 02: load of the purse. */
  type: uint(1, [2]),
  keyIndex: uint(1),
  keyVersion: uint(1),
  /** As the card sends it; informational, it never selects the algorithm. */
  algorithm: uint(1),
  balanceBefore: fenBinary(4),
  onlineCounter: uint(2),
  cardRandom: opaque(4),
  samNo: bcd(6),
  mac1: opaque(4),
});
export type LoadRequest = ValueOf<typeof loadRequest>;

/** Field 58 of a load answer, 12 bytes: what the card needs for CREDIT FOR LOAD. Dates and times are digits. */
export const loadAnswer = record({ version: VERSION, hostDate: bcd(4), hostTime: bcd(3), mac2: opaque(4) });
export type LoadAnswer = ValueOf<typeof loadAnswer>;

export const LOAD_CREDITED = 0 as const;
export const LOAD_NOT_CREDITED = 1 as const;
export const LOAD_UNKNOWN = 2 as const;

/** Field 58 of a load result, 12 bytes: what became of it on the card. */
export const loadResult = record({
  version: VERSION,
  outcome: uint(1, [LOAD_CREDITED, LOAD_NOT_CREDITED, LOAD_UNKNOWN]),
  tac: opaque(4),
  balanceAfter: fenBinary(4),
  onlineCounterBefore: uint(2),
});
export type LoadResult = ValueOf<typeof loadResult>;
