-- The whole life of a card: all its states, what it was blocked in, and every step it took.

alter table issuer.card drop constraint if exists card_state, drop constraint if exists card_holder, drop constraint if exists card_chip;
alter table issuer.card
  add column blocked_from text,
  add constraint card_state check (state in ('prepared', 'personalising', 'quarantined', 'rejected', 'personalised', 'issued', 'active',
    'lost-reported', 'lost-confirmed', 'blocked', 'expired', 'replaced', 'returned', 'destroyed')),
  add constraint card_holder check (resident_id is not null or
    state in ('prepared', 'personalising', 'quarantined', 'rejected', 'personalised', 'destroyed')),
  add constraint card_chip check (chip_serial is not null or state in ('prepared', 'quarantined', 'rejected', 'destroyed')),
  add constraint card_blocked_from check ((state = 'blocked') = (blocked_from is not null));

-- A sequence of its own: identity columns of partitioned tables are younger than the oldest PostgreSQL we run on.
create sequence issuer.card_event_no;
create table issuer.card_event (
  card_no    text not null,
  event_no   bigint not null default nextval('issuer.card_event_no'),
  step       text not null,
  from_state text not null,
  to_state   text not null,
  at         timestamptz not null default clock_timestamp(),
  -- Principal; 'system' for what the product does by itself.
  done_by    text not null,
  why        text not null,
  constraint card_event_key primary key (card_no, event_no)
) partition by hash (card_no);
do $$ begin
  for i in 0..7 loop
    execute format('create table issuer.%I partition of issuer.card_event for values with (modulus 8, remainder %s)', 'card_event_p' || i, i);
  end loop;
end $$;
-- Reports by day; the partitions together are in the order of time.
create index card_event_by_time on issuer.card_event (at);
