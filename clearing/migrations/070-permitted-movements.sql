-- Which kinds of account money may move between. Bank accounts, cash, settlement in transit and fee income are guarded: a transfer that
-- touches one of them is permitted by a line below or refused by the ledger itself, whoever posts. Everything else moves between
-- people and participants, inside the float, and is judged where it is decided.

-- '*' stands for any kind that is not guarded; a line that names the kind is not needed beside it.
create table clearing.permitted_movement (
  debit_kind  text not null,
  credit_kind text not null,
  -- What the money may be used for.
  use         text not null,
  -- Kinds that '*' does not stand for: deposits of cards are no float and never land in an account of it.
  not_from    text[] not null default '{}',
  constraint permitted_movement_key primary key (debit_kind, credit_kind),
  constraint permitted_movement_use check (use <> '')
);
comment on table clearing.permitted_movement is 'Kinds of account between which money may move where bank money, cash or income is touched; the debit side receives it.';

insert into clearing.permitted_movement (debit_kind, credit_kind, use) values
  -- Money comes in.
  ('bank-custody', '*', 'money paid in'), ('bank-receiving', '*', 'money paid in'), ('bank-paying', '*', 'payment that came back'),
  ('cash-shift', '*', 'cash taken at a counter'),
  ('bank-card-deposits', 'card-deposit', 'deposit paid in'),
  ('bank-custody', 'fee-income', 'interest'), ('bank-receiving', 'fee-income', 'interest'), ('bank-paying', 'fee-income', 'interest'),
  ('cash-shift', 'fee-income', 'fee taken at a counter'),
  -- Collected money is swept to custody, and custody provides what is paid out.
  ('bank-custody', 'bank-receiving', 'sweep'), ('bank-paying', 'bank-custody', 'provision for payments'), ('bank-custody', 'bank-paying', 'provision returned'),
  ('bank-card-deposits', 'bank-receiving', 'deposits sorted out of what came in'), ('bank-custody', 'bank-card-deposits', 'deposit kept, or float sorted out of deposits'),
  ('settlement-in-transit', 'bank-custody', 'payment on its way'), ('settlement-in-transit', 'bank-paying', 'payment on its way'),
  ('settlement-in-transit', 'bank-receiving', 'entry the bank is asked about'),
  ('bank-custody', 'settlement-in-transit', 'payment came back'), ('bank-paying', 'settlement-in-transit', 'payment came back'),
  ('bank-receiving', 'settlement-in-transit', 'entry the bank was asked about'),
  -- Cash: tills, slips, the bank.
  ('cash-in-transit', 'cash-shift', 'till to the bank'), ('cash-in-transit', 'cash-in-transit', 'slip to slip'), ('cash-shift', 'cash-in-transit', 'cash brought to a till'),
  ('cash-in-transit', 'bank-custody', 'cash for a till'), ('cash-in-transit', 'bank-paying', 'cash for a till'), ('cash-in-transit', 'bank-card-deposits', 'cash for a till'),
  ('bank-custody', 'cash-in-transit', 'cash paid in'), ('bank-receiving', 'cash-in-transit', 'cash paid in'), ('bank-card-deposits', 'cash-in-transit', 'cash paid in'),
  ('bank-paying', 'cash-in-transit', 'cash paid in'),
  ('suspense', 'cash-in-transit', 'slip that differs'), ('write-off', 'cash-in-transit', 'slip that differs'),
  -- Holders get their money back.
  ('card-deposit', 'cash-shift', 'deposit given back'), ('unclaimed-refund', 'cash-shift', 'refund to a holder'), ('pending-credit', 'cash-shift', 'refund to a holder'),
  ('online', 'cash-shift', 'refund to a holder'), ('purse', 'cash-shift', 'refund to a holder'), ('suspense', 'cash-shift', 'surplus given back'),
  ('write-off', 'cash-shift', 'till that is short'), ('pass-unearned', 'cash-shift', 'pass given back'),
  ('unclaimed-refund', 'bank-custody', 'refund to a holder'), ('unclaimed-refund', 'bank-paying', 'refund to a holder'),
  ('pending-credit', 'bank-custody', 'refund to a holder'), ('online', 'bank-custody', 'refund to a holder'),
  ('pending-credit', 'bank-paying', 'refund to a holder'), ('online', 'bank-paying', 'refund to a holder'),
  ('card-deposit', 'bank-card-deposits', 'deposit given back'),
  -- Participants are paid, or get back what they paid in.
  ('operator-payable', 'bank-custody', 'settlement'), ('operator-payable', 'bank-paying', 'settlement'),
  ('operator-payable', 'settlement-in-transit', 'settlement'), ('biller-payable', 'settlement-in-transit', 'settlement'), ('city-payable', 'settlement-in-transit', 'settlement'),
  ('biller-payable', 'bank-custody', 'settlement'), ('biller-payable', 'bank-paying', 'settlement'),
  ('city-payable', 'bank-custody', 'settlement'), ('city-payable', 'bank-paying', 'settlement'),
  ('city-receivable', 'bank-custody', 'city paid too much'), ('city-receivable', 'bank-paying', 'city paid too much'),
  ('agent-prefund', 'bank-custody', 'prefund given back'), ('agent-prefund', 'bank-paying', 'prefund given back'),
  ('subsidy-payable', 'bank-custody', 'subsidy given back'), ('concession-receivable', 'bank-custody', 'bureau paid too much'),
  ('former-issuer-receivable', 'bank-custody', 'former issuer paid too much'), ('migrated-balance', 'bank-custody', 'former issuer paid too much'),
  -- The bank took money nobody ordered: it is in suspense until people know why, and no account of income or loss takes it at once.
  ('suspense', 'bank-custody', 'entry to be cleared up'), ('suspense', 'bank-receiving', 'entry to be cleared up'), ('suspense', 'bank-paying', 'entry to be cleared up'),
  ('suspense', 'bank-card-deposits', 'entry to be cleared up'), ('suspense', 'settlement-in-transit', 'entry to be cleared up'),
  ('settlement-in-transit', 'suspense', 'entry to be cleared up'), ('bank-card-deposits', 'suspense', 'entry cleared up'),
  -- Income comes out of what participants are owed, deposits kept and passes; it is given back the same way.
  ('operator-pending', 'fee-income', 'fee given back'), ('operator-payable', 'fee-income', 'fee given back or shared'), ('biller-payable', 'fee-income', 'fee given back or shared'),
  ('city-payable', 'fee-income', 'fee given back or shared'), ('city-receivable', 'fee-income', 'fee owed by a city'),
  ('fee-income', 'operator-pending', 'fee refund'), ('fee-income', 'operator-payable', 'share of a fee'), ('fee-income', 'biller-payable', 'share of a fee'),
  ('fee-income', 'city-payable', 'share of a fee'), ('fee-income', 'city-receivable', 'share of a fee'), ('fee-income', 'agent-prefund', 'commission of an agent'),
  ('agent-prefund', 'fee-income', 'fee of an agent'), ('card-deposit', 'fee-income', 'deposit kept'), ('pass-unearned', 'fee-income', 'pass used'),
  ('subsidy-payable', 'fee-income', 'subsidy of the company'), ('concession-receivable', 'fee-income', 'subsidy of the company'), ('suspense', 'fee-income', 'entry cleared up'),
  ('pending-credit', 'fee-income', 'fee of a holder'), ('online', 'fee-income', 'fee of a holder'), ('rounding', 'fee-income', 'rounding'), ('fee-income', 'rounding', 'rounding'),
  ('unclaimed-refund', 'fee-income', 'fee of a refund'), ('fee-income', 'suspense', 'bank charge'), ('fee-income', 'write-off', 'loss borne by the company'),
  ('fee-income', 'pending-credit', 'fee given back to a holder'), ('fee-income', 'online', 'fee given back to a holder'), ('fee-income', 'purse', 'fee given back to a holder'),
  -- The company draws its income, and makes good what is missing.
  ('bank-own-funds', 'bank-custody', 'fee withdrawal'), ('bank-custody', 'bank-own-funds', 'company makes good'),
  ('bank-card-deposits', 'bank-own-funds', 'company makes good');

