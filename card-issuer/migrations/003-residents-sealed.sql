-- Personal data leaves the clear columns of 001: one sealed document per resident, searched through blind indexes.

do $$ begin
  if exists (select from issuer.resident) then
    raise exception 'issuer.resident still holds residents in clear; export them and register them again under this version';
  end if;
end $$;
drop table issuer.resident;

-- AES-256 keys that seal personal data, themselves wrapped under a key that never leaves the HSM.
create table issuer.data_key (
  data_key_id  bigint generated always as identity primary key,
  wrapped      text not null,
  wrapping_key text not null,
  made_at      timestamptz not null default now()
);

create sequence issuer.resident_sequence;

-- Plain is only what statistics and card life need; everything else is in the sealed document.
create table issuer.resident (
  resident_id     bigint not null,
  sealed          bytea not null,
  population      text not null,
  district        text,
  state           text not null default 'living',
  merged_into     bigint,
  permit_valid_to date,
  photo_version   integer not null default 0,
  version         bigint not null default 1,
  registered_at   timestamptz not null default now(),
  registered_by   text not null,
  constraint resident_key primary key (resident_id),
  constraint resident_population check (population in ('permanent', 'floating')),
  constraint resident_district check (district ~ '^[0-9]{6}$'),
  constraint resident_state check (state in ('living', 'moved-out', 'deceased', 'merged')),
  constraint resident_merged check ((state = 'merged') = (merged_into is not null)),
  constraint resident_not_into_itself check (merged_into <> resident_id)
) partition by hash (resident_id);

-- Documents that only one person has. The value is a keyed hash made in the HSM: the same number always gives the same
-- 16 bytes, and without the HSM nobody can tell which number they stand for.
create table issuer.resident_document (
  index_value bytea not null,
  document    text not null,
  resident_id bigint not null,
  constraint resident_document_key primary key (index_value),
  constraint resident_document_index check (octet_length(index_value) = 16)
) partition by hash (index_value);

-- What else a resident is found by; many may share a value. The kind is part of what was hashed.
create table issuer.resident_search (
  index_value bytea not null,
  resident_id bigint not null,
  kind        text not null,
  constraint resident_search_key primary key (index_value, resident_id),
  constraint resident_search_index check (octet_length(index_value) = 16),
  constraint resident_search_kind check (kind in ('name', 'name-birth', 'phone', 'document'))
) partition by hash (index_value);

-- One photo per version, sealed; the newest is the resident's.
create table issuer.resident_photo (
  resident_id bigint not null,
  version     integer not null,
  media_type  text not null,
  sealed      bytea not null,
  taken_by    text not null,
  taken_at    timestamptz not null default now(),
  constraint resident_photo_key primary key (resident_id, version),
  constraint resident_photo_type check (media_type in ('image/jpeg', 'image/png'))
) partition by hash (resident_id);

-- Everything that ever changed, in the order of commits: numbers are drawn under a lock held to the end of the transaction,
-- so that a reader who has seen a number has seen every lower one. `sealed` holds the values before and after.
create sequence issuer.resident_change_sequence;
create table issuer.resident_change (
  change_no   bigint not null default nextval('issuer.resident_change_sequence'),
  resident_id bigint not null,
  kind        text not null,
  item        text,
  sealed      bytea,
  source      text,
  valid_at    timestamptz not null default now(),
  actor       text not null,
  reason      text not null,
  recorded_at timestamptz not null default clock_timestamp(),
  constraint resident_change_key primary key (resident_id, change_no),
  constraint resident_change_kind check (kind in ('registered', 'changed', 'photo', 'moved-out', 'moved-in', 'deceased', 'merged')),
  constraint resident_change_item check ((kind = 'changed') = (item is not null))
) partition by hash (resident_id);
create index resident_change_order on issuer.resident_change (change_no);

-- Who asked for or saw whose personal data, and why.
create table issuer.disclosure (
  disclosure_no   bigint generated always as identity primary key,
  at              timestamptz not null default clock_timestamp(),
  reader          text not null,
  kind            text not null,
  purpose         text not null,
  items           text[] not null,
  criterion       text,
  criterion_index bytea,
  residents       integer not null,
  constraint disclosure_kind check (kind in ('search', 'disclosure', 'refused'))
);
create index disclosure_by_reader on issuer.disclosure (reader, at);
create index disclosure_by_criterion on issuer.disclosure (criterion_index) where criterion_index is not null;
create table issuer.disclosure_resident (
  resident_id   bigint not null,
  disclosure_no bigint not null,
  constraint disclosure_resident_key primary key (resident_id, disclosure_no)
) partition by hash (resident_id);

-- Two records that may be one person; a person decides.
create table issuer.possible_duplicate (
  resident_a bigint not null,
  resident_b bigint not null,
  reason     text not null,
  state      text not null default 'open',
  found_at   timestamptz not null default now(),
  decided_by text,
  decided_at timestamptz,
  constraint possible_duplicate_key primary key (resident_a, resident_b),
  constraint possible_duplicate_order check (resident_a < resident_b),
  constraint possible_duplicate_reason check (reason in ('same-name-birth-phone', 'same-document')),
  constraint possible_duplicate_state check (state in ('open', 'merged', 'two-people')),
  constraint possible_duplicate_decided check ((state = 'open') = (decided_by is null))
);
create index possible_duplicate_open on issuer.possible_duplicate (found_at) where state = 'open';
create index possible_duplicate_b on issuer.possible_duplicate (resident_b);

-- A merge somebody has proposed; it happens when a second person approves it.
create table issuer.resident_merge (
  approval_id bigint primary key,
  survivor    bigint not null,
  merged      bigint not null,
  reason      text not null,
  proposed_by text not null,
  proposed_at timestamptz not null default now(),
  approved_by text,
  approved_at timestamptz,
  constraint resident_merge_two_records check (survivor <> merged),
  constraint resident_merge_two_people check (approved_by <> proposed_by)
);

do $$
declare parent text;
begin
  foreach parent in array array['resident', 'resident_document', 'resident_search', 'resident_photo', 'resident_change', 'disclosure_resident'] loop
    for i in 0..7 loop
      execute format('create table issuer.%I partition of issuer.%I for values with (modulus 8, remainder %s)', parent || '_p' || i, parent, i);
    end loop;
  end loop;
end $$;

create function issuer.only_added_to() returns trigger language plpgsql as $$
begin
  raise exception '% is only ever added to', tg_table_name;
end $$;
create trigger resident_change_guard before update or delete on issuer.resident_change
  for each row execute function issuer.only_added_to();
create trigger disclosure_guard before update or delete on issuer.disclosure
  for each row execute function issuer.only_added_to();
create trigger disclosure_resident_guard before update or delete on issuer.disclosure_resident
  for each row execute function issuer.only_added_to();
