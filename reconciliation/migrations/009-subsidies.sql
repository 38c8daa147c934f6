-- Money that the finance bureau pays on a claim for concessions.
alter table reconciliation.bank_entry_part drop constraint bank_entry_part_rule;
alter table reconciliation.bank_entry_part add constraint bank_entry_part_rule
  check (rule in ('prefund', 'city', 'pay-in', 'payment', 'former-issuer', 'return', 'by-hand', 'owed', 'subsidy'));
