-- Offline purchases: what arrived (exactly as received), what became of it, and what makes a purchase the same purchase.

create table clearing.business_day (
  business_date date primary key,
  state         text not null,
  opened_at     timestamptz not null default clock_timestamp(),
  cut_off_at    timestamptz,
  closed_at     timestamptz,
  constraint business_day_state check (state in
    ('open', 'cut-off', 'validated', 'priced', 'netted', 'approved', 'instructed', 'settled', 'closed'))
);
create unique index business_day_one_open on clearing.business_day ((true)) where state = 'open';

-- One message 0320/0220 or one file. The business day is that of the stored receipt time, fixed at intake.
create table clearing.intake (
  intake_id            bigint generated always as identity primary key,
  source               text not null,
  participant_no       text not null,
  terminal_no          text,
  batch_no             text,
  file_name            text,
  file_sequence        bigint,
  sha256               bytea not null,
  header_business_date date,
  record_count         integer not null,
  amount_fen           bigint not null,
  received_at          timestamptz not null,
  business_date        date not null references clearing.business_day,
  -- Whether the terminal was answered 00. A purchase with a bill is stored before the biller decides, so it begins with false.
  answered             boolean not null default true,
  constraint intake_source check (source in ('message', 'bill', 'ccpf', 'xf', 'ccip')),
  constraint intake_count check (record_count >= 0)
);
create unique index intake_file_name on clearing.intake (file_name) where file_name is not null;
create unique index intake_file_sequence on clearing.intake (participant_no, source, file_sequence) where file_sequence is not null;
create index intake_by_batch on clearing.intake (terminal_no, batch_no) where terminal_no is not null;
create index intake_by_day on clearing.intake (business_date);

-- card_no: the 19 digits of a card of our numbering; for a serial of another shape all 20 digits.
create table clearing.purchase_record (
  card_no           text not null,
  business_date     date not null,
  intake_id         bigint not null,
  record_index      integer not null,
  raw               bytea not null,
  source_line       text,
  issuer_city       text not null,
  offline_counter   integer not null,
  balance_before_fen bigint not null,
  amount_fen        bigint not null,
  sam_no            text not null,
  sam_transaction_no bigint not null,
  tapped_at         timestamptz,
  flag              smallint not null,
  industry          smallint not null,
  hotlist_version   bigint not null,
  participant_no    text not null,
  state             text not null default 'received',
  reason_code       text,
  detail            text,
  decided_at        timestamptz,
  posted_date       date,
  constraint purchase_record_key primary key (card_no, business_date, intake_id, record_index),
  constraint purchase_record_length check (length(raw) = 64),
  constraint purchase_record_state check (state in ('received', 'routed', 'accepted', 'duplicate', 'suspicious', 'rejected')),
  constraint purchase_record_reason check (reason_code ~ '^[0-9A-F]{2}$'),
  constraint purchase_record_decided check ((state = 'received') = (decided_at is null)),
  constraint purchase_record_explained check (state in ('received', 'accepted', 'routed') or reason_code is not null)
) partition by hash (card_no);

-- A record's way through the states; the row above holds where it is now.
create table clearing.purchase_history (
  card_no       text not null,
  business_date date not null,
  intake_id     bigint not null,
  record_index  integer not null,
  changed_at    timestamptz not null,
  state         text not null,
  reason_code   text,
  detail        text,
  decided_by    text not null,
  constraint purchase_history_key primary key (card_no, business_date, intake_id, record_index, changed_at)
) partition by hash (card_no);

-- Two keys, each unique on its own, for the card's life. Only records with a right TAC are here.
create table clearing.purchase_identity (
  card_no            text not null,
  issuer_city        text not null,
  offline_counter    integer not null,
  sam_no             text not null,
  sam_transaction_no bigint not null,
  content_sha256     bytea not null,
  business_date      date not null,
  intake_id          bigint not null,
  record_index       integer not null,
  constraint purchase_identity_counter primary key (card_no, issuer_city, offline_counter),
  constraint purchase_identity_transaction unique (card_no, issuer_city, sam_no, sam_transaction_no)
) partition by hash (card_no);

-- Records with a right TAC that clash with a known one in a key. They are held, and remembered like the others, so that their
-- own copies are seen to be duplicates.
create table clearing.purchase_conflict (
  card_no            text not null,
  issuer_city        text not null,
  offline_counter    integer not null,
  sam_no             text not null,
  sam_transaction_no bigint not null,
  content_sha256     bytea not null,
  business_date      date not null,
  intake_id          bigint not null,
  record_index       integer not null,
  constraint purchase_conflict_key primary key (card_no, business_date, intake_id, record_index)
) partition by hash (card_no);

select clearing.create_card_partitions('purchase_record', true), clearing.create_card_partitions('purchase_history', true),
       clearing.create_card_partitions('purchase_identity', false), clearing.create_card_partitions('purchase_conflict', false);
select clearing.create_year_partitions('purchase_record', year), clearing.create_year_partitions('purchase_history', year)
  from generate_series(2026, 2027) as year;
create index purchase_record_undecided on clearing.purchase_record (business_date, intake_id, record_index) where state = 'received';
create index purchase_record_open on clearing.purchase_record (card_no, offline_counter) where state in ('routed', 'suspicious');
create index purchase_record_by_intake on clearing.purchase_record (intake_id, record_index);
create index purchase_record_by_posted_date on clearing.purchase_record (posted_date, participant_no) where posted_date is not null;
create index purchase_record_short on clearing.purchase_record (card_no) where state = 'suspicious' and reason_code = '08';
create index purchase_record_gray on clearing.purchase_record (card_no, offline_counter) where state = 'suspicious' and reason_code = '05';
create index purchase_record_lock on clearing.purchase_record (card_no, sam_no, tapped_at) where flag = 3;

-- A business day cannot be opened without places for its history; those of the next year are made a month ahead, so that
-- New Year's Eve has nothing to do.
create function clearing.ensure_year_partitions() returns trigger language plpgsql as $$
declare
  v_year integer;
begin
  foreach v_year in array array[extract(year from new.business_date)::integer, extract(year from new.business_date + 31)::integer] loop
    if to_regclass(format('clearing.ledger_transfer_p0_%s', v_year)) is null then
      perform clearing.create_year_partitions('ledger_transfer', v_year), clearing.create_year_partitions('purchase_record', v_year),
              clearing.create_year_partitions('purchase_history', v_year);
    end if;
  end loop;
  return new;
end $$;
create trigger business_day_partitions before insert on clearing.business_day
  for each row execute function clearing.ensure_year_partitions();
