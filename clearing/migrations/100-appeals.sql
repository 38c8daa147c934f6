-- A participant objects to the refusal of its record; finance answers within a time. What is upheld is paid by the company: the record stays
-- refused, for outcomes are final.
create sequence clearing.appeal_no;
create table clearing.appeal (
  card_no        text not null,
  appeal_no      bigint not null default nextval('clearing.appeal_no'),
  business_date  date not null,
  intake_id      bigint not null,
  record_index   integer not null,
  participant_no text not null,
  amount_fen     bigint not null,
  -- For what it was refused.
  refused_for    text not null,
  reason         text not null,
  words          text not null,
  opened_by      text not null,
  opened_at      timestamptz not null default clock_timestamp(),
  answer_due_on  date not null,
  state          text not null default 'open',
  approval_id    bigint,
  proposed_by    text,
  upheld         boolean,
  answer         text,
  answered_by    text,
  answered_at    timestamptz,
  posting_key    text,
  told_overdue   boolean not null default false,
  constraint appeal_key primary key (card_no, appeal_no),
  constraint appeal_once unique (card_no, business_date, intake_id, record_index),
  constraint appeal_reason check (reason in ('tac-right', 'sam-ours', 'clock', 'not-hot-listed', 'card-valid', 'other')),
  constraint appeal_words check (char_length(words) between 3 and 500),
  constraint appeal_state check (state in ('open', 'proposed', 'upheld', 'dismissed')),
  constraint appeal_proposed check ((state = 'open') = (proposed_by is null) and (proposed_by is null) = (upheld is null)
    and (proposed_by is null) = (approval_id is null) and (proposed_by is null) = (answer is null)),
  constraint appeal_answered check ((state in ('upheld', 'dismissed')) = (answered_by is not null) and (answered_by is null) = (answered_at is null)),
  constraint appeal_two_people check (answered_by <> proposed_by),
  constraint appeal_paid check ((state = 'upheld') = (posting_key is not null))
) partition by hash (card_no);
select clearing.create_card_partitions('appeal', false);
comment on table clearing.appeal is 'Objections of participants to refused records, with reason and deadline, and the answer of two persons of finance.';
create index appeal_by_participant on clearing.appeal (participant_no, appeal_no);
create index appeal_open on clearing.appeal (answer_due_on) where state in ('open', 'proposed');
create index appeal_by_no on clearing.appeal (appeal_no);
