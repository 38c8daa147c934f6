import { addDays, type BusinessDate, type Fen, fen, type Transaction } from '@citycard/common';
import type { FoundDifference } from '../differences/index.ts';
import { keepInStep, type LookResult, together } from '../daily/in-step.ts';
import { patienceInForce } from '../daily/patience.ts';
import { UNMATCHED } from './open-items.ts';

/**
 * Everything the bank and we can disagree about by the end of a day: entries nobody recognises, entries notified that no statement
 * brings, payments ordered and not booked or not answered, slips and cash for tills that the bank does not show, statements and
 * messages that are missing.
 */
export async function lookAtBank(tx: Transaction, date: BusinessDate): Promise<LookResult> {
  const patience = await patienceInForce(tx);
  const until = (days: number) => addDays(date, -days);
  return together(
    await lookAtEntries(tx, until(patience['bank-entry'])),
    await lookAtNotified(tx),
    await lookAtDeposits(tx, until(patience['bank-entry'])),
    await lookAtPayments(tx, until(patience.payment), until(patience['payment-status'])),
    await lookAtCash(tx, 'slip', until(patience['cash-slip'])),
    await lookAtCash(tx, 'supply', until(patience['cash-supply'])),
    await lookAtStatements(tx, until(patience.statement)),
    await lookAtRefusals(tx),
  );
}

interface Row {
  counterpart: string;
  business_day: BusinessDate;
  subject: string;
  kind: string;
  ours: bigint | null;
  theirs: bigint | null;
  evidence: Record<string, unknown>;
}

/** One look: rows of differences by one query, put in step under what their subjects begin with. */
async function look(
  tx: Transaction,
  subject: string,
  query: { readonly text: string; readonly values: readonly unknown[] },
  reason: string,
): Promise<LookResult> {
  const { rows } = await tx.query<Row>(query.text, [...query.values]);
  const found = rows.map((row): FoundDifference => ({
    counterpartKind: 'bank',
    counterpart: row.counterpart,
    businessDay: row.business_day,
    subjectKey: `${subject}${row.subject}`,
    kind: row.kind,
    ...amount('ours', row.ours),
    ...amount('theirs', row.theirs),
    evidence: row.evidence,
  }));
  return keepInStep(tx, { counterpartKinds: ['bank'], subject }, found, reason);
}

const amount = (side: 'ours' | 'theirs', value: bigint | null): Partial<Record<'ours' | 'theirs', Fen>> =>
  value === null ? {} : { [side]: fen(value) };

/** An entry that names a payment of ours is that payment with another amount; any other is the bank's alone. */
const lookAtEntries = (tx: Transaction, until: BusinessDate): Promise<LookResult> =>
  look(
    tx,
    'entry ',
    {
      text: `select p.account_no as counterpart, e.booked_on as business_day, p.bank_reference || ' ' || p.part_no as subject,
                    case when o.amount_fen is null then 'only-theirs' else 'amount' end as kind, o.amount_fen as ours, p.amount_fen as theirs,
                    jsonb_build_object('reference', p.bank_reference, 'part', p.part_no, 'direction', e.direction, 'amountFen', p.amount_fen,
                                       'reason', p.reason, 'endToEndId', p.end_to_end_id) as evidence
               from (select p.*, e.direction, e.booked_on, e.reversal ${UNMATCHED} and e.booked_on <= $1) p
               join reconciliation.bank_entry e using (account_no, bank_reference)
               left join clearing.payment o on o.end_to_end_id = p.end_to_end_id and e.direction = 'debit'
              order by 1, 2, 3`,
      values: [until],
    },
    'the entry was recognised or booked',
  );

/** Money we have booked by a notification, while the statement of that day came without it: what it paid for stands on nothing. */
const lookAtNotified = (tx: Transaction): Promise<LookResult> =>
  look(
    tx,
    'notified ',
    {
      text: `select e.account_no as counterpart, e.booked_on as business_day, e.bank_reference as subject, 'only-ours' as kind,
                    e.amount_fen as ours, null::bigint as theirs,
                    jsonb_build_object('reference', e.bank_reference, 'direction', e.direction, 'message', e.first_message,
                      'bookedAs', (select coalesce(jsonb_agg(jsonb_build_object('part', p.part_no, 'rule', p.rule, 'postingKey', p.posting_key)
                                                     order by p.part_no), '[]')
                                     from reconciliation.bank_entry_part p
                                    where (p.account_no, p.bank_reference) = (e.account_no, e.bank_reference))) as evidence
               from reconciliation.bank_entry e
              where e.statement_date is null
                and exists (select from clearing.bank_statement s where s.account_no = e.account_no and s.statement_date >= e.booked_on)
              order by 1, 2, 3`,
      values: [],
    },
    'a statement has brought the entry',
  );

/** What is looked at of prefund: older bookings are proved by the balances of statements. */
const DEPOSITS_BACK_DAYS = 40;

/** Prefund that an agent was given on a bank account of ours, and no entry of the bank stands behind. */
const lookAtDeposits = (tx: Transaction, until: BusinessDate): Promise<LookResult> =>
  look(
    tx,
    'deposit ',
    {
      text: `select substring(t.debit_account from ':(.*)$') as counterpart, t.business_date as business_day, t.posting_key || ' ' || t.leg as subject,
                    'only-ours' as kind, t.amount_fen as ours, null::bigint as theirs,
                    jsonb_build_object('prefund', t.credit_account, 'account', t.debit_account, 'postingKey', t.posting_key, 'bookedFor', t.reason) as evidence
               from clearing.ledger_transfer t
              where t.card_no = '' and t.phase = 'posted' and t.business_date between $1::date - ${DEPOSITS_BACK_DAYS} and $1
                and starts_with(t.credit_account, 'agent-prefund:') and starts_with(t.debit_account, 'bank-')
                and not exists (select from reconciliation.bank_entry_part p where p.posting_key = t.posting_key)
                and not exists (select from clearing.ledger_posting r where r.card_no = '' and r.posting_key = t.posting_key || ':withdrawn')
              order by 1, 2, 3`,
      values: [until],
    },
    'an entry of the bank stands behind the prefund',
  );

