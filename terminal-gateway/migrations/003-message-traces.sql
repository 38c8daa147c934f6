-- What became of each message, for the person who answers the telephone: by terminal and trace number, kept for some days.
-- Written in batches behind the answers, never in the transaction of the money; a day is a partition, so that it leaves whole.
-- No key, no PIN block, no payload; of a card number the last four digits.
create table gateway.message_trace (
  terminal_no  text not null,
  trace_no     text not null,
  received_at  timestamptz not null,
  -- Which process took it, and the how many-th it was there: two messages may come in the same millisecond.
  gateway      text not null,
  sequence     bigint not null,
  city_date    date not null,
  mti          text not null,
  kind         text not null,
  code         text not null,
  merchant_no  text,
  industry     smallint,
  batch_no     text,
  card_no      text,
  amount_fen   bigint,
  reference    text,
  remote       text,
  secure       boolean,
  -- [["mac", 1.2], …] in milliseconds, in the order it went.
  stages       json not null,
  remark       text,
  constraint message_trace_key primary key (terminal_no, trace_no, received_at, gateway, sequence, city_date),
  constraint message_trace_masked check (card_no !~ '[0-9]{5}')
) partition by range (city_date);
