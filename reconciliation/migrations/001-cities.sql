-- Files exchanged with other cities: purchases (ccip) and answers (ccir), ours and theirs, kept as they were sent.
create table reconciliation.city_file (
  file_name     text primary key,
  direction     text not null,
  kind          text not null,
  city          text not null,
  sequence      bigint not null,
  business_date date not null,
  record_count  integer not null,
  amount_fen    bigint not null,
  sha256        bytea not null,
  content       bytea not null,
  -- Null between the moment an outgoing file is fixed and the moment the HSM has signed it; unsigned files are not shown.
  signature     bytea,
  -- Incoming purchases: where clearing took them in; outgoing answers: empty.
  intake_id     bigint,
  -- Incoming purchases: the first answer, which covers every row.
  answered_by   text references reconciliation.city_file,
  created_at    timestamptz not null default clock_timestamp(),
  constraint city_file_direction check (direction in ('out', 'in')),
  constraint city_file_kind check (kind in ('ccip', 'ccir')),
  constraint city_file_city check (city ~ '^[0-9]{4}$'),
  constraint city_file_count check (record_count > 0),
  constraint city_file_sequence_once unique (direction, kind, city, sequence),
  constraint city_file_signed check (direction = 'out' or signature is not null),
  constraint city_file_intake check ((intake_id is not null) = (direction = 'in' and kind = 'ccip'))
);
create index city_file_unsigned on reconciliation.city_file (file_name) where signature is null;
create index city_file_unanswered on reconciliation.city_file (city, sequence)
  where direction = 'in' and kind = 'ccip' and answered_by is null;

-- The next number of each kind of outgoing file per city; the row is locked while a file is made, so there are no holes.
create table reconciliation.city_sequence (
  kind          text not null,
  city          text not null,
  last_sequence bigint not null default 0,
  constraint city_sequence_key primary key (kind, city),
  constraint city_sequence_range check (last_sequence between 0 and 99999999)
);

-- Which record travelled in which file: the primary key is what sends each record once.
create table reconciliation.city_sent_record (
  card_no       text not null,
  business_date date not null,
  intake_id     bigint not null,
  record_index  integer not null,
  city          text not null,
  sequence      bigint not null,
  position      integer not null,
  amount_fen    bigint not null,
  outcome       text,
  answered_in   text,
  held_in       text,
  constraint city_sent_record_key primary key (card_no, business_date, intake_id, record_index),
  constraint city_sent_record_outcome check (outcome ~ '^[0-9A-F]{2}$'),
  constraint city_sent_record_answered check ((outcome is null) = (answered_in is null))
) partition by hash (card_no);
do $$
begin
  for i in 0..7 loop
    execute format('create table reconciliation.city_sent_record_p%s partition of reconciliation.city_sent_record
      for values with (modulus 8, remainder %s)', i, i);
  end loop;
end $$;
create index city_sent_record_by_place on reconciliation.city_sent_record (city, sequence, position);

-- Rows we answered "held" (0F): each is answered once more, when it is decided.
create table reconciliation.city_held_row (
  intake_id     bigint not null,
  record_index  integer not null,
  city          text not null,
  sequence      bigint not null,
  held_in       text not null references reconciliation.city_file,
  answered_in   text references reconciliation.city_file,
  constraint city_held_row_key primary key (intake_id, record_index)
);
create index city_held_row_open on reconciliation.city_held_row (city) where answered_in is null;
