-- Cities that are settled through a centre: what is between them and us becomes the centre's when its statement agrees with our books.
alter table clearing.participant add column settled_through text references clearing.participant;
alter table clearing.participant add constraint participant_settled_through
  check (settled_through is null or (kind = 'city' and settled_through <> participant_no));
comment on column clearing.participant.settled_through is 'The centre, a participant, that settles for this city; none: it is settled by itself.';
