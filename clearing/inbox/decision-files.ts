import {
  type BusinessDate,
  businessDate,
  compactDate,
  type Database,
  transact,
  type Transaction,
} from '@citycard/common';
import { REPORT_KEY } from '../acceptance-reports/record.ts';
import { type CertificateDeps, ensureOwnCertificate } from '../certificates/city-ca.ts';
import { signDetachedCms } from '../certificates/sign.ts';
import { OUTCOME_HEADER, outcomeLine, type OutcomeRow } from '../intake/file-standing.ts';
import { lockAnswers, nextSerial } from '../operator-text/answers.ts';
import { csv } from '../reports/csv.ts';

/** Signs a file that an operator pulls. */
export type SignAnswer = (content: Buffer) => Promise<Buffer>;

/** The name in the certificate that files of decisions are signed with; the key is the city's for reports. */
const SIGNER = 'operator-answers';
/** 15 MB of text; what a day has more goes into further files. */
const ROWS_PER_FILE = 100_000;
const SIGNED_AT_ONCE = 50;

/** Remembers the held records of a judged file, so that their end is told. In the transaction that notes the file as answered. */
export async function rememberHeld(tx: Transaction, intakeId: bigint): Promise<void> {
  await tx.query(
    `insert into clearing.held_file_record (card_no, business_date, intake_id, record_index, participant_no)
     select card_no, business_date, intake_id, record_index, participant_no from clearing.purchase_record
      where intake_id = $1 and state in ('suspicious', 'routed') on conflict do nothing`,
    [intakeId],
  );
}

/** Records whose end is known and was before the newest cut-off: a day's decisions are told together. */
const ENDED = `
  from clearing.held_file_record h
  join clearing.purchase_record r using (card_no, business_date, intake_id, record_index)
  join (select business_date as day, cut_off_at from clearing.business_day where cut_off_at is not null
         order by business_date desc limit 1) d on r.decided_at <= d.cut_off_at
 where r.state in ('accepted', 'rejected', 'duplicate')`;

/**
 * Makes a file for every operator of whose held records some were decided until the newest cut-off. What a file tells is
 * forgotten in the transaction that keeps the file, so that every decision is told once; what ended before a cut-off and was
 * written after its files were made is told with the next. Resolves to how many were made.
 */
export async function makeDecisionFiles(db: Database): Promise<number> {
  const newest = await db.query<{ day: string }>(
    `select d.day from (select max(business_date) as day from clearing.business_day where cut_off_at is not null) d
      where d.day is not null and not exists (select from clearing.decision_files_day f where f.business_date = d.day)`,
  );
  const [due] = newest.rows;
  if (due === undefined) return 0;
  const { rows } = await db.query<{ participant_no: string; day: string }>(
    `select distinct h.participant_no, d.day ${ENDED} order by 1`,
  );
  let made = 0;
  for (const { participant_no: participantNo, day } of rows) {
    while (await transact(db, (tx) => makeFile(tx, participantNo, businessDate(day)))) made += 1;
  }
  await db.query('insert into clearing.decision_files_day values ($1) on conflict do nothing', [due.day]);
  return made;
}

async function makeFile(tx: Transaction, participantNo: string, day: BusinessDate): Promise<boolean> {
  await lockAnswers(tx, participantNo);
  const { rows } = await tx.query<OutcomeRow & { file_name: string }>(
    `with ended as (
       select r.card_no, r.business_date, r.intake_id, r.record_index, r.state, r.reason_code, r.detail, r.offline_counter, r.sam_no,
              r.sam_transaction_no, r.tapped_at, r.amount_fen, r.posted_date
         ${ENDED} and h.participant_no = $1
        order by r.intake_id, r.record_index limit ${ROWS_PER_FILE}
     ), told as (
       delete from clearing.held_file_record h using ended e
        where h.card_no = e.card_no and h.business_date = e.business_date and h.intake_id = e.intake_id and h.record_index = e.record_index
     )
     select e.*, i.file_name from ended e join clearing.intake i using (intake_id) order by e.intake_id, e.record_index`,
    [participantNo],
  );
  if (rows.length === 0) return false;
  const content = csv(
    ['file', ...OUTCOME_HEADER],
    rows.map((row) => [row.file_name, ...outcomeLine(row)]),
  );
  const serial = await nextSerial(tx, participantNo);
  const name = `decisions-${compactDate(day)}-${participantNo}-${String(serial).padStart(5, '0')}.csv`;
  await tx.query(
    `insert into clearing.operator_answer (participant_no, serial, kind, file_name, settle_date, content) values ($1, $2, 'CD', $3, $4, $5)`,
    [participantNo, serial, name, day, Buffer.from(content, 'utf8')],
  );
  return true;
}

/** Signs what was made and not signed yet; until then nobody sees it. */
export async function signDecisionFiles(db: Database, sign: SignAnswer): Promise<void> {
  const { rows } = await db.query<{ participant_no: string; serial: number; content: Buffer }>(
    `select participant_no, serial, content from clearing.operator_answer where kind = 'CD' and signature is null
      order by participant_no, serial limit ${SIGNED_AT_ONCE}`,
  );
  for (const { participant_no: participantNo, serial, content } of rows) {
    const signature = await sign(content);
    await db.query(
      `update clearing.operator_answer set signature = $3 where participant_no = $1 and serial = $2 and kind = 'CD' and signature is null`,
      [participantNo, serial, signature],
    );
  }
}

/** Signs with the city's key for reports, which stays in the HSM. */
export function answerSigner(db: Database, hsm: CertificateDeps['hsm']): SignAnswer {
  return async (content) => {
    const own = { keyName: REPORT_KEY, usage: 'report-sign', cn: SIGNER } as const;
    const { certificatePem } = await transact(db, (tx) => ensureOwnCertificate({ db: tx, hsm }, own));
    return signDetachedCms(hsm, { keyName: REPORT_KEY, certificatePem, content });
  };
}
