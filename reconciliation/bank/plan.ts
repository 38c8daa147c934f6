import type { BusinessDate } from '@citycard/common';
import { patienceDays } from '../daily/patience.ts';
import type { PatienceSubject } from '../daily/patience.ts';
import { type KeptPlan, text } from '../matching/plan.ts';
import { UNMATCHED } from './open-items.ts';

/** What is older and settled is not matched again; what is open stays in the match however old it is. */
const BACK_DAYS = 40;
/** Of subjects the match is about; statements and messages that are missing are no lines. */
const SUBJECTS = ['entry ', 'notified ', 'deposit ', 'payment ', 'slip ', 'supply '] as const;

/** Lines of either side, in pieces: what there is to be had by references of one kind. */
type Piece = (day: BusinessDate) => { readonly ours: string; readonly theirs?: string };

/** The last day on which a side may be late with something, seen from a day. */
const until = (day: BusinessDate, subject: PatienceSubject): string =>
  `(${text(day)}::date - ${patienceDays(subject)})`;
const recent = (day: BusinessDate): string => `${text(day)}::date - ${BACK_DAYS}`;

/**
 * Entries the bank has booked against what we have booked or recognised for them. One that names a payment of ours without being it is
 * that payment with another amount; any other is the bank's alone.
 */
const entries: Piece = (day) => {
  const about = (evidence: string, more = '') =>
    `jsonb_build_object('subject', 'entry ' || p.bank_reference || ' ' || p.part_no, 'counterpart', p.account_no, 'day', e.booked_on,
       ${more} 'evidence', jsonb_build_object('reference', p.bank_reference, 'part', p.part_no, ${evidence}))`;
  const reference = `'entry ' || p.account_no || ' ' || p.bank_reference || ' ' || p.part_no as reference`;
  const recognised = `from reconciliation.bank_entry_part p join reconciliation.bank_entry e using (account_no, bank_reference)
     where p.state <> 'unmatched' and e.booked_on > ${recent(day)} and e.booked_on <= ${text(day)}`;
  return {
    // Rules post each part by itself; what the ledger has of it is ours, however it came there.
    ours: `select ${reference}, coalesce(l.amount_fen, p.amount_fen) as "amountFen", e.booked_on as day, ${about(`'rule', p.rule, 'postingKey', p.posting_key`)} as about
             from (select p.*, e.booked_on ${recognised}) p
             join reconciliation.bank_entry e using (account_no, bank_reference)
             left join lateral (
               select sum(t.amount_fen)::bigint as amount_fen
                 from clearing.ledger_posting b
                 join clearing.ledger_transfer t on t.card_no = '' and t.business_date = b.business_date and t.posting_key = b.posting_key
                where b.card_no = '' and b.posting_key = p.posting_key and t.debit_account like 'bank-%:' || p.account_no
                  and p.rule in ('prefund', 'city', 'pay-in', 'owed', 'subsidy')) l on true`,
    theirs: `select ${reference}, p.amount_fen as "amountFen", e.booked_on as day, ${about(`'rule', p.rule, 'postingKey', p.posting_key`)} as about ${recognised}
       union all
       select ${reference}, p.amount_fen, e.booked_on, jsonb_strip_nulls(${about(
         `'direction', e.direction, 'amountFen', p.amount_fen, 'reason', p.reason, 'endToEndId', p.end_to_end_id`,
         `'oursFen', o.amount_fen, 'kinds', jsonb_build_object('only-theirs', case when o.amount_fen is null then 'only-theirs' else 'amount' end),`,
       )})
         from (select p.* ${UNMATCHED} and e.booked_on <= ${until(day, 'bank-entry')}) p
         join reconciliation.bank_entry e using (account_no, bank_reference)
         left join clearing.payment o on o.end_to_end_id = p.end_to_end_id and e.direction = 'debit'`,
  };
};

