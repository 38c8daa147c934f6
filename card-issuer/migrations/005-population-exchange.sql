-- Population data shared with departments: who may have what, files in both directions, conflicts, questions, legal orders.

create table issuer.department (
  department          text primary key,
  name                text not null,
  certificate_cn      text not null,
  oldest_period_days  integer not null default 31,
  queries_per_minute  integer not null default 60,
  statistics          boolean not null default false,
  -- The change up to which the department knows all that it may know.
  exported_to         bigint not null default 0,
  constraint department_form check (department ~ '^[a-z]+(-[a-z]+)*$'),
  constraint department_certificate unique (certificate_cn),
  constraint department_certificate_form check (certificate_cn ~ '^[0-9A-Za-z]{4,15}$'),
  constraint department_period check (oldest_period_days between 1 and 3660),
  constraint department_rate check (queries_per_minute between 1 and 100000)
);
insert into issuer.department (department, name, certificate_cn, statistics) values
  ('public-security', 'Public Security Bureau', 'PSB370700', true),
  ('family-planning', 'Family Planning Commission', 'FPC370700', true);

-- Entitlement is data: what is not here is not given. 'exchange' stands for the delta files.
create table issuer.department_entitlement (
  department text not null references issuer.department,
  purpose    text not null,
  item       text not null,
  constraint department_entitlement_key primary key (department, purpose, item),
  constraint department_entitlement_purpose check (purpose ~ '^[a-z]+(-[a-z]+)*$')
);

insert into issuer.department_entitlement
select 'public-security', purpose, item
  from unnest(array['exchange', 'criminal-investigation', 'residence-registration']) as purpose,
       unnest(array['name', 'former-name', 'sex', 'nation', 'birth-date', 'population', 'residence-permit-no', 'household-area',
                    'household-address', 'stay-area', 'stay-address', 'arrival-date', 'stay-reason', 'planned-leave', 'house-kind',
                    'permit-valid-from', 'permit-valid-to', 'phone', 'address', 'employer', 'photo-version', 'death-date']) as item
 where purpose <> 'residence-registration' or item not in ('phone', 'employer', 'former-name')
union all
select 'family-planning', purpose, item
  from unnest(array['exchange', 'family-planning-work']) as purpose,
       unnest(array['name', 'sex', 'birth-date', 'population', 'marriage', 'marriage-date', 'household-area', 'stay-area', 'stay-address',
                    'arrival-date', 'phone', 'death-date', 'children', 'child-count', 'marriage-bearing-certificate-no',
                    'marriage-bearing-certificate-valid-to', 'contraception', 'check-records']) as item;

-- Files taken from and given to departments. The content is sealed while it is needed and gone afterwards; manifest,
-- hash and signature stay as evidence. An acknowledgement names rows and items, never values.
create table issuer.population_file (
  department                text not null references issuer.department,
  direction                 text not null,
  sequence                  bigint not null,
  state                     text not null,
  period_from               date not null,
  period_to                 date not null,
  row_count                 integer not null,
  content_sha256            bytea not null,
  manifest                  bytea not null,
  signature                 bytea not null,
  sealed_content            bytea,
  -- Of an export: the change up to which the department knows everything once it has acknowledged.
  changes_to                bigint,
  carried_by                text not null,
  carried_at                timestamptz not null default now(),
  acknowledgement           bytea,
  acknowledgement_manifest  bytea,
  acknowledgement_signature bytea,
  acknowledged_at           timestamptz,
  constraint population_file_key primary key (department, direction, sequence),
  constraint population_file_direction check (direction in ('to-city', 'to-department')),
  constraint population_file_state check (state in ('received', 'exported', 'acknowledged')
    and (state <> 'received' or direction = 'to-city') and (state <> 'exported' or direction = 'to-department')),
  constraint population_file_sequence check (sequence between 1 and 99999999),
  constraint population_file_rows check (row_count between 0 and 20000),
  constraint population_file_hash check (octet_length(content_sha256) = 32),
  constraint population_file_changes check ((direction = 'to-department') = (changes_to is not null)),
  constraint population_file_acknowledged check ((state = 'acknowledged') = (acknowledged_at is not null)),
  constraint population_file_content check ((state = 'acknowledged') = (sealed_content is null))
);
-- One file at a time is under way per department and direction: the next waits for the acknowledgement.
create unique index population_file_one_open on issuer.population_file (department, direction) where state <> 'acknowledged';

