-- When people were told that nobody knows how the debit of a cancellation ended; a debit begun anew is told anew.
alter table clearing.load_cancellation add column torn_alarm_at timestamptz;
