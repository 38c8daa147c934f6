-- The desk of a clerk: cash counted piece by piece, receipts to print, and loads of the card in the reader.

-- Pieces by face value in fen, as the clerk counted them: {"10000": 3, "50": 1}. What they come to is counted_fen.
alter table issuer.shift add column counted_pieces jsonb;
comment on column issuer.shift.counted_pieces is 'Notes and coins counted at closing: face value in fen to number of pieces; absent when only the sum was told.';

-- What the holder is given on paper. Written in the transaction of the act, so that there is no act without a receipt and no receipt
-- without an act. No names, no numbers of documents.
create sequence issuer.receipt_no;
create table issuer.receipt (
  card_no    text not null,
  receipt_no bigint not null default nextval('issuer.receipt_no'),
  -- The till the money went through; absent for acts without money.
  shift_id   bigint,
  act        text not null,
  content    jsonb not null,
  given_by   text not null,
  given_at   timestamptz not null default clock_timestamp(),
  constraint receipt_key primary key (card_no, receipt_no),
  constraint receipt_act check (act <> '')
) partition by hash (card_no);
do $$ begin
  for i in 0..7 loop
    execute format('create table issuer.%I partition of issuer.receipt for values with (modulus 8, remainder %s)', 'receipt_p' || i, i);
  end loop;
end $$;
create index receipt_by_shift on issuer.receipt (shift_id, receipt_no) where shift_id is not null;
comment on table issuer.receipt is 'What holders were given on paper at counters, by card.';

-- Loads at counters, written before the card is told to take the money. While one is 'loading' only the card can say whether it did.
create sequence issuer.counter_load_no;
create table issuer.counter_load (
  card_no            text not null,
  counter_load_no    bigint not null default nextval('issuer.counter_load_no'),
  clerk              text not null,
  idempotency_key    text not null,
  shift_id           bigint not null,
  reader             text not null,
  -- Taken in cash, and what waited for the card already.
  cash_fen           bigint not null,
  collected_fen      bigint not null,
  -- Of the attempt under way: numbers of the load, and what the card said before it.
  trace              bigint not null,
  sam_no             text not null,
  online_counter     integer not null,
  balance_before_fen bigint not null,
  -- A card that proved by itself that it was not credited makes it 'waiting': the cash is its pending credit, until it is loaded or given back.
  state              text not null default 'loading',
  begun_at           timestamptz not null default clock_timestamp(),
  ended_at           timestamptz,
  constraint counter_load_key primary key (card_no, counter_load_no),
  constraint counter_load_request unique (card_no, clerk, idempotency_key),
  constraint counter_load_amount check (cash_fen >= 0 and collected_fen >= 0 and cash_fen + collected_fen > 0),
  constraint counter_load_state check (state in ('loading', 'loaded', 'waiting', 'given-back')),
  constraint counter_load_ended check ((state = 'loading') = (ended_at is null))
) partition by hash (card_no);
do $$ begin
  for i in 0..7 loop
    execute format('create table issuer.%I partition of issuer.counter_load for values with (modulus 8, remainder %s)', 'counter_load_p' || i, i);
  end loop;
end $$;
create index counter_load_under_way on issuer.counter_load (card_no) where state = 'loading';
comment on table issuer.counter_load is 'Loads of cards in counter readers, from before the card is told to take the money to what it proves.';
