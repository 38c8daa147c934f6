-- Card products as data, the states of a batch, and what went wrong with single chips.

-- One row per version. The document says everything that is written to a chip (docs/card-production.md).
create table issuer.product_version (
  product     text not null,
  version     integer not null,
  document    jsonb not null,
  approval_id bigint,
  proposed_by text not null,
  proposed_at timestamptz not null default now(),
  approved_by text,
  approved_at timestamptz,
  constraint product_version_key primary key (product, version),
  constraint product_version_name check (product ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
  constraint product_version_number check (version >= 1),
  constraint product_version_two_people check (approved_by <> proposed_by),
  constraint product_version_approved check ((approved_by is null) = (approved_at is null))
);

create function issuer.keep_product_version() returns trigger language plpgsql as $$
begin
  if old.approved_by is not null then
    raise exception 'version % of card product % is approved and never changes', old.version, old.product
      using errcode = 'integrity_constraint_violation', constraint = 'product_version_immutable';
  end if;
  if tg_op = 'DELETE' then return old; end if;
  if new.product <> old.product or new.version <> old.version or new.document <> old.document then
    raise exception 'version % of card product % is approved as it was proposed, or not at all', old.version, old.product
      using errcode = 'integrity_constraint_violation', constraint = 'product_version_immutable';
  end if;
  return new;
end $$;
create trigger product_version_immutable before update or delete on issuer.product_version
  for each row execute function issuer.keep_product_version();

-- The product every reader of the street knows (terminal interface, section 5), and the same under SM4. Its keys bear
-- version 02, so that a SAM can hold the roots of both.
insert into issuer.product_version (product, version, document, proposed_by, approved_by, approved_at)
select 'standard', 1, $json${
  "format": 1,
  "title": "Resident card",
  "chipKind": "fmcos-3des",
  "algorithm": "3des",
  "validityYears": 8,
  "purseCapFen": 100000,
  "depositFen": 2000,
  "mainType": 1,
  "subType": 0,
  "concessions": [0, 1, 2, 3],
  "masterFile": {
    "keyFile": { "size": 80, "shortId": "01", "write": "F0" },
    "keys": [{ "id": "39", "root": "DACK", "use": "F0", "change": "FF", "opensState": 1, "tries": 3 }]
  },
  "applications": [{
    "title": "Electronic purse",
    "id": "3F01",
    "aid": "A000000632010105",
    "size": 2048, "create": "F0", "erase": "F0", "applicationId": "95",
    "keyFile": { "size": 399, "shortId": "95", "write": "F0" },
    "keys": [
      { "id": "3E", "root": "DPK", "use": "F0", "change": "FF", "version": 1 },
      { "id": "3F", "root": "DLK", "use": "F0", "change": "FF", "version": 1 },
      { "id": "34", "root": "DTK", "use": "F0", "change": "FF", "version": 1 },
      { "id": "36", "root": "DAMK", "use": "F0", "change": "FF", "version": 1 },
      { "id": "37", "root": "DPUK", "use": "F0", "change": "FF", "version": 1 },
      { "id": "38", "root": "DRPK", "use": "F0", "change": "FF", "version": 1 },
      { "id": "32", "root": "DABK", "use": "F0", "change": "FF", "version": 1 },
      { "id": "33", "root": "DAUK", "use": "F0", "change": "FF", "version": 1 }
    ],
    "files": [
      { "kind": "binary", "id": "0015", "size": 30, "protection": "mac", "read": "F0", "update": "F0", "content": [
        { "constant": "0000" }, { "value": "city" }, { "zeros": 4 }, { "constant": "0101" }, { "value": "applicationSerial" },
        { "value": "validFrom" }, { "value": "validTo" }, { "value": "mainType" }, { "value": "subType" } ] },
      { "kind": "binary", "id": "0016", "size": 55, "protection": "mac", "read": "F1", "update": "F0", "content": [{ "zeros": 55 }] },
      { "kind": "binary", "id": "0017", "size": 60, "protection": "mac", "read": "F0", "update": "F0", "content": [
        { "constant": "000001563700" }, { "value": "city" }, { "constant": "000101" }, { "zeros": 49 } ] },
      { "kind": "cyclic", "id": "0018", "records": 10, "recordLength": 23, "read": "F0", "update": "EF" },
      { "kind": "purse", "id": "0002", "use": "F0", "log": "18" },
      { "kind": "fixed", "id": "001A", "records": 10, "recordLength": 128, "read": "F0", "update": "EF" },
      { "kind": "cyclic", "id": "001E", "records": 10, "recordLength": 48, "read": "F0", "update": "EF" }
    ]
  }]
}$json$::jsonb, 'first release', 'terminal interface, section 5', now();
insert into issuer.product_version (product, version, document, proposed_by, approved_by, approved_at)
select 'standard-sm4', 1,
       replace(document::text, '"version": 1', '"version": 2')::jsonb
         || '{"title": "Resident card, SM4", "algorithm": "sm4", "chipKind": "fmcos-sm4"}',
       proposed_by, approved_by, now()
  from issuer.product_version where product = 'standard';

-- The terms of the newest approved version, for everybody who asks for a product by its name.
alter table issuer.card_product
  drop column script,
  add column version integer not null default 1,
  add column chip_kind text not null default 'fmcos-3des',
  add column deposit_fen bigint not null default 0,
  add column concessions smallint[] not null default '{}',
  add constraint card_product_deposit check (deposit_fen >= 0),
  add constraint card_product_version foreign key (product, version) references issuer.product_version;
alter table issuer.card_product alter column version drop default, alter column chip_kind drop default;
update issuer.card_product set deposit_fen = 2000, concessions = '{0,1,2,3}' where product = 'standard';
insert into issuer.card_product (product, algorithm, main_type, sub_type, purse_cap_fen, validity_years, version, chip_kind, deposit_fen, concessions)
values ('standard-sm4', 'sm4', 1, 0, 100000, 8, 1, 'fmcos-sm4', 2000, '{0,1,2,3}');

alter table issuer.card_batch
  add column product_version integer not null default 1,
  add column state text not null default 'prepared',
  -- Cards that no chip was begun for: the machine takes the oldest released batch in which this is above zero.
  add column waiting integer not null default 0,
  add column chip_kind text not null default 'fmcos-3des',
  add constraint card_batch_product foreign key (product, product_version) references issuer.product_version,
  add constraint card_batch_state check (state in ('prepared', 'released', 'paused', 'cancelled')),
  add constraint card_batch_waiting check (waiting >= 0);
update issuer.card_batch b
   set state = case when released_by is null then 'prepared' else 'released' end,
       waiting = (select count(*) from issuer.card c where c.batch_id = b.batch_id and c.state = 'prepared');
create index card_batch_to_make on issuer.card_batch (batch_id) where state = 'released' and waiting > 0;

-- Quarantined: begun, and nobody knows how far the chip came. Rejected: the number is void, on whatever chip it is.
alter table issuer.card drop constraint card_state, drop constraint card_holder, drop constraint card_chip;
alter table issuer.card
  add column set_aside_reason text,
  add column set_aside_at timestamptz,
  add constraint card_state check (state in ('prepared', 'personalising', 'quarantined', 'rejected', 'personalised', 'active',
    'lost-reported', 'blocked', 'replaced', 'returned')),
  add constraint card_holder check (resident_id is not null or
    state in ('prepared', 'personalising', 'quarantined', 'rejected', 'personalised')),
  add constraint card_chip check (chip_serial is not null or state in ('prepared', 'rejected'));
-- The next cards of a batch in order, without sorting the batch for each of them.
create index card_to_make on issuer.card (batch_id, card_no) where state = 'prepared';
create index card_in_work on issuer.card (batch_id, card_no) where state in ('personalising', 'quarantined');

-- Which machine had the chip last, and when: a machine that starts again knows what it left behind.
alter table issuer.chip add column machine text;

-- Every time a chip was set aside, for the yield report.
create sequence issuer.personalisation_fault_no;
create table issuer.personalisation_fault (
  card_no     text not null,
  fault_no    bigint not null default nextval('issuer.personalisation_fault_no'),
  batch_id    bigint not null,
  chip_serial text not null,
  reason      text not null,
  at          timestamptz not null default clock_timestamp(),
  constraint personalisation_fault_key primary key (card_no, fault_no)
) partition by hash (card_no);
do $$ begin
  for i in 0..7 loop
    execute format('create table issuer.%I partition of issuer.personalisation_fault for values with (modulus 8, remainder %s)', 'personalisation_fault_p' || i, i);
  end loop;
end $$;
create index personalisation_fault_by_batch on issuer.personalisation_fault (batch_id);
