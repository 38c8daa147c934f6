-- Messages that were refused, as they came: nothing is lost by a refusal, and a person can look at it and try it again.
create table reconciliation.bank_refusal (
  refusal_no  bigint generated always as identity primary key,
  kind        text not null,
  sha256      bytea not null,
  content     bytea not null,
  code        text not null,
  sentence    text not null,
  times       integer not null default 1,
  first_at    timestamptz not null default clock_timestamp(),
  last_at     timestamptz not null default clock_timestamp(),
  -- Set when the same bytes were taken after all.
  taken_at    timestamptz,
  constraint bank_refusal_kind check (kind in ('camt.053', 'camt.054', 'pain.002')),
  constraint bank_refusal_once unique (kind, sha256)
);
comment on table reconciliation.bank_refusal is 'Messages of the bank that were refused, with the reason, as they came.';
create index bank_refusal_open on reconciliation.bank_refusal (refusal_no) where taken_at is null;

-- Pages of a statement that came in several messages, until the last one is there.
create table reconciliation.statement_page (
  account_no   text not null,
  statement_id text not null,
  page_no      integer not null,
  is_last      boolean not null,
  message_id   text not null,
  sha256       bytea not null,
  content      bytea not null,
  received_at  timestamptz not null default clock_timestamp(),
  constraint statement_page_key primary key (account_no, statement_id, page_no),
  constraint statement_page_number check (page_no > 0)
);
comment on table reconciliation.statement_page is 'Pages of bank statements whose other pages have not come yet.';
