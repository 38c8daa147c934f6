import type { Transaction } from '@citycard/common';
import type { LedgerFault } from './verify-terms.ts';

interface FaultRow {
  card_no: string;
  account: string | null;
  posting_key: string | null;
  leg: number | null;
  what: string;
}

/** Recomputes from the transfers everything else the ledger says, and answers the first thing that differs. */
export async function findBalanceFault(tx: Transaction): Promise<LedgerFault | undefined> {
  for (const query of [
    ACCOUNT_TERMS,
    ACCOUNT_FAULTS,
    CARD_ACCOUNT_FAULTS,
    CARDS_WITHOUT,
    PENDING_FAULTS,
    POSTING_FAULTS,
  ]) {
    const { rows } = await tx.query<FaultRow>(query);
    const row = rows[0];
    if (row === undefined) continue;
    return {
      what: row.what,
      cardNo: row.card_no,
      ...(row.account !== null && { account: row.account }),
      ...(row.posting_key !== null && { postingKey: row.posting_key }),
      ...(row.leg !== null && { leg: row.leg }),
    };
  }
  return undefined;
}

const ACCOUNT_TERMS = `
  select '' as card_no, account_code as account, null as posting_key, null as leg, 'kind, owner, floor or opening of the account was changed' as what
    from clearing.account
   where terms_sha256 <> clearing.account_terms_hash(account_code, kind, normal_side, owner, floor_fen, opened_at)
   order by account_code limit 1`;

const differs = (columns: readonly string[]): string =>
  columns.map((column) => `a.${column} is distinct from coalesce(t.${column}, 0)`).join(' or ');
const SUMS = ['debits_posted', 'credits_posted', 'debits_pending', 'credits_pending'];

const ACCOUNT_FAULTS = `
  select '' as card_no, coalesce(a.account_code, t.account) as account, null as posting_key, null as leg,
         case when a.account_code is null then 'the account is missing' else 'the balance is not the sum of the transfers' end as what
    from clearing.account a
    full join (select * from clearing.ledger_turnover every where every.card_no = '') t on t.account = a.account_code
   where a.account_code is null or ${differs(SUMS)} or a.forced_fen <> greatest(0, coalesce(a.floor_fen - a.available_fen, 0))
      or a.available_fen <> case a.normal_side when 'credit' then a.credits_posted - a.debits_posted - a.debits_pending
                                               else a.debits_posted - a.credits_posted - a.credits_pending end
   order by 2 limit 1`;

const CARD_ACCOUNT_FAULTS = `
  select coalesce(a.card_no, t.card_no) as card_no, coalesce(a.kind, t.account) as account, null as posting_key, null as leg,
         case when a.card_no is null then 'the account is missing'
              when not exists (select from clearing.account_kind k where k.kind = a.kind and k.card_keyed) then 'the chart has no such account of cards'
              when a.floor_fen <> 0 then 'the floor was changed; no product has an overdraft'
              else 'the balance is not the sum of the transfers' end as what
    from clearing.card_account a
    full join (select * from clearing.ledger_turnover every where every.card_no <> '') t on t.card_no = a.card_no and t.account = a.kind
   where a.card_no is null or a.floor_fen <> 0 or not exists (select from clearing.account_kind k where k.kind = a.kind and k.card_keyed) or ${differs(SUMS)} or a.forced_fen <> greatest(0, a.floor_fen - a.available_fen)
      or a.available_fen <> a.credits_posted - a.debits_posted - a.debits_pending
   order by 1, 2 limit 1`;

/**
 * Accounts of a card are opened together, so one that is missing shows even if no money ever moved on it. An account of a
 * fund is opened by its first credit.
 */
const CARDS_WITHOUT = `
  select c.card_no, k.kind as account, null as posting_key, null as leg, 'the account is missing' as what
    from (select card_no from clearing.card_account union select card_no from clearing.purse) c
   cross join (select kind from clearing.account_kind where card_keyed and kind !~ '^fund-') k
    left join clearing.card_account a on a.card_no = c.card_no and a.kind = k.kind
   where a.card_no is null order by 1, 2 limit 1`;

const PENDING_FAULTS = `
  select coalesce(p.card_no, t.card_no) as card_no, null as account, coalesce(p.posting_key, t.posting_key) as posting_key,
         coalesce(p.leg, t.leg) as leg,
         case when p.card_no is null then 'the pending posting is missing'
              when t.card_no is null then 'a pending posting without its transfer'
              else 'the pending posting differs from its transfers' end as what
    from clearing.ledger_pending p
    full join (
      select o.card_no, o.posting_key, o.leg, o.debit_account, o.credit_account, o.amount_fen, o.expires_at,
             case r.phase when 'post' then 'posted' when 'void' then 'void' else 'pending' end as state
        from clearing.ledger_transfer o
        left join clearing.ledger_transfer r on r.card_no = o.card_no and r.resolves_key = o.posting_key and r.leg = o.leg
       where o.phase = 'pending') t
      on t.card_no = p.card_no and t.posting_key = p.posting_key and t.leg = p.leg
   where (p.debit_account, p.credit_account, p.amount_fen, p.expires_at, p.state)
         is distinct from (t.debit_account, t.credit_account, t.amount_fen, t.expires_at, t.state)
   order by 1, 3, 4 limit 1`;

const POSTING_FAULTS = `
  select coalesce(p.card_no, t.card_no) as card_no, null as account, coalesce(p.posting_key, t.posting_key) as posting_key, null as leg,
         case when p.card_no is null then 'the posting key is missing'
              when t.card_no is null then 'a posting key without its transfers'
              else 'the posting key has another day than its transfers' end as what
    from clearing.ledger_posting p
    full join (select distinct card_no, posting_key, business_date from clearing.ledger_transfer) t
      on t.card_no = p.card_no and t.posting_key = p.posting_key
   where p.business_date is distinct from t.business_date
     and not exists (select from clearing.ledger_archive a where a.year = extract(year from p.business_date) and t.card_no is null)
   order by 1, 3 limit 1`;
