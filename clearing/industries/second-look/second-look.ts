import {
  type BusinessDate,
  businessDate,
  cityDate,
  type Database,
  fen,
  transact,
  type Transaction,
} from '@citycard/common';
import { raiseAlarm } from '../../alarms/alarm.ts';
import { codeOfIndustry } from '../code.ts';
import type { Pattern } from '../document.ts';
import { type Industry, industriesInForce } from '../in-force.ts';
import { readIndustryData } from '../industry-data.ts';
import { examineTrip } from './distance.ts';
import type { Candidate, Examined } from './examined.ts';
import { examineMeterReports } from './meter-reports.ts';
import { bookTreatments } from './treatments.ts';
import { examineVisits } from './visits.ts';

/** Records looked at in one transaction: a large day takes several, none holds locks for long. */
const AT_ONCE = 1_000;
/** Longer than the look of another process takes to come round. */
const JUST_DECIDED = '5 minutes';
/** Where the industry data of the purchase record begins. */
const DATA_AT = 56;

/** Industries whose accepted purchases are looked at again: more happens with them than a payment. */
const LOOKED_AT: ReadonlySet<Pattern> = new Set(['distance', 'entitlement', 'fund', 'meter']);

/**
 * Looks at accepted purchases of industries that ask for it: fares by distance, visits, parts paid by funds. Each record
 * once, in one transaction with whatever is booked for it; what is wrong with one is written down and alarmed. Belongs
 * after every validation pass, and has to be through before a day is validated.
 *
 * @returns how many records were looked at
 */
export async function lookAgain(
  db: Database,
  options: {
    /** Only at what was decided in the last minutes: cheap enough to do all the time. */ justDecided?: boolean;
  } = {},
): Promise<{ examined: number }> {
  for (let examined = 0; ;) {
    const step = await transact(db, (tx) => examineSome(tx, options.justDecided ?? false));
    examined += step;
    if (step < AT_ONCE) return { examined };
  }
}

