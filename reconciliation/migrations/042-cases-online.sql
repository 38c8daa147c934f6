-- Residents open cases on their phones too.
alter table reconciliation.resident_case drop constraint resident_case_channel;
alter table reconciliation.resident_case
  add constraint resident_case_channel check (channel in ('counter', 'phone', 'kiosk', 'online', 'hotline-12345'));
