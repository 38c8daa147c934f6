import { type BusinessDate, type Fen, fen, type Transaction } from '@citycard/common';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { RECORD_LENGTH } from '../purchases/purchase-record.ts';

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
  const [stored] = await intakeMessages(tx, [message]);
  if (stored === undefined) throw new Error('the database stored an intake and did not say which');
  return stored;
}

/** Ids are drawn before the rows are written, so that answers come in the order of the messages. */
const STORE = `
with message as materialized (
  select nextval('clearing.intake_intake_id_seq') as intake_id, nextval('clearing.content_number') as content_id, m.*
    from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::bytea[], $8::bigint[], $9::timestamptz[])
         with ordinality as m(source, participant_no, terminal_no, batch_no, sha256, bytes, amount_fen, received_at, place)
), stored as (
  insert into clearing.intake
    (intake_id, source, participant_no, terminal_no, batch_no, sha256, record_count, amount_fen, received_at, business_date,
     answered, content_id)
  overriding system value
  select intake_id, source, participant_no, terminal_no, batch_no, sha256, octet_length(bytes) / ${RECORD_LENGTH}, amount_fen,
         received_at, $1::date, source <> 'bill', content_id
    from message order by place
), content as (
  insert into clearing.received_content (content_id, start, bytes) select content_id, 0, bytes from message
), queue as (
  insert into clearing.undecided_intake (business_date, intake_id, content_id, record_count, left_fen)
  select $1::date, intake_id, content_id, octet_length(bytes) / ${RECORD_LENGTH}, amount_fen from message
)
select intake_id from message order by place`;

/** Like {@link intakeMessage} for messages that arrived together: one statement, answers in the order of the messages. */
export async function intakeMessages(tx: Transaction, messages: readonly PurchaseMessage[]): Promise<StoredIntake[]> {
  for (const { records } of messages) {
    if (records.length === 0) throw new RangeError('a message without purchase records stores nothing');
    for (const { length } of records) {
      if (length !== RECORD_LENGTH) throw new RangeError(`a purchase record has ${RECORD_LENGTH} bytes, not ${length}`);
    }
  }
  if (messages.length === 0) return [];
  const businessDate = await currentBusinessDate(tx);
  const { rows } = await tx.query<{ intake_id: bigint }>({ name: 'purchase-messages', text: STORE }, [
    businessDate,
    messages.map(({ source }) => source),
    messages.map(({ participantNo }) => participantNo),
    messages.map(({ terminalNo }) => terminalNo),
    messages.map(({ batchNo }) => batchNo),
    messages.map(({ sha256 }) => sha256),
    messages.map(({ records }) => Buffer.concat(records)),
    messages.map(({ records }) => sumOfRecords(records)),
    messages.map(({ receivedAt }) => receivedAt),
  ]);
  return rows.map(({ intake_id: intakeId }) => ({ intakeId, businessDate }));
}

/** Notes that a purchase with a bill was answered 00, in the transaction that stores that answer; batch totals count it then. */
export async function markAnswered(tx: Transaction, intakeId: bigint): Promise<void> {
  await tx.query('update clearing.intake set answered = true where intake_id = $1 and not answered', [intakeId]);
}
