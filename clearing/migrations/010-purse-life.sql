-- Purses of cards handed out but not yet received, and of cards whose validity is over.
alter table clearing.purse drop constraint purse_status;
alter table clearing.purse add constraint purse_status
  check (status in ('inactive', 'active', 'lost-reported', 'blocked', 'expired', 'replaced', 'returned'));
