import {
  accountBalance,
  applyCityAnswers,
  type CityAnswer,
  endBeyondCap,
  keepBeyondCap,
  raiseAlarm,
} from '@citycard/clearing';
import { businessDate, type Database, fen, transact, type Transaction } from '@citycard/common';
import { readAgreement } from '../agreements/agreement.ts';

/** A city's answer to one presentment of a record. */
export interface PlacedAnswer {
  readonly answer: CityAnswer;
  readonly row: number;
  readonly sequence: bigint;
  readonly position: number;
}

/** What a city owes us on balance: its cards' purchases here less ours there, as far as they are booked. Below zero we owe. */
export async function positionOf(tx: Database | Transaction, city: string): Promise<bigint> {
  const receivable = await accountBalance(tx, `city-receivable:${city}`);
  const payable = await accountBalance(tx, `city-payable:${city}`);
  return receivable.posted - payable.posted;
}

/**
 * Books a city's answers. Acceptances that would take what it owes us beyond the cap agreed with it wait, the later ones first: the
 * operators would be paid out of the float of our own holders. They are booked by {@link bookWaiting} when there is room.
 * Answers the first that no record was waiting for, when there is one; then the caller gives everything up.
 */
export async function bookAnswers<A extends PlacedAnswer>(
  tx: Transaction,
  city: string,
  answers: readonly A[],
): Promise<A | undefined> {
  const now = await withinRoom(tx, city, answers);
  const results = await applyCityAnswers(
    tx,
    city,
    now.map(({ answer }) => answer),
  );
  return now[results.indexOf('unknown')];
}

async function withinRoom<A extends PlacedAnswer>(tx: Transaction, city: string, answers: readonly A[]): Promise<A[]> {
  const { positionCapFen: cap } = await readAgreement(tx, city);
  if (cap === undefined) return [...answers];
  let room = cap - (await positionOf(tx, city));
  const now: A[] = [];
  const waiting: A[] = [];
  for (const each of answers) {
    const { acceptedFen } = each.answer;
    // Once one waits those after it do, so that they are booked in the order in which they were accepted.
    const fits = acceptedFen === 0n || (waiting.length === 0 && acceptedFen <= room);
    if (fits) room -= acceptedFen;
    (fits ? now : waiting).push(each);
  }
  if (waiting.length === 0) return now;
  await tx.query(
    `update reconciliation.city_sent_record s set waits_for_room = true
       from unnest($2::bigint[], $3::integer[]) as w (sequence, position)
      where s.city = $1 and s.sequence = w.sequence and s.position = w.position`,
    [city, waiting.map(({ sequence }) => sequence), waiting.map(({ position }) => position)],
  );
  await keepBeyondCap(
    tx,
    waiting.map(({ answer }) => answer.ref),
  );
  const amountFen = waiting.reduce((sum, { answer }) => sum + answer.acceptedFen, 0n);
  await raiseAlarm(tx, {
    kind: 'city-position-cap',
    severity: 'critical',
    subject: `city ${city}`,
    evidence: { city, capFen: cap, owedFen: cap - room, waiting: waiting.length, amountFen },
  });
  return now;
}

/** Acceptances looked at in one transaction. */
const AT_ONCE = 5_000;

interface WaitingRow {
  card_no: string;
  business_date: string;
  intake_id: bigint;
  record_index: number;
  sequence: bigint;
  position: number;
  amount_fen: bigint;
}

/** Books acceptances that waited for room, the oldest first, as far as there is room now. Answers how many. */
export async function bookWaiting(db: Database, city: string): Promise<number> {
  return transact(db, async (tx) => {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('reconciliation answers of ' || $1, 0))`, [city]);
    const { rows } = await tx.query<WaitingRow>(
      `select card_no, business_date, intake_id, record_index, sequence, position, amount_fen from reconciliation.city_sent_record
        where city = $1 and waits_for_room order by answered_at, sequence, position limit $2`,
      [city, AT_ONCE],
    );
    if (rows.length === 0) return 0;
    const { positionCapFen: cap } = await readAgreement(tx, city);
    let room = cap === undefined ? undefined : cap - (await positionOf(tx, city));
    const fitting: WaitingRow[] = [];
    for (const row of rows) {
      if (room !== undefined && row.amount_fen > room) break;
      if (room !== undefined) room -= row.amount_fen;
      fitting.push(row);
    }
    const accepted = fitting.map((row): CityAnswer => ({
      ref: {
        cardNo: row.card_no,
        businessDate: businessDate(row.business_date),
        intakeId: row.intake_id,
        index: row.record_index,
      },
      outcome: '00',
      acceptedFen: fen(row.amount_fen),
    }));
    await applyCityAnswers(tx, city, accepted);
    await endBeyondCap(
      tx,
      accepted.map(({ ref }) => ref),
    );
    await tx.query(
      `update reconciliation.city_sent_record s set waits_for_room = false
         from unnest($2::bigint[], $3::integer[]) as w (sequence, position)
        where s.city = $1 and s.sequence = w.sequence and s.position = w.position`,
      [city, fitting.map(({ sequence }) => sequence), fitting.map(({ position }) => position)],
    );
    return fitting.length;
  });
}
