-- The chain of a card's purchases (domain.md B.5): counters that are missing, and balances that do not meet. A right TAC is paid
-- either way, for it covers neither; what is found here is told to operators and people, and holds up refunds.

-- Judged records whose cards' chains have not been looked at: a line per message or file, however much is in it.
create table clearing.chain_work (
  business_date date not null,
  intake_id     bigint not null,
  from_index    integer not null,
  to_index      integer not null,
  constraint chain_work_key primary key (business_date, intake_id, from_index, to_index),
  constraint chain_work_range check (from_index >= 0 and from_index < to_index)
);
insert into clearing.chain_work
select business_date, intake_id, 0, record_count from clearing.intake i
 where record_count > 0 and not exists (select from clearing.undecided_intake u where u.intake_id = i.intake_id);
comment on table clearing.chain_work is 'Judged purchase records whose cards'' counters and balances are still to be compared with their neighbours.';

-- The debit of a cancelled load takes its place in the chain without being judged.
create function clearing.chain_of_cancellation() returns trigger language plpgsql as $$
begin
  insert into clearing.chain_work values (new.business_date, new.intake_id, 0, new.record_count) on conflict do nothing;
  return null;
end $$;
create trigger intake_chain_of_cancellation after insert on clearing.intake
  for each row when (new.source = 'cancellation') execute function clearing.chain_of_cancellation();

-- Counters between two known purchases, or before the first, that no record with a right TAC has.
create table clearing.chain_gap (
  card_no      text not null,
  from_counter integer not null,
  to_counter   integer not null,
  -- Taps of the purchases before and after, as their terminals' clocks say.
  after_at     timestamptz,
  before_at    timestamptz,
  -- What the missing purchases cost together, as far as balances tell; below zero: a load is missing too.
  spent_fen    bigint,
  noticed_at   timestamptz not null,
  constraint chain_gap_key primary key (card_no, from_counter),
  constraint chain_gap_range check (from_counter >= 0 and from_counter <= to_counter)
) partition by hash (card_no);

-- Purchases that do not continue the one before.
create table clearing.chain_break (
  card_no         text not null,
  offline_counter integer not null,
  business_date   date not null,
  intake_id       bigint not null,
  record_index    integer not null,
  kinds           text[] not null,
  expected_fen    bigint,
  found_fen       bigint not null,
  noticed_at      timestamptz not null,
  constraint chain_break_key primary key (card_no, offline_counter),
  constraint chain_break_kinds check (kinds <@ array['balance', 'amount', 'time'] and cardinality(kinds) > 0)
) partition by hash (card_no);
select clearing.create_card_partitions('chain_gap', false), clearing.create_card_partitions('chain_break', false);
create index chain_gap_by_time on clearing.chain_gap (noticed_at);
create index chain_break_by_time on clearing.chain_break (noticed_at);
comment on table clearing.chain_gap is 'Purchases a card has made, by its counter, that nobody has uploaded.';
comment on table clearing.chain_break is 'Purchases whose balance or time does not continue that of the purchase before (kinds balance and time), or whose balance is below their amount (amount).';
