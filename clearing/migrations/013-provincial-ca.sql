-- A certificate of the city CA that the province has signed bears the province's serial number, of up to 20 bytes.
alter table clearing.certificate drop constraint certificate_serial;
alter table clearing.certificate add constraint certificate_serial
  check (serial ~ '^[0-9a-f]{32}$' or (kind = 'ca' and serial ~ '^[0-9a-f]{2,40}$'));
