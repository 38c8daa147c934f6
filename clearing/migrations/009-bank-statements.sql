-- What the bank says each account held, day by day: the other side of the float proof.
create table clearing.bank_statement (
  account_no     text not null,
  statement_date date not null,
  opening_fen    bigint not null,
  closing_fen    bigint not null,
  entry_count    integer not null,
  statement_id   text not null,
  message_id     text not null,
  content_sha256 bytea not null,
  received_at    timestamptz not null default clock_timestamp(),
  constraint bank_statement_key primary key (account_no, statement_date),
  constraint bank_statement_entries check (entry_count >= 0)
);
