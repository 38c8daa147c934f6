import { addDays, type BusinessDate, cityDate, type Database, type Fen, fen } from '@citycard/common';
import { APPEAL_DAYS } from '../../appeals/appeal.ts';
import { readRuleBook } from '../../validation/rules.ts';
import { reasonText } from '../../reports/purchase-details.ts';

/** A record of the participant's that was refused, or is held, and what it can do about it until when. */
export interface OwnRecord {
  readonly cardNo: string;
  readonly businessDate: BusinessDate;
  readonly intakeId: bigint;
  readonly index: number;
  readonly state: 'rejected' | 'suspicious' | 'routed';
  readonly reasonCode: string | null;
  readonly reason: string;
  readonly detail: string | null;
  readonly amountFen: Fen;
  readonly tappedAt: Date | null;
  readonly samNo: string;
  readonly terminalNo: string | null;
  readonly fileName: string | null;
  readonly decidedAt: Date | null;
  /** Of a refused one: the last day of an objection. Of a held one: the day a rule ends the wait, where there is one. */
  readonly deadline: BusinessDate | null;
  readonly appealNo: bigint | null;
  readonly appealState: string | null;
}

const RECORDS = `
select r.card_no as "cardNo", r.business_date as "businessDate", r.intake_id as "intakeId", r.record_index as index, r.state,
       r.reason_code as "reasonCode", r.detail, r.amount_fen as "amountFen", r.tapped_at as "tappedAt", r.sam_no as "samNo",
       i.terminal_no as "terminalNo", i.file_name as "fileName", r.decided_at as "decidedAt", a.appeal_no as "appealNo",
       case a.state when 'proposed' then 'open' else a.state end as "appealState"
  from clearing.purchase_record r
  join clearing.intake i on i.intake_id = r.intake_id
  left join clearing.appeal a on a.card_no = r.card_no and a.business_date = r.business_date and a.intake_id = r.intake_id
                             and a.record_index = r.record_index
 where r.participant_no = $1 and r.state = any($2::text[]) and r.business_date between $3 and $4
   and ($5::bigint is null or (r.business_date, r.intake_id, r.record_index) < ($6::date, $5, $7))
 order by r.business_date desc, r.intake_id desc, r.record_index desc limit $8`;

const PAGE = 200;

/** Refused and held records of a participant, the newest first, 200 at once. */
export async function ownRecords(
  db: Database,
  participantNo: string,
  query: {
    readonly states: readonly string[];
    readonly from: BusinessDate;
    readonly to: BusinessDate;
    readonly after?: { readonly businessDate: string; readonly intakeId: bigint; readonly index: number };
  },
): Promise<{ records: OwnRecord[]; next?: string }> {
  const { after } = query;
  const { rows } = await db.query<OwnRecord>(RECORDS, [
    participantNo,
    query.states,
    query.from,
    query.to,
    after?.intakeId ?? null,
    after?.businessDate ?? null,
    after?.index ?? null,
    PAGE,
  ]);
  const { refusedAfterDays } = (await readRuleBook(db)).on(cityDate(new Date()));
  const endsAfter: Readonly<Record<string, number | undefined>> = {
    '04': refusedAfterDays.conflict,
    '05': refusedAfterDays.gray,
    '0F': refusedAfterDays.inspection,
  };
  const records = rows.map((row) => {
    const days = endsAfter[row.reasonCode ?? ''];
    const refused = row.state === 'rejected' && row.decidedAt !== null;
    return {
      ...row,
      amountFen: fen(row.amountFen),
      reason: reasonText(row.reasonCode),
      deadline: refused
        ? addDays(cityDate(row.decidedAt ?? new Date()), APPEAL_DAYS)
        : days === undefined
          ? null
          : addDays(row.businessDate, days),
    };
  });
  const last = rows.length < PAGE ? undefined : rows.at(-1);
  return { records, ...(last && { next: `${last.businessDate}.${last.intakeId}.${last.index}` }) };
}
