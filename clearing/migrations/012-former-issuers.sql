-- Balances of old industry cards that were taken over from those who issued them.

-- Owed to holders who have not come for their balance yet; what is converted moves on to the holder's card.
insert into clearing.account_kind (kind, normal_side, card_keyed) values ('migrated-balance', 'credit', false);

create table clearing.former_issuer (
  participant_no text primary key references clearing.participant,
  opened_by      text not null,
  opened_at      timestamptz not null default clock_timestamp()
);

-- What a former issuer came to owe (imports, corrections) and has paid, beside the postings that say the same: for age.
create table clearing.former_issuer_entry (
  participant_no text not null references clearing.former_issuer,
  posting_key    text not null,
  kind           text not null,
  business_date  date not null,
  -- Greater than zero: owed; below zero: paid or taken back.
  amount_fen     bigint not null,
  constraint former_issuer_entry_key primary key (participant_no, posting_key),
  constraint former_issuer_entry_kind check (kind in ('import', 'adjustment', 'transfer')),
  constraint former_issuer_entry_sign check (amount_fen <> 0 and (kind = 'adjustment' or (kind = 'import') = (amount_fen > 0)))
);

-- Money of a former issuer that reached one of our bank accounts; booked when a second person has seen the bank's entry.
create table clearing.former_issuer_transfer (
  approval_id    bigint primary key,
  participant_no text not null references clearing.former_issuer,
  account_code   text not null,
  bank_reference text not null,
  amount_fen     bigint not null,
  booked_on      date not null,
  proposed_by    text not null,
  proposed_at    timestamptz not null default clock_timestamp(),
  approved_by    text,
  posting_key    text,
  posted_date    date,
  constraint former_issuer_transfer_amount check (amount_fen > 0),
  constraint former_issuer_transfer_two_people check (approved_by <> proposed_by),
  constraint former_issuer_transfer_posted check (num_nulls(approved_by, posting_key, posted_date) in (0, 3))
);
-- One entry of the bank is booked once, whoever is said to have sent it.
create unique index former_issuer_transfer_once on clearing.former_issuer_transfer (account_code, bank_reference) where posted_date is not null;