update clearing.permitted_movement set not_from = '{card-deposit}' where debit_kind like 'bank-%' and credit_kind = '*';

-- While a line is open no fee is withdrawn: what was found wrong with the float, and when it was right again.
create table clearing.fee_hold (
  hold_no   bigint generated always as identity primary key,
  cause     text not null,
  evidence  jsonb not null,
  set_at    timestamptz not null default clock_timestamp(),
  lifted_at timestamptz,
  lifted_by text,
  constraint fee_hold_lifted check ((lifted_at is null) = (lifted_by is null))
);
create unique index fee_hold_open on clearing.fee_hold (cause) where lifted_at is null;
comment on table clearing.fee_hold is 'Times in which the company may not withdraw fees, and why.';

create function clearing.account_is_guarded(p_kind text) returns boolean language sql immutable parallel safe as $$
  select p_kind like 'bank-%' or p_kind like 'cash-%' or p_kind = 'fee-income' or p_kind = 'settlement-in-transit'
$$;

-- SQLSTATE CCM01: no use of money there; CCM02: fees are on hold.
create function clearing.movement_permitted(p_debit text, p_credit text) returns boolean language plpgsql stable parallel safe as $$
declare
  v_debit  constant text := split_part(p_debit, ':', 1);
  v_credit constant text := split_part(p_credit, ':', 1);