/** What we have booked by notifications against the statements of those days. */
const notified: Piece = (day) => {
  const line = `'notified ' || e.account_no || ' ' || e.bank_reference as reference, e.amount_fen as "amountFen", e.booked_on as day`;
  const about = `jsonb_build_object('subject', 'notified ' || e.bank_reference, 'counterpart', e.account_no, 'day', e.booked_on, 'evidence',`;
  return {
    ours: `select ${line}, ${about}
                    jsonb_build_object('reference', e.bank_reference, 'direction', e.direction, 'message', e.first_message,
                      'bookedAs', (select coalesce(jsonb_agg(jsonb_build_object('part', p.part_no, 'rule', p.rule, 'postingKey', p.posting_key)
                                                     order by p.part_no), '[]')
                                     from reconciliation.bank_entry_part p
                                    where (p.account_no, p.bank_reference) = (e.account_no, e.bank_reference)))) as about
             from reconciliation.bank_entry e
            where e.statement_date is null and exists (
                    select from clearing.bank_statement s where s.account_no = e.account_no and s.statement_date >= e.booked_on)
               or e.statement_date is not null and e.first_kind = 'camt.054' and e.booked_on > ${recent(day)}`,
    theirs: `select ${line}, ${about} jsonb_build_object('reference', e.bank_reference)) as about
               from reconciliation.bank_entry e
              where e.statement_date is not null and e.first_kind = 'camt.054' and e.booked_on > ${recent(day)}`,
  };
};

/** Prefund that agents were given on bank accounts of ours, against the entries that stand behind. */
const deposits: Piece = (day) => {
  const given = `clearing.ledger_transfer t
     where t.card_no = '' and t.phase = 'posted' and t.business_date between ${recent(day)} and ${until(day, 'bank-entry')}
       and starts_with(t.credit_account, 'agent-prefund:') and starts_with(t.debit_account, 'bank-')
       and not exists (select from clearing.ledger_posting r where r.card_no = '' and r.posting_key = t.posting_key || ':withdrawn')`;
  const about = `jsonb_build_object('subject', 'deposit ' || t.posting_key || ' ' || t.leg, 'counterpart', substring(t.debit_account from ':(.*)$'),
      'day', t.business_date, 'evidence', jsonb_build_object('prefund', t.credit_account, 'account', t.debit_account, 'postingKey', t.posting_key,
        'bookedFor', t.reason))`;
  const reference = `'deposit ' || t.posting_key || ' ' || t.leg as reference`;
  return {
    ours: `select ${reference}, t.amount_fen as "amountFen", t.business_date as day, ${about} as about from ${given}`,
    theirs: `select ${reference}, p.amount_fen as "amountFen", t.business_date as day, ${about} as about
               from (select t.* from ${given}) t join reconciliation.bank_entry_part p on p.posting_key = t.posting_key`,
  };
};

/**
 * Payments ordered for a day that is over, against what the bank has booked of them; those of which it has said nothing at all
 * (pain.002) are late.
 */
const payments: Piece = (day) => {
  const [bookedBy, answeredBy] = [until(day, 'payment'), until(day, 'payment-status')];
  const due = `from clearing.payment p
       join clearing.payment_message m using (message_id)
       left join lateral (select status, reason from reconciliation.payment_status s where s.end_to_end_id = p.end_to_end_id
                           order by received_at desc limit 1) s on true
      where p.state = 'pending' and (m.requested_date <= ${bookedBy} or s.status is null and m.requested_date <= ${answeredBy})
         or p.state in ('posted', 'short') and m.requested_date between ${recent(day)} and ${bookedBy}`;
  return {
    ours: `select 'payment ' || p.end_to_end_id as reference, case when p.state = 'short' then p.booked_fen else p.amount_fen end as "amountFen",
                  p.requested_date as day,
                  jsonb_build_object('subject', 'payment ' || p.end_to_end_id, 'day', p.requested_date,
                    'counterpart', coalesce(substring(t.credit_account from ':(.*)$'), 'unknown'),
                    'evidence', jsonb_build_object('endToEndId', p.end_to_end_id, 'messageId', p.message_id, 'sheetNo', p.sheet_no,
                      'orderedFen', p.amount_fen, 'bookedFen', p.booked_fen, 'status', p.status, 'statusReason', p.status_reason))
                  || case when p.state = 'pending' then jsonb_build_object('oursFen', p.amount_fen - p.booked_fen, 'theirsFen', nullif(p.booked_fen, 0),
                       'kinds', jsonb_build_object('only-ours', p.kind, 'amount', p.kind)) else '{}' end as about
             from (select p.*, m.requested_date, s.status, s.reason as status_reason,
                          case when s.status is null and m.requested_date > ${bookedBy} then 'late' else 'only-ours' end as kind ${due}) p
             left join lateral (select credit_account from clearing.ledger_transfer t where t.card_no = '' and t.posting_key = 'settlement:' || p.end_to_end_id
                                 order by leg limit 1) t on true`,
    theirs: `select 'payment ' || b.end_to_end_id as reference, b.amount_fen as "amountFen", e.booked_on as day,
                    jsonb_build_object('subject', 'payment ' || b.end_to_end_id, 'counterpart', b.account_no, 'day', e.booked_on, 'evidence', '{}'::jsonb) as about
               from (select p.end_to_end_id ${due}) p
               join reconciliation.bank_entry_part b on b.end_to_end_id = p.end_to_end_id and b.rule = 'payment'
               join reconciliation.bank_entry e using (account_no, bank_reference)`,
  };
};

