create table installation.company (
  only_row           boolean primary key default true,
  name               text not null,
  custody_account_no text not null,
  custody_line_no    text not null,
  custody_name       text not null,
  founded_at         timestamptz not null default now(),
  constraint company_single check (only_row),
  constraint company_custody_form check (custody_account_no ~ '^[0-9]{6,32}$' and custody_line_no ~ '^[0-9]{12}$')
);
comment on table installation.company is 'The company a production installation belongs to, and the account its payments go out from.';
