-- Credits an employer or the government pays to many cards: a file, proposed by one person and booked by another. A line is known by
-- its payer and key for life, whatever file brings it, so that nobody is paid twice for one thing.
create table clearing.credit_file (
  file_id        bigint generated always as identity primary key,
  payer          text not null references clearing.participant,
  account_code   text not null references clearing.account,
  bank_reference text not null,
  reason         text not null,
  line_count     integer not null,
  total_fen      bigint not null,
  sha256         bytea not null,
  state          text not null default 'proposed',
  approval_id    bigint not null,
  proposed_by    text not null,
  proposed_at    timestamptz not null default clock_timestamp(),
  approved_by    text,
  business_date  date,
  decided_at     timestamptz,
  constraint credit_file_once unique (payer, sha256),
  constraint credit_file_state check (state in ('proposed', 'booked', 'withdrawn')),
  constraint credit_file_booked check ((state = 'booked') = (business_date is not null) and (state = 'proposed') = (decided_at is null)),
  constraint credit_file_two_people check (approved_by <> proposed_by),
  constraint credit_file_figures check (line_count > 0 and total_fen > 0)
);

create table clearing.credit_line (
  payer      text not null,
  line_key   text not null,
  file_id    bigint not null references clearing.credit_file,
  place      integer not null,
  card_no    text not null,
  amount_fen bigint not null,
  constraint credit_line_key primary key (payer, line_key),
  constraint credit_line_place unique (file_id, place),
  constraint credit_line_amount check (amount_fen > 0)
);
