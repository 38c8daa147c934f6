-- A death recorded by mistake is part of the history as well.
alter table issuer.resident_change drop constraint resident_change_kind;
alter table issuer.resident_change add constraint resident_change_kind
  check (kind in ('registered', 'changed', 'moved-out', 'moved-in', 'deceased', 'death-corrected', 'merged'));
create index resident_merged_into on issuer.resident (merged_into) where merged_into is not null;

-- Registers that arrive as files of many residents. First every row is checked, sealed and staged, batch by batch; then the
-- staged rows are admitted bucket by bucket. One at a time.
create table issuer.resident_import (
  import_id   bigint generated always as identity primary key,
  name        text not null,
  source      text not null,
  columns     text[] not null,
  state       text not null default 'staging',
  started_by  text not null,
  started_at  timestamptz not null default now(),
  finished_at timestamptz,
  constraint resident_import_state check (state in ('staging', 'admitting', 'done', 'abandoned')),
  constraint resident_import_finished check ((state in ('done', 'abandoned')) = (finished_at is not null))
);
create unique index resident_import_one_open on issuer.resident_import ((true)) where state in ('staging', 'admitting');

-- A batch that is here was staged whole; its hash tells whether the file sent again is the same file.
create table issuer.resident_import_batch (
  import_id bigint not null references issuer.resident_import,
  batch_no  integer not null,
  rows      integer not null,
  staged    integer not null,
  sha256    bytea not null,
  constraint resident_import_batch_key primary key (import_id, batch_no)
);

-- How many rows each bucket held when staging ended, and what became of them when it was admitted, whole.
create table issuer.resident_import_bucket (
  import_id bigint not null references issuer.resident_import,
  bucket    smallint not null,
  staged    integer not null,
  accepted  integer,
  known     integer,
  constraint resident_import_bucket_key primary key (import_id, bucket),
  constraint resident_import_bucket_whole check (accepted + known = staged)
);

-- Rows that were not accepted: refused by a check, or known already. Never the row itself.
create table issuer.resident_import_outcome (
  import_id   bigint not null references issuer.resident_import,
  row_no      bigint not null,
  outcome     text not null,
  reason      text not null,
  resident_id bigint,
  constraint resident_import_outcome_key primary key (import_id, row_no),
  constraint resident_import_outcome_kind check (outcome in ('refused', 'known', 'repeated'))
);

-- Staged rows, sealed. The bucket is the first six bits of the number's blind index, so that one number is always in one
-- bucket, and a bucket is read by reading its table from end to end. Unlogged: a server that crashes loses them, which the
-- counts of the batches show; then the file is sent again.
create table issuer.resident_import_row (
  bucket          smallint not null,
  row_no          bigint not null,
  resident_id     bigint not null,
  sealed          bytea not null,
  population      text not null,
  district        text,
  permit_valid_to date,
  document_values bytea[] not null,
  documents       text[] not null,
  search_values   bytea[] not null,
  search_kinds    text[] not null
) partition by list (bucket);
do $$ begin
  for i in 0..63 loop
    execute format('create unlogged table issuer.%I partition of issuer.resident_import_row for values in (%s)',
      'resident_import_row_b' || i, i);
  end loop;
end $$;
