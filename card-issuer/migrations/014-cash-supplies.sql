-- Cash brought to a clerk's till, so that it can pay out: ordered by one person of finance, approved by another, counted by the clerk.
create table issuer.cash_supply (
  supply_id    bigint generated always as identity primary key,
  shift_id     bigint not null references issuer.shift,
  amount_fen   bigint not null,
  -- Ledger account the cash is taken from: it says whose money the till will hold.
  from_account text not null,
  state        text not null default 'proposed',
  approval_id  bigint unique,
  clerk        text not null,
  proposed_by  text not null,
  proposed_at  timestamptz not null default clock_timestamp(),
  approved_by  text,
  approved_at  timestamptz,
  -- What the clerk counted, when the cash was taken or sent back.
  counted_fen  bigint,
  ended_at     timestamptz,
  constraint cash_supply_amount check (amount_fen > 0),
  constraint cash_supply_state check (state in ('proposed', 'approved', 'received', 'refused', 'lapsed')),
  constraint cash_supply_people check (approved_by <> proposed_by and clerk <> proposed_by and clerk <> approved_by),
  constraint cash_supply_approved check ((approved_by is not null) = (state in ('approved', 'received', 'refused'))
    and (approved_by is null) = (approved_at is null)),
  constraint cash_supply_counted check ((counted_fen is not null) = (state in ('received', 'refused')) and counted_fen >= 0
    and (state <> 'received' or counted_fen = amount_fen))
);
create index cash_supply_by_shift on issuer.cash_supply (shift_id);
comment on table issuer.cash_supply is 'Cash brought to the till of a shift, so that it can pay out.';
comment on column issuer.cash_supply.amount_fen is 'Cash ordered, fen.';
comment on column issuer.cash_supply.counted_fen is 'Cash the clerk counted, fen.';
