-- Cards from prepared data to the holder's hand, the SAMs of terminals, and the clerks' shifts.

-- A product is data: file tree, keys and access rules are in the personalisation script that it names.
create table issuer.card_product (
  product        text primary key,
  script         text not null,
  algorithm      text not null,
  main_type      smallint not null,
  sub_type       smallint not null,
  purse_cap_fen  bigint not null,
  validity_years integer not null,
  constraint card_product_algorithm check (algorithm in ('3des', 'sm4')),
  constraint card_product_cap check (purse_cap_fen > 0),
  constraint card_product_validity check (validity_years between 1 and 20)
);
insert into issuer.card_product values ('standard', 'fmcos-purse', '3des', 1, 0, 100000, 8);

create table issuer.card_batch (
  batch_id    bigint generated always as identity primary key,
  product     text not null references issuer.card_product,
  card_count  integer not null,
  prepared_by text not null,
  prepared_at timestamptz not null default now(),
  released_by text,
  released_at timestamptz,
  constraint card_batch_count check (card_count between 1 and 10000),
  constraint card_batch_two_people check (released_by <> prepared_by)
);

-- The sequence part of card numbers: 9 digits per issuer, never given twice.
create sequence issuer.card_sequence minvalue 1 maxvalue 999999999 no cycle;
create sequence issuer.sam_sequence minvalue 1 maxvalue 999999 no cycle;

create table issuer.card (
  card_no         text not null,
  batch_id        bigint not null,
  product         text not null,
  state           text not null default 'prepared',
  valid_from      date not null,
  valid_to        date not null,
  chip_serial     text,
  resident_id     bigint,
  deposit_fen     bigint not null default 0,
  personalised_at timestamptz,
  issued_at       timestamptz,
  constraint card_key primary key (card_no),
  constraint card_state check (state in ('prepared', 'personalising', 'personalised', 'active', 'lost-reported', 'blocked', 'replaced', 'returned')),
  constraint card_deposit check (deposit_fen >= 0),
  constraint card_holder check (state in ('prepared', 'personalising', 'personalised') or resident_id is not null),
  constraint card_chip check (state = 'prepared' or chip_serial is not null)
) partition by hash (card_no);
do $$ begin
  for i in 0..7 loop
    execute format('create table issuer.%I partition of issuer.card for values with (modulus 8, remainder %s)', 'card_p' || i, i);
  end loop;
end $$;
create index card_by_batch on issuer.card (batch_id, state);
create index card_by_resident on issuer.card (resident_id) where resident_id is not null;

-- One chip carries one number and one number is on one chip, whatever was interrupted when.
create table issuer.chip (
  chip_serial text primary key,
  kind        text not null,
  number      text not null,
  claimed_at  timestamptz not null default now(),
  constraint chip_kind check (kind in ('card', 'sam')),
  constraint chip_number unique (kind, number)
);

create table issuer.sam (
  sam_no          text primary key,
  participant_no  text not null,
  terminal_no     text,
  state           text not null default 'prepared',
  ordered_at      timestamptz not null default now(),
  personalised_at timestamptz,
  constraint sam_number check (sam_no ~ '^[0-9]{12}$'),
  constraint sam_state check (state in ('prepared', 'personalising', 'personalised'))
);

create table issuer.shift (
  shift_id       bigint generated always as identity primary key,
  clerk          text not null,
  opened_at      timestamptz not null default now(),
  closed_at      timestamptz,
  counted_fen    bigint,
  over_short_fen bigint,
  pay_in_slip    text unique,
  constraint shift_closed check ((closed_at is null) = (counted_fen is null))
);
create unique index shift_one_open_per_clerk on issuer.shift (clerk) where closed_at is null;
