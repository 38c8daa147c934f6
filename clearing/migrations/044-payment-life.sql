-- A payment may be booked in parts, end with less than was ordered, and come back. Each booking and each return is a row of its own;
-- the sums beside the payment are what the constraints hold together: in transit + paid + given up = ordered, returned <= paid.
alter table clearing.payment add booked_fen bigint not null default 0, add returned_fen bigint not null default 0;
update clearing.payment set booked_fen = amount_fen where state = 'posted';
alter table clearing.payment drop constraint payment_state, drop constraint payment_decided, drop constraint payment_proved;
alter table clearing.payment
  add constraint payment_state check (state in ('pending', 'posted', 'short', 'rejected')),
  add constraint payment_decided check ((state = 'pending') = (decided_at is null)),
  add constraint payment_proved check ((state in ('posted', 'short')) = (bank_reference is not null and booked_at is not null)),
  add constraint payment_booked check (case state when 'posted' then booked_fen = amount_fen when 'rejected' then booked_fen = 0
                                                  when 'short' then booked_fen between 1 and amount_fen - 1
                                                  else booked_fen between 0 and amount_fen - 1 end),
  add constraint payment_returned check (returned_fen between 0 and booked_fen);
drop index clearing.payment_one_live;
create unique index payment_one_live on clearing.payment (sheet_no) where state not in ('rejected', 'short');

create table clearing.payment_booking (
  end_to_end_id  text not null references clearing.payment,
  bank_reference text not null,
  part_no        integer not null,
  amount_fen     bigint not null,
  booked_at      timestamptz not null,
  posting_key    text not null unique,
  recorded_at    timestamptz not null default clock_timestamp(),
  constraint payment_booking_key primary key (end_to_end_id, bank_reference, part_no),
  constraint payment_booking_amount check (amount_fen > 0)
);
insert into clearing.payment_booking (end_to_end_id, bank_reference, part_no, amount_fen, booked_at, posting_key)
select end_to_end_id, bank_reference, 1, amount_fen, booked_at, posting_key || ':post' from clearing.payment where state = 'posted';

create table clearing.payment_return (
  end_to_end_id  text not null references clearing.payment,
  bank_reference text not null,
  part_no        integer not null,
  amount_fen     bigint not null,
  -- ISO 20022 external return reason (AC04, …), and the bank's words.
  reason_code    text,
  reason         text not null,
  booked_at      timestamptz not null,
  -- The open day on which the amount became owed again; its sheet carries it.
  business_date  date not null references clearing.business_day,
  posting_key    text not null unique,
  recorded_at    timestamptz not null default clock_timestamp(),
  constraint payment_return_key primary key (end_to_end_id, bank_reference, part_no),
  constraint payment_return_amount check (amount_fen > 0)
);
create trigger payment_booking_guard before update or delete or truncate on clearing.payment_booking
  for each statement execute function clearing.day_record_guard();
create trigger payment_return_guard before update or delete or truncate on clearing.payment_return
  for each statement execute function clearing.day_record_guard();

-- What of a sheet the bank has paid; what is left is what a sheet that was not paid whole still owes.
alter table clearing.settlement_sheet add paid_fen bigint not null default 0;
update clearing.settlement_sheet set paid_fen = payable_fen where state = 'paid';
alter table clearing.settlement_sheet
  add constraint settlement_sheet_paid check (case state when 'paid' then paid_fen = payable_fen else paid_fen between 0 and greatest(payable_fen, 0) end);

-- After a payment came back or was refused for the payee's account, nothing is paid to the participant until its account has
-- changed or two persons say that it may be paid again.
create table clearing.payment_hold (
  participant_no text not null references clearing.participant,
  since          timestamptz not null default clock_timestamp(),
  caused_by      text references clearing.payment,
  reason         text not null,
  ended_at       timestamptz,
  ended_by       text,
  constraint payment_hold_key primary key (participant_no, since),
  constraint payment_hold_ended check ((ended_at is null) = (ended_by is null))
);
create unique index payment_hold_one_open on clearing.payment_hold (participant_no) where ended_at is null;
comment on table clearing.payment_booking is 'What the bank booked for a payment, part by part.';
comment on table clearing.payment_return is 'What came back of a payment, and why.';
comment on table clearing.payment_hold is 'Participants that are not paid for the time being, and why.';
