import { type Database } from '@citycard/common';
import { zip } from '../report-files/zip.ts';
import { reasonText } from '../reports/purchase-details.ts';
import type { RecomputedTac } from './recomputed-tacs.ts';
import type { Sample, SampleItem } from './sample.ts';

/** Everything that hangs on a drawn record, from the card to the bank; undefined parts are not there. */
async function evidenceOf(
  db: Database,
  item: SampleItem,
  recomputed: RecomputedTac | undefined,
): Promise<Record<string, unknown>> {
  const key = [item.cardNo, item.businessDate, item.intakeId, item.recordIndex];
  const { rows: records } = await db.query<
    Record<string, unknown> & {
      reasonCode: string | null;
      state: string;
      participantNo: string;
      postedDate: string | null;
    }
  >(
    `select encode(r.raw, 'hex') as raw, r.source_line as "sourceLine", r.card_no as "cardNo", r.business_date as "businessDate", r.intake_id as "intakeId",
            r.record_index as "recordIndex", r.offline_counter as "offlineCounter", r.balance_before_fen as "balanceBeforeFen", r.amount_fen as "amountFen",
            r.sam_no as "samNo", r.sam_transaction_no as "samTransactionNo", r.tapped_at as "tappedAt", r.participant_no as "participantNo",
            r.state, r.reason_code as "reasonCode", r.detail, r.decided_at as "decidedAt", r.posted_date as "postedDate",
            json_build_object('source', i.source, 'fileName', i.file_name, 'terminalNo', i.terminal_no, 'batchNo', i.batch_no,
                              'sha256', encode(i.sha256, 'hex'), 'receivedAt', i.received_at) as intake
       from clearing.purchase_record r join clearing.intake i using (intake_id)
      where r.card_no = $1 and r.business_date = $2 and r.intake_id = $3 and r.record_index = $4`,
    key,
  );
  const record = records[0];
  const { rows: history } = await db.query(
    `select changed_at as "changedAt", state, reason_code as "reasonCode", detail, decided_by as "decidedBy" from clearing.purchase_history
      where card_no = $1 and business_date = $2 and intake_id = $3 and record_index = $4 order by changed_at`,
    key,
  );
  const { rows: postings } = await db.query(
    `select posting_key as key, leg, business_date as "businessDate", debit_account as debit, credit_account as credit, amount_fen as "amountFen", phase,
            reason, posted_at as "postedAt", chunk_no as "chunkNo", position, encode(row_sha256, 'hex') as sha256
       from clearing.ledger_transfer where card_no in ($1, '') and posting_key = 'purchase:' || $2::text || ':' || $3::text order by leg`,
    [item.cardNo, item.intakeId, item.recordIndex],
  );
  const settled = record === undefined ? [] : await settlementOf(db, record.participantNo, record.postedDate);
  return {
    stratum: item.stratum,
    record: record ?? null,
    tac: record === undefined ? null : { ...tacOf(record), ...(recomputed && { recomputed }) },
    history,
    postings,
    approvals: await approvalsOf(db, record?.postedDate ?? null),
    sheets: settled,
  };
}

/** What was decided about the TAC, in words: 01 is the code of a wrong one, records that were not looked at say so. */
function tacOf({ state, reasonCode }: { readonly state: string; readonly reasonCode: string | null }) {
  if (state === 'received') return { result: 'not decided' };
  if (state === 'routed') return { result: 'with the issuing city' };
  return { result: reasonCode === '01' ? 'wrong' : 'decided', reasonCode, reason: reasonText(reasonCode) };
}

/** The sheets of the participant that hold the day, with payments, what the bank booked, and who made and checked them. */
async function settlementOf(db: Database, participantNo: string, postedDate: string | null): Promise<unknown[]> {
  if (postedDate === null) return [];
  const { rows } = await db.query(
    `select s.sheet_no as "sheetNo", s.business_date as "businessDate", s.period_from as "periodFrom", s.sales_count as "salesCount", s.sales_fen as "salesFen",
            s.fee_fen as "feeFen", s.payable_fen as "payableFen", s.disposition, s.state, s.maker, s.checker,
            coalesce((select json_agg(json_build_object('endToEndId', p.end_to_end_id, 'amountFen', p.amount_fen, 'state', p.state, 'messageId', p.message_id,
                        'bankEntries', (select json_agg(json_build_object('bankReference', b.bank_reference, 'amountFen', b.amount_fen, 'bookedAt', b.booked_at)
                                        order by b.booked_at, b.part_no) from clearing.payment_booking b where b.end_to_end_id = p.end_to_end_id))
                      order by p.attempt) from clearing.payment p where p.sheet_no = s.sheet_no), '[]') as payments
       from clearing.settlement_sheet s
      where s.participant_no = $1 and $2::date between s.period_from and s.business_date order by s.business_date, s.sheet_no limit 10`,
    [participantNo, postedDate],
  );
  return rows;
}

async function approvalsOf(db: Database, date: string | null): Promise<unknown[]> {
  if (date === null) return [];
  const { rows } = await db.query(
    `select id as "approvalId", act, subject, maker, checker, checked_at as "checkedAt", encode(content_sha256, 'hex') as "contentSha256"
       from platform.approval where subject = $1 and checker is not null order by id`,
    [date],
  );
  return rows;
}

/**
 * A ZIP with the definition of the sample, a list of what was drawn, and a file of evidence for each record. Nothing in it is
 * made up for the pack: what a part of it shows is what the tables hold now, and what the HSM says now when it was asked.
 */
export async function evidencePack(
  db: Database,
  sample: Sample,
  recomputed: readonly RecomputedTac[] = [],
): Promise<Buffer> {
  const files = [
    {
      name: 'sample.json',
      content: json({ sampleNo: sample.sampleNo, definition: sample.definition, items: sample.items }),
    },
  ];
  for (const [index, item] of sample.items.entries()) {
    const name = `evidence/${String(index + 1).padStart(4, '0')}-${item.businessDate}-${item.intakeId}-${item.recordIndex}.json`;
    files.push({ name, content: json(await evidenceOf(db, item, recomputed[index])) });
  }
  return zip(files);
}

const json = (content: unknown): Buffer =>
  Buffer.from(
    `${JSON.stringify(content, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value), 1)}\n`,
  );
