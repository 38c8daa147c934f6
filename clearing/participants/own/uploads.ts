import { type BusinessDate, type Database, type Fen, fen } from '@citycard/common';

/** Records of a business day that came from one vehicle (or other place of a SAM), by line. */
export interface UploadedBy {
  readonly samNo: string;
  readonly terminalNo: string | null;
  /** Buses only (terminal-interface.md, section 3, byte 56): line and vehicle of the record. */
  readonly line: string | null;
  readonly vehicle: string | null;
  readonly records: number;
  readonly amountFen: Fen;
  readonly accepted: number;
  readonly held: number;
  readonly refused: number;
  readonly lastTapAt: Date | null;
}

/** A SAM in use of which nothing came in that day, and what came of it last: there it is looked for. */
export interface NotUploaded {
  readonly samNo: string;
  readonly terminalNo: string | null;
  readonly since: Date;
  readonly line: string | null;
  readonly vehicle: string | null;
  readonly lastTapAt: Date | null;
}

export interface OwnUploads {
  readonly businessDate: BusinessDate;
  readonly files: readonly {
    readonly fileName: string;
    readonly sequence: number | null;
    readonly records: number;
    readonly amountFen: Fen;
    readonly receivedAt: Date;
    readonly undecided: number;
  }[];
  /** Numbers between two files that came of which no file came, in runs. */
  readonly missingFiles: readonly { readonly from: number; readonly to: number }[];
  readonly uploaded: readonly UploadedBy[];
  readonly notUploaded: readonly NotUploaded[];
  readonly outcomes: readonly {
    readonly state: string;
    readonly reasonCode: string | null;
    readonly count: number;
    readonly amountFen: Fen;
  }[];
}

/** Bytes 56 to 60 of a record of a bus: line in two bytes BCD, vehicle in three. */
const LINE_AND_VEHICLE = `case when r.industry = 1 then encode(substring(r.raw from 57 for 2), 'hex') end as line,
       case when r.industry = 1 then encode(substring(r.raw from 59 for 3), 'hex') end as vehicle`;

const BY_VEHICLE = `
select r.sam_no as "samNo", a.terminal_no as "terminalNo", ${LINE_AND_VEHICLE},
       count(*)::integer as records, sum(r.amount_fen)::bigint as "amountFen",
       count(*) filter (where r.state = 'accepted')::integer as accepted,
       count(*) filter (where r.state in ('suspicious', 'routed'))::integer as held,
       count(*) filter (where r.state in ('rejected', 'duplicate'))::integer as refused, max(r.tapped_at) as "lastTapAt"
  from clearing.purchase_record r
  left join clearing.sam_assignment a on a.sam_no = r.sam_no and a.participant_no = r.participant_no and a.valid_to is null
 where r.participant_no = $1 and r.business_date = $2
 group by 1, 2, 3, 4 order by 3 nulls last, 4 nulls last, 1 limit 2000`;

/** The newest record of a SAM is found by its key, at the end of each partition's index; of a SAM that was another's before, nothing is told. */
const NOT_UPLOADED = `
select a.sam_no as "samNo", a.terminal_no as "terminalNo", a.valid_from as since, l.line, l.vehicle, l.tapped_at as "lastTapAt"
  from clearing.sam_assignment a
  left join lateral (
    select r.tapped_at, ${LINE_AND_VEHICLE}
      from (select card_no, business_date, intake_id, record_index from clearing.purchase_identity
             where sam_no = a.sam_no order by sam_transaction_no desc limit 1) i
      join clearing.purchase_record r on r.intake_id = i.intake_id and r.record_index = i.record_index
                                     and r.card_no = i.card_no and r.business_date = i.business_date
     where r.participant_no = a.participant_no) l on true
 where a.participant_no = $1 and a.valid_to is null and a.valid_from::date <= $2::date
   and not (a.sam_no = any($3::text[]))
 order by a.terminal_no, a.sam_no limit 2000`;

/** Sequence numbers run on through days; a number that is missing between two is a file that never came. */
const MISSING_FILES = `
select before + 1 as from, no - 1 as to
  from (select file_sequence as no, lag(file_sequence) over (order by file_sequence) as before
          from clearing.intake where participant_no = $1 and source in ('ccpf', 'xf') and file_sequence is not null) s
 where no > before + 1 order by no desc limit 100`;

/** What a participant has uploaded on a business day and what has not come, by file, line, vehicle and SAM. */
export async function ownUploads(db: Database, participantNo: string, date: BusinessDate): Promise<OwnUploads> {
  const files = await db.query<OwnUploads['files'][number]>(
    `select i.file_name as "fileName", i.file_sequence::integer as sequence, i.record_count as records, i.amount_fen as "amountFen",
            i.received_at as "receivedAt", coalesce(u.record_count - u.next_index, 0) as undecided
       from clearing.intake i left join clearing.undecided_intake u on u.business_date = i.business_date and u.intake_id = i.intake_id
      where i.participant_no = $1 and i.business_date = $2 and i.file_name is not null order by i.intake_id desc limit 500`,
    [participantNo, date],
  );
  const uploaded = await db.query<UploadedBy>(BY_VEHICLE, [participantNo, date]);
  const heard = [...new Set(uploaded.rows.map(({ samNo }) => samNo))];
  const silent = await db.query<NotUploaded>(NOT_UPLOADED, [participantNo, date, heard]);
  const missing = await db.query<{ from: bigint; to: bigint }>(MISSING_FILES, [participantNo]);
  const outcomes = await db.query<OwnUploads['outcomes'][number]>(
    `select state, reason_code as "reasonCode", count(*)::integer as count, sum(amount_fen)::bigint as "amountFen"
       from clearing.purchase_record where participant_no = $1 and business_date = $2 group by 1, 2 order by 1, 2`,
    [participantNo, date],
  );
  return {
    businessDate: date,
    files: files.rows,
    missingFiles: missing.rows.map(({ from, to }) => ({ from: Number(from), to: Number(to) })),
    uploaded: uploaded.rows.map((row) => ({ ...row, amountFen: fen(row.amountFen) })),
    notUploaded: silent.rows,
    outcomes: outcomes.rows.map((row) => ({ ...row, amountFen: fen(row.amountFen) })),
  };
}
