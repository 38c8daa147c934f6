-- What was tried with a terminal's software or a partner's system before it may serve the public, and how it went.
create table clearing.acceptance_report (
  report_no        bigint generated always as identity primary key,
  kit              text not null,
  candidate        text not null,
  software_version text,
  passed           boolean not null,
  finished_at      timestamptz not null,
  content          text not null,
  content_sha256   bytea not null,
  signature        bytea not null,
  recorded_by      text not null,
  recorded_at      timestamptz not null default now(),
  constraint acceptance_report_once unique (content_sha256),
  constraint acceptance_report_kit check (kit in ('terminal', 'operator', 'city', 'biller')),
  constraint acceptance_report_software check ((kit = 'terminal') = (software_version is not null))
);
create index acceptance_report_of on clearing.acceptance_report (kit, candidate, report_no);
comment on table clearing.acceptance_report is 'Acceptance reports as they were signed: of terminal software and of partners'' systems.';
comment on column clearing.acceptance_report.kit is 'Which side was tried: terminal, operator, city or biller.';
comment on column clearing.acceptance_report.candidate is 'Model of the terminal, or participant number of the partner.';
comment on column clearing.acceptance_report.content is 'The report, JSON, exactly the bytes the signature is over.';
comment on column clearing.acceptance_report.signature is 'Detached CMS signature (DER) by the city''s report key.';

create function clearing.acceptance_report_stays() returns trigger language plpgsql as $$
begin
  raise exception 'an acceptance report is never changed' using errcode = 'integrity_constraint_violation';
end $$;
create trigger acceptance_report_stays before update or delete on clearing.acceptance_report
  for each row execute function clearing.acceptance_report_stays();

alter table clearing.participant
  add column acceptance_report_no bigint,
  add column activated_by         text,
  add column activated_at         timestamptz,
  add constraint participant_accepted_by foreign key (acceptance_report_no) references clearing.acceptance_report;
comment on column clearing.participant.acceptance_report_no is 'The report that let the participant into production.';
comment on column clearing.participant.activated_by is 'The two persons who let it into production: who proposed, who approved.';
