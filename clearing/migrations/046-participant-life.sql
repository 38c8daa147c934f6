-- A participant from its admission to its exit. Contacts are offices with an address of their own, never persons by name.
alter table clearing.participant drop constraint participant_status,
  add constraint participant_status check (status in ('test', 'production', 'suspended', 'leaving', 'exited')),
  add last_day date;
comment on column clearing.participant.last_day is 'Its last day of business, once it is leaving.';

create table clearing.participant_status_change (
  participant_no text not null references clearing.participant,
  changed_at     timestamptz not null default clock_timestamp(),
  from_status    text,
  to_status      text not null,
  constraint participant_status_change_key primary key (participant_no, changed_at)
);
comment on table clearing.participant_status_change is 'Every status a participant ever had; who changed it is in the act log.';
insert into clearing.participant_status_change (participant_no, changed_at, to_status) select participant_no, admitted_at, status from clearing.participant;
create function clearing.note_participant_status() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into clearing.participant_status_change (participant_no, to_status) values (new.participant_no, new.status);
  elsif new.status <> old.status then
    insert into clearing.participant_status_change (participant_no, from_status, to_status) values (new.participant_no, old.status, new.status);
  end if;
  return null;
end $$;
create trigger participant_status_noted after insert or update on clearing.participant
  for each row execute function clearing.note_participant_status();
create trigger participant_status_change_guard before update or delete or truncate on clearing.participant_status_change
  for each statement execute function clearing.day_record_guard();

create table clearing.participant_contact (
  participant_no text not null references clearing.participant,
  purpose        text not null,
  filed_at       timestamptz not null default clock_timestamp(),
  office         text not null,
  email          text not null,
  phone          text,
  filed_by       text not null,
  ended_at       timestamptz,
  constraint participant_contact_key primary key (participant_no, purpose, filed_at),
  constraint participant_contact_purpose check (purpose in ('settlement', 'operations', 'security'))
);
create unique index participant_contact_one on clearing.participant_contact (participant_no, purpose) where ended_at is null;
comment on table clearing.participant_contact is 'Offices of a participant and how they are reached, now and before.';

create table clearing.participant_document (
  document_no    bigint generated always as identity primary key,
  participant_no text not null references clearing.participant,
  kind           text not null,
  reference      text not null,
  -- Hash of the paper as it was scanned: the archive has the file, this says which one was seen.
  sha256         text not null,
  valid_until    date,
  filed_by       text not null,
  filed_at       timestamptz not null default clock_timestamp(),
  constraint participant_document_kind check (kind in ('licence', 'contract', 'account-proof', 'authority', 'exit')),
  constraint participant_document_hash check (sha256 ~ '^[0-9a-f]{64}$'),
  constraint participant_document_once unique (participant_no, kind, sha256)
);
comment on table clearing.participant_document is 'Papers a participant handed in, by their hash.';

create table clearing.participant_contract (
  participant_no text not null references clearing.participant,
  contract_no    text not null,
  valid_from     date not null,
  valid_to       date,
  notice_days    integer not null,
  document_no    bigint not null references clearing.participant_document,
  proposed_by    text not null,
  approved_by    text not null,
  approved_at    timestamptz not null default clock_timestamp(),
  constraint participant_contract_key primary key (participant_no, contract_no),
  constraint participant_contract_dates check (valid_to >= valid_from and notice_days between 0 and 3650),
  constraint participant_contract_two_people check (proposed_by <> approved_by),
  constraint participant_contract_no_overlap exclude using gist (participant_no with =, daterange(valid_from, valid_to, '[]') with &&)
);
comment on table clearing.participant_contract is 'Contracts by date; what they charge and how they settle are fee tables and settlement terms.';

create table clearing.participant_notice (
  notice_no      bigint generated always as identity primary key,
  participant_no text not null references clearing.participant,
  office         text not null,
  email          text not null,
  phone          text,
  sentence       text not null,
  made_at        timestamptz not null default clock_timestamp(),
  sent_at        timestamptz,
  sent_by        text,
  channel        text,
  constraint participant_notice_sent check ((sent_at is null) = (sent_by is null) and (sent_at is null) = (channel is null)),
  constraint participant_notice_channel check (channel in ('letter', 'email', 'phone', 'api'))
);
create index participant_notice_unsent on clearing.participant_notice (notice_no) where sent_at is null;
comment on table clearing.participant_notice is 'What a participant''s offices have to be told, and when they were.';

create table clearing.settlement_account_change (
  change_no      bigint generated always as identity primary key,
  participant_no text not null references clearing.participant,
  account        jsonb not null,
  -- What was filed when the change was proposed; null when nothing was.
  previous       jsonb,
  document_no    bigint not null references clearing.participant_document,
  state          text not null default 'proposed',
  proposed_by    text not null,
  proposed_at    timestamptz not null default clock_timestamp(),
  approval_id    bigint not null,
  approved_by    text,
  approved_at    timestamptz,
  notice_no      bigint references clearing.participant_notice,
  -- Not paid to before this instant: the waiting period, counted from when the notice was sent.
  payable_from   timestamptz,
  in_force_at    timestamptz,
  withdrawn_by   text,
  reason         text,
  constraint settlement_account_change_state check (state in ('proposed', 'approved', 'noticed', 'in-force', 'withdrawn')),
  constraint settlement_account_change_two_people check (approved_by <> proposed_by),
  constraint settlement_account_change_approved check ((approved_by is null) = (approved_at is null)
    and (state in ('proposed', 'withdrawn') or approved_by is not null)),
  -- Whoever replaces an account waits: without a notice sent and the instant it allows, no change comes into force.
  constraint settlement_account_change_waited check (state <> 'in-force' or previous is null
    or (notice_no is not null and payable_from is not null and in_force_at >= payable_from)),
  constraint settlement_account_change_withdrawn check ((state = 'withdrawn') = (withdrawn_by is not null and reason is not null))
);
create unique index settlement_account_change_one_open on clearing.settlement_account_change (participant_no)
  where state in ('proposed', 'approved', 'noticed');
comment on table clearing.settlement_account_change is 'Settlement accounts by the changes that brought them, and the two people of each.';
