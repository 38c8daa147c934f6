import { type BusinessDate, businessDate, type Database, type Transaction } from '@citycard/common';
import { decodePurchaseRecord, type PurchaseRecord } from '../purchases/purchase-record.ts';

/** Where a purchase record is stored. */
export interface RecordRef {
  readonly cardNo: string;
  readonly businessDate: BusinessDate;
  readonly intakeId: bigint;
  /** From 0, within its message or file. */
  readonly index: number;
}

type IntakeSource = 'message' | 'bill' | 'ccpf' | 'xf' | 'ccip';

/** A stored record with what is known of how it came. */
export interface ReceivedPurchase {
  readonly ref: RecordRef;
  readonly raw: Buffer;
  readonly record: PurchaseRecord;
  readonly source: IntakeSource;
  /** Merchant of the message, participant of the file, or the sending city's participant number. */
  readonly participantNo: string;
  /** Terminal that sent the message; unknown for files. */
  readonly terminalNo: string | undefined;
  readonly receivedAt: Date;
  /** The line of text it was converted from. */
  readonly sourceLine?: string;
}

/** For people: which record this is. */
export function nameOf(ref: RecordRef): string {
  return `record ${ref.index} of intake ${ref.intakeId}`;
}

export function refKey(ref: RecordRef): string {
  return `${ref.intakeId}:${ref.index}`;
}

export interface RefRow {
  card_no: string;
  business_date: string;
  intake_id: bigint;
  record_index: number;
}

export function refOf(row: RefRow): RecordRef {
  return {
    cardNo: row.card_no,
    businessDate: businessDate(row.business_date),
    intakeId: row.intake_id,
    index: row.record_index,
  };
}

export interface IntakeRow {
  intake_id: bigint;
  source: IntakeSource;
  participant_no: string;
  terminal_no: string | null;
  received_at: Date;
}

/** A record with how it came. */
export function receivedPurchase(place: Omit<RecordRef, 'cardNo'>, raw: Buffer, intake: IntakeRow): ReceivedPurchase {
  const record = decodePurchaseRecord(raw);
  return {
    ref: { cardNo: record.cardNo, intakeId: place.intakeId, businessDate: place.businessDate, index: place.index },
    raw,
    record,
    source: intake.source,
    participantNo: intake.participant_no,
    terminalNo: intake.terminal_no ?? undefined,
    receivedAt: intake.received_at,
  };
}

/** Rows of purchase_record together with how they came. */
export async function withIntakes(
  db: Database | Transaction,
  rows: readonly (RefRow & { raw: Buffer })[],
): Promise<ReceivedPurchase[]> {
  const intakes = await readIntakes(db, [...new Set(rows.map((row) => row.intake_id))]);
  return rows.map((row) => {
    const intake = intakes.get(row.intake_id);
    if (intake === undefined) throw new Error(`purchase records of intake ${row.intake_id} have no intake`);
    return receivedPurchase(refOf(row), row.raw, intake);
  });
}

export async function readIntakes(
  db: Database | Transaction,
  intakeIds: readonly bigint[],
): Promise<Map<bigint, IntakeRow>> {
  const { rows } = await (db as Database).query<IntakeRow>(
    `select intake_id, source, participant_no, terminal_no, received_at from clearing.intake where intake_id = any($1)`,
    [intakeIds],
  );
  return new Map(rows.map((row) => [row.intake_id, row]));
}