async function examineSome(tx: Transaction, justDecided: boolean): Promise<number> {
  const days = await takingDays(tx);
  const newest = days.at(-1);
  if (newest === undefined) return 0;
  const industries = (await industriesInForce(tx, newest)).filter(({ document }) => LOOKED_AT.has(document.pattern));
  if (industries.length === 0) return 0;
  // One at a time: visits and funds are counted in the order they are looked at.
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('second look at purchases', 0))`);
  const candidates = await unexamined(tx, days, industries, justDecided);
  const examined = await examine(tx, candidates);
  await write(tx, examined);
  await alarm(tx, examined);
  return candidates.length;
}

/** Days that still take purchases, the oldest first; they stay as they are until the transaction ends. */
async function takingDays(tx: Transaction): Promise<BusinessDate[]> {
  const { rows } = await tx.query<{ business_date: string }>(
    `select business_date from clearing.business_day where state in ('open', 'cut-off') order by business_date for share`,
  );
  return rows.map((row) => businessDate(row.business_date));
}

interface CandidateRow {
  card_no: string;
  business_date: string;
  intake_id: bigint;
  record_index: number;
  industry: number;
  participant_no: string;
  posted_date: string;
  tapped_at: Date;
  amount_fen: bigint;
  issuer_city: string;
  sam_no: string;
  sam_transaction_no: bigint;
  raw: Buffer;
}

async function unexamined(
  tx: Transaction,
  days: readonly BusinessDate[],
  industries: readonly Industry[],
  justDecided: boolean,
): Promise<Candidate[]> {
  const { rows } = await tx.query<CandidateRow>(
    `select r.card_no, r.business_date, r.intake_id, r.record_index, r.industry, r.participant_no, r.posted_date, r.tapped_at,
            r.amount_fen, r.issuer_city, r.sam_no, r.sam_transaction_no, r.raw
       from clearing.purchase_record r
      where r.posted_date = any($1) and r.industry > 2 and r.industry = any($2) and r.state = 'accepted' and r.flag <> 3
        ${justDecided ? `and r.decided_at > now() - interval '${JUST_DECIDED}'` : ''}
        and not exists (select from clearing.industry_entry e
                         where e.card_no = r.card_no and e.business_date = r.business_date
                           and e.intake_id = r.intake_id and e.record_index = r.record_index)
      order by r.tapped_at, r.intake_id, r.record_index limit ${AT_ONCE}`,
    [days, industries.map(({ industry }) => industry)],
  );
  const current = new Map(industries.map((each) => [each.industry, each]));
  const byDay = new Map<BusinessDate, Map<number, Industry>>();
  for (const day of new Set(rows.map((row) => cityDate(row.tapped_at)))) {
    byDay.set(day, new Map((await industriesInForce(tx, day)).map((each) => [each.industry, each])));
  }
  return rows.flatMap((row) => {
    // What was in force at the tap counts; a terminal that was faster than the two people gets what they put in force.
    const industry = byDay.get(cityDate(row.tapped_at))?.get(row.industry) ?? current.get(row.industry);
    return industry === undefined ? [] : [toCandidate(row, industry)];
  });
}

const toCandidate = (row: CandidateRow, { version, document }: Industry): Candidate => ({
  cardNo: row.card_no,
  businessDate: businessDate(row.business_date),
  intakeId: row.intake_id,
  recordIndex: row.record_index,
  industry: row.industry,
  participantNo: row.participant_no,
  postedDate: businessDate(row.posted_date),
  tappedAt: row.tapped_at,
  amountFen: fen(row.amount_fen),
  issuerCity: row.issuer_city,
  samNo: row.sam_no,
  samTransactionNo: row.sam_transaction_no,
  version,
  document,
  facts: readIndustryData(document.data, row.raw.subarray(DATA_AT)),
});

async function examine(tx: Transaction, candidates: readonly Candidate[]): Promise<Examined[]> {
  const foreign = await ofForeignParticipants(tx, candidates);
  const examined = foreign.map((candidate): Examined => ({ candidate, finding: 'participant-foreign' }));
  const own = candidates.filter((candidate) => !foreign.includes(candidate));
  const of = (pattern: Pattern) => own.filter(({ document }) => document.pattern === pattern);
  const trips = of('distance').flatMap((candidate) =>
    candidate.document.pattern === 'distance' ? [examineTrip(candidate, candidate.document)] : [],
  );
  examined.push(...trips);
  examined.push(...(await examineVisits(tx, of('entitlement'))));
  examined.push(...(await examineMeterReports(tx, of('meter'))));
  for (const date of new Set(of('fund').map(({ postedDate }) => postedDate))) {
    const ofDay = of('fund').filter(({ postedDate }) => postedDate === date);
    examined.push(...(await bookTreatments(tx, date, ofDay)));
  }
  return examined;
}

/**
 * Purchases of participants that do not belong to the industry. The industry byte is the terminal's word and no TAC covers
 * it, so nobody uses up visits or draws on a fund but the industry's own. Bills and meters are paid at anybody's terminal.
 */
async function ofForeignParticipants(tx: Transaction, candidates: readonly Candidate[]): Promise<Candidate[]> {
  const asked = candidates.filter(({ document }) => document.pattern !== 'meter');
  if (asked.length === 0) return [];
  const { rows } = await tx.query<{ participant_no: string; industry: number | null }>(
    'select participant_no, industry from clearing.participant where participant_no = any($1)',
    [[...new Set(asked.map(({ participantNo }) => participantNo))]],
  );
  const industries = new Map(rows.map((row) => [row.participant_no, row.industry]));
  return asked.filter(({ participantNo, industry }) => industries.get(participantNo) !== industry);
}

async function write(tx: Transaction, examined: readonly Examined[]): Promise<void> {
  if (examined.length === 0) return;
  const column = <T>(pick: (one: Examined) => T) => examined.map(pick);
  await tx.query(
    `insert into clearing.industry_entry (card_no, business_date, intake_id, record_index, industry, version, participant_no,
       posted_date, tapped_at, amount_fen, facts, expected_fen, fund_fen, finding)
     select * from unnest($1::text[], $2::date[], $3::bigint[], $4::integer[], $5::smallint[], $6::integer[], $7::text[],
       $8::date[], $9::timestamptz[], $10::bigint[], $11::jsonb[], $12::bigint[], $13::bigint[], $14::text[])`,
    [
      column(({ candidate }) => candidate.cardNo),
      column(({ candidate }) => candidate.businessDate),
      column(({ candidate }) => candidate.intakeId),
      column(({ candidate }) => candidate.recordIndex),
      column(({ candidate }) => candidate.industry),
      column(({ candidate }) => candidate.version),
      column(({ candidate }) => candidate.participantNo),
      column(({ candidate }) => candidate.postedDate),
      column(({ candidate }) => candidate.tappedAt),
      column(({ candidate }) => candidate.amountFen),
      column(({ candidate }) => JSON.stringify(candidate.facts)),
      column(({ expectedFen }) => expectedFen ?? null),
      column(({ fundFen }) => fundFen ?? 0n),
      column(({ finding }) => finding ?? null),
    ],
  );
}

/** One alarm for each participant and kind of finding in a pass, however many records there are. */
async function alarm(tx: Transaction, examined: readonly Examined[]): Promise<void> {
  const groups = new Map<string, Examined[]>();
  for (const one of examined) {
    if (one.finding === undefined) continue;
    const key = `${one.candidate.industry} ${one.candidate.participantNo} ${one.finding}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  for (const group of groups.values()) {
    const [first] = group;
    if (first === undefined) continue;
    const { industry, participantNo, intakeId, recordIndex, amountFen } = first.candidate;
    await raiseAlarm(tx, {
      kind: 'industry-finding',
      severity: 'warning',
      subject: `industry ${codeOfIndustry(industry)} participant ${participantNo}`,
      evidence: {
        finding: first.finding,
        records: group.length,
        first: { intakeId, recordIndex, amountFen, expectedFen: first.expectedFen },
      },
    });
  }
}
