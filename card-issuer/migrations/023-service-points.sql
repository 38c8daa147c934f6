-- Where residents load, collect what waits for them, and are served.
create table issuer.service_point (
  point_code text primary key,
  name_zh    text not null,
  name_en    text not null,
  address_zh text not null,
  address_en text not null,
  district   text not null,
  hours      text not null,
  services   text[] not null,
  closed     boolean not null default false,
  set_by     text not null,
  set_at     timestamptz not null default clock_timestamp(),
  constraint service_point_code check (point_code ~ '^[A-Z0-9-]{2,20}$'),
  constraint service_point_district check (district ~ '^[0-9]{6}$'),
  constraint service_point_services check (cardinality(services) > 0 and services <@ array['load', 'collect', 'counter', 'kiosk'])
);
comment on table issuer.service_point is 'Places where residents load a card, collect money that waits for them, and are served.';
