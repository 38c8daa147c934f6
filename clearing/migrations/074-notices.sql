-- Alarms reach people: who is on duty, where messages go, and what was sent to whom, when, and read by whom.

create table clearing.notice_channel (
  channel    text primary key,
  kind       text not null,
  -- http(s)://… of a webhook or an SMS gateway, smtp(s)://host:port of a mail server. No secret stands here.
  endpoint   text not null,
  -- The sender of e-mail.
  sender     text,
  set_by     text not null,
  set_at     timestamptz not null default clock_timestamp(),
  constraint notice_channel_name check (channel ~ '^[a-z][a-z0-9-]{0,30}$'),
  constraint notice_channel_kind check (kind in ('webhook', 'sms', 'email')),
  constraint notice_channel_sender check ((kind = 'email') = (sender is not null))
);
comment on table clearing.notice_channel is 'Ways by which messages go out: webhooks, SMS gateways, mail servers.';

-- Where a person is reached; telephone numbers and addresses are sealed like all personal data.
create table clearing.duty_contact (
  principal_id   text not null,
  channel        text not null references clearing.notice_channel,
  address_sealed bytea not null,
  set_by         text not null,
  set_at         timestamptz not null default clock_timestamp(),
  constraint duty_contact_key primary key (principal_id, channel)
);
comment on table clearing.duty_contact is 'By which channels a person on duty is reached; the address is sealed.';

create table clearing.duty_shift (
  shift_no     bigint generated always as identity primary key,
  -- 0 is told first; what nobody acknowledges goes to 1, then 2.
  level        smallint not null,
  principal_id text not null,
  begins_at    timestamptz not null,
  ends_at      timestamptz not null,
  set_by       text not null,
  constraint duty_shift_level check (level between 0 and 2),
  constraint duty_shift_times check (ends_at > begins_at),
  constraint duty_shift_once exclude using gist (principal_id with =, level with =, tstzrange(begins_at, ends_at) with &&)
);
comment on table clearing.duty_shift is 'Who is on duty, from when to when.';
create index duty_shift_by_time on clearing.duty_shift (ends_at);

-- Written together with what it is about, sent afterwards; sent again under the same number when nobody knows whether it was.
create table clearing.notice (
  notice_no    bigint generated always as identity primary key,
  case_no      bigint not null references clearing.alarm_case,
  level        smallint not null,
  repeat_no    integer not null,
  principal_id text not null,
  channel      text not null references clearing.notice_channel,
  words        text not null,
  state        text not null default 'queued',
  attempts     integer not null default 0,
  next_at      timestamptz not null default clock_timestamp(),
  -- What the channel answered: its own reference, or why it did not take the message.
  answer       text,
  queued_at    timestamptz not null default clock_timestamp(),
  sent_at      timestamptz,
  read_at      timestamptz,
  constraint notice_once unique (case_no, level, repeat_no, principal_id, channel),
  constraint notice_state check (state in ('queued', 'sent', 'failed')),
  constraint notice_sent check ((state = 'sent') = (sent_at is not null))
);
comment on table clearing.notice is 'Messages to people on duty: what was said, whether it was sent, when it was read.';
create index notice_due on clearing.notice (next_at) where state = 'queued';
create index notice_by_person on clearing.notice (principal_id, notice_no);
