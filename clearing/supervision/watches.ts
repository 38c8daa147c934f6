import type { RuleName } from './rules.ts';
import { AGAIN_MINUTES, type Finding, type Watch, type WatchContext } from './watch.ts';

const SECOND_MS = 1_000;
/** Loads are looked at in windows of this length, each once, so that looking costs the same whatever was loaded before. */
const WINDOW_MINUTES = 5;
const WINDOW_MS = WINDOW_MINUTES * 60 * SECOND_MS;
/** Told in one go. What is beyond it is told at the next look: subjects told lately are not found again. */
const AT_ONCE = 10_000;

/** What the query finds and nobody was told of lately: the column `subject`, and the others as evidence. */
async function find(
  { db }: WatchContext,
  rule: RuleName,
  text: string,
  values: readonly unknown[],
): Promise<Finding[]> {
  const { rows } = await db.query<Record<string, unknown> & { subject: string }>(
    `select found.* from (${text}) found
      where found.subject not in (select subject from clearing.alarm
                                   where kind = '${rule}' and raised_at > now() - make_interval(mins => ${AGAIN_MINUTES}))
      limit ${AT_ONCE}`,
    [...values],
  );
  return rows.map(({ subject, ...evidence }) => ({ subject, evidence }));
}

const shortfall: Watch = {
  rule: 'float-shortfall',
  everyMs: SECOND_MS,
  look: ({ live: { position, chunkNo }, thresholds: { aboveFen = 0 } }) => {
    const { owedFen, receivableFen, reserveFen, cashFen, differenceFen, unexplainedFen, uncoveredMigrationsFen } =
      position;
    if (unexplainedFen <= BigInt(aboveFen)) return Promise.resolve([]);
    const evidence = {
      owedFen,
      receivableFen,
      reserveFen,
      cashFen,
      differenceFen,
      unexplainedFen,
      uncoveredMigrationsFen,
    };
    return Promise.resolve([{ subject: 'float', evidence: { ...evidence, chunkNo } }]);
  },
};

const nearCap: Watch = {
  rule: 'agent-near-cap',
  everyMs: 5 * SECOND_MS,
  look: ({ live: { agents }, thresholds: { roomFen: least = 0 } }) =>
    Promise.resolve(
      agents
        .filter(({ roomFen, prefundFen, netDebitCapFen }) => {
          // An agent that has never paid in and has no cap has not begun; there is nothing to run out of.
          const begun = prefundFen !== 0n || netDebitCapFen !== 0n;
          return begun && roomFen < BigInt(least);
        })
        .map(({ participantNo, ...evidence }) => ({ subject: `participant ${participantNo}`, evidence })),
    ),
};

const loadPattern: Watch = {
  rule: 'unusual-load-pattern',
  everyMs: WINDOW_MS,
  look: (context) =>
    find(
      context,
      'unusual-load-pattern',
      `with window_of as materialized (
         select terminal_no, merchant_no, card_no, amount_fen from clearing.load
          where opened_at > now() - make_interval(mins => ${WINDOW_MINUTES}) and state <> 'void'
       )
       (select 'terminal ' || terminal_no as subject, min(merchant_no) as "merchantNo", count(*) as loads, count(distinct card_no) as cards,
               sum(amount_fen)::text as "amountFen", ${WINDOW_MINUTES} as minutes
          from window_of group by terminal_no having sum(amount_fen) >= $1)
       union all
       (select 'card ' || card_no, min(merchant_no), count(*), 1, sum(amount_fen)::text, ${WINDOW_MINUTES}
          from window_of group by card_no having count(*) >= $2)`,
      [context.thresholds['terminalFen'], context.thresholds['cardLoads']],
    ),
};

const farFromCard: Watch = {
  rule: 'purse-far-from-card',
  everyMs: WINDOW_MS,
  // What the card said when it was loaded, beside the purse now: what was bought since lowers both, and reaches the card first.
  look: (context) =>
    find(
      context,
      'purse-far-from-card',
      `select 'card ' || l.card_no as subject, max(l.balance_before_fen + l.amount_fen)::text as "cardSaidFen",
              min(a.credits_posted - a.debits_posted)::text as "purseFen", min(l.terminal_no) as "terminalNo"
         from clearing.load l
         join clearing.card_account a on a.card_no = l.card_no and a.kind = 'purse'
        where l.opened_at > now() - make_interval(mins => ${2 * WINDOW_MINUTES}) and l.state = 'posted'
          and l.balance_before_fen + l.amount_fen - (a.credits_posted - a.debits_posted) > $1
          and not exists (select from clearing.load younger where younger.card_no = l.card_no and younger.online_counter > l.online_counter)
          and not exists (select from clearing.purchase_identity i
                            join clearing.purchase_record p on p.card_no = i.card_no and p.business_date = i.business_date and p.intake_id = i.intake_id
                             and p.record_index = i.record_index
                           where i.card_no = l.card_no and p.posted_date is not null and p.decided_at > l.opened_at)
        group by l.card_no`,
      [context.thresholds['aboveFen']],
    ),
};

const lateUpload: Watch = {
  rule: 'late-operator-upload',
  everyMs: 60 * SECOND_MS,
  look: (context) =>
    find(
      context,
      'late-operator-upload',
      `select 'participant ' || p.participant_no as subject, i.newest as "newestUpload", i.business_date as "businessDate"
         from clearing.participant p
        cross join lateral (select received_at as newest, business_date from clearing.intake i
                             where i.participant_no = p.participant_no order by intake_id desc limit 1) i
        where p.kind = 'operator' and p.status = 'production' and i.newest < now() - make_interval(hours => $1)
        order by i.newest`,
      [context.thresholds['afterHours']],
    ),
};

const forged: Watch = {
  rule: 'forged-tac-cluster',
  everyMs: 15 * SECOND_MS,
  look: (context) =>
    find(
      context,
      'forged-tac-cluster',
      `select 'sam ' || sam_no as subject, min(participant_no) as "participantNo", count(*) as records, sum(amount_fen)::text as "amountFen",
              (array_agg(card_no || ' ' || business_date || ' ' || intake_id || ' ' || record_index order by decided_at desc))[1:10] as newest
         from clearing.purchase_record
        where business_date >= $2::date - 1 and reason_code = '01'
        group by sam_no having count(*) >= $1`,
      [context.thresholds['records'], context.live.date],
    ),
};

const cloned: Watch = {
  rule: 'cloned-card',
  everyMs: 15 * SECOND_MS,
  look: (context) =>
    find(
      context,
      'cloned-card',
      `select 'card ' || card_no as subject, count(*) as clashes, count(distinct sam_no) as sams, sum(amount_fen)::text as "amountFen",
              (array_agg(business_date || ' ' || intake_id || ' ' || record_index order by decided_at desc))[1:10] as newest
         from clearing.purchase_record
        where business_date >= $2::date - 7 and reason_code = '04'
        group by card_no having count(*) >= $1`,
      [context.thresholds['clashes'], context.live.date],
    ),
};

/** What clearing itself knows; other parts bring their own watches. */
export const CLEARING_WATCHES: readonly Watch[] = [
  shortfall,
  nearCap,
  loadPattern,
  farFromCard,
  lateUpload,
  forged,
  cloned,
];
