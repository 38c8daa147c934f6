import { raiseAlarmOnce } from '@citycard/clearing';
import { cityDate, type Database, transact, type Transaction } from '@citycard/common';
import type { DeskKey } from './desk-key.ts';
import { deskErrors } from './errors.ts';

/** Who tries, and what for. */
export interface Attempt {
  /** Of the browser, the kiosk or the telephone, as the desk process sees it. */
  readonly address: string;
  readonly cardNo: string;
}

type Whose = 'address-hour' | 'address-day' | 'card-day' | 'card-month' | 'everybody-hour';

/**
 * Claims that do not fit, before no further claim is looked at. Four figures have 10 000 values, and two of them open a card: fifteen guesses
 * in a month find a known card with a chance of 0.3 %, thirty a day from an address some card with 0.6 %. A household on one address errs less.
 */
const WRONG_AT_MOST: Readonly<Record<Exclude<Whose, 'everybody-hour'>, number>> = {
  'address-hour': 10,
  'address-day': 30,
  'card-day': 5,
  'card-month': 15,
};
/** A kiosk serves one person in half a minute. */
const TRIES_AT_MOST = 150;
/** So many wrong claims of everybody in an hour are no people that err: proofs become dearer and somebody is told. */
export const MANY_WRONG = 500;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MONTH_MS = 30 * DAY_MS;

interface Count {
  readonly tries: number;
  readonly wrong: number;
}

/**
 * Counts an attempt before it is looked at, as if it were wrong: guesses made at once, in whatever process, are all counted. What was
 * right is given back with {@link giveBack}. A number that is no card's is counted like one that is.
 *
 * @throws card-issuer.resident-desk.too-many, the attempt counted all the same
 */
export async function reserve(db: Database, key: DeskKey, attempt: Attempt, now: Date): Promise<void> {
  const subjects = await subjectsOf(key, attempt);
  const refusedUntil = await transact(db, async (tx) => {
    const counts = await add(tx, subjects, now, 1);
    const over = (['address-hour', 'address-day', 'card-day', 'card-month'] as const).filter(
      (whose) =>
        counts[whose].wrong > WRONG_AT_MOST[whose] || (whose === 'address-hour' && counts[whose].tries > TRIES_AT_MOST),
    );
    if (counts['everybody-hour'].wrong === MANY_WRONG)
      await raiseAlarmOnce(tx, {
        kind: 'resident-desk-guessed',
        severity: 'warning',
        subject: `hour ${startOf('everybody-hour', now).toISOString()}`,
        evidence: { wrong: MANY_WRONG, date: cityDate(now) },
      });
    if (over.length === 0) return undefined;
    return new Date(Math.max(...over.map((whose) => startOf(whose, now).getTime() + lengthOf(whose))));
  });
  if (refusedUntil !== undefined) throw deskErrors.tooMany({ until: refusedUntil.toISOString() });
}

/** The attempt was right: it does not count among the wrong ones. */
export async function giveBack(db: Database, key: DeskKey, attempt: Attempt, now: Date): Promise<void> {
  const subjects = await subjectsOf(key, attempt);
  await transact(db, (tx) => add(tx, subjects, now, -1));
}

/** How often this address, and everybody, was wrong in this hour. */
export async function wrongOf(
  db: Database,
  key: DeskKey,
  address: string,
  now: Date,
): Promise<{ address: number; everybody: number }> {
  const [own, all] = [await key.hash('address', address), everybody()];
  const { rows } = await db.query<{ subject: Buffer; wrong: number }>(
    `select subject, wrong from issuer.desk_count where span = 'hour' and starts_at = $2 and subject = any($1::bytea[])`,
    [[own, all], startOf('address-hour', now)],
  );
  const of = (subject: Buffer): number => rows.find((row) => row.subject.equals(subject))?.wrong ?? 0;
  return { address: of(own), everybody: of(all) };
}

/** Counts and used proofs that nothing asks for any more. */
export async function forgetOld(db: Database): Promise<void> {
  await db.query(
    `delete from issuer.desk_count where starts_at < now() - case span when 'month' then interval '60 days' else interval '2 days' end`,
  );
  await db.query('delete from issuer.desk_proof_used where expires_at < now()');
}

const everybody = (): Buffer => Buffer.alloc(16);

async function subjectsOf(key: DeskKey, { address, cardNo }: Attempt): Promise<Readonly<Record<Whose, Buffer>>> {
  const [own, card] = [await key.hash('address', address), await key.hash('card', cardNo)];
  return {
    'address-hour': own,
    'address-day': own,
    'card-day': card,
    'card-month': card,
    'everybody-hour': everybody(),
  };
}

const lengthOf = (whose: Whose): number =>
  whose.endsWith('hour') ? HOUR_MS : whose.endsWith('day') ? DAY_MS : MONTH_MS;
const startOf = (whose: Whose, now: Date): Date =>
  new Date(Math.floor(now.getTime() / lengthOf(whose)) * lengthOf(whose));

/** One statement; rows in one order, so that two attempts never wait for each other crosswise. */
async function add(
  tx: Transaction,
  subjects: Readonly<Record<Whose, Buffer>>,
  now: Date,
  by: 1 | -1,
): Promise<Record<Whose, Count>> {
  const all = Object.keys(subjects) as Whose[];
  const ordered = all.sort((a, b) => Buffer.compare(subjects[a], subjects[b]) || a.localeCompare(b));
  const { rows } = await tx.query<{ subject: Buffer; span: string } & Count>(
    `insert into issuer.desk_count as c (subject, span, starts_at, tries, wrong)
     select subject, span, starts_at, greatest($4, 0), greatest($4, 0)
       from unnest($1::bytea[], $2::text[], $3::timestamptz[]) with ordinality as u(subject, span, starts_at, place) order by place
     on conflict (subject, span, starts_at) do update set tries = c.tries + greatest($4, 0), wrong = greatest(c.wrong + $4, 0)
     returning subject, span, tries, wrong`,
    [
      ordered.map((whose) => subjects[whose]),
      ordered.map((whose) => whose.split('-')[1]),
      ordered.map((whose) => startOf(whose, now)),
      by,
    ],
  );
  const count = (whose: Whose): Count => {
    const row = rows.find((each) => each.subject.equals(subjects[whose]) && whose.endsWith(each.span));
    return row ?? { tries: 0, wrong: 0 };
  };
  return {
    'address-hour': count('address-hour'),
    'address-day': count('address-day'),
    'card-day': count('card-day'),
    'card-month': count('card-month'),
    'everybody-hour': count('everybody-hour'),
  };
}
