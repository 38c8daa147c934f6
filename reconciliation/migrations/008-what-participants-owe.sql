-- Money that a participant pays in of what its sheets say it owes.
alter table reconciliation.bank_entry_part drop constraint bank_entry_part_rule;
alter table reconciliation.bank_entry_part add constraint bank_entry_part_rule
  check (rule in ('prefund', 'city', 'pay-in', 'payment', 'former-issuer', 'return', 'by-hand', 'owed'));
