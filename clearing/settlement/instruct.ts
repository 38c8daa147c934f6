import { createHash } from 'node:crypto';
import {
  type BusinessDate,
  businessDate,
  cityDate,
  compactDate,
  contentSha256,
  type Database,
  type Fen,
  fen,
  sumFen,
  type Transaction,
  type WorkingCalendar,
} from '@citycard/common';
import type { Evidence } from '../day/evidence.ts';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { postOrThrow } from '../ledger/posting.ts';
import { dayErrors } from '../day/errors.ts';
import { type CreditTransfer, pain001 } from './pain-001.ts';
import type { SettlementAccount } from '../participants/participant.ts';
import type { SettlementSheet } from './sheets.ts';

export interface InstructionTerms {
  /** The custody account payments go out from; its ledger account is `bank-custody:<accountNo>`. */
  readonly custody: SettlementAccount;
  readonly calendar: WorkingCalendar;
  /** When the sheets were approved: the message's creation time, so that making it again gives the same bytes. */
  readonly approvedAt: Date;
}

/** What of a sheet still has to be paid. */
export const openFenOf = (sheet: SettlementSheet): Fen => fen(sheet.payableFen - sheet.paidFen);

/**
 * Instructs the bank to pay these sheets, each as far as it has not been paid: one pain.001 message for all that are to be
 * paid on one day, and per sheet a pending transfer from its payable account to the custody account (posted when the
 * statement shows it, voided when the bank refuses). Nothing to pay makes no message. Returns the first message's id.
 *
 * @throws CityCardError `clearing-day.calendar-ends` when it was approved so late that no working day is known any more.
 */
export async function instructSheets(
  tx: Transaction,
  date: BusinessDate,
  sheets: readonly SettlementSheet[],
  terms: InstructionTerms,
): Promise<string | undefined> {
  const byDay = new Map<BusinessDate, SettlementSheet[]>();
  for (const sheet of sheets.filter(({ disposition }) => disposition === 'pay')) {
    const day = executionDate(sheet, terms);
    const together = byDay.get(day) ?? [];
    together.push(sheet);
    byDay.set(day, together);
  }
  const messages: string[] = [];
  for (const day of [...byDay.keys()].sort()) {
    messages.push(await instructMessage(tx, date, byDay.get(day) ?? [], { ...terms, requestedDate: day }));
  }
  return messages[0];
}

interface MessageTerms extends InstructionTerms {
  readonly requestedDate: BusinessDate;
}

async function instructMessage(
  tx: Transaction,
  date: BusinessDate,
  payable: readonly SettlementSheet[],
  terms: MessageTerms,
): Promise<string> {
  const openDate = await currentBusinessDate(tx);
  const { rows } = await tx.query<{ messages: bigint }>(
    'select count(*) as messages from clearing.payment_message where business_date = $1',
    [date],
  );
  const messageId = `PAY-${compactDate(date)}-${(rows[0]?.messages ?? 0n) + 1n}`;
  const attempts = await attemptsOf(tx, date);
  const transfers = payable.map((sheet) => transferOf(sheet, (attempts.get(sheet.sheetNo) ?? 0) + 1));
  await storeMessage(tx, date, messageId, transfers, terms);
  await tx.query(
    `insert into clearing.payment (end_to_end_id, sheet_no, attempt, message_id, business_date, amount_fen, posting_key)
     select i.id, i.sheet_no, i.attempt, $1, $2, i.amount, 'settlement:' || i.id
       from unnest($3::text[], $4::text[], $5::integer[], $6::bigint[]) as i(id, sheet_no, attempt, amount)`,
    [
      messageId,
      date,
      transfers.map((t) => t.endToEndId),
      payable.map((sheet) => sheet.sheetNo),
      payable.map((sheet) => (attempts.get(sheet.sheetNo) ?? 0) + 1),
      payable.map(openFenOf),
    ],
  );
  await tx.query(`update clearing.settlement_sheet set state = 'instructed' where sheet_no = any($1)`, [
    payable.map((sheet) => sheet.sheetNo),
  ]);
  const credit = `bank-custody:${terms.custody.accountNo}`;
  await postOrThrow(
    tx,
    openDate,
    payable.map((sheet, index) => ({
      key: `settlement:${transfers[index]?.endToEndId ?? ''}`,
      reason: `payment of sheet ${sheet.sheetNo}`,
      legs: [{ debit: sheet.paysFrom, credit, amount: openFenOf(sheet), phase: 'pending' as const }],
    })),
  );
  return messageId;
}

async function attemptsOf(tx: Transaction, date: BusinessDate): Promise<Map<string, number>> {
  const { rows } = await tx.query<{ sheet_no: string; attempt: number }>(
    'select sheet_no, max(attempt) as attempt from clearing.payment where business_date = $1 group by 1',
    [date],
  );
  return new Map(rows.map((row) => [row.sheet_no, row.attempt]));
}

