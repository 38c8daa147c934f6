-- Notices residents asked for, and those made for them. How somebody is reached is sealed; words are made from kind and amount when sent.

create sequence issuer.notice_consent_no;
create table issuer.notice_consent (
  card_no          text not null,
  consent_no       bigint not null default nextval('issuer.notice_consent_no'),
  channel          text not null,
  kinds            text[] not null,
  language         text not null,
  low_balance_fen  bigint not null,
  contact_sealed   bytea,
  -- Which wording was agreed to.
  wording          text not null,
  given_over       text not null,
  given_at         timestamptz not null default clock_timestamp(),
  withdrawn_over   text,
  withdrawn_at     timestamptz,
  constraint notice_consent_key primary key (card_no, consent_no),
  constraint notice_consent_channel check (channel in ('sms', 'paper')),
  constraint notice_consent_reached check ((channel = 'sms') = (contact_sealed is not null) or withdrawn_at is not null),
  constraint notice_consent_kinds check (cardinality(kinds) > 0 and kinds <@ array['load', 'low-balance', 'loss', 'refund-waiting']),
  constraint notice_consent_language check (language in ('zh', 'en')),
  constraint notice_consent_low check (low_balance_fen between 0 and 100000),
  constraint notice_consent_over check (given_over in ('web', 'kiosk', 'counter', 'text') and withdrawn_over in ('web', 'kiosk', 'counter', 'text')),
  constraint notice_consent_withdrawn check ((withdrawn_over is null) = (withdrawn_at is null))
) partition by hash (card_no);
comment on table issuer.notice_consent is 'Notices a card holder asked for, over which channel, and the withdrawal; the contact is sealed and emptied when it is withdrawn.';

create sequence issuer.resident_notice_no;
create table issuer.resident_notice (
  card_no    text not null,
  notice_no  bigint not null default nextval('issuer.resident_notice_no'),
  consent_no bigint not null,
  kind       text not null,
  -- What happened: the same event makes one notice.
  event_key  text not null,
  amount_fen bigint not null,
  made_at    timestamptz not null default clock_timestamp(),
  state      text not null default 'waiting',
  attempts   integer not null default 0,
  next_at    timestamptz not null default clock_timestamp(),
  told_at    timestamptz,
  constraint resident_notice_key primary key (card_no, notice_no),
  constraint resident_notice_once unique (card_no, kind, event_key),
  constraint resident_notice_kind check (kind in ('load', 'low-balance', 'loss', 'refund-waiting')),
  constraint resident_notice_state check (state in ('waiting', 'told', 'failed', 'withdrawn')),
  constraint resident_notice_told check ((state = 'told') = (told_at is not null))
) partition by hash (card_no);
comment on table issuer.resident_notice is 'Notices made for card holders, once for each event, and whether they were told.';

do $$
declare parent text;
begin
  foreach parent in array array['notice_consent', 'resident_notice'] loop
    for i in 0..7 loop
      execute format('create table issuer.%I partition of issuer.%I for values with (modulus 8, remainder %s)', parent || '_p' || i, parent, i);
    end loop;
  end loop;
end $$;
create index notice_consent_open on issuer.notice_consent (card_no) where withdrawn_at is null;
create index resident_notice_due on issuer.resident_notice (next_at) where state = 'waiting';
