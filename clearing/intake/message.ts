import { type BusinessDate, type Fen, fen, type Transaction } from '@citycard/common';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { RECORD_LENGTH } from '../purchases/purchase-record.ts';
import { storeRecords } from './stored-record.ts';

export interface PurchaseMessage {
  /** `message` for 0320, `bill` for a purchase with a bill (message 12). */
  readonly source: 'message' | 'bill';
  /** Merchant of field 42. */
  readonly participantNo: string;
  readonly terminalNo: string;
  /** 60.2, six digits. */
  readonly batchNo: string;
  /** Each 64 bytes, whatever they say. */
  readonly records: readonly Buffer[];
  /** SHA-256 of what arrived. */
  readonly sha256: Buffer;
  readonly receivedAt: Date;
}

export interface StoredIntake {
  readonly intakeId: bigint;
  readonly businessDate: BusinessDate;
}

const AMOUNT_OFFSET = 26;

/** Sum of the amounts of records, unknown record versions included: what field 48 of a 0320 must say. */
export function sumOfRecords(records: readonly Buffer[]): Fen {
  return fen(records.reduce((sum, raw) => sum + BigInt(raw.readUInt32BE(AMOUNT_OFFSET)), 0n));
}

/**
 * Stores the records of one message exactly as received, inside the caller's transaction; they are acknowledged when that is
 * committed. They belong to the business day that is open, which stays open until the transaction ends, and are judged
 * later by `validateReceived`. Count and total are the caller's to check (terminal-interface.md §3, "0320").
 *
 * A purchase with a bill counts in the batch totals only after {@link markAnswered}.
 *
 * @throws RangeError for a message without records or a record that is not 64 bytes long.
 * @throws CityCardError `clearing.no-open-business-day`.
 */
export async function intakeMessage(tx: Transaction, message: PurchaseMessage): Promise<StoredIntake> {
  if (message.records.length === 0) throw new RangeError('a message without purchase records stores nothing');
  for (const { length } of message.records) {
    if (length !== RECORD_LENGTH) throw new RangeError(`a purchase record has ${RECORD_LENGTH} bytes, not ${length}`);
  }
  const businessDate = await currentBusinessDate(tx);
  const { rows } = await tx.query<{ intake_id: bigint }>(
    `insert into clearing.intake
       (source, participant_no, terminal_no, batch_no, sha256, record_count, amount_fen, received_at, business_date, answered)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $1 <> 'bill') returning intake_id`,
    [
      message.source,
      message.participantNo,
      message.terminalNo,
      message.batchNo,
      message.sha256,
      message.records.length,
      sumOfRecords(message.records),
      message.receivedAt,
      businessDate,
    ],
  );
  const intakeId = rows[0]?.intake_id;
  if (intakeId === undefined) throw new Error('the database stored an intake and did not say which');
  const place = { intakeId, businessDate, participantNo: message.participantNo };
  await storeRecords(
    tx,
    place,
    message.records.map((raw) => ({ raw })),
  );
  return { intakeId, businessDate };
}

/** Notes that a purchase with a bill was answered 00, in the transaction that stores that answer; batch totals count it then. */
export async function markAnswered(tx: Transaction, intakeId: bigint): Promise<void> {
  await tx.query('update clearing.intake set answered = true where intake_id = $1 and not answered', [intakeId]);
}
