-- Who decided, under which document, with which departments data is shared and what they are entitled to. A line is
-- written when the second person approves, or when somebody takes an entitlement away; nothing of it is changed later.
create table issuer.department_decision (
  decision_id bigint generated always as identity primary key,
  approval_id bigint unique,
  department  text not null references issuer.department,
  kind        text not null,
  -- Terms, or a purpose and its items; no personal data.
  content     jsonb not null,
  reference   text not null,
  decided_by  text not null,
  approved_by text,
  decided_at  timestamptz not null default now(),
  constraint department_decision_kind check (kind in ('terms', 'entitle', 'revoke')),
  constraint department_decision_two_people check ((kind = 'revoke') = (approved_by is null) and approved_by <> decided_by)
);
create index department_decision_by_department on issuer.department_decision (department, decision_id);
create trigger department_decision_guard before update or delete on issuer.department_decision
  for each row execute function issuer.only_added_to();
comment on table issuer.department_decision is 'With which departments data is shared and what they may have: who decided it, under which document.';
comment on column issuer.department_decision.kind is 'terms, entitle (the whole list of a purpose) or revoke.';
comment on column issuer.department_decision.content is 'The terms, or a purpose and its items.';
comment on column issuer.department_decision.reference is 'Number of the document it was decided under.';
