-- Bills from enquiry to the daily check of both sides. A biller without an address exchanges files.
alter table clearing.biller alter column base_url drop not null;

alter table clearing.bill_payment add column late_fee_fen bigint not null default 0;
-- When we ask by ourselves next: the terminal may never repeat, and the biller may be gone for a while.
alter table clearing.bill_payment add column next_try_at timestamptz;
alter table clearing.bill_payment add column tries integer not null default 0;
alter table clearing.bill_payment add constraint bill_payment_late_fee check (late_fee_fen between 0 and amount_fen);
create index bill_payment_by_id on clearing.bill_payment (payment_id);
create index bill_payment_undecided on clearing.bill_payment (asked_at) where state = 'asked';
create index bill_payment_decided_on on clearing.bill_payment (biller_code, decided_at) where state = 'paid';

-- What a customer was told last, so that a payment of exactly this can be told apart into principal and late fee.
create table clearing.bill_quote (
  biller_code   text not null references clearing.biller,
  customer      text not null,
  reference     text not null,
  principal_fen bigint not null,
  late_fee_fen  bigint not null,
  due_date      date,
  quoted_at     timestamptz not null,
  constraint bill_quote_key primary key (biller_code, customer, reference),
  constraint bill_quote_amounts check (principal_fen >= 0 and late_fee_fen >= 0)
);

-- A paid bill is taken back: two people ask for it, the biller decides, and the money becomes the card's pending credit.
create table clearing.bill_cancellation (
  card_no            text not null,
  sam_no             text not null,
  sam_transaction_no bigint not null,
  payment_id         text not null,
  reason             text not null,
  approval_id        bigint,
  proposed_by        text not null,
  approved_by        text,
  state              text not null default 'proposed',
  refusal            text,
  asked_at           timestamptz,
  next_try_at        timestamptz,
  tries              integer not null default 0,
  decided_at         timestamptz,
  settled            text,
  settled_at         timestamptz,
  constraint bill_cancellation_key primary key (card_no, sam_no, sam_transaction_no),
  constraint bill_cancellation_state check (state in ('proposed', 'asked', 'cancelled', 'refused')),
  constraint bill_cancellation_two_people check (approved_by <> proposed_by),
  constraint bill_cancellation_asked check ((state = 'proposed') = (approved_by is null)),
  constraint bill_cancellation_decided check ((state in ('cancelled', 'refused')) = (decided_at is not null)),
  constraint bill_cancellation_refusal check ((state = 'refused') = (refusal is not null)),
  constraint bill_cancellation_settled check ((settled is null) = (settled_at is null)
    and (settled is null or (settled in ('card', 'void') and state = 'cancelled')))
) partition by hash (card_no);

-- Meters that the terminal writes through the card: due when the bill is paid, until the card proves the write or the terminal
-- says that there was none, which takes the payment back.
create table clearing.meter_write (
  card_no            text not null,
  sam_no             text not null,
  sam_transaction_no bigint not null,
  payment_id         text not null,
  participant_no     text not null,
  industry           smallint not null,
  amount_fen         bigint not null,
  due_at             timestamptz not null,
  report_until       timestamptz not null,
  state              text not null default 'due',
  decided_by         text,
  decided_at         timestamptz,
  constraint meter_write_key primary key (card_no, sam_no, sam_transaction_no),
  constraint meter_write_state check (state in ('due', 'written', 'undone')),
  constraint meter_write_decided check ((state = 'due') = (decided_at is null))
) partition by hash (card_no);

select clearing.create_card_partitions('bill_cancellation', false), clearing.create_card_partitions('meter_write', false);
create index bill_cancellation_open on clearing.bill_cancellation (card_no) where state in ('proposed', 'asked') or (state = 'cancelled' and settled is null);
create index bill_cancellation_by_id on clearing.bill_cancellation (payment_id);
create index meter_write_due on clearing.meter_write (report_until) where state = 'due';

