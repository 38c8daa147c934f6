-- Participants that are settled only for days on which both sides are known to be equal (domain.md B.7).
create table clearing.settle_after_equal (
  participant_no text not null references clearing.participant,
  valid_from     date not null,
  -- Null while it holds.
  ended_on       date,
  set_by         text not null,
  approved_by    text not null,
  set_at         timestamptz not null default clock_timestamp(),
  constraint settle_after_equal_key primary key (participant_no, valid_from),
  constraint settle_after_equal_two_people check (approved_by <> set_by),
  constraint settle_after_equal_dates check (ended_on >= valid_from)
);
create unique index settle_after_equal_one on clearing.settle_after_equal (participant_no) where ended_on is null;
comment on table clearing.settle_after_equal is 'Participants whose sheets wait until both sides are equal for every day of the period, since when, set by two persons.';

create table clearing.equal_day (
  participant_no text not null references clearing.participant,
  business_date  date not null,
  declared_at    timestamptz not null default clock_timestamp(),
  constraint equal_day_key primary key (participant_no, business_date)
);
comment on table clearing.equal_day is 'Days on which a participant and we are equal, or differ in nothing that is not decided.';

-- The first day a participant's settlement waits for, on a business day; null when it waits for none.
create function clearing.unequal_since(p_participant text, p_date date) returns date language sql stable as $$
  select min(d.business_date)
    from clearing.settle_after_equal s
    join clearing.business_day d on d.business_date between s.valid_from and least(p_date, coalesce(s.ended_on, p_date))
   where s.participant_no = p_participant
     and not exists (select from clearing.equal_day e where e.participant_no = s.participant_no and e.business_date = d.business_date)
$$;