begin
  if not clearing.account_is_guarded(v_debit) and not clearing.account_is_guarded(v_credit) then
    return true;
  end if;
  if not exists (select from clearing.permitted_movement m
                  where m.debit_kind in (v_debit, case when clearing.account_is_guarded(v_debit) then v_debit else '*' end)
                    and m.credit_kind in (v_credit, case when clearing.account_is_guarded(v_credit) then v_credit else '*' end)
                    and v_credit <> all (m.not_from)) then
    raise exception 'Money may not move from % to %.', v_credit, v_debit using errcode = 'CCM01';
  end if;
  if v_debit = 'bank-own-funds' and exists (select from clearing.fee_hold h where h.lifted_at is null) then
    raise exception 'Fees are on hold (%).', (select string_agg(h.cause, ', ' order by h.cause) from clearing.fee_hold h where h.lifted_at is null)
      using errcode = 'CCM02';
  end if;
  return true;
end $$;

-- As before, and permitted. What nearly every leg is (a purchase, a load) is told at once; resolving what was permitted when it was
-- reserved asks nobody again.
create or replace function clearing.ledger_leg_is_sound(p_debit text, p_credit text, p_amount bigint, p_phase text, p_resolves text, p_expires timestamptz)
returns boolean language sql stable parallel safe as $$
  select p_amount > 0 and p_debit <> p_credit and p_phase in ('posted', 'pending', 'post', 'void')
     and (p_phase in ('post', 'void')) = (p_resolves is not null) and (p_expires is null or p_phase = 'pending')
     and case when p_debit = 'purse' and starts_with(p_credit, 'operator-pending:') then true
              when p_credit = 'purse' and starts_with(p_debit, 'agent-prefund:') then true
              when p_resolves is not null then true
              else clearing.movement_permitted(p_debit, p_credit) end
$$;

-- The company never holds more than it has earned. SQLSTATE CCM03.
create function clearing.own_funds_guard() returns trigger language plpgsql as $$
declare
  v_earned bigint;
  v_drawn  bigint;
begin
  select coalesce(sum(credits_posted - debits_posted - debits_pending), 0) into v_earned from clearing.account where kind = 'fee-income';
  select coalesce(sum(debits_posted + debits_pending - credits_posted), 0) into v_drawn from clearing.account where kind = 'bank-own-funds';
  if v_drawn > v_earned then
    raise exception 'The company would hold % fen of % fen earned.', v_drawn, v_earned using errcode = 'CCM03';
  end if;
  return null;
end $$;
create trigger own_funds_guard after update on clearing.account
  for each row when (new.kind = 'bank-own-funds' and new.debits_posted + new.debits_pending > old.debits_posted + old.debits_pending)
  execute function clearing.own_funds_guard();
