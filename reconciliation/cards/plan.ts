import type { BusinessDate, Transaction } from '@citycard/common';
import type { KeptPlan } from '../matching/plan.ts';
import { wordsOfDay } from './drift.ts';
import { evidenceOf } from './evidence.ts';

/**
 * The balance of each card used on a day as the card said it last, against its purse (the shadow balance). What is known to stand
 * between the two (purchases held or missing, torn ones, pending loads) is a line of ours beside the purse: together they are what the
 * card holds, or the difference is unexplained.
 */
export const cardBalances: KeptPlan = {
  name: 'card-balances',
  title: 'What each card used on a day said last, against its purse and what explains the difference',
  counterpartKind: 'card',
  everybody: true,
  terms: {
    passes: [
      { name: 'balance', on: ['reference', 'group'], cardinality: '1-1', certain: false },
      { name: 'balance with its causes', on: ['reference'], cardinality: 'n-1', certain: true },
    ],
    toleranceFen: 0,
    daysBefore: 0,
    daysAfter: 0,
  },
  prepare: prepareBalances,
  ours: (_everybody, day) =>
    `select w.card_no as reference, 'balance' as "group", w.purse as "amountFen", date '${day}' as day, d.about
       from card_words w left join card_drift d using (card_no)
      union all
     select c.card_no, null, -c.amount_fen, date '${day}', jsonb_build_object('subject', 'balance', 'evidence', jsonb_build_object('cause', c.cause))
       from card_cause c
      order by 1, 2 nulls last, 3`,
  theirs: (_everybody, day) =>
    `select card_no as reference, 'balance' as "group", card as "amountFen", date '${day}' as day from card_words order by 1`,
  scopes: () => [{ counterpartKinds: ['card'], subject: 'balance' }],
  endedReason: 'the purse is what the card said last, or the difference is explained',
};

/** What the cards of a day said (`card_words`), which differ (`card_drift`), and what stands between (`card_cause`). */
async function prepareBalances(tx: Transaction, _everybody: string, day: BusinessDate): Promise<void> {
  const drifts = await wordsOfDay(tx, day);
  await tx.query('drop table if exists card_drift, card_cause');
  // The open difference of a card stays one and the same, of the day it was first seen on, while it lasts.
  await tx.query(
    `create temp table card_drift on commit drop as
     select d.card_no, d.drift_fen, d.unexplained_fen, d.evidence, k.day is not null as known,
            jsonb_build_object('subject', 'balance', 'counterpart', d.card_no, 'day', coalesce(k.day, $6::date), 'oursFen', d.purse_fen,
                               'evidence', d.evidence) as about
       from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::jsonb[]) as d(card_no, drift_fen, unexplained_fen, purse_fen, evidence)
       left join (select counterpart, min(business_day) as day from reconciliation.difference
                   where counterpart_kind = 'card' and state = 'open' and subject_key = 'balance' group by 1) k on k.counterpart = d.card_no`,
    [
      drifts.map(({ cardNo }) => cardNo),
      drifts.map(({ drift }) => drift),
      drifts.map(({ unexplained }) => unexplained),
      drifts.map(({ purse }) => purse),
      drifts.map((drift) => JSON.stringify(evidenceOf(drift))),
      day,
    ],
  );
  const causes = drifts.flatMap(({ cardNo, taken }) => taken.map((each) => ({ cardNo, ...each })));
  await tx.query(
    `create temp table card_cause on commit drop as
     select * from unnest($1::text[], $2::text[], $3::bigint[]) as c(card_no, cause, amount_fen)`,
    [causes.map(({ cardNo }) => cardNo), causes.map(({ cause }) => cause), causes.map(({ amount }) => amount)],
  );
}
