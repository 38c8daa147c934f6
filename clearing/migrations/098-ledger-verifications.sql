-- Proofs of the whole ledger take minutes when it is large: they are ordered, run as jobs, and their outcome is kept.
create table clearing.ledger_verification (
  verification_no bigint generated always as identity primary key,
  since           text,
  ordered_by      text not null,
  ordered_at      timestamptz not null default now(),
  state           text not null default 'ordered',
  chunks_done     bigint not null default 0,
  chunks_total    bigint,
  moved_at        timestamptz,
  finished_at     timestamptz,
  outcome         jsonb,
  failure         text,
  constraint ledger_verification_state check (state in ('ordered', 'running', 'done', 'failed')),
  constraint ledger_verification_since check (since ~ '^([0-9]{1,18}|[12][0-9]{3}-[0-9]{2}-[0-9]{2})$'),
  constraint ledger_verification_finished check ((state in ('done', 'failed')) = (finished_at is not null)),
  constraint ledger_verification_said check ((state = 'done') = (outcome is not null) and (state = 'failed') = (failure is not null))
);
-- One proof of a kind at a time: who orders what is under way already is shown that one.
create unique index ledger_verification_open on clearing.ledger_verification ((coalesce(since, ''))) where state in ('ordered', 'running');
comment on table clearing.ledger_verification is 'Proofs of the ledger that somebody ordered, how far each is and what it found.';
