-- Payments of ours that came back, and open items that two people booked by hand.
alter table reconciliation.bank_entry_part drop constraint bank_entry_part_rule;
alter table reconciliation.bank_entry_part add constraint bank_entry_part_rule
  check (rule in ('prefund', 'city', 'pay-in', 'payment', 'former-issuer', 'return', 'by-hand'));
-- What the bank said of a return, kept until the payment it belongs to is booked.
alter table reconciliation.bank_entry_part add return_code text, add return_text text;
create index bank_entry_part_waiting on reconciliation.bank_entry_part (end_to_end_id) where state = 'unmatched' and return_text is not null;
