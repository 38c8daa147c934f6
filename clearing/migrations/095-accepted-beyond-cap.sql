-- Purchases that a city has accepted beyond what it may owe: they wait to be booked, and no rule about silent cities ends them.
create table clearing.accepted_beyond_cap (
  card_no       text not null,
  business_date date not null,
  intake_id     bigint not null,
  record_index  integer not null,
  since         timestamptz not null default clock_timestamp(),
  constraint accepted_beyond_cap_key primary key (card_no, business_date, intake_id, record_index)
) partition by hash (card_no);
do $$
begin
  for i in 0..7 loop
    execute format('create table clearing.accepted_beyond_cap_p%s partition of clearing.accepted_beyond_cap
      for values with (modulus 8, remainder %s)', i, i);
  end loop;
end $$;
comment on table clearing.accepted_beyond_cap is 'Purchases a city has accepted beyond its position cap; they are booked when there is room.';
