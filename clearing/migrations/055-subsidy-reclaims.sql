-- Rides that were claimed before it became known that their holder was not entitled: the next claim takes them back, line by line.
alter table clearing.subsidy_line
  add column reclaims bigint,
  add constraint subsidy_line_reclaim check ((reclaims is null) = (subsidy_fen >= 0));
comment on column clearing.subsidy_line.reclaims is 'The claim that the ride was paid with before; then subsidy_fen is below zero.';
create index subsidy_line_reclaimed on clearing.subsidy_line (reclaims) where reclaims is not null;
alter table clearing.subsidy_claim
  add column reclaimed_count bigint not null default 0,
  add column reclaimed_fen bigint not null default 0,
  add constraint subsidy_claim_reclaims check (least(reclaimed_count, reclaimed_fen) >= 0);
comment on column clearing.subsidy_claim.amount_fen is 'What is asked for: rides less what is taken back.';
comment on column clearing.subsidy_claim.reclaimed_fen is 'What this claim takes back of earlier ones.';
