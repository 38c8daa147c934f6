-- What auditors ask and what they drew: questions with a deadline, answers, findings; samples that can be drawn again.
create table clearing.audit_inquiry (
  inquiry_no bigint generated always as identity primary key,
  subject    text not null,
  question   text not null,
  deadline   date not null,
  asked_by   text not null,
  asked_at   timestamptz not null default clock_timestamp(),
  finding    text,
  closed_by  text,
  closed_at  timestamptz,
  constraint audit_inquiry_closed check ((closed_by is null) = (closed_at is null) and (closed_by is null) = (finding is null))
);
comment on table clearing.audit_inquiry is 'Questions of supervisors and auditors to the company, and what they found.';
create function clearing.audit_inquiry_guard() returns trigger language plpgsql as $$
begin
  if tg_op <> 'UPDATE' or old.closed_at is not null
     or (new.inquiry_no, new.subject, new.question, new.deadline, new.asked_by, new.asked_at)
        is distinct from (old.inquiry_no, old.subject, old.question, old.deadline, old.asked_by, old.asked_at) then
    raise exception 'an inquiry is asked once and closed once';
  end if;
  return new;
end $$;
create trigger audit_inquiry_guard before update or delete on clearing.audit_inquiry for each row execute function clearing.audit_inquiry_guard();

create table clearing.audit_answer (
  inquiry_no  bigint not null references clearing.audit_inquiry,
  answer_no   integer not null,
  answer      text not null,
  answered_by text not null,
  answered_at timestamptz not null default clock_timestamp(),
  constraint audit_answer_key primary key (inquiry_no, answer_no)
);
comment on table clearing.audit_answer is 'What the company answered to an inquiry; answers are added to, never changed.';
create trigger audit_answer_guard before update or delete or truncate on clearing.audit_answer
  for each statement execute function clearing.day_record_guard();

create table clearing.audit_sample (
  sample_no         bigint generated always as identity primary key,
  -- Canonical JSON of days, seed and strata: the same definition draws the same records.
  definition        text not null,
  definition_sha256 bytea not null unique,
  items             jsonb not null,
  drawn_by          text not null,
  drawn_at          timestamptz not null default clock_timestamp(),
  constraint audit_sample_hash check (definition_sha256 = sha256(convert_to(definition, 'UTF8')))
);
comment on table clearing.audit_sample is 'Samples of purchase records that auditors drew, by seed and stratum.';
create trigger audit_sample_guard before update or delete or truncate on clearing.audit_sample
  for each statement execute function clearing.day_record_guard();
