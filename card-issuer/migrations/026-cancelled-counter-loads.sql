-- A load at a counter that was on the card and was cancelled again. Its cash went back to the holder at once, or waits as pending credit
-- like that of a load the card never took.
alter table issuer.counter_load add column cancelled_at timestamptz, add column cancelled_paid boolean;
alter table issuer.counter_load add constraint counter_load_cancelled check ((cancelled_at is null) = (cancelled_paid is null));
comment on column issuer.counter_load.cancelled_at is 'When the card had paid a load back that it had taken.';
comment on column issuer.counter_load.cancelled_paid is 'Of a cancelled load: its cash was paid out of the till in the act; otherwise it became pending credit.';
