-- Which cut-offs have had their decision files made: asking all held records every second whether one has ended takes as long as there
-- are held records.
create table clearing.decision_files_day (
  business_date date primary key references clearing.business_day
);
comment on table clearing.decision_files_day is 'Business days at whose cut-off the files of later decisions were made.';
