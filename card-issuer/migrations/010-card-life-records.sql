-- Parameters of card life by effective date, and what happens to a card beside its state: blocks, loss reports, balances on
-- their way, concessions.

-- product '' is every product that has no value of its own; the newest value that is in force counts.
create table issuer.card_rule (
  name       text not null,
  product    text not null default '',
  valid_from date not null,
  value      bigint not null,
  constraint card_rule_key primary key (name, product, valid_from),
  constraint card_rule_value check (value >= 0)
);
insert into issuer.card_rule (name, valid_from, value) values
  -- A report by phone holds this long unless it is made formal.
  ('loss-report-days', '2008-01-01', 7),
  -- Depots upload within days; a balance follows after this many.
  ('balance-waiting-days', '2008-01-01', 7),
  -- A gap in the counters is waited for this long; afterwards the record counts as lost and the holder is not made to wait.
  ('gap-waiting-days', '2008-01-01', 30),
  ('replacement-fee-fen', '2008-01-01', 2000),
  -- A card may be renewed this many days before it expires.
  ('renewal-days', '2008-01-01', 90),
  ('concession-months', '2008-01-01', 12);

-- Why a card is blocked. A card is free again when none of its reasons is left.
create sequence issuer.card_block_no;
create table issuer.card_block (
  card_no     text not null,
  block_no    bigint not null default nextval('issuer.card_block_no'),
  kind        text not null,
  reason      text not null,
  placed_by   text not null,
  placed_at   timestamptz not null default clock_timestamp(),
  lifted_by   text,
  lifted_at   timestamptz,
  lift_reason text,
  constraint card_block_key primary key (card_no, block_no),
  constraint card_block_kind check (kind in ('company', 'legal-freeze', 'holder-deceased')),
  constraint card_block_lifted check (num_nulls(lifted_by, lifted_at, lift_reason) in (0, 3))
) partition by hash (card_no);

-- Reports by phone and formal ones: two different facts. Which questions the caller answered is kept, never the answers.
create sequence issuer.loss_report_no;
create table issuer.loss_report (
  card_no     text not null,
  report_no   bigint not null default nextval('issuer.loss_report_no'),
  kind        text not null,
  checked     text[] not null,
  reported_by text not null,
  reported_at timestamptz not null default clock_timestamp(),
  lapses_on   date,
  ended_how   text,
  ended_at    timestamptz,
  constraint loss_report_key primary key (card_no, report_no),
  constraint loss_report_kind check (kind in ('phone', 'formal')),
  constraint loss_report_lapses check ((kind = 'phone') = (lapses_on is not null)),
  constraint loss_report_ended check (ended_how in ('made-formal', 'lapsed', 'found', 'replaced', 'returned') and
    (ended_how is null) = (ended_at is null))
) partition by hash (card_no);
create index loss_report_lapsing on issuer.loss_report (lapses_on) where kind = 'phone' and ended_at is null;

-- What a replaced or returned card still holds, on its way to the new card or to the holder's hand.
create sequence issuer.balance_move_no;
create table issuer.balance_move (
  card_no     text not null,
  move_no     bigint not null default nextval('issuer.balance_move_no'),
  kind        text not null,
  new_card_no text,
  opened_by   text not null,
  opened_at   timestamptz not null default clock_timestamp(),
  -- From this day on when nothing is missing; from the later one although a purchase is missing.
  due_on      date not null,
  give_up_on  date not null,
  state       text not null default 'waiting',
  -- How often money has moved: a load proved late moves by itself.
  parts       integer not null default 0,
  purse_fen   bigint not null default 0,
  online_fen  bigint not null default 0,
  released_at timestamptz,
  released_by text,
  paid_fen    bigint not null default 0,
  -- People have been told that it waits longer than anybody should.
  stuck_since timestamptz,
  constraint balance_move_key primary key (card_no, move_no),
  constraint balance_move_kind check (kind in ('to-card', 'refund')),
  constraint balance_move_new_card check ((kind = 'to-card') = (new_card_no is not null)),
  constraint balance_move_state check (state in ('waiting', 'released')),
  constraint balance_move_released check (num_nulls(released_at, released_by) = case when state = 'released' then 0 else 2 end),
  constraint balance_move_days check (give_up_on >= due_on),
  constraint balance_move_paid check (paid_fen between 0 and purse_fen + online_fen)
) partition by hash (card_no);
create index balance_move_due on issuer.balance_move (due_on) where state = 'waiting';
create index balance_move_released on issuer.balance_move (released_at) where state = 'released';
create index balance_move_to on issuer.balance_move (new_card_no) where new_card_no is not null;

-- Who is entitled to a reduced fare, on what evidence, and who has seen it. The card only carries the consequence.
create sequence issuer.concession_no;
create table issuer.concession (
  resident_id   bigint not null,
  concession_no bigint not null default nextval('issuer.concession_no'),
  category      text not null,
  evidence      text not null,
  method        text not null,
  verified_by   text not null,
  verified_at   timestamptz not null default clock_timestamp(),
  valid_from    date not null,
  valid_to      date not null,
  ended_on      date,
  end_reason    text,
  constraint concession_key primary key (resident_id, concession_no),
  constraint concession_category check (category in ('senior', 'student', 'disabled')),
  constraint concession_method check (method in ('counter', 'community', 'match')),
  constraint concession_validity check (valid_to >= valid_from),
  constraint concession_ended check ((ended_on is null) = (end_reason is null))
) partition by hash (resident_id);
create index concession_ending on issuer.concession (valid_to) where ended_on is null;

-- A batch of re-verifications: the same file again does nothing.
create table issuer.concession_batch (
  sha256      bytea primary key,
  category    text not null,
  method      text not null,
  line_count  integer not null,
  answer      jsonb not null,
  imported_by text not null,
  imported_at timestamptz not null default clock_timestamp()
);

do $$
declare parent text;
begin
  foreach parent in array array['card_block', 'loss_report', 'balance_move', 'concession'] loop
    for i in 0..7 loop
      execute format('create table issuer.%I partition of issuer.%I for values with (modulus 8, remainder %s)', parent || '_p' || i, parent, i);
    end loop;
  end loop;
end $$;
create index card_expiring on issuer.card (valid_to) where state = 'active';
create index card_event_by_step on issuer.card_event (step, at);