/** The first attempt goes by the sheet's number; the bank takes no id twice, so a later one appends its count. */
function transferOf(
  sheet: SettlementSheet,
  attempt: number,
): CreditTransfer & { readonly creditor: SettlementAccount } {
  if (sheet.settlementAccount === undefined) throw new Error(`sheet ${sheet.sheetNo} has no account to pay to`);
  return {
    endToEndId: attempt === 1 ? sheet.sheetNo : `${sheet.sheetNo}-${attempt}`,
    amountFen: openFenOf(sheet),
    creditor: sheet.settlementAccount,
    remittance: sheet.sheetNo,
  };
}

async function storeMessage(
  tx: Transaction,
  date: BusinessDate,
  messageId: string,
  transfers: readonly CreditTransfer[],
  terms: MessageTerms,
): Promise<void> {
  const { requestedDate } = terms;
  const text = pain001({
    messageId,
    requestedDate,
    transfers,
    createdAt: terms.approvedAt,
    debtor: terms.custody,
  });
  await tx.query(
    `insert into clearing.payment_message (message_id, business_date, requested_date, payment_count, amount_fen, xml, xml_sha256, made_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      messageId,
      date,
      requestedDate,
      transfers.length,
      sumFen(transfers.map((t) => t.amountFen)),
      text,
      createHash('sha256').update(text).digest('hex'),
      terms.approvedAt,
    ],
  );
}

/** The day the sheet is to be paid; when the approval came later than that, the first working day from then on. */
function executionDate(sheet: SettlementSheet, { calendar, approvedAt }: InstructionTerms): BusinessDate {
  const approved = cityDate(approvedAt);
  if (approved <= sheet.settleDate) return sheet.settleDate;
  try {
    return calendar.isWorkingDay(approved) ? approved : calendar.nextWorkingDay(approved);
  } catch (cause) {
    throw dayErrors.calendarEnds({ date: sheet.businessDate, lastDate: calendar.lastDate }, cause);
  }
}

export interface PaymentMessage {
  readonly messageId: string;
  readonly businessDate: BusinessDate;
  readonly requestedDate: BusinessDate;
  readonly count: number;
  readonly amountFen: Fen;
  readonly xmlSha256: string;
}

interface MessageRow {
  message_id: string;
  business_date: string;
  requested_date: string;
  payment_count: number;
  amount_fen: bigint;
  xml_sha256: string;
}

const MESSAGE_COLUMNS = 'm.message_id, m.business_date, m.requested_date, m.payment_count, m.amount_fen, m.xml_sha256';

const toMessage = (row: MessageRow): PaymentMessage => ({
  messageId: row.message_id,
  businessDate: businessDate(row.business_date),
  requestedDate: businessDate(row.requested_date),
  count: row.payment_count,
  amountFen: fen(row.amount_fen),
  xmlSha256: row.xml_sha256,
});

/** Messages to the bank of a day, or (without a day) those of which some payment is still out. */
export async function listMessages(db: Database | Transaction, date?: BusinessDate): Promise<PaymentMessage[]> {
  const { rows } = await (db as Database).query<MessageRow>(
    `select ${MESSAGE_COLUMNS} from clearing.payment_message m
      where case when $1::date is not null then m.business_date = $1
                 else exists (select from clearing.payment p where p.message_id = m.message_id and p.state = 'pending') end
      order by m.made_at, m.message_id`,
    [date ?? null],
  );
  return rows.map(toMessage);
}

/** The pain.001 as it was made. @throws CityCardError `clearing-day.message-unknown`. */
export async function messageXml(db: Database | Transaction, messageId: string): Promise<string> {
  const { rows } = await (db as Database).query<{ xml: string }>(
    'select xml from clearing.payment_message where message_id = $1',
    [messageId],
  );
  if (rows[0] === undefined) throw dayErrors.messageUnknown({ messageId });
  return rows[0].xml;
}

/**
 * What the approved sheets became, counted from the stored messages. Refused payments instructed again later have messages
 * of their own and leave these as they were.
 */
export async function instructionEvidence(tx: Transaction, date: BusinessDate): Promise<Evidence> {
  const { rows } = await tx.query<MessageRow>(
    `select ${MESSAGE_COLUMNS} from clearing.payment_message m
       join clearing.day_stage s on s.business_date = m.business_date and s.stage = 'approved'
        and m.made_at = date_trunc('milliseconds', s.completed_at)
      where m.business_date = $1 order by m.requested_date, m.message_id`,
    [date],
  );
  const messages = rows.map(toMessage);
  return {
    messages: messages.map((message) => message.messageId),
    payments: messages.reduce((sum, message) => sum + message.count, 0),
    amountFen: messages.reduce((sum, message) => sum + message.amountFen, 0n),
    messagesSha256: contentSha256(messages.map((message) => message.xmlSha256)).toString('hex'),
  };
}
