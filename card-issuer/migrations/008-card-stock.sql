-- The stock of blank chips: double entry, so that in = good + reject + spoiled + returned + on hand.

create table issuer.stock_location (
  location text primary key,
  -- supplier: where blanks come from; store: vault, bureau, counters; transit and work: on hand, in somebody's hands; out: gone.
  kind     text not null,
  constraint stock_location_name check (location ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
  constraint stock_location_kind check (kind in ('supplier', 'store', 'transit', 'work', 'out'))
);
insert into issuer.stock_location values
  ('supplier', 'supplier'), ('vault', 'store'), ('bureau', 'store'), ('transit', 'transit'), ('work', 'work'),
  ('good', 'out'), ('reject', 'out'), ('spoiled', 'out'), ('returned', 'out');

-- A hand-over between two people; document_no is the delivery note or the slip that went with the box.
create table issuer.stock_transfer (
  transfer_id   bigint generated always as identity primary key,
  document_no   text not null,
  chip_kind     text not null,
  from_location text not null references issuer.stock_location,
  to_location   text not null references issuer.stock_location,
  quantity      integer not null,
  reason        text,
  state         text not null default 'handed-over',
  handed_by     text not null,
  handed_at     timestamptz not null default now(),
  -- What the second person counted.
  counted       integer,
  received_by   text,
  received_at   timestamptz,
  constraint stock_transfer_document unique (document_no),
  constraint stock_transfer_quantity check (quantity between 1 and 10000000),
  constraint stock_transfer_counted check (counted between 0 and 10000000),
  constraint stock_transfer_places check (from_location <> to_location),
  constraint stock_transfer_state check (state in ('handed-over', 'received', 'taken-back')),
  constraint stock_transfer_received check ((state = 'received') = (counted is not null)),
  constraint stock_transfer_two_people check (state <> 'received' or received_by <> handed_by)
);

create table issuer.stock_movement (
  movement_id   bigint generated always as identity primary key,
  chip_kind     text not null,
  from_location text not null references issuer.stock_location,
  to_location   text not null references issuer.stock_location,
  quantity      integer not null,
  kind          text not null,
  -- What it was done for: 'transfer 12', 'batch 7'.
  reference     text not null,
  done_by       text not null,
  at            timestamptz not null default clock_timestamp(),
  constraint stock_movement_quantity check (quantity > 0),
  constraint stock_movement_places check (case kind
    when 'opening'   then from_location = 'supplier'
    when 'delivery'  then from_location = 'supplier'
    when 'hand-over' then to_location = 'transit'
    when 'receipt'   then from_location = 'transit'
    when 'take-back' then from_location = 'transit'
    when 'claim'     then to_location = 'work'
    when 'put-back'  then from_location = 'work'
    when 'finish'    then from_location = 'work' and to_location = 'good'
    when 'reject'    then from_location = 'work' and to_location = 'reject'
    else false end),
  constraint stock_movement_moves check (from_location <> to_location)
);
create index stock_movement_by_reference on issuer.stock_movement (reference);

create table issuer.stock_balance (
  location  text not null references issuer.stock_location,
  chip_kind text not null,
  quantity  bigint not null,
  constraint stock_balance_key primary key (location, chip_kind),
  constraint stock_balance_not_negative check (quantity >= 0 or location = 'supplier')
);

-- Balances follow from movements and from nothing else. Rows are locked in one order, whoever books.
create function issuer.follow_stock_movement() returns trigger language plpgsql as $$
begin
  insert into issuer.stock_balance (location, chip_kind, quantity)
  select from_location, chip_kind, 0 from moved union select to_location, chip_kind, 0 from moved
  on conflict do nothing;
  perform from issuer.stock_balance b
    where exists (select from moved m where m.chip_kind = b.chip_kind and b.location in (m.from_location, m.to_location))
    order by b.location, b.chip_kind for update;
  update issuer.stock_balance b set quantity = b.quantity + change.quantity
    from (select location, chip_kind, sum(quantity) as quantity
            from (select from_location as location, chip_kind, -quantity as quantity from moved
                  union all select to_location, chip_kind, quantity from moved) each
           group by location, chip_kind) change
   where b.location = change.location and b.chip_kind = change.chip_kind;
  return null;
end $$;
create trigger stock_movement_followed after insert on issuer.stock_movement
  referencing new table as moved for each statement execute function issuer.follow_stock_movement();

create function issuer.refuse_stock_change() returns trigger language plpgsql as $$
begin
  raise exception 'a stock movement is answered by another one, never changed'
    using errcode = 'integrity_constraint_violation', constraint = 'stock_movement_final';
end $$;
create trigger stock_movement_final before update or delete or truncate on issuer.stock_movement
  for each statement execute function issuer.refuse_stock_change();

-- Every kind of chip in one row: what came in and what became of it. `difference` is zero, always.
create view issuer.stock_equation as
select chip_kind, received, good, reject, spoiled, returned, on_hand, received - good - reject - spoiled - returned - on_hand as difference
  from (select chip_kind,
               sum(case when location = 'supplier' then -quantity else 0 end)::bigint as received,
               sum(case when location = 'good' then quantity else 0 end)::bigint as good,
               sum(case when location = 'reject' then quantity else 0 end)::bigint as reject,
               sum(case when location = 'spoiled' then quantity else 0 end)::bigint as spoiled,
               sum(case when location = 'returned' then quantity else 0 end)::bigint as returned,
               sum(case when kind in ('store', 'transit', 'work') then quantity else 0 end)::bigint as on_hand
          from issuer.stock_balance join issuer.stock_location using (location) group by chip_kind) totals;

-- Chips that became cards before there was a stock: received, and used.
insert into issuer.stock_movement (chip_kind, from_location, to_location, quantity, kind, reference, done_by)
select 'fmcos-3des', 'supplier', 'work', count(*), 'opening', 'before stock was kept', 'system'
  from issuer.chip where kind = 'card' having count(*) > 0;
insert into issuer.stock_movement (chip_kind, from_location, to_location, quantity, kind, reference, done_by)
select 'fmcos-3des', 'work', 'good', count(*), 'finish', 'before stock was kept', 'system'
  from issuer.card where state not in ('prepared', 'personalising', 'quarantined', 'rejected') having count(*) > 0;
