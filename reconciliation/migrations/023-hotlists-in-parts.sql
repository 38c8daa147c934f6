-- What of our hotlist each city was sent last: the list is read again only when it has changed since.
create table reconciliation.city_hotlist_sent (
  city    text primary key,
  version bigint not null,
  entries integer not null,
  sha256  bytea not null,
  constraint city_hotlist_sent_city check (city ~ '^[0-9]{4}$'),
  constraint city_hotlist_sent_counts check (version >= 0 and entries >= 0)
);
comment on table reconciliation.city_hotlist_sent is 'Up to which version of our hotlist a city has been sent the list of our cards, and what list it was.';

-- A list of more rows than a text file has room for comes in parts; it counts when all are there.
create table reconciliation.city_hotlist_part (
  city         text not null,
  first_serial bigint not null,
  part         integer not null,
  parts        integer not null,
  content      bytea not null,
  taken_at     timestamptz not null default clock_timestamp(),
  constraint city_hotlist_part_key primary key (city, first_serial, part),
  constraint city_hotlist_part_place check (part between 1 and parts and parts between 2 and 9999)
);
comment on table reconciliation.city_hotlist_part is 'Parts of a city''s hotlist that wait for the others.';
