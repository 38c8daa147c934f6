-- From this day on what a city gets of fees follows from the answers exchanged with it, on both sides alike, and not from the shares of our fee table.
alter table clearing.participant
  add column shares_by_answers_from date,
  add constraint participant_shares_by_answers check (shares_by_answers_from is null or kind = 'city');
comment on column clearing.participant.shares_by_answers_from is 'From this day on the share of fees of this city follows from the answers exchanged with it.';
