-- People the city issues cards to: permanent residents and the floating population.
create table issuer.resident (
  resident_id         bigint generated always as identity primary key,
  id_number           text not null,
  name                text not null,
  birth_date          date not null,
  sex                 text not null,
  area_code           text not null,
  population          text not null,
  residence_permit_no text,
  phone               text,
  address             text,
  registered_at       timestamptz not null default now(),
  registered_by       text not null,
  constraint resident_one_per_number unique (id_number),
  constraint resident_id_number check (id_number ~ '^[0-9]{17}[0-9X]$'),
  constraint resident_sex check (sex in ('male', 'female')),
  constraint resident_population check (population in ('permanent', 'floating')),
  constraint resident_permit check (population = 'permanent' or residence_permit_no is not null)
);
