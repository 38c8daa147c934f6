import { cityDate, type Transaction } from '@citycard/common';
import type { DifferenceKey, FoundDifference } from './difference.ts';

/** What became of a difference that was found: new work, more of what is known, known and unchanged, or small enough to end by rule. */
export type OpenOutcome = 'opened' | 'changed' | 'known' | 'tolerated';

export interface OpenedDifference {
  readonly differenceNo: bigint;
  readonly outcome: OpenOutcome;
}

/** Rows of one statement; a match of millions of lines may leave thousands of differences. */
const SET = 5_000;

const keyOf = (row: DifferenceKey): string =>
  JSON.stringify([row.counterpartKind, row.counterpart, row.businessDay, row.subjectKey, row.kind]);

/**
 * Puts down differences that were found, set by set, and answers what became of each, in the order given. What is known with the
 * same content stays as it is; other amounts or evidence change an open one and its history keeps what was. One that two persons or
 * a rule ended is opened again (as its next occurrence) only with other amounts; one that ended because the other side came, always.
 *
 * Works inside the caller's transaction; callers about the same counterpart wait for each other until it ends.
 */
export async function openDifferences(
  tx: Transaction,
  rows: readonly FoundDifference[],
): Promise<readonly OpenedDifference[]> {
  const results = new Map<number, OpenedDifference>();
  await lockCounterparts(tx, rows);
  let rest = rows.map((row, place) => ({ row, place }));
  // The same thing twice in one call is decided as in two calls: first one, then the other.
  while (rest.length > 0) {
    const seen = new Set<string>();
    const [round, later]: [typeof rest, typeof rest] = [[], []];
    for (const each of rest) {
      const key = keyOf(each.row);
      (seen.has(key) || round.length === SET ? later : round).push(each);
      seen.add(key);
    }
    const opened = await openRound(
      tx,
      round.map(({ row }) => row),
    );
    round.forEach(({ place }, at) => {
      const result = opened[at];
      if (result !== undefined) results.set(place, result);
    });
    rest = later;
  }
  return rows.map((_, place) => {
    const result = results.get(place);
    if (result === undefined) throw new Error('a difference that was found got no number');
    return result;
  });
}

/** Whoever opens or ends differences with a counterpart waits for the others; in one order, so that nobody waits for ever. */
export async function lockCounterparts(tx: Transaction, rows: readonly DifferenceKey[]): Promise<void> {
  const names = [
    ...new Set(rows.map(({ counterpartKind, counterpart }) => `${counterpartKind} ${counterpart}`)),
  ].toSorted();
  if (names.length === 0) return;
  await tx.query(
    `select pg_advisory_xact_lock(hashtextextended('difference ' || name, 0))
       from (select name from unnest($1::text[]) as name order by hashtextextended('difference ' || name, 0)) o`,
    [names],
  );
}

/** What names differences, column by column, for unnest. */
export const keyColumns = (rows: readonly DifferenceKey[]): string[][] => [
  rows.map(({ counterpartKind }) => counterpartKind),
  rows.map(({ counterpart }) => counterpart),
  rows.map(({ businessDay }) => businessDay),
  rows.map(({ subjectKey }) => subjectKey),
  rows.map(({ kind }) => kind),
];

const FOUND = `found as (
    select * from unnest($1::text[], $2::text[], $3::date[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::jsonb[])
             with ordinality as f(counterpart_kind, counterpart, business_day, subject_key, kind, ours_fen, theirs_fen, evidence, place))`;

async function openRound(tx: Transaction, rows: readonly FoundDifference[]): Promise<readonly OpenedDifference[]> {
  const { rows: decided } = await tx.query<{ difference_no: bigint; outcome: OpenOutcome }>(
    `with ${FOUND},
     known as (
       select f.*, d.difference_no, d.state, d.occurrence, d.version, d.ended_by,
              (d.ours_fen, d.theirs_fen) is not distinct from (f.ours_fen, f.theirs_fen) as same_amounts,
              d.evidence = f.evidence as same_evidence,
              jsonb_build_object('oursFen', d.ours_fen, 'theirsFen', d.theirs_fen, 'evidence', d.evidence) as before,
              r.rule_no, r.owner_role, r.due_days, r.tolerate_fen
         from found f
         left join lateral (select * from reconciliation.difference d
                             where (d.counterpart_kind, d.counterpart, d.business_day, d.subject_key, d.kind)
                                 = (f.counterpart_kind, f.counterpart, f.business_day, f.subject_key, f.kind)
                             order by d.occurrence desc limit 1) d on true
         join lateral (select * from reconciliation.difference_rule r
                        where r.counterpart_kind = f.counterpart_kind and r.kind in (f.kind, '*')
                        order by r.kind = '*', r.rule_no desc limit 1) r on true),
     opened as (
       insert into reconciliation.difference (counterpart_kind, counterpart, business_day, subject_key, kind, occurrence, ours_fen, theirs_fen,
              evidence, found_on, due_on, rule_no, owner_role, state, ended_at, ended_on, ended_by, reason)
       select counterpart_kind, counterpart, business_day, subject_key, kind, coalesce(occurrence, 0) + 1, ours_fen, theirs_fen,
              evidence, $9::date, $9::date + due_days, rule_no, owner_role,
              case when small then 'ended' else 'open' end, case when small then clock_timestamp() end, case when small then $9::date end,
              case when small then 'rule' end, case when small then format('%s fen or less are tolerated by rule %s', tolerate_fen, rule_no) end
         from (select k.*, coalesce(kind = 'amount' and tolerate_fen > 0 and abs(ours_fen - theirs_fen) <= tolerate_fen, false) as small
                 from known k) k
        where difference_no is null or state = 'ended' and (ended_by = 'match' or not same_amounts)
       returning difference_no, counterpart_kind, counterpart, business_day, subject_key, kind, state, reason, ours_fen, theirs_fen),
     changed as (
       update reconciliation.difference d
          set ours_fen = k.ours_fen, theirs_fen = k.theirs_fen, evidence = k.evidence, version = d.version + 1
         from known k
        where d.difference_no = k.difference_no and k.state = 'open' and not (k.same_amounts and k.same_evidence)
       returning d.difference_no, k.before),
     told as (
       insert into reconciliation.difference_event (difference_no, event_no, actor, event, words, detail)
       select difference_no, 1, 'system', 'found', '', jsonb_build_object('oursFen', ours_fen, 'theirsFen', theirs_fen) from opened
       union all select difference_no, 2, 'system', 'ended', reason, '{}' from opened where state = 'ended'
       union all select c.difference_no, 1 + (select max(e.event_no) from reconciliation.difference_event e where e.difference_no = c.difference_no),
                        'system', 'changed', '', c.before from changed c)
     select coalesce(o.difference_no, k.difference_no) as difference_no,
            case when o.state = 'ended' then 'tolerated' when o.state = 'open' then 'opened'
                 when c.difference_no is not null then 'changed' else 'known' end as outcome
       from known k
       left join opened o using (counterpart_kind, counterpart, business_day, subject_key, kind)
       left join changed c on c.difference_no = k.difference_no
      order by k.place`,
    [
      ...keyColumns(rows),
      rows.map(({ ours }) => ours ?? null),
      rows.map(({ theirs }) => theirs ?? null),
      rows.map(({ evidence }) => JSON.stringify(evidence)),
      cityDate(new Date()),
    ],
  );
  return decided.map(({ difference_no: differenceNo, outcome }) => ({ differenceNo, outcome }));
}
