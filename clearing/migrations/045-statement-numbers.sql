-- The bank's running number of a statement (ElctrncSeqNb): a hole in the numbers is a day that never came, even one without a balance change.
alter table clearing.bank_statement add sequence_no bigint, add constraint bank_statement_sequence check (sequence_no >= 0);
