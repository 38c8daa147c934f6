-- Every state a purse left and when, so that cards can be counted as they stood at the end of any past day.
create sequence clearing.purse_status_change_no;
create table clearing.purse_status_change (
  card_no     text not null,
  change_no   bigint not null default nextval('clearing.purse_status_change_no'),
  changed_at  timestamptz not null default clock_timestamp(),
  from_status text not null,
  to_status   text not null,
  constraint purse_status_change_key primary key (card_no, change_no)
) partition by hash (card_no);
select clearing.create_card_partitions('purse_status_change', false);
create index purse_status_change_by_time on clearing.purse_status_change (changed_at);
comment on table clearing.purse_status_change is 'Every state a purse left, for which other, and when; who did it is in the act log.';

create function clearing.keep_purse_status_change() returns trigger language plpgsql as $$
begin
  insert into clearing.purse_status_change (card_no, from_status, to_status) values (new.card_no, old.status, new.status);
  return null;
end $$;
-- Loads touch purses without naming the state: they do not come here.
create trigger purse_status_changes after update of status on clearing.purse
  for each row when (old.status is distinct from new.status) execute function clearing.keep_purse_status_change();
