-- Rules by which money that comes in is recognised, as data: two persons change them, and every version stays.
create table reconciliation.reference_rule (
  rule_no      bigint generated always as identity primary key,
  -- What the rule is called; its newest version holds.
  name         text not null,
  -- What such money is for.
  purpose      text not null,
  -- 'reference': the remittance line begins with `begins` and a name, and a space or nothing follows. 'payer': the payer is called `begins`.
  reads        text not null,
  begins       text not null,
  -- Form of the name behind the reference.
  name_form    text,
  -- Whose the money of this payer is.
  account_name text,
  account_kind text not null,
  arrives_on   text[] not null,
  -- Rules are asked in this order.
  place        integer not null,
  active       boolean not null default true,
  set_by       text,
  approved_by  text,
  set_at       timestamptz not null default clock_timestamp(),
  constraint reference_rule_name check (name ~ '^[a-z0-9][a-z0-9-]{1,39}$'),
  constraint reference_rule_purpose check (purpose in ('prefund', 'city', 'pay-in', 'former-issuer', 'owed', 'subsidy')),
  constraint reference_rule_reads check (reads in ('reference', 'payer')),
  constraint reference_rule_begins check (length(begins) between 2 and 140 and begins !~ '[[:cntrl:]]'),
  constraint reference_rule_form check (name_form in ('participant', 'city', 'slip', 'claim')),
  constraint reference_rule_whose check ((reads = 'reference') = (name_form is not null) and (reads = 'payer') = (account_name is not null)),
  constraint reference_rule_kind check (account_kind in
    ('agent-prefund', 'city-receivable', 'cash-in-transit', 'former-issuer-receivable', 'operator-payable', 'concession-receivable')),
  constraint reference_rule_arrives check (cardinality(arrives_on) > 0
    and arrives_on <@ array['bank-custody', 'bank-receiving', 'bank-paying', 'bank-card-deposits']),
  constraint reference_rule_two_people check (approved_by <> set_by and (set_by is null) = (approved_by is null))
);
comment on table reconciliation.reference_rule is 'Rules by which money on our bank accounts is recognised, every version; the newest of each name holds. Set by two persons.';
create index reference_rule_newest on reconciliation.reference_rule (name, rule_no desc);
create trigger reference_rule_guard before update or delete or truncate on reconciliation.reference_rule
  for each statement execute function clearing.day_record_guard();

insert into reconciliation.reference_rule (name, purpose, reads, begins, name_form, account_kind, arrives_on, place) values
  -- Prefund is float and must stand on the custody account (domain.md F.2).
  ('prefund', 'prefund', 'reference', 'PREFUND ', 'participant', 'agent-prefund', '{bank-custody}', 10),
  ('city', 'city', 'reference', 'CITY ', 'city', 'city-receivable', '{bank-custody,bank-receiving,bank-paying}', 20),
  ('pay-in', 'pay-in', 'reference', 'PAYIN ', 'slip', 'cash-in-transit', '{bank-custody,bank-receiving,bank-card-deposits}', 30),
  -- It covers balances of holders, so it belongs where float stands.
  ('former-issuer', 'former-issuer', 'reference', 'FORMER ', 'participant', 'former-issuer-receivable', '{bank-custody,bank-receiving}', 40),
  -- What a participant's sheets of fees or refunds say it owes: its next sheets take it in.
  ('owed', 'owed', 'reference', 'OWED ', 'participant', 'operator-payable', '{bank-custody,bank-receiving,bank-paying}', 50),
  -- The finance bureau names the claim it pays; operators are paid out of it, so it belongs where float stands.
  ('subsidy', 'subsidy', 'reference', 'SUBSIDY ', 'claim', 'concession-receivable', '{bank-custody,bank-receiving}', 60);

-- Which version of which rule took it; and cash fetched for a till, which our books know before the bank says so.
alter table reconciliation.bank_entry_part add column reference_rule_no bigint references reconciliation.reference_rule;
alter table reconciliation.bank_entry_part drop constraint bank_entry_part_rule;
alter table reconciliation.bank_entry_part add constraint bank_entry_part_rule
  check (rule in ('prefund', 'city', 'pay-in', 'payment', 'former-issuer', 'return', 'by-hand', 'owed', 'subsidy', 'cash-supply'));
create unique index bank_entry_part_supply_once on reconciliation.bank_entry_part (posting_key) where rule = 'cash-supply';

alter table reconciliation.patience drop constraint patience_subject;
alter table reconciliation.patience add constraint patience_subject check (subject in
  ('sam-hole', 'sam-silent', 'batch-totals', 'payment', 'payment-status', 'cash-slip', 'cash-supply', 'agent-file', 'statement', 'bank-entry'));
insert into reconciliation.patience (subject, days) values
  -- A weekend may lie between two statements.
  ('statement', 3),
  -- An entry nobody recognises is looked at on the same day.
  ('bank-entry', 0);
