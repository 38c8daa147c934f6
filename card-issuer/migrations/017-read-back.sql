-- The read-back as a step of its own: a chip that was written through waits in the state `written` until a reader, the same
-- or another, has read it back.

alter table issuer.card drop constraint card_state, drop constraint card_holder;
alter table issuer.card
  add column written_at timestamptz,
  add column read_back_by text;
-- Until now both were done in one session by one machine.
update issuer.card c set written_at = c.personalised_at, read_back_by = coalesce(h.machine, 'cards')
  from issuer.chip h where c.personalised_at is not null and h.kind = 'card' and h.number = c.card_no;
update issuer.card set written_at = personalised_at, read_back_by = 'cards' where personalised_at is not null and read_back_by is null;
alter table issuer.card
  add constraint card_state check (state in ('prepared', 'personalising', 'written', 'quarantined', 'rejected', 'personalised', 'issued',
    'active', 'lost-reported', 'lost-confirmed', 'blocked', 'expired', 'replaced', 'returned', 'destroyed')),
  add constraint card_holder check (resident_id is not null or
    state in ('prepared', 'personalising', 'written', 'quarantined', 'rejected', 'personalised', 'destroyed')),
  add constraint card_written check (written_at is not null or (state <> 'written' and personalised_at is null)),
  -- Nothing is finished that nobody has read back.
  add constraint card_read_back check ((personalised_at is null) = (read_back_by is null));
comment on column issuer.card.written_at is 'When the chip had taken everything, its END included; it waits for its read-back from then on.';
comment on column issuer.card.read_back_by is 'Machine or reader that read the chip back and found it good.';
