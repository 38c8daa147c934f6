-- The looks of a day as work: ordered by the clearing day, by the clock or by a person, and how far each is.
alter table reconciliation.looked_at
  add column state text not null default 'done',
  add column opened bigint not null default 0,
  add column ended bigint not null default 0,
  add column ordered_by text not null default 'clock',
  add column failure text,
  alter column looked_at drop not null,
  alter column looked_at drop default,
  add constraint looked_at_state check (state in ('ordered', 'done', 'failed')),
  add constraint looked_at_done check (state <> 'done' or looked_at is not null),
  add constraint looked_at_failure check ((state = 'failed') = (failure is not null)),
  add constraint looked_at_subject check (subject in ('operators', 'cards', 'agents', 'billers', 'bank'));
create index looked_at_waiting on reconciliation.looked_at (business_date) where state <> 'done';
