-- What the desk for residents keeps: how often somebody tried, and which proofs of work were used. Neither holds an address or a card
-- number: the subject is a keyed hash, whose key the HSM gives.

create table issuer.desk_count (
  subject   bytea not null,
  span      text not null,
  starts_at timestamptz not null,
  tries     integer not null default 0,
  -- Reserved before a claim is looked at and given back when it is right, so that guesses made at once are all counted.
  wrong     integer not null default 0,
  constraint desk_count_key primary key (subject, span, starts_at),
  constraint desk_count_subject check (octet_length(subject) = 16),
  constraint desk_count_span check (span in ('hour', 'day')),
  constraint desk_count_wrong check (wrong >= 0 and tries >= 0)
);
create index desk_count_by_time on issuer.desk_count (starts_at);
comment on table issuer.desk_count is 'Attempts at the desk for residents by address, by card and by everybody, as keyed hashes; gone after two days.';

create table issuer.desk_proof_used (
  nonce      bytea primary key,
  expires_at timestamptz not null,
  constraint desk_proof_used_nonce check (octet_length(nonce) = 16)
);
create index desk_proof_used_by_time on issuer.desk_proof_used (expires_at);
comment on table issuer.desk_proof_used is 'Proofs of work that were used; each is good once, until it expires.';
