-- SAMs of counters, and the old cards of industries whose holders and balances come to the resident card.

-- A counter's SAM is played by the HSM; what a SAM keeps inside, its transaction number, is kept here and raised before each
-- use. The numbers of these SAMs come from the same sequence as those of chips, so that no two can meet.
create table issuer.counter_sam (
  counter        text primary key,
  sam_no         text not null unique,
  participant_no text not null,
  transaction_no bigint not null default 0,
  ordered_at     timestamptz not null default clock_timestamp(),
  constraint counter_sam_counter check (counter ~ '^[[:alnum:] ._-]{1,40}$'),
  constraint counter_sam_number check (sam_no ~ '^[0-9]{12}$'),
  constraint counter_sam_transaction check (transaction_no between 0 and 4294967295)
);

-- Whose old cards are taken over, and whether a resident who gets a card gets the balance without asking for it.
create table issuer.legacy_issuer (
  participant_no text primary key,
  first_use      boolean not null default false,
  opened_by      text not null,
  opened_at      timestamptz not null default clock_timestamp()
);

-- One file of a former issuer. Staged: read, checked and sealed, booked nowhere; it counts when a second person accepts it.
create table issuer.legacy_import (
  import_id          bigint generated always as identity primary key,
  participant_no     text not null references issuer.legacy_issuer,
  file_sequence      bigint not null,
  manifest_sha256    bytea not null,
  file_sha256        bytea not null,
  certificate_serial text not null,
  made_on            date not null,
  row_count          integer not null,
  total_fen          bigint not null,
  good_count         integer not null,
  good_fen           bigint not null,
  returned_count     integer not null,
  returned_fen       bigint not null,
  state              text not null default 'staged',
  approval_id        bigint not null,
  staged_by          text not null,
  staged_at          timestamptz not null default clock_timestamp(),
  decided_by         text,
  decided_at         timestamptz,
  posting_key        text,
  business_date      date,
  constraint legacy_import_once unique (participant_no, file_sequence),
  constraint legacy_import_state check (state in ('staged', 'accepted', 'refused')),
  constraint legacy_import_totals check (row_count = good_count + returned_count and total_fen = good_fen + returned_fen),
  constraint legacy_import_amounts check (least(good_fen, returned_fen) >= 0),
  constraint legacy_import_decided check ((state = 'staged') = (decided_by is null) and (decided_by is null) = (decided_at is null)),
  constraint legacy_import_booked check ((state = 'accepted') = (posting_key is not null) and (posting_key is null) = (business_date is null)),
  constraint legacy_import_two_people check (state <> 'accepted' or decided_by <> staged_by)
);

-- Rows that go back to the former issuer: where and why, never what they said of a person.
create table issuer.legacy_returned_row (
  import_id  bigint not null references issuer.legacy_import,
  line       integer not null,
  column_name text not null,
  reason     text not null,
  amount_fen bigint not null,
  constraint legacy_returned_row_key primary key (import_id, line)
);

create sequence issuer.legacy_sequence;

-- The balance of one old card. What a holder's document and name are is known by blind index only, and sealed.
create table issuer.legacy_balance (
  participant_no text not null,
  legacy_card_no text not null,
  legacy_id      bigint not null default nextval('issuer.legacy_sequence'),
  import_id      bigint not null,
  balance_fen    bigint not null,
  adjusted_fen   bigint not null default 0,
  holder_index   bytea,
  name_index     bytea,
  sealed         bytea,
  state          text not null default 'staged',
  owed_since     date,
  converted_to   text,
  converted_how  text,
  converted_by   text,
  converted_at   timestamptz,
  constraint legacy_balance_key primary key (legacy_card_no, participant_no),
  constraint legacy_balance_amount check (balance_fen >= 0 and balance_fen + adjusted_fen >= 0),
  constraint legacy_balance_state check (state in ('staged', 'unclaimed', 'disputed', 'converted')),
  constraint legacy_balance_since check ((state = 'staged') = (owed_since is null)),
  constraint legacy_balance_how check (converted_how in ('counter', 'first-use', 'surrendered')),
  constraint legacy_balance_converted check ((state = 'converted') = (converted_to is not null)
    and num_nulls(converted_to, converted_how, converted_by, converted_at) in (0, 4)),
  constraint legacy_balance_index check (octet_length(holder_index) = 16 and octet_length(name_index) = 16)
) partition by hash (legacy_card_no);
do $$ begin
  for i in 0..7 loop
    execute format('create table issuer.%I partition of issuer.legacy_balance for values with (modulus 8, remainder %s)', 'legacy_balance_p' || i, i);
  end loop;
end $$;
create index legacy_balance_by_holder on issuer.legacy_balance (holder_index) where state in ('unclaimed', 'disputed');
create index legacy_balance_by_import on issuer.legacy_balance (import_id);
create index legacy_balance_by_card on issuer.legacy_balance (converted_to) where converted_to is not null;

-- A correction of one balance; it happens when a second person approves it.
create table issuer.legacy_adjustment (
  approval_id    bigint primary key,
  participant_no text not null,
  legacy_card_no text not null,
  from_fen       bigint not null,
  to_fen         bigint not null,
  reference      text not null,
  proposed_by    text not null,
  approved_by    text,
  approved_at    timestamptz,
  constraint legacy_adjustment_amounts check (least(from_fen, to_fen) >= 0),
  constraint legacy_adjustment_two_people check (approved_by <> proposed_by)
);
