-- Purchases with cards of other cities whose city does not answer: when people are told, when they may decide, when it ends by itself.
alter table clearing.validation_rule drop constraint validation_rule_name;
alter table clearing.validation_rule add constraint validation_rule_name check (rule_name in (
  'clock-tolerance-minutes', 'record-age-days', 'hotlist-grace-hours', 'gray-wait-days', 'gray-refused-days', 'conflict-refused-days',
  'inspection-refused-days', 'short-written-off-days', 'held-alarm-days', 'missing-listed-hours', 'city-alarm-days', 'city-held-days',
  'city-refused-days'));
insert into clearing.validation_rule (rule_name, valid_from, value) values
  ('city-alarm-days', '2008-01-01', 7), ('city-held-days', '2008-01-01', 30), ('city-refused-days', '2008-01-01', 90);
