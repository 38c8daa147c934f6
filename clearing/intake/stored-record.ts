import { type BusinessDate, copyRows, type Transaction } from '@citycard/common';
import { decodePurchaseRecord, type PurchaseRecord } from '../purchases/purchase-record.ts';

/** Where a stored record belongs: the columns its intake gives it. */
export interface IntakePlace {
  readonly intakeId: bigint;
  readonly businessDate: BusinessDate;
  readonly participantNo: string;
}

/** A record as received, with the line of text it was converted from when it came in another format. */
export interface ReceivedRecord {
  readonly raw: Buffer;
  readonly sourceLine?: string;
}

/** Columns of a record that follow from the record itself and its intake. */
export const RECORD_COLUMNS = [
  'card_no',
  'business_date',
  'intake_id',
  'record_index',
  'raw',
  'source_line',
  'issuer_city',
  'offline_counter',
  'balance_before_fen',
  'amount_fen',
  'sam_no',
  'sam_transaction_no',
  'tapped_at',
  'flag',
  'industry',
  'hotlist_version',
  'participant_no',
] as const;

/** Stores records of one intake exactly as received, numbered from 0; resolves to how many. */
export async function storeRecords(
  tx: Transaction,
  place: IntakePlace,
  records: AsyncIterable<ReceivedRecord> | Iterable<ReceivedRecord>,
): Promise<number> {
  return copyRows(tx, 'clearing.purchase_record', RECORD_COLUMNS, rowsOf(place, records));
}

async function* rowsOf(
  place: IntakePlace,
  records: AsyncIterable<ReceivedRecord> | Iterable<ReceivedRecord>,
): AsyncGenerator<readonly unknown[]> {
  let index = 0;
  for await (const { raw, sourceLine } of records) {
    yield recordRow(place, { raw, record: decodePurchaseRecord(raw), sourceLine }, index++);
  }
}

/** The values of {@link RECORD_COLUMNS}. */
export function recordRow(
  place: IntakePlace,
  { raw, record, sourceLine }: { raw: Buffer; record: PurchaseRecord; sourceLine: string | undefined },
  index: number,
): unknown[] {
  return [
    record.cardNo,
    place.businessDate,
    place.intakeId,
    index,
    raw,
    sourceLine,
    record.issuerCity,
    record.offlineCounter,
    record.balanceBeforeFen,
    record.amountFen,
    record.samNo,
    record.samTransactionNo,
    record.tappedText,
    record.flag,
    record.industry,
    record.hotlistVersion,
    place.participantNo,
  ];
}
