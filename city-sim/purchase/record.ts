import { isPackedDecimal, packDigits } from '../bytes/bcd.ts';
import { unsigned } from '../bytes/integers.ts';
import { momentBytes, momentFromBytes, type Moment } from '../bytes/moment.ts';
import { MalformedBytes } from '../errors.ts';

/** Length of a purchase record in messages and files. */
export const RECORD_LENGTH = 64;

/** Low nibble of the flags byte. */
export const RECORD_FLAG = { complete: 0, gray: 1, recovered: 2, locked: 3 } as const;

/** Industries of byte 55 that the interface page names. */
export const INDUSTRY = {
  bus: 0x01,
  taxi: 0x02,
  water: 0x03,
  gas: 0x04,
  tourism: 0x05,
  toll: 0x06,
  cableTv: 0x07,
  telecom: 0x08,
  electricity: 0x09,
  medical: 0x0a,
  socialSecurity: 0x0b,
  trafficFine: 0x0c,
} as const;

/** The 64-byte purchase record of the interface page, section 3. */
export interface PurchaseRecord {
  /** Low nibble of byte 1. */
  readonly flag: number;
  readonly testCard: boolean;
  /** Inter-city code, 4 digits. */
  readonly issuerCity: string;
  /** 20 digits. */
  readonly applicationSerial: string;
  readonly mainType: number;
  readonly subType: number;
  /** 06 purchase, 09 CAPP purchase. */
  readonly type: number;
  readonly keyIndex: number;
  readonly keyVersion: number;
  readonly algorithmByte: number;
  /** Offline counter before the purchase. */
  readonly counter: number;
  /** fen, before the purchase */
  readonly balanceFen: number;
  /** fen */
  readonly amountFen: number;
  /** 12 digits */
  readonly samNo: string;
  readonly transaction: number;
  readonly moment: Moment;
  /** 4 bytes, zero when unknown */
  readonly tac: Buffer;
  readonly hotlistVersion: number;
  readonly industry: number;
  /** At most 8 bytes, zero-filled. */
  readonly industryData: Buffer;
}

/** Writes a record. Throws RangeError when a value does not fit its place. */
export function encodeRecord(record: PurchaseRecord): Buffer {
  const industryData = Buffer.alloc(8);
  record.industryData.copy(industryData);
  const bytes = Buffer.concat([
    Buffer.from([0x01, record.flag | (record.testCard ? 0x80 : 0)]),
    packDigits(record.issuerCity),
    packDigits(record.applicationSerial),
    Buffer.from([record.mainType, record.subType, record.type]),
    Buffer.from([record.keyIndex, record.keyVersion, record.algorithmByte]),
    unsigned(record.counter, 2),
    unsigned(record.balanceFen, 4),
    unsigned(record.amountFen, 4),
    packDigits(record.samNo),
    unsigned(record.transaction, 4),
    momentBytes(record.moment),
    record.tac,
    unsigned(record.hotlistVersion, 4),
    Buffer.from([record.industry]),
    industryData,
  ]);
  if (bytes.length !== RECORD_LENGTH) throw new RangeError(`a purchase record has 64 bytes, these are ${bytes.length}`);
  return bytes;
}

/** Reads a record. Throws MalformedBytes on another length, version or digits that are not decimal. */
export function decodeRecord(bytes: Buffer): PurchaseRecord {
  if (bytes.length !== RECORD_LENGTH) throw new MalformedBytes(`a purchase record has 64 bytes, not ${bytes.length}`);
  if (bytes[0] !== 0x01) throw new MalformedBytes(`purchase record of unknown version ${bytes[0]}`);
  const decimal = (from: number, to: number): string => {
    const part = bytes.subarray(from, to);
    if (!isPackedDecimal(part)) throw new MalformedBytes(`bytes ${from} to ${to} of the record are not decimal`);
    return part.toString('hex');
  };
  return {
    flag: bytes.readUInt8(1) & 0x0f,
    testCard: (bytes.readUInt8(1) & 0x80) !== 0,
    issuerCity: decimal(2, 4),
    applicationSerial: decimal(4, 14),
    mainType: bytes.readUInt8(14),
    subType: bytes.readUInt8(15),
    type: bytes.readUInt8(16),
    keyIndex: bytes.readUInt8(17),
    keyVersion: bytes.readUInt8(18),
    algorithmByte: bytes.readUInt8(19),
    counter: bytes.readUInt16BE(20),
    balanceFen: bytes.readUInt32BE(22),
    amountFen: bytes.readUInt32BE(26),
    samNo: decimal(30, 36),
    transaction: bytes.readUInt32BE(36),
    moment: momentFromBytes(Buffer.from(decimal(40, 47), 'hex')),
    tac: Buffer.from(bytes.subarray(47, 51)),
    hotlistVersion: bytes.readUInt32BE(51),
    industry: bytes.readUInt8(55),
    industryData: Buffer.from(bytes.subarray(56, 64)),
  };
}

/** Industry data of a bus tap: line 4 digits ‖ vehicle 6 digits ‖ zone ‖ fare before concession in fen (0: equal to the amount). */
export function busData(ride: { line: string; vehicle: string; zone: number; fullFareFen?: number }): Buffer {
  const vehicle = packDigits(ride.vehicle.padStart(6, '0'));
  return Buffer.concat([
    packDigits(ride.line.padStart(4, '0')),
    vehicle,
    Buffer.from([ride.zone]),
    unsigned(ride.fullFareFen ?? 0, 2),
  ]);
}