-- Billers that exchange files: their open bills as delivered, and which payment closed each.
create table clearing.bill_file (
  biller_code text not null references clearing.biller,
  name        text not null,
  sha256      text not null,
  line_count  integer not null,
  amount_fen  bigint not null,
  received_at timestamptz not null default clock_timestamp(),
  constraint bill_file_key primary key (biller_code, name)
);
create table clearing.filed_bill (
  biller_code text not null,
  customer    text not null,
  reference   text not null,
  due_fen     bigint not null,
  due_date    date not null,
  note        text not null,
  file_name   text not null,
  paid_by     text,
  constraint filed_bill_key primary key (biller_code, customer, reference),
  constraint filed_bill_file foreign key (biller_code, file_name) references clearing.bill_file,
  constraint filed_bill_due check (due_fen > 0)
);
create sequence clearing.bill_receipt_no;

-- What a biller says it booked on a day, line by line exactly as received; and what is not as we have it.
create table clearing.bill_statement (
  biller_code text not null references clearing.biller,
  booked_on   date not null,
  line_count  integer not null,
  amount_fen  bigint not null,
  sha256      text not null,
  received_at timestamptz not null default clock_timestamp(),
  constraint bill_statement_key primary key (biller_code, booked_on)
);
create table clearing.bill_statement_line (
  biller_code text not null,
  booked_on   date not null,
  line_no     integer not null,
  payment_id  text not null,
  amount_fen  bigint not null,
  outcome     text not null,
  receipt     text not null,
  constraint bill_statement_line_key primary key (biller_code, booked_on, line_no),
  constraint bill_statement_line_of foreign key (biller_code, booked_on) references clearing.bill_statement,
  constraint bill_statement_line_outcome check (outcome in ('paid', 'cancelled'))
);
create index bill_statement_line_by_payment on clearing.bill_statement_line (biller_code, payment_id);
create table clearing.bill_check (
  biller_code  text not null,
  booked_on    date not null,
  ours_count   bigint not null,
  ours_fen     bigint not null,
  theirs_count bigint not null,
  theirs_fen   bigint not null,
  equal_count  bigint not null,
  checked_at   timestamptz not null,
  constraint bill_check_key primary key (biller_code, booked_on),
  constraint bill_check_of foreign key (biller_code, booked_on) references clearing.bill_statement
);
create table clearing.bill_difference (
  biller_code text not null,
  booked_on   date not null,
  payment_id  text not null,
  kind        text not null,
  ours_fen    bigint,
  theirs_fen  bigint,
  found_at    timestamptz not null default clock_timestamp(),
  approval_id bigint,
  action      text,
  reason      text,
  proposed_by text,
  approved_by text,
  resolved_at timestamptz,
  constraint bill_difference_key primary key (biller_code, booked_on, payment_id, kind),
  constraint bill_difference_of foreign key (biller_code, booked_on) references clearing.bill_check,
  constraint bill_difference_kind check (kind in ('only-ours', 'only-theirs', 'amount-differs', 'outcome-differs', 'reported-twice')),
  constraint bill_difference_action check (action in ('ask-again', 'cancel-ours', 'cancel-theirs', 'explained', 'found-later')),
  constraint bill_difference_two_people check (approved_by <> proposed_by),
  constraint bill_difference_resolved check (resolved_at is null or action is not null)
);
create index bill_difference_open on clearing.bill_difference (biller_code, booked_on) where resolved_at is null;

comment on table clearing.bill_quote is 'What customers were told they owe, when they last asked.';
comment on table clearing.bill_cancellation is 'Paid bills that are taken back.';
comment on table clearing.meter_write is 'Meters to be written through the card, and whether they were.';
comment on table clearing.bill_file is 'Files of open bills that billers delivered.';
comment on table clearing.filed_bill is 'Open bills of such files, and the payments that closed them.';
comment on table clearing.bill_statement is 'What billers say they booked on a day.';
comment on table clearing.bill_statement_line is 'Lines of it, as received.';
comment on table clearing.bill_check is 'The daily check of both sides, per biller.';
comment on table clearing.bill_difference is 'What the check found, and how two people resolved it.';