-- Rows of a file that is being worked off; when its acknowledgement is written they are in it.
create table issuer.population_row (
  department text not null,
  sequence   bigint not null,
  row_no     integer not null,
  outcome    text not null,
  reason     text,
  items      text[] not null default '{}',
  constraint population_row_key primary key (department, sequence, row_no),
  constraint population_row_outcome check (outcome in ('accepted', 'unchanged', 'conflict', 'rejected')),
  constraint population_row_reason check (outcome <> 'rejected' or reason is not null)
);

-- Two values of one item: the one held here and the department's. Both sealed, with where they come from beside them.
create table issuer.population_conflict (
  conflict_id   bigint generated always as identity primary key,
  department    text not null references issuer.department,
  sequence      bigint not null,
  row_no        integer not null,
  resident_id   bigint not null,
  item          text not null,
  sensitivity   text not null,
  why           text not null,
  sealed_values bytea not null,
  our_producer  text not null,
  our_source    text,
  our_at        timestamptz,
  their_at      timestamptz not null,
  raised_at     timestamptz not null default now(),
  state         text not null default 'open',
  -- A resolution that waits for its second person.
  proposed      text,
  approval_id   bigint,
  -- Principal, or 'rule'.
  decided_by    text,
  approved_by   text,
  decided_at    timestamptz,
  reason        text,
  constraint population_conflict_once unique (department, sequence, row_no, item),
  constraint population_conflict_why check (why in ('producer-differs', 'not-producer', 'older', 'withdrawn')),
  constraint population_conflict_state check (state in ('open', 'theirs', 'ours')),
  constraint population_conflict_proposed check (proposed in ('theirs', 'ours') and approval_id is not null or proposed is null),
  constraint population_conflict_decided check ((state = 'open') = (decided_at is null)),
  constraint population_conflict_two_people check (approved_by <> decided_by)
);
create index population_conflict_open on issuer.population_conflict (conflict_id) where state = 'open';
create index population_conflict_by_resident on issuer.population_conflict (resident_id, item);

-- What decides a conflict when no person has to: the newest line in force for department and item, then for '*'.
create table issuer.conflict_rule (
  department  text not null references issuer.department,
  item        text not null,
  valid_from  date not null,
  producer    text not null,
  decision    text not null,
  set_by      text not null,
  approved_by text not null,
  set_at      timestamptz not null default now(),
  constraint conflict_rule_key primary key (department, item, producer, valid_from),
  constraint conflict_rule_producer check (producer in ('own-item', 'other-item')),
  constraint conflict_rule_decision check (decision in ('theirs', 'ours', 'person')),
  -- A department never gets its way by rule about an item that another one produces.
  constraint conflict_rule_own_only check (producer = 'own-item' or decision <> 'theirs'),
  constraint conflict_rule_two_people check (set_by <> approved_by)
);

-- Registrars who may see sensitive items in clear when they decide a conflict: named one by one, by two others.
create table issuer.sensitive_reader (
  principal   text not null,
  item_group  text not null,
  granted_by  text not null,
  approved_by text not null,
  granted_at  timestamptz not null default now(),
  constraint sensitive_reader_key primary key (principal, item_group),
  constraint sensitive_reader_two_people check (granted_by <> approved_by and principal not in (granted_by, approved_by))
);

-- What a registrar has to look at.
create table issuer.registrar_case (
  case_id     bigint generated always as identity primary key,
  kind        text not null,
  resident_id bigint,
  subject     text not null,
  opened_at   timestamptz not null default now(),
  closed_at   timestamptz,
  closed_by   text,
  outcome     text,
  constraint registrar_case_kind check (kind in ('identity-mismatch', 'record-cancelled', 'rows-refused')),
  constraint registrar_case_closed check ((closed_at is null) = (closed_by is null) and (closed_at is null) = (outcome is null))
);
create unique index registrar_case_one_open on issuer.registrar_case (kind, subject) where closed_at is null;

-- Whether Public Security confirms number, name and photo. No row yet is the same as pending.
create table issuer.identity_check (
  resident_id     bigint not null,
  state           text not null default 'pending',
  -- On whose behalf Public Security is asked.
  queued_by       text not null,
  queued_at       timestamptz not null default now(),
  attempts        integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  checked_at      timestamptz,
  photo_version   integer,
  reference       text,
  constraint identity_check_key primary key (resident_id),
  constraint identity_check_state check (state in ('pending', 'match', 'no-match', 'no-such-person')),
  constraint identity_check_checked check (state = 'pending' or checked_at is not null)
) partition by hash (resident_id);
create index identity_check_due on issuer.identity_check (next_attempt_at) where state = 'pending';

