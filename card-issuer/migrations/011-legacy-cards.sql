-- SAMs of counters, and the old cards of industries whose holders and balances come to the resident card.

-- A counter's SAM is played by the HSM; what a SAM keeps inside, its transaction number, is kept here and raised before each
-- use. The numbers of these SAMs come from the same sequence as those of chips, so that no two can meet.
create table issuer.counter_sam (
  counter        text primary key,
  sam_no         text not null unique,
  participant_no text not null,
  transaction_no bigint not null default 0,
  ordered_at     timestamptz not null default clock_timestamp(),
  constraint counter_sam_counter check (counter ~ '^[[:alnum:] ._-]{1,40}$'),
  constraint counter_sam_number check (sam_no ~ '^[0-9]{12}$'),
  constraint counter_sam_transaction check (transaction_no between 0 and 4294967295)
);