/**
 * Payments ordered for a day that is over: not booked, and what the bank said of them last; and those of which it has said nothing at
 * all (pain.002).
 */
const lookAtPayments = (tx: Transaction, bookedBy: BusinessDate, answeredBy: BusinessDate): Promise<LookResult> =>
  look(
    tx,
    'payment ',
    {
      text: `select coalesce(substring(t.credit_account from ':(.*)$'), 'unknown') as counterpart, m.requested_date as business_day,
                    p.end_to_end_id as subject, case when s.status is null and m.requested_date > $1 then 'late' else 'only-ours' end as kind,
                    p.amount_fen - p.booked_fen as ours, nullif(p.booked_fen, 0) as theirs,
                    jsonb_build_object('endToEndId', p.end_to_end_id, 'messageId', p.message_id, 'sheetNo', p.sheet_no, 'orderedFen', p.amount_fen,
                                       'bookedFen', p.booked_fen, 'status', s.status, 'statusReason', s.reason) as evidence
               from clearing.payment p
               join clearing.payment_message m using (message_id)
               left join lateral (select status, reason from reconciliation.payment_status s where s.end_to_end_id = p.end_to_end_id
                                   order by received_at desc limit 1) s on true
               left join lateral (select credit_account from clearing.ledger_transfer t where t.card_no = '' and t.posting_key = 'settlement:' || p.end_to_end_id
                                   order by leg limit 1) t on true
              where p.state = 'pending' and (m.requested_date <= $1 or s.status is null and m.requested_date <= $2)
              order by 1, 2, 3`,
      values: [bookedBy, answeredBy],
    },
    'the bank has booked or answered the payment, or it was given up',
  );

/**
 * Cash that our books have on its way while the bank shows nothing: slips of tills still in transit, and cash fetched for tills that
 * has left no account. The day is that of the newest booking.
 */
const lookAtCash = (tx: Transaction, what: 'slip' | 'supply', until: BusinessDate): Promise<LookResult> =>
  what === 'slip'
    ? look(
        tx,
        'slip ',
        {
          text: `select 'cash' as counterpart, t.business_date as business_day, substring(a.account_code from ':(.*)$') as subject,
                        'only-ours' as kind, a.available_fen as ours, null::bigint as theirs,
                        jsonb_build_object('account', a.account_code, 'clerk', a.owner, 'inTransitFen', a.available_fen) as evidence
                   from clearing.account a
                   join (select debit_account, max(business_date) as business_date from clearing.ledger_transfer
                          where card_no = '' and starts_with(debit_account, 'cash-in-transit:') group by 1) t on t.debit_account = a.account_code
                  where a.kind = 'cash-in-transit' and a.available_fen > 0 and t.business_date <= $1 order by 3`,
          values: [until],
        },
        'the bank has the cash of the slip',
      )
    : look(
        tx,
        'supply ',
        {
          text: `select substring(t.credit_account from ':(.*)$') as counterpart, t.business_date as business_day,
                        'SUPPLY' || substring(t.posting_key from ':(.*)$') as subject, 'only-ours' as kind, t.amount_fen as ours, null::bigint as theirs,
                        jsonb_build_object('postingKey', t.posting_key, 'account', t.credit_account) as evidence
                   from clearing.ledger_transfer t
                  where t.card_no = '' and t.posting_key ~ '^cash-supply:[0-9]+$' and t.credit_account like 'bank-%' and t.business_date <= $1
                    and not exists (select from reconciliation.bank_entry_part p where p.posting_key = t.posting_key and p.rule = 'cash-supply')
                  order by 2, 3`,
          values: [until],
        },
        'the bank has booked the cash',
      );

/** Accounts whose statements have come and have stopped coming. */
const lookAtStatements = (tx: Transaction, until: BusinessDate): Promise<LookResult> =>
  look(
    tx,
    'statement ',
    {
      text: `select account_no as counterpart, max(statement_date) + 1 as business_day, 'of ' || (max(statement_date) + 1) as subject, 'late' as kind,
                    null::bigint as ours, null::bigint as theirs, jsonb_build_object('lastStatement', max(statement_date)) as evidence
               from clearing.bank_statement group by 1 having max(statement_date) < $1 order by 1`,
      values: [until],
    },
    'the statement has come',
  );

/** Messages that were refused and not taken since; the bank sends them again, or two persons say why that is no matter. */
const lookAtRefusals = (tx: Transaction): Promise<LookResult> =>
  look(
    tx,
    'message ',
    {
      text: `select 'bank' as counterpart, (first_at at time zone 'Asia/Shanghai')::date as business_day, kind || ' ' || refusal_no as subject,
                    'refused' as kind, null::bigint as ours, null::bigint as theirs,
                    jsonb_build_object('code', code, 'sha256', encode(sha256, 'hex'), 'bytes', length(content)) as evidence
               from reconciliation.bank_refusal where taken_at is null order by 2, 3`,
      values: [],
    },
    'the message was taken after all',
  );
