-- A proposed credit can be refused: the case goes on, and another one is proposed under a number of its own, or it ends with a reason.
alter table reconciliation.resident_case
  add column credit_no   integer not null default 0,
  add column credit_open boolean not null default false,
  add constraint resident_case_credit check (not credit_open or credit_no > 0);
comment on column reconciliation.resident_case.credit_no is 'How many credits were proposed: the first is booked as RC<case>, the second as RC<case>.2.';
comment on column reconciliation.resident_case.credit_open is 'Whether the newest of them waits for its approval.';
alter table reconciliation.resident_case_event
  drop constraint resident_case_event_kind,
  add constraint resident_case_event_kind
    check (event in ('opened', 'said-again', 'comment', 'answered', 'overdue', 'words-read', 'credit-proposed', 'credit-refused', 'ended'));

create or replace function reconciliation.resident_case_guard() returns trigger language plpgsql as $$
begin
  if old.state = 'ended' then
    raise exception 'case % has ended', old.case_no;
  end if;
  if new.outcome = 'credited' and not exists (
    select from clearing.credit_correction c
     where c.card_no = new.credited_card and c.case_no = 'RC' || new.case_no || case when new.credit_no > 1 then '.' || new.credit_no else '' end
       and c.amount_fen = new.credited_fen and c.posted_date is not null) then
    raise exception 'case % has no booked credit', new.case_no;
  end if;
  if new.outcome = 'refused' and new.credit_open then
    raise exception 'a credit is proposed for case %', new.case_no;
  end if;
  return new;
end $$;
