import { type BusinessDate, cityDateTimeDigits, type Transaction } from '@citycard/common';
import type { CsvValue } from './csv.ts';

/** What the codes say, for people (terminal-interface.md §3). */
const REASON_TEXT: Readonly<Record<string, string>> = {
  '01': 'TAC wrong',
  '02': 'card unknown',
  '03': 'duplicate',
  '04': 'conflict: same counter, other content',
  '05': 'gray, unresolved',
  '06': 'hot-listed before the purchase, list was in force at the terminal',
  '07': 'balance break',
  '08': 'insufficient balance',
  '09': 'terminal or SAM unknown',
  '0A': 'not our card',
  '0B': 'time in the future or too old',
  '0C': 'amount out of range',
  '0D': 'card expired before the purchase',
  '0E': 'test card in production or reverse',
  '0F': 'held for inspection',
  '10': 'transaction type or algorithm not allowed',
};

/** A reason code in words; empty for records that need no reason. */
export function reasonText(code: string | null): string {
  return REASON_TEXT[code ?? ''] ?? '';
}

interface DetailRow {
  state: string;
  reason_code: string | null;
  participant_no: string;
  intake_id: bigint;
  record_index: number;
  file_name: string | null;
  terminal_no: string | null;
  card_no: string;
  sam_no: string;
  sam_transaction_no: bigint;
  offline_counter: number;
  tapped_at: Date | null;
  amount_fen: bigint;
  detail: string | null;
}

/** Every record of the day that was not paid or sent on, with the reason; card numbers masked. */
export async function purchaseDetails(tx: Transaction, date: BusinessDate): Promise<CsvValue[][]> {
  const { rows } = await tx.query<DetailRow>(
    `select r.state, r.reason_code, r.participant_no, r.intake_id, r.record_index, i.file_name, i.terminal_no, r.card_no, r.sam_no,
            r.sam_transaction_no, r.offline_counter, r.tapped_at, r.amount_fen, r.detail
       from clearing.purchase_record r join clearing.intake i using (intake_id)
      where r.business_date = $1 and r.state in ('rejected', 'suspicious', 'duplicate')
      order by r.state, r.reason_code, r.intake_id, r.record_index`,
    [date],
  );
  return rows.map((row) => [
    row.state,
    row.reason_code ?? '',
    reasonText(row.reason_code),
    row.participant_no,
    row.intake_id,
    row.record_index,
    row.file_name ?? '',
    row.terminal_no ?? '',
    masked(row.card_no),
    row.sam_no,
    row.sam_transaction_no,
    row.offline_counter,
    tapped(row.tapped_at),
    row.amount_fen,
    row.detail ?? '',
  ]);
}

const masked = (cardNo: string): string =>
  `${cardNo.slice(0, 6)}${'*'.repeat(Math.max(0, cardNo.length - 10))}${cardNo.slice(-4)}`;

function tapped(at: Date | null): string {
  if (at === null) return '';
  const { date, time } = cityDateTimeDigits(at);
  return `${date} ${time}`;
}
