-- Entries the bank notified wrongly: taken back by two persons, so that its statement can bring them as they are.
create table reconciliation.withdrawn_entry (
  account_no     text not null,
  bank_reference text not null,
  -- 1 for the first time this entry was taken back.
  attempt        integer not null,
  direction      text not null,
  amount_fen     bigint not null,
  booked_on      date not null,
  first_message  text not null,
  -- What had become of its parts, with the postings that were reversed.
  parts          jsonb not null,
  reason         text not null,
  proposed_by    text not null,
  approved_by    text not null,
  withdrawn_at   timestamptz not null default clock_timestamp(),
  constraint withdrawn_entry_key primary key (account_no, bank_reference, attempt),
  constraint withdrawn_entry_two_people check (approved_by <> proposed_by)
);
comment on table reconciliation.withdrawn_entry is 'Entries the bank notified and two persons took back, because the bank says otherwise; their postings are reversed.';
create trigger withdrawn_entry_guard before update or delete or truncate on reconciliation.withdrawn_entry
  for each statement execute function clearing.day_record_guard();
