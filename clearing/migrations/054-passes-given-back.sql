-- A pass may end early: what of its price belongs to days or rides nobody used goes back to the card, or goes on with the
-- pass of the holder's next card. Only the rest is left for operators.
alter table clearing.pass drop constraint pass_validity, drop constraint pass_amounts;
alter table clearing.pass
  add column ended_on date,
  add column end_reason text,
  add column taken_out_fen bigint not null default 0,
  add column goes_on_with bigint,
  add column file_id bigint,
  -- One that was given back before its first day was never good.
  add constraint pass_validity check (valid_to >= valid_from - 1),
  add constraint pass_amounts check (price_fen >= 0 and taken_out_fen >= 0 and rides_allowed > 0),
  add constraint pass_ended check ((ended_on is null) = (end_reason is null) and (ended_on is not null or (taken_out_fen = 0 and goes_on_with is null)));
comment on column clearing.pass.price_fen is 'What operators have a part in; less by what was taken out when it ended early.';
comment on column clearing.pass.ended_on is 'Business day on which it was given back or left its card; null: it lasts as long as it was sold for.';
comment on column clearing.pass.taken_out_fen is 'The part of its price for days or rides nobody used.';
comment on column clearing.pass.goes_on_with is 'The pass of the next card that carries what was left.';
comment on column clearing.pass.file_id is 'The file of passes it was sold with.';
drop index clearing.pass_ending;
create index pass_ending on clearing.pass (coalesce(ended_on, valid_to)) where apportioned is null;

-- Passes an employer or a school buys for many cards: a file, proposed by one person and sold by another.
create table clearing.pass_file (
  file_id        bigint generated always as identity primary key,
  payer          text not null references clearing.participant,
  account_code   text not null references clearing.account,
  bank_reference text not null,
  reason         text not null,
  line_count     integer not null,
  total_fen      bigint not null,
  sha256         text not null,
  state          text not null default 'proposed',
  approval_id    bigint not null,
  proposed_by    text not null,
  proposed_at    timestamptz not null default clock_timestamp(),
  approved_by    text,
  business_date  date,
  sold_count     integer not null default 0,
  sold_fen       bigint not null default 0,
  decided_at     timestamptz,
  constraint pass_file_state check (state in ('proposed', 'sold', 'withdrawn')),
  constraint pass_file_sold check ((state = 'sold') = (business_date is not null) and (state = 'proposed') = (decided_at is null)),
  constraint pass_file_two_people check (approved_by <> proposed_by),
  constraint pass_file_figures check (line_count > 0 and total_fen > 0 and sold_count between 0 and line_count and sold_fen between 0 and total_fen)
);
create unique index pass_file_once on clearing.pass_file (payer, sha256) where state <> 'withdrawn';
create table clearing.pass_line (
  card_no   text not null,
  file_id   bigint not null,
  place     integer not null,
  line_key  text not null,
  code      text not null,
  price_fen bigint not null,
  -- What became of it: a pass, or why not.
  pass_no   bigint,
  refused   text,
  constraint pass_line_key primary key (card_no, file_id, place),
  constraint pass_line_price check (price_fen >= 0),
  constraint pass_line_one_outcome check (num_nonnulls(pass_no, refused) <= 1)
) partition by hash (card_no);
select clearing.create_card_partitions('pass_line', false);
create index pass_line_of_file on clearing.pass_line (file_id, place);
create index pass_line_by_key on clearing.pass_line (line_key);
comment on table clearing.pass_file is 'Passes one payer buys for many cards, and the two people who sold them.';
comment on table clearing.pass_line is 'Their lines: one pass for one card each, or why there is none.';
