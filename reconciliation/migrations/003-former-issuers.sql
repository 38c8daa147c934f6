-- Payments of former issuers are recognised by their remittance line, or are the entry that two people booked by hand.
alter table reconciliation.bank_entry_part drop constraint bank_entry_part_rule;
alter table reconciliation.bank_entry_part add constraint bank_entry_part_rule
  check (rule in ('prefund', 'city', 'pay-in', 'payment', 'former-issuer'));
