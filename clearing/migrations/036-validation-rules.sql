-- The numbers validation goes by, each from a day on, and what two persons decide about held records.

-- `value` null: the rule does not decide; persons do.
create table clearing.validation_rule (
  rule_name   text not null,
  valid_from  date not null,
  value       integer,
  approval_id bigint,
  set_by      text,
  approved_by text,
  constraint validation_rule_key primary key (rule_name, valid_from),
  constraint validation_rule_name check (rule_name in ('clock-tolerance-minutes', 'record-age-days', 'hotlist-grace-hours',
    'gray-wait-days', 'gray-refused-days', 'conflict-refused-days', 'inspection-refused-days', 'short-written-off-days',
    'held-alarm-days', 'missing-listed-hours')),
  constraint validation_rule_value check (value >= 0),
  constraint validation_rule_two_people check (approved_by <> set_by)
);
insert into clearing.validation_rule (rule_name, valid_from, value) values
  ('clock-tolerance-minutes', '2008-01-01', 10), ('record-age-days', '2008-01-01', 90), ('hotlist-grace-hours', '2008-01-01', 24),
  ('gray-wait-days', '2008-01-01', 30), ('gray-refused-days', '2008-01-01', 60), ('conflict-refused-days', '2008-01-01', null),
  ('inspection-refused-days', '2008-01-01', null), ('short-written-off-days', '2008-01-01', null),
  ('held-alarm-days', '2008-01-01', 15), ('missing-listed-hours', '2008-01-01', 24);
comment on table clearing.validation_rule is 'Numbers of validation and of the second pass, by the day they hold from; changed by two persons.';

-- One line per decision; the state of the record itself is in purchase_record, its way there in purchase_history.
create table clearing.held_decision (
  card_no       text not null,
  business_date date not null,
  intake_id     bigint not null,
  record_index  integer not null,
  approval_id   bigint not null,
  outcome       text not null,
  reason_code   text,
  payer         text,
  evidence      text not null,
  proposed_by   text not null,
  proposed_at   timestamptz not null default clock_timestamp(),
  approved_by   text,
  decided_at    timestamptz,
  constraint held_decision_key primary key (card_no, business_date, intake_id, record_index, approval_id),
  constraint held_decision_outcome check (outcome in ('accept', 'refuse')),
  constraint held_decision_payer check ((outcome = 'accept') = (payer is not null) and payer in ('purse', 'company')),
  constraint held_decision_code check ((outcome = 'refuse') = (reason_code is not null) and reason_code ~ '^[0-9A-F]{2}$'),
  constraint held_decision_two_people check (approved_by <> proposed_by),
  constraint held_decision_decided check ((approved_by is null) = (decided_at is null))
) partition by hash (card_no);
select clearing.create_card_partitions('held_decision', false);
comment on table clearing.held_decision is 'What one person proposed and another agreed to about a held purchase record, with the evidence they saw.';

-- Held records in the order of their receipt: for lists, and for rules that end a wait.
create index purchase_record_held on clearing.purchase_record (business_date, intake_id, record_index) where state = 'suspicious';
