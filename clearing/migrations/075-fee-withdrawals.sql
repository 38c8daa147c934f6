-- The company draws what it has earned and the bank has confirmed: proposed by one person, approved by another, posted at once.
create table clearing.fee_withdrawal (
  withdrawal_no bigint generated always as identity primary key,
  amount_fen    bigint not null,
  from_account  text not null references clearing.account,
  to_account    text not null references clearing.account,
  state         text not null default 'proposed',
  approval_id   bigint,
  proposed_by   text not null,
  proposed_at   timestamptz not null default clock_timestamp(),
  approved_by   text,
  posted_date   date,
  constraint fee_withdrawal_amount check (amount_fen > 0),
  constraint fee_withdrawal_state check (state in ('proposed', 'posted')),
  constraint fee_withdrawal_posted check ((state = 'posted') = (posted_date is not null) and (posted_date is null) = (approved_by is null)),
  constraint fee_withdrawal_two_people check (approved_by <> proposed_by)
);
comment on table clearing.fee_withdrawal is 'Fees the company drew from custody to its own account.';

-- A difference with the bank that people have found the reason of: closed days do not change, so it is explained and not made good here.
alter table clearing.float_proof add column explained_by text, add column explained_at timestamptz, add column explanation text,
  add constraint float_proof_explained check ((explained_by is null) = (explained_at is null) and (explained_by is null) = (explanation is null));
drop index clearing.float_proof_open;
create index float_proof_open on clearing.float_proof (business_date) where statement_fen is distinct from ledger_fen and explained_by is null;
-- What the day left and the bank said stays; a statement comes once, an explanation once.
create function clearing.float_proof_guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or (new.business_date, new.account_code, new.ledger_fen) is distinct from (old.business_date, old.account_code, old.ledger_fen)
     or (old.statement_fen is not null and new.statement_fen is distinct from old.statement_fen)
     or (old.explained_by is not null and (new.explained_by, new.explanation) is distinct from (old.explained_by, old.explanation)) then
    raise exception 'a proof is only ever completed';
  end if;
  return new;
end $$;
create trigger float_proof_guard before update or delete on clearing.float_proof for each row execute function clearing.float_proof_guard();

-- The newest upload of an operator, however long ago.
create index intake_by_participant on clearing.intake (participant_no, intake_id);
