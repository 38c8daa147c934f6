-- What two persons had given back of a purchase before the rules looked at its ride: the card is not paid the same twice.
alter table clearing.concession_ride
  add column corrected_fen bigint not null default 0,
  add column company_fen bigint not null default 0,
  drop constraint concession_ride_amounts,
  add constraint concession_ride_amounts check (least(full_fen, paid_fen, category_off_fen, transfer_off_fen, cap_off_fen, back_fen, subsidy_fen) >= 0
    and back_fen <= paid_fen and subsidy_fen <= full_fen - (paid_fen - back_fen) and company_fen between 0 and corrected_fen);
comment on column clearing.concession_ride.paid_fen is 'What the card paid, less what corrections had given back before the ride was worked out.';
comment on column clearing.concession_ride.corrected_fen is 'What corrections had given back of the purchase before.';
comment on column clearing.concession_ride.company_fen is 'The part of it that the company paid, so that the operator has kept it.';
