-- While a day goes on, the second look reads what was decided in the last minutes; the whole day is read now and then, and at its end.
create index purchase_record_just_decided on clearing.purchase_record (decided_at) where posted_date is not null and industry > 2;
