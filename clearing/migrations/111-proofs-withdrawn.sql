-- A proof of the ledger can be withdrawn: it only reads, and costs the machine that others wait for.
alter table clearing.ledger_verification add column withdrawn_by text;
alter table clearing.ledger_verification
  drop constraint ledger_verification_state,
  add constraint ledger_verification_state check (state in ('ordered', 'running', 'done', 'failed', 'withdrawn')),
  drop constraint ledger_verification_finished,
  add constraint ledger_verification_finished check ((state in ('done', 'failed', 'withdrawn')) = (finished_at is not null)),
  add constraint ledger_verification_withdrawn check ((state = 'withdrawn') = (withdrawn_by is not null));
