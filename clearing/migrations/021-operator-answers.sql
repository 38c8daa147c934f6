-- Answers to operators' files: what has been answered, and the answer files as they were made, byte for byte.

-- When a file's records were all judged and its answer was made.
alter table clearing.intake add column answered_file_at timestamptz;
create index intake_file_unanswered on clearing.intake (intake_id)
  where file_name is not null and source in ('ccpf', 'xf') and answered_file_at is null;

-- Text answers (SS, QS, NS). The serial is one sequence per participant, which never restarts.
create table clearing.operator_answer (
  participant_no text not null,
  serial         integer not null,
  kind           text not null,
  file_name      text not null,
  settle_date    date not null,
  content        bytea not null,
  made_at        timestamptz not null default clock_timestamp(),
  -- When it appeared in the outbox.
  put_at         timestamptz,
  constraint operator_answer_key primary key (participant_no, serial, kind),
  constraint operator_answer_name unique (participant_no, file_name),
  constraint operator_answer_kind check (kind in ('SS', 'QS', 'NS')),
  constraint operator_answer_serial check (serial between 1 and 99999)
);
create index operator_answer_waiting on clearing.operator_answer (participant_no, serial) where put_at is null;
comment on table clearing.operator_answer is 'Answer files for operators whose systems write text.';

-- Records of text files that were answered as refused while they were held: what becomes of them is told as an adjustment.
create table clearing.held_text_record (
  card_no        text not null,
  business_date  date not null,
  intake_id      bigint not null,
  record_index   integer not null,
  participant_no text not null,
  constraint held_text_record_key primary key (card_no, business_date, intake_id, record_index)
) partition by hash (card_no);
select clearing.create_card_partitions('held_text_record', false);
comment on table clearing.held_text_record is 'Held records of text files whose end is still to be told.';
update clearing.intake set answered_file_at = clock_timestamp()
 where file_name is not null and source = 'ccpf';
