-- Checks of billers are matches, and what they find stands among the differences: so the heads belong here, and the list of differences
-- of their own goes. What it held stands among the differences, with the reasons people gave.
alter table clearing.bill_check set schema reconciliation;
drop table clearing.bill_difference;

-- What is done about a bill both sides do not have alike, by two persons, once per difference.
create table reconciliation.bill_action (
  difference_no  bigint primary key references reconciliation.difference,
  biller_code    text not null,
  booked_on      date not null,
  payment_id     text not null,
  action         text not null,
  -- Of what is made up on our side: whose money it is.
  bearer         text,
  amount_fen     bigint not null,
  reason         text not null,
  proposed_by    text not null,
  approval_id    bigint not null,
  approved_by    text,
  posting_key    text,
  done_at        timestamptz,
  constraint bill_action_action check (action in ('ask-again', 'make-up-ours', 'cancel-ours', 'cancel-theirs', 'explained')),
  constraint bill_action_bearer check ((action = 'make-up-ours') = (bearer is not null)),
  constraint bill_action_done check ((approved_by is null) = (done_at is null) and (done_at is not null or posting_key is null)),
  constraint bill_action_two_people check (approved_by <> proposed_by)
);
create index bill_action_by_check on reconciliation.bill_action (biller_code, booked_on);
comment on table reconciliation.bill_action is 'What two persons did about a bill of a biller''s statement: asked again, made up or cancelled on either side, explained.';

-- Day files as agents and billers sign and deliver them (domain.md B.7): the head as it was told, and every line with its columns.
create table reconciliation.day_file (
  participant_no text not null,
  file_name      text not null,
  -- 'agent', or the code of the biller.
  about          text not null,
  told_date      date not null,
  sha256         bytea not null,
  normal_count   bigint not null,
  normal_fen     bigint not null,
  cancel_count   bigint not null,
  cancel_fen     bigint not null,
  refund_count   bigint not null,
  refund_fen     bigint not null,
  channel        text not null,
  received_at    timestamptz not null default clock_timestamp(),
  constraint day_file_key primary key (participant_no, file_name),
  constraint day_file_once unique (participant_no, about, told_date),
  constraint day_file_figures check (least(normal_count, normal_fen, cancel_count, cancel_fen, refund_count, refund_fen) >= 0),
  constraint day_file_channel check (channel in ('inbox', 'http'))
);
comment on table reconciliation.day_file is 'Signed day files of agents and billers: their heads, as delivered.';
create table reconciliation.day_file_line (
  participant_no    text not null,
  file_name         text not null,
  line_no           integer not null,
  kind              text not null,
  terminal_no       text not null,
  batch_no          text not null,
  serial_no         text not null,
  -- The last four characters of the customer's account with the partner; the rest is nobody's here.
  account_end       text not null,
  account_kind      text not null,
  card_no           text not null,
  payment_id        text not null,
  amount_fen        bigint not null,
  balance_before_fen bigint,
  purse_serial      integer,
  partner_clearing_date date not null,
  our_clearing_date date,
  constraint day_file_line_key primary key (participant_no, file_name, line_no),
  constraint day_file_line_file foreign key (participant_no, file_name) references reconciliation.day_file,
  constraint day_file_line_kind check (kind in ('normal', 'cancel', 'refund')),
  constraint day_file_line_account check (length(account_end) <= 4),
  constraint day_file_line_amount check (amount_fen > 0)
);
comment on table reconciliation.day_file_line is 'Lines of signed day files with the columns of domain.md B.7, as delivered; of a customer''s account the last four characters.';
