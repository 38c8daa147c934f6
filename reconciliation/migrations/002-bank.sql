-- What the bank tells us: each message once, each booked entry once per account and bank reference.
create table reconciliation.bank_message (
  kind        text not null,
  message_id  text not null,
  sha256      bytea not null,
  result      jsonb not null,
  received_at timestamptz not null default clock_timestamp(),
  constraint bank_message_key primary key (kind, message_id),
  constraint bank_message_kind check (kind in ('camt.053', 'camt.054', 'pain.002'))
);

create table reconciliation.bank_entry (
  account_no     text not null,
  bank_reference text not null,
  direction      text not null,
  amount_fen     bigint not null,
  booked_on      date not null,
  reversal       boolean not null,
  first_kind     text not null,
  first_message  text not null,
  -- Set when a day statement carries the entry: notified entries without it are still missing from the statements.
  statement_date date,
  recorded_at    timestamptz not null default clock_timestamp(),
  constraint bank_entry_key primary key (account_no, bank_reference),
  constraint bank_entry_direction check (direction in ('credit', 'debit')),
  constraint bank_entry_amount check (amount_fen > 0)
);
create index bank_entry_not_in_statement on reconciliation.bank_entry (account_no, booked_on) where statement_date is null;

-- An entry may stand for several payments (a batch); each part is recognised, matched or left open on its own.
create table reconciliation.bank_entry_part (
  account_no     text not null,
  bank_reference text not null,
  part_no        integer not null,
  amount_fen     bigint not null,
  end_to_end_id  text,
  remittance     text not null default '',
  counterparty   text not null default '',
  state          text not null,
  rule           text,
  posting_key    text,
  -- Why it is unmatched, for the person who looks at it.
  reason         text,
  decided_at     timestamptz not null default clock_timestamp(),
  constraint bank_entry_part_key primary key (account_no, bank_reference, part_no),
  constraint bank_entry_part_entry foreign key (account_no, bank_reference) references reconciliation.bank_entry,
  constraint bank_entry_part_amount check (amount_fen > 0),
  constraint bank_entry_part_state check (state in ('recognised', 'matched', 'unmatched')),
  constraint bank_entry_part_rule check (rule in ('prefund', 'city', 'pay-in', 'payment')),
  constraint bank_entry_part_explained check ((state = 'unmatched') = (reason is not null) and (state = 'unmatched') = (rule is null))
);
create index bank_entry_part_unmatched on reconciliation.bank_entry_part (decided_at) where state = 'unmatched';

-- What the bank said about our instructions (pain.002), word for word.
create table reconciliation.payment_status (
  message_id          text not null,
  end_to_end_id       text not null,
  original_message_id text not null,
  status              text not null,
  reason              text,
  received_at         timestamptz not null default clock_timestamp(),
  constraint payment_status_key primary key (message_id, end_to_end_id)
);
create index payment_status_by_payment on reconciliation.payment_status (end_to_end_id, received_at);
