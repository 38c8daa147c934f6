-- When money last moved on a card, kept day by day as days close: to look through years of transfers for it would take longer than a night.
create table clearing.card_last_use (
  card_no text not null,
  used_on date not null,
  constraint card_last_use_key primary key (card_no)
) partition by hash (card_no);
select clearing.create_card_partitions('card_last_use', false);
comment on table clearing.card_last_use is 'The last business day on which money moved on a card, of closed days.';

create table clearing.card_last_use_through (
  only_row boolean primary key default true,
  through  date not null,
  constraint card_last_use_through_single check (only_row)
);
comment on table clearing.card_last_use_through is 'The last closed day that clearing.card_last_use contains.';
insert into clearing.card_last_use_through (through) values ('2000-01-01');
