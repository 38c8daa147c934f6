-- Certificates of persons, who sign what they approve. They sign no files.
alter table clearing.certificate drop constraint certificate_kind;
alter table clearing.certificate add constraint certificate_kind
  check (kind in ('ca', 'own', 'operator', 'city', 'bank', 'partner', 'server', 'terminal', 'person'));
