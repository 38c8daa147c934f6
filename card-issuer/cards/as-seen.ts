import { createHash } from 'node:crypto';
import type { Database } from '@citycard/common';
import type { HttpRequest } from '../request-fields.ts';
import { cardLifeErrors } from './errors.ts';

/** A mark of how a card stands (ETag): another one as soon as anything happened to it. Undefined for no card of ours. */
export async function cardTag(db: Database, cardNo: string): Promise<string | undefined> {
  const { rows } = await db.query<{ mark: string }>(
    `select concat_ws(' ', c.state, c.valid_to, c.resident_id, c.deposit_fen,
              (select max(event_no) from issuer.card_event e where e.card_no = c.card_no),
              (select string_agg(concat(a.kind, a.credits_posted - a.debits_posted, a.credits_pending), ' ' order by a.kind)
                 from clearing.card_account a where a.card_no = c.card_no)) as mark
       from issuer.card c where c.card_no = $1`,
    [cardNo],
  );
  const mark = rows[0]?.mark;
  return mark === undefined ? undefined : `"${createHash('sha256').update(mark).digest('base64url').slice(0, 22)}"`;
}

/**
 * A guard for acts on a card: with `If-Match` the card has to stand as it was seen, else 412 with the state it is in now. It tells a clerk
 * early that a colleague was faster; what may not happen twice is held by the acts themselves. A repeat (same Idempotency-Key) passes.
 */
export function asSeen(db: Database): (request: HttpRequest) => Promise<void> {
  return async (request) => {
    const seen = request.headers['if-match'];
    const { cardNo } = request.params as { cardNo: string };
    if (seen === undefined || seen === (await cardTag(db, cardNo))) return;
    const key = request.headers['idempotency-key'];
    const answered = await db.query('select from platform.idempotency where principal = $1 and key = $2', [
      request.principal.id,
      typeof key === 'string' ? key : '',
    ]);
    if (answered.rowCount === 1) return;
    const { rows } = await db.query<{ state: string; by: string }>(
      `select c.state, coalesce((select e.done_by from issuer.card_event e where e.card_no = c.card_no order by event_no desc limit 1), 'system') as "by"
         from issuer.card c where c.card_no = $1`,
      [cardNo],
    );
    if (rows[0] !== undefined) throw cardLifeErrors.changedMeanwhile({ state: rows[0].state, by: rows[0].by });
  };
}
