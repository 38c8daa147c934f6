-- Somebody patient guesses a few times each day; over a month that is counted too.
alter table issuer.desk_count drop constraint desk_count_span;
alter table issuer.desk_count add constraint desk_count_span check (span in ('hour', 'day', 'month'));
comment on table issuer.desk_count is 'Attempts at the desk for residents by address, by card and by everybody, as keyed hashes; gone after two days, those by month after two months.';
