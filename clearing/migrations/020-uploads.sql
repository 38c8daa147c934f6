-- Files on their way in: what has arrived so far, and what became of every file that was delivered, refused ones included.
create table clearing.upload (
  upload_id         bigint generated always as identity primary key,
  -- Who delivers it: the authenticated participant, or the owner of the inbox folder.
  participant_no    text not null,
  channel           text not null,
  file_name         text not null,
  bytes             bigint not null,
  signature         bytea not null,
  -- What the signature says the file's hash is.
  claimed_sha256    bytea,
  content_id        bigint not null,
  -- The header, which stands before the records and is not stored with them.
  head              bytea not null default ''::bytea,
  received_bytes    bigint not null default 0,
  state             text not null default 'receiving',
  intake_id         bigint,
  refusal_reason    text,
  refusal_detail    text,
  opened_at         timestamptz not null default clock_timestamp(),
  changed_at        timestamptz not null default clock_timestamp(),
  ended_at          timestamptz,
  constraint upload_intake foreign key (intake_id) references clearing.intake,
  constraint upload_channel check (channel in ('session', 'request', 'inbox')),
  constraint upload_state check (state in ('receiving', 'taken', 'repeat', 'refused', 'abandoned')),
  constraint upload_ended check ((state = 'receiving') = (ended_at is null)),
  constraint upload_taken check ((state in ('taken', 'repeat')) = (intake_id is not null)),
  constraint upload_refused check ((state = 'refused') = (refusal_reason is not null and refusal_detail is not null)),
  constraint upload_received check (received_bytes between 0 and bytes)
);
-- The same file offered again goes on where it stopped; a single request stands alone.
create unique index upload_open on clearing.upload (participant_no, file_name, bytes, sha256(signature))
  where state = 'receiving' and channel <> 'request';
create index upload_by_participant on clearing.upload (participant_no, upload_id);
create index upload_by_file on clearing.upload (file_name, upload_id);
create index upload_waiting on clearing.upload (changed_at) where state = 'receiving';
comment on table clearing.upload is 'Files on their way in, and what became of every file that was delivered.';
