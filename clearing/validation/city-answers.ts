import { type Fen, fen, type Transaction } from '@citycard/common';
import { raiseAlarm } from '../alarms/alarm.ts';
import { decodePurchaseRecord, purchaseContentSha256 } from '../purchases/purchase-record.ts';
import { ACCEPTED_CODE, type PurchaseState, REASON, type ReasonCode } from '../purchases/reason-codes.ts';
import type { Decision } from './judge.ts';
import { ACCEPTED, duplicate, held, type Outcome, rejected, type Standing } from './outcome.ts';
import { afterPosting, postingDates, postPurchases } from './purchase-posting.ts';
import { nameOf, type RecordRef, refKey, refOf, type RefRow } from './received-purchase.ts';
import { type FinalDecision, writeDecisions } from './write-decisions.ts';

/** What another city says of one of its cards' purchases here: a CCIR row, with the record it answers. */
export interface CityAnswer {
  readonly ref: RecordRef;
  readonly outcome: typeof ACCEPTED_CODE | ReasonCode;
  readonly acceptedFen: Fen;
}

/**
 * `applied`: the record is decided by it. `repeat`: it says what was applied before. `contradicts`: the record is decided and
 * the answer says otherwise; nothing changed, an alarm was raised. `unknown`: no such record waits for this city.
 */
export type CityAnswerResult = 'applied' | 'repeat' | 'contradicts' | 'unknown';

interface RoutedRow extends RefRow {
  issuer_city: string;
  raw: Buffer;
  amount_fen: bigint;
  participant_no: string;
  state: PurchaseState;
  reason_code: string | null;
  posted_date: string | null;
}

/**
 * Applies a city's answers to records that were routed to it, inside the caller's transaction; results are in the order of
 * the answers. Accepted ones are posted from what the city owes us to the participant; 0F holds the record until the city
 * answers again; an amount other than the record's holds it too (terminal-interface.md §3, "Inter-city files").
 *
 * @throws Overtaken when one of the records is decided by somebody else at the same moment: end the transaction, try again.
 */
export async function applyCityAnswers(
  tx: Transaction,
  city: string,
  answers: readonly CityAnswer[],
): Promise<CityAnswerResult[]> {
  const rows = await lockRecords(tx, city, answers);
  const results: CityAnswerResult[] = [];
  const decisions: { decision: Decision; row: RoutedRow }[] = [];
  const taken = new Set<string>();
  for (const answer of answers) {
    const row = rows.get(refKey(answer.ref));
    const outcome = row && outcomeOf(answer, row);
    if (row === undefined || outcome === undefined) results.push('unknown');
    else if (taken.has(refKey(answer.ref)) || !isOpen(row)) results.push(compare(row, outcome));
    else if (row.state === 'suspicious' && outcome.state === 'suspicious') results.push('repeat');
    else {
      taken.add(refKey(answer.ref));
      decisions.push({ decision: { ref: answer.ref, from: standing(row), outcome }, row });
      results.push('applied');
    }
  }
  await writeDecisions(tx, await settle(tx, city, decisions), `city ${city}`);
  await alarmContradictions(tx, city, answers, results);
  return results;
}

async function lockRecords(
  tx: Transaction,
  city: string,
  answers: readonly CityAnswer[],
): Promise<Map<string, RoutedRow>> {
  const { rows } = await tx.query<RoutedRow>(
    `select r.card_no, r.business_date, r.intake_id, r.record_index, r.issuer_city, r.raw, r.amount_fen, r.participant_no, r.state,
            r.reason_code, r.posted_date
       from unnest($1::text[], $2::date[], $3::bigint[], $4::integer[]) as a(card_no, business_date, intake_id, record_index)
       join clearing.purchase_record r
         on r.card_no = a.card_no and r.business_date = a.business_date and r.intake_id = a.intake_id
        and r.record_index = a.record_index
      where r.issuer_city = $5
      order by r.card_no, r.business_date, r.intake_id, r.record_index for update of r`,
    [
      answers.map(({ ref }) => ref.cardNo),
      answers.map(({ ref }) => ref.businessDate),
      answers.map(({ ref }) => ref.intakeId),
      answers.map(({ ref }) => ref.index),
      city,
    ],
  );
  return new Map(rows.map((row) => [refKey(refOf(row)), row]));
}