-- Limits of prepaid cards by the day they come into force, fen.
create table issuer.prepaid_rule (
  name       text not null,
  valid_from date not null,
  value      bigint not null,
  constraint prepaid_rule_key primary key (name, valid_from),
  constraint prepaid_rule_name check (name in ('namedCap', 'anonCap')),
  constraint prepaid_rule_value check (value > 0)
);
insert into issuer.prepaid_rule values ('namedCap', '2011-05-01', 500000), ('anonCap', '2011-05-01', 100000);

-- Every question of a department and what came of it. What was asked for stands nowhere; whom it led to is a number.
create table issuer.department_query (
  query_id    bigint generated always as identity primary key,
  at          timestamptz not null default clock_timestamp(),
  department  text not null references issuer.department,
  asked_by    text not null,
  purpose     text not null,
  reference   text not null,
  criterion   text not null,
  outcome     text not null default 'asked',
  resident_id bigint,
  items       text[] not null,
  constraint department_query_criterion check (criterion in ('id-number', 'name-birth')),
  constraint department_query_outcome check (outcome in ('asked', 'answered', 'no-such-person', 'ambiguous')),
  constraint department_query_person check ((outcome = 'answered') = (resident_id is not null))
);
create index department_query_by_department on issuer.department_query (department, at);

create table issuer.department_rate (
  department text not null references issuer.department,
  minute     timestamptz not null,
  asked      integer not null,
  constraint department_rate_key primary key (department, minute)
);

-- Orders of courts and authorities: two registrars each, the answer sealed and given out once.
create table issuer.legal_order (
  order_id       bigint generated always as identity primary key,
  kind           text not null,
  authority      text not null,
  document_no    text not null,
  state          text not null default 'proposed',
  resident_id    bigint,
  lifts          bigint references issuer.legal_order,
  content_sha256 bytea not null,
  approval_id    bigint,
  proposed_by    text not null,
  proposed_at    timestamptz not null default now(),
  approved_by    text,
  approved_at    timestamptz,
  sealed_answer  bytea,
  collected_by   text,
  collected_at   timestamptz,
  constraint legal_order_kind check (kind in ('inquiry', 'freeze', 'unfreeze')),
  constraint legal_order_state check (state in ('proposed', 'approved', 'refused')),
  constraint legal_order_document unique (authority, document_no, kind),
  constraint legal_order_lifts check ((kind = 'unfreeze') = (lifts is not null)),
  constraint legal_order_two_people check (approved_by <> proposed_by),
  constraint legal_order_approved check ((state = 'proposed') = (approved_by is null)),
  constraint legal_order_answer check (sealed_answer is null or (kind = 'inquiry' and collected_at is null))
);
create index legal_order_by_resident on issuer.legal_order (resident_id) where resident_id is not null;

-- Cards under freeze. A card that stands here unlifted is not unblocked, replaced or returned by anybody else.
create table issuer.legal_freeze (
  card_no   text not null,
  order_id  bigint not null references issuer.legal_order,
  frozen_at timestamptz not null default now(),
  lifted_by bigint references issuer.legal_order,
  lifted_at timestamptz,
  constraint legal_freeze_key primary key (card_no, order_id),
  constraint legal_freeze_lifted check ((lifted_by is null) = (lifted_at is null))
) partition by hash (card_no);
create index legal_freeze_standing on issuer.legal_freeze (card_no) where lifted_at is null;

do $$
declare parent text;
begin
  foreach parent in array array['identity_check', 'legal_freeze'] loop
    for i in 0..7 loop
      execute format('create table issuer.%I partition of issuer.%I for values with (modulus 8, remainder %s)', parent || '_p' || i, parent, i);
    end loop;
  end loop;
end $$;

-- A question is written down before it is answered and settled once; nothing of it is taken back.
create function issuer.department_query_guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or old.outcome <> 'asked' then
    raise exception 'a question of a department is only ever settled once';
  end if;
  return new;
end $$;
create trigger department_query_guard before update or delete on issuer.department_query
  for each row execute function issuer.department_query_guard();
