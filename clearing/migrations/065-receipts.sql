-- What the supervisor gets of every closed day: head of the chain, trial balance and float, signed. Whoever holds them can show later
-- that the books were written anew.
create table clearing.day_receipt (
  business_date   date primary key references clearing.business_day,
  -- Canonical JSON, byte for byte what is signed and delivered.
  content         text not null,
  content_sha256  bytea not null,
  made_at         timestamptz not null,
  constraint day_receipt_hash check (content_sha256 = sha256(convert_to(content, 'UTF8')))
);
comment on table clearing.day_receipt is 'The receipt of a closed day: chain head, trial balance, float, head of the act log.';
create trigger day_receipt_guard before update or delete or truncate on clearing.day_receipt
  for each statement execute function clearing.day_record_guard();

-- Signed after the day was closed: a day does not wait for the HSM.
create table clearing.day_receipt_signature (
  business_date      date primary key references clearing.day_receipt,
  certificate_serial text not null,
  signature          bytea not null,
  signed_at          timestamptz not null default clock_timestamp()
);
comment on table clearing.day_receipt_signature is 'Detached CMS signatures of receipts.';
create trigger day_receipt_signature_guard before update or delete or truncate on clearing.day_receipt_signature
  for each statement execute function clearing.day_record_guard();

create table clearing.day_receipt_delivery (
  business_date date not null references clearing.day_receipt,
  -- An authority whose outgoing folder holds the files, or the principal who fetched the receipt.
  recipient     text not null,
  way           text not null,
  delivered_at  timestamptz not null default clock_timestamp(),
  constraint day_receipt_delivery_key primary key (business_date, way, recipient),
  constraint day_receipt_delivery_way check (way in ('folder', 'fetched'))
);
comment on table clearing.day_receipt_delivery is 'To whom a receipt was delivered, and how, the first time.';
create trigger day_receipt_delivery_guard before update or delete or truncate on clearing.day_receipt_delivery
  for each statement execute function clearing.day_record_guard();
