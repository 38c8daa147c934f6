-- Certificates of the city CA. Whoever signs a file for us is looked up here: what the CA did not write down, it did not issue.
create table clearing.certificate (
  serial            text primary key,
  kind              text not null,
  cn                text not null,
  -- SHA-1 over the public key (RFC 5280 4.2.1.2), as signatures may name their signer by it.
  key_id            text not null,
  pem               text not null,
  not_before        timestamptz not null,
  not_after         timestamptz not null,
  issued_at         timestamptz not null default clock_timestamp(),
  revoked_at        timestamptz,
  revocation_reason text,
  constraint certificate_serial check (serial ~ '^[0-9a-f]{32}$'),
  constraint certificate_kind check (kind in ('ca', 'own', 'operator', 'city', 'bank', 'terminal')),
  constraint certificate_cn check (cn ~ '^[0-9A-Za-z][0-9A-Za-z .:-]{0,63}$'),
  -- Four digits are a city, and nobody else may be called so.
  constraint certificate_city_cn check (kind = 'own' or (kind = 'city') = (cn ~ '^[0-9]{4}$')),
  constraint certificate_key_id check (key_id ~ '^[0-9a-f]{40}$'),
  constraint certificate_validity check (not_after > not_before),
  constraint certificate_revocation check ((revoked_at is null) = (revocation_reason is null)),
  constraint certificate_ca_stays check (kind <> 'ca' or revoked_at is null)
);
create unique index certificate_one_ca on clearing.certificate ((true)) where kind = 'ca';
create index certificate_by_cn on clearing.certificate (cn, kind, not_after);
create index certificate_by_key on clearing.certificate (key_id);
