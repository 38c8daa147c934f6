import { currentBusinessDate, type Posting, postOrThrow } from '@citycard/clearing';
import { cityDate, fen, type Transaction } from '@citycard/common';
import type { DifferenceKey } from './difference.ts';
import { keyColumns, lockCounterparts } from './open.ts';

/** Differences meant by an end: of one kind, or of whatever kind about that subject. */
export type EndedKey = Omit<DifferenceKey, 'kind'> & Partial<Pick<DifferenceKey, 'kind'>>;

/** How the system ends differences: by what, why, and with which booking. */
export interface EndTerms {
  readonly by: 'match' | 'rule';
  /** For people, at least three characters. */
  readonly reason: string;
  /** Posted here, in the same transaction, on the open business day. */
  readonly posting?: Posting;
  /** Key of a posting the caller makes in this transaction. */
  readonly postingKey?: string;
}

/**
 * Ends open differences without people: the missing side came, or a rule says what becomes of them. Keys that are not open are left
 * alone, so that doing it again changes nothing; a posting is made only if something ends. Answers the numbers that ended.
 *
 * @throws CityCardError `clearing.posting-refused`, `clearing.no-open-business-day` when there is a posting to make
 */
export async function endDifferences(
  tx: Transaction,
  keys: readonly EndedKey[],
  terms: EndTerms,
): Promise<readonly bigint[]> {
  if (keys.length === 0) return [];
  const businessDate = terms.posting === undefined ? undefined : await currentBusinessDate(tx);
  const rows = keys.map((key) => ({ ...key, kind: key.kind ?? '*' }));
  await lockCounterparts(tx, rows);
  const postingKey = terms.posting?.key ?? terms.postingKey ?? null;
  const adjusted = terms.posting?.legs.reduce((sum, { amount }) => fen(sum + amount), fen(0)) ?? null;
  const { rows: ended } = await tx.query<{ difference_no: bigint }>(
    `with ended as (
       update reconciliation.difference d
          set state = 'ended', ended_at = clock_timestamp(), ended_on = $6, ended_by = $7, reason = $8, posting_key = $9, adjusted_fen = $10
         from (select distinct * from unnest($1::text[], $2::text[], $3::date[], $4::text[], $5::text[])
                      as k(counterpart_kind, counterpart, business_day, subject_key, kind)) k
        where (d.counterpart_kind, d.counterpart, d.business_day, d.subject_key)
            = (k.counterpart_kind, k.counterpart, k.business_day, k.subject_key)
          and k.kind in (d.kind, '*') and d.state = 'open'
       returning d.difference_no),
     told as (
       insert into reconciliation.difference_event (difference_no, event_no, actor, event, words, detail)
       select n.difference_no, 1 + (select max(e.event_no) from reconciliation.difference_event e where e.difference_no = n.difference_no),
              'system', 'ended', $8, jsonb_build_object('by', $7::text, 'postingKey', $9::text)
         from ended n)
     select difference_no from ended order by 1`,
    [...keyColumns(rows), cityDate(new Date()), terms.by, terms.reason, postingKey, adjusted],
  );
  if (ended.length > 0 && terms.posting !== undefined && businessDate !== undefined)
    await postOrThrow(tx, businessDate, [terms.posting]);
  return ended.map(({ difference_no: no }) => no);
}
