-- What the bank's own messages booked against a former issuer's debt; beside the transfers two people booked by hand. One entry
-- of the bank stands in one of the two tables only: both sides take the lock of clearing/legacy/receipt.ts before they look.
create table clearing.former_issuer_receipt (
  account_code   text not null,
  bank_reference text not null,
  -- An entry may stand for several payments.
  part_no        integer not null,
  participant_no text not null references clearing.former_issuer,
  amount_fen     bigint not null,
  -- More than was owed: in suspense until somebody has the bank return it.
  suspense_fen   bigint not null,
  booked_on      date not null,
  posting_key    text not null,
  posted_date    date not null,
  constraint former_issuer_receipt_key primary key (account_code, bank_reference, part_no),
  constraint former_issuer_receipt_amounts check (amount_fen > 0 and suspense_fen between 0 and amount_fen)
);
