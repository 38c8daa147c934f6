-- Certificates for servers of ours and for partners that are neither operator, city nor bank; which one renews which.
alter table clearing.certificate drop constraint certificate_kind;
alter table clearing.certificate add constraint certificate_kind
  check (kind in ('ca', 'own', 'operator', 'city', 'bank', 'partner', 'server', 'terminal'));
alter table clearing.certificate add column renews text;
-- The last warning that its end is near: so many days before it, or more, are told already.
alter table clearing.certificate add column warned_days smallint;
create index certificate_by_end on clearing.certificate (not_after, serial) where revoked_at is null;
create index certificate_revoked on clearing.certificate (not_after) where revoked_at is not null;
create index certificate_renewal on clearing.certificate (renews) where renews is not null;

-- The revocation lists the city CA has signed, as they were published. The one with the highest number is in force.
create table clearing.revocation_list (
  number      bigint primary key,
  issued_at   timestamptz not null,
  next_update timestamptz not null,
  -- Certificates in it: those revoked whose time had not run out when it was made.
  entries     integer not null,
  der         bytea not null,
  constraint revocation_list_validity check (next_update > issued_at)
);