/** Cash of tills that our books have on its way to the bank, slip by slip, against what of it the bank has taken in. The day is that of the newest booking. */
const slips: Piece = (day) => {
  const moved = `from clearing.account a
       join (select debit_account, max(business_date) as business_date from clearing.ledger_transfer
              where card_no = '' and starts_with(debit_account, 'cash-in-transit:') group by 1) t on t.debit_account = a.account_code
      where a.kind = 'cash-in-transit' and t.business_date <= ${until(day, 'cash-slip')}
        and (a.available_fen > 0 or t.business_date > ${recent(day)})`;
  const slip = `substring(a.account_code from ':(.*)$')`;
  const about = `jsonb_build_object('subject', 'slip ' || ${slip}, 'counterpart', 'cash', 'day', t.business_date, 'kinds', '{"amount":"only-ours"}'::jsonb,
       'oursFen', a.available_fen, 'theirsFen', null,
       'evidence', jsonb_build_object('account', a.account_code, 'clerk', a.owner, 'inTransitFen', a.available_fen))`;
  return {
    ours: `select 'slip ' || ${slip} as reference, a.debits_posted as "amountFen", t.business_date as day, ${about} as about ${moved}`,
    theirs: `select 'slip ' || ${slip} as reference, a.debits_posted - a.available_fen as "amountFen", t.business_date as day, ${about} as about ${moved}
                and a.debits_posted > a.available_fen`,
  };
};

/** Cash fetched for tills, which our books know before the bank says so, against the bank's debits that name its slip. */
const supplies: Piece = (day) => {
  const fetched = `clearing.ledger_transfer t
     where t.card_no = '' and t.posting_key ~ '^cash-supply:[0-9]+$' and t.credit_account like 'bank-%' and t.business_date <= ${until(day, 'cash-supply')}`;
  const subject = `'supply SUPPLY' || substring(t.posting_key from ':(.*)$')`;
  const about = `jsonb_build_object('subject', ${subject}, 'counterpart', substring(t.credit_account from ':(.*)$'), 'day', t.business_date,
       'evidence', jsonb_build_object('postingKey', t.posting_key, 'account', t.credit_account))`;
  const behind = `join reconciliation.bank_entry_part p on p.posting_key = t.posting_key and p.rule = 'cash-supply'`;
  return {
    ours: `select ${subject} as reference, t.amount_fen as "amountFen", t.business_date as day, ${about} as about
             from (select t.* from ${fetched}) t
            where t.business_date > ${recent(day)} or not exists (
                    select from reconciliation.bank_entry_part p where p.posting_key = t.posting_key and p.rule = 'cash-supply')`,
    theirs: `select ${subject} as reference, p.amount_fen as "amountFen", t.business_date as day, ${about} as about
               from (select t.* from ${fetched}) t ${behind} where t.business_date > ${recent(day)}`,
  };
};

const PIECES: readonly Piece[] = [entries, notified, deposits, payments, slips, supplies];
const all = (day: BusinessDate, side: 'ours' | 'theirs'): string =>
  PIECES.flatMap((piece) => piece(day)[side] ?? [])
    .map((query) => `(${query})`)
    .join(' union all ');

/** Everything our books say has moved or has to move on bank accounts, against what the bank says of it. */
export const bankBooks: KeptPlan = {
  name: 'bank-books',
  title: 'What our books have on bank accounts up to a day, against entries and statements of the bank',
  counterpartKind: 'bank',
  everybody: true,
  // A payment may be booked in several entries. Days are those of either side's booking, and patience has been had with them.
  terms: {
    passes: [{ name: 'reference', on: ['reference'], cardinality: '1-n', certain: true }],
    toleranceFen: 0,
    daysBefore: 366,
    daysAfter: 366,
  },
  ours: (_everybody, day) => `select * from (${all(day, 'ours')}) l order by reference, "amountFen"`,
  theirs: (_everybody, day) => `select * from (${all(day, 'theirs')}) l order by reference, "amountFen", about::text`,
  scopes: () => SUBJECTS.map((subject) => ({ counterpartKinds: ['bank'], subject })),
  endedReason: 'the bank has it as we have it, or it was recognised, booked or given up',
};
