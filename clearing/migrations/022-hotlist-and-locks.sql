-- Who put an entry there, and what terminals did to cards.
alter table clearing.hotlist_entry add column put_by text not null default 'system';
create index hotlist_by_time on clearing.hotlist_entry (published_at);

-- Cards whose application a terminal has locked on finding them on its list (flag 3 of the purchase record).
create table clearing.card_lock (
  card_no         text not null,
  locked_at       timestamptz not null,
  sam_no          text not null,
  terminal_no     text,
  participant_no  text not null,
  reported_at     timestamptz not null,
  -- The hotlist entry the lock made effective; null when the card was not on the list then.
  hotlist_version bigint,
  ended_at        timestamptz,
  ended_by        text,
  constraint card_lock_key primary key (card_no, locked_at, sam_no),
  constraint card_lock_ended check ((ended_at is null) = (ended_by is null))
) partition by hash (card_no);
do $$ begin
  for i in 0..7 loop
    execute format('create table clearing.%I partition of clearing.card_lock for values with (modulus 8, remainder %s)', 'card_lock_p' || i, i);
  end loop;
end $$;
comment on table clearing.card_lock is 'Cards that a terminal has locked because they were on its hotlist.';

-- Takings-off that one officer proposes and another approves.
create sequence clearing.hotlist_removal_no;
create table clearing.hotlist_removal (
  removal_no         bigint primary key default nextval('clearing.hotlist_removal_no'),
  approval_id        bigint not null,
  application_serial text not null,
  reason             text not null,
  proposed_by        text not null,
  proposed_at        timestamptz not null default now(),
  -- The entry it became.
  version            bigint,
  approved_by        text,
  approved_at        timestamptz,
  constraint hotlist_removal_serial check (application_serial ~ '^[0-9]{20}$'),
  constraint hotlist_removal_approved check ((version is null) = (approved_at is null) and (approved_by is null) = (approved_at is null))
);
comment on table clearing.hotlist_removal is 'Cards of others that two persons have taken off the hotlist.';
