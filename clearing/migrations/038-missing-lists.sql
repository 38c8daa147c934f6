-- Lists of missing records that operators got: one a day, after the cut-off.
create table clearing.missing_list (
  participant_no text not null references clearing.participant,
  business_date  date not null references clearing.business_day,
  row_count      bigint not null,
  put_at         timestamptz not null default clock_timestamp(),
  constraint missing_list_key primary key (participant_no, business_date),
  constraint missing_list_count check (row_count >= 0)
);
comment on table clearing.missing_list is 'Which operators have been told, after which business day, of purchases that nobody has uploaded.';