/** Waiting for the city: routed and not answered, or answered "held for inspection". */
function isOpen(row: RoutedRow): boolean {
  return row.state === 'routed' || (row.state === 'suspicious' && row.reason_code === REASON.heldForInspection);
}

function standing(row: RoutedRow): Standing {
  return { state: row.state, code: row.reason_code };
}

/** Undefined when the record never was the city's to decide. */
function outcomeOf(answer: CityAnswer, row: RoutedRow): Outcome | undefined {
  if (row.state === 'received') return undefined;
  switch (answer.outcome) {
    case ACCEPTED_CODE:
      return answer.acceptedFen === row.amount_fen
        ? ACCEPTED
        : held(REASON.heldForInspection, `the city accepts ${answer.acceptedFen} of ${row.amount_fen} fen`);
    case REASON.heldForInspection:
      return held(REASON.heldForInspection, 'held by the issuing city');
    case REASON.duplicate:
      return duplicate(REASON.duplicate, 'known to the issuing city');
    default:
      return rejected(answer.outcome, 'refused by the issuing city');
  }
}

/** A city that said a final word may repeat it. */
function compare(row: RoutedRow, outcome: Outcome): CityAnswerResult {
  const code = 'code' in outcome ? outcome.code : null;
  return row.state === outcome.state && row.reason_code === code ? 'repeat' : 'contradicts';
}

async function settle(
  tx: Transaction,
  city: string,
  items: readonly { readonly decision: Decision; readonly row: RoutedRow }[],
): Promise<FinalDecision[]> {
  const dates = await postingDates(
    tx,
    items.map(({ decision }) => decision.ref.businessDate),
  );
  const accepted = items.filter(({ decision }) => decision.outcome.state === 'accepted');
  const known = await rememberAccepted(tx, accepted);
  const payables = accepted.flatMap(({ decision, row }) =>
    row.amount_fen > 0n && known.has(refKey(decision.ref))
      ? [
          {
            ref: decision.ref,
            from: { city },
            to: { participantNo: row.participant_no },
            amountFen: fen(row.amount_fen),
          },
        ]
      : [],
  );
  const posted = await postPurchases(tx, payables, dates);
  const after = new Map(payables.map(({ ref }, place) => [refKey(ref), posted[place]]));
  return items.map(({ decision }): FinalDecision => {
    const key = refKey(decision.ref);
    const result = after.get(key);
    if (result !== undefined) return { ...decision, ...afterPosting(result) };
    if (decision.outcome.state !== 'accepted') return { ...decision, postedDate: null };
    if (known.has(key)) return { ...decision, postedDate: dates(decision.ref.businessDate) };
    const twice = held(REASON.conflict, 'the city accepts a purchase whose counter or transaction it accepted before');
    return { ...decision, outcome: twice, postedDate: null };
  });
}

/**
 * The city vouches for the TAC, so the record takes its keys now. One whose keys are taken is not paid a second time.
 * Answers the records that have their keys.
 */
async function rememberAccepted(
  tx: Transaction,
  accepted: readonly { readonly decision: Decision; readonly row: RoutedRow }[],
): Promise<Set<string>> {
  const remembered = new Set<string>();
  for (const { decision, row } of accepted) {
    const record = decodePurchaseRecord(row.raw);
    const { rowCount } = await tx.query(
      `insert into clearing.purchase_identity
         (card_no, issuer_city, offline_counter, sam_no, sam_transaction_no, content_sha256, business_date, intake_id, record_index)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing`,
      [
        decision.ref.cardNo,
        record.issuerCity,
        record.offlineCounter,
        record.samNo,
        record.samTransactionNo,
        purchaseContentSha256(row.raw),
        decision.ref.businessDate,
        decision.ref.intakeId,
        decision.ref.index,
      ],
    );
    if (rowCount === 1) remembered.add(refKey(decision.ref));
  }
  return remembered;
}

async function alarmContradictions(
  tx: Transaction,
  city: string,
  answers: readonly CityAnswer[],
  results: readonly CityAnswerResult[],
): Promise<void> {
  for (const [place, { ref, outcome, acceptedFen }] of answers.entries()) {
    if (results[place] !== 'contradicts') continue;
    await raiseAlarm(tx, {
      kind: 'city-answer-contradicts',
      severity: 'warning',
      subject: nameOf(ref),
      evidence: { city, intakeId: ref.intakeId, index: ref.index, outcome, acceptedFen },
    });
  }
}
