-- What was agreed with each city, every version; the newest holds. A city without a line is exchanged with as everybody was before.
create table reconciliation.city_agreement (
  agreement_no        bigint generated always as identity primary key,
  city                text not null,
  -- Where its files are delivered; none: it fetches them.
  deliver_to          text,
  -- City code of the centre that carries the files; none: they go to the city itself.
  through             text,
  settlement          text not null default 'bilateral',
  format              text not null default 'binary',
  -- Days until a file that is not answered is sent again, and how often.
  answer_days         integer not null default 3,
  resend_at_most      integer not null default 3,
  -- Days after a final answer in which it may be disputed, and days in which a dispute is answered.
  dispute_days        integer not null default 30,
  dispute_answer_days integer not null default 15,
  -- What the city may owe us at most before its acceptances wait; none: no limit.
  position_cap_fen    bigint,
  approval_id         bigint not null unique,
  set_by              text not null,
  approved_by         text not null,
  set_at              timestamptz not null default clock_timestamp(),
  constraint city_agreement_city check (city ~ '^[0-9]{4}$'),
  constraint city_agreement_through check (through ~ '^[0-9]{4}$' and through <> city),
  constraint city_agreement_settlement check (settlement in ('bilateral', 'centre')),
  -- Whoever nets for a city is the one its files go through.
  constraint city_agreement_centre check (settlement = 'bilateral' or through is not null),
  constraint city_agreement_format check (format in ('binary', 'text')),
  constraint city_agreement_days check (answer_days between 1 and 60 and resend_at_most between 0 and 20),
  constraint city_agreement_dispute_days check (dispute_days between 1 and 180 and dispute_answer_days between 1 and 90),
  constraint city_agreement_cap check (position_cap_fen > 0),
  constraint city_agreement_two_people check (set_by <> approved_by)
);
comment on table reconciliation.city_agreement is 'Way, format, days and position cap agreed with each city, every version; the newest holds. Set by two persons.';
create index city_agreement_newest on reconciliation.city_agreement (city, agreement_no desc);
create trigger city_agreement_guard before update or delete or truncate on reconciliation.city_agreement
  for each statement execute function clearing.day_record_guard();

-- The certificate another city's CA has made for our signing key: what that city believes our files by.
create table reconciliation.city_certificate (
  city            text primary key,
  certificate_pem text not null,
  not_after       timestamptz not null,
  set_by          text not null,
  set_at          timestamptz not null default clock_timestamp(),
  constraint city_certificate_city check (city ~ '^[0-9]{4}$')
);
comment on table reconciliation.city_certificate is 'Certificates that other cities'' CAs have made for our signing key, by city.';

-- What became of each outgoing file on its way.
create table reconciliation.city_delivery (
  file_name    text primary key references reconciliation.city_file,
  city         text not null,
  attempts     integer not null default 0,
  next_try_at  timestamptz not null default clock_timestamp(),
  delivered_at timestamptz,
  -- The receiver said no for good: nobody tries again until people look at it.
  refused_at   timestamptz,
  problem      text,
  resends      integer not null default 0,
  constraint city_delivery_one_end check (delivered_at is null or refused_at is null)
);
comment on table reconciliation.city_delivery is 'Attempts to deliver an outgoing file, when it arrived or was refused, and how often it was sent again for want of an answer.';
create index city_delivery_due on reconciliation.city_delivery (city, next_try_at) where delivered_at is null and refused_at is null;

-- Files that were refused: nothing else of them was kept.
create table reconciliation.city_refused_file (
  city        text not null,
  file_name   text not null,
  sha256      bytea not null,
  code        text not null,
  sentence    text not null,
  times       integer not null default 1,
  first_at    timestamptz not null default clock_timestamp(),
  last_at     timestamptz not null default clock_timestamp(),
  constraint city_refused_file_key primary key (city, file_name, sha256, code)
);
comment on table reconciliation.city_refused_file is 'Files of other cities that were refused: name, hash, why, how often.';

-- A record may be presented a second time, in a dispute; each presentment is answered by itself.
alter table reconciliation.city_sent_record add column presentment smallint not null default 1;
alter table reconciliation.city_sent_record add column answered_at timestamptz;
-- Accepted by its city beyond the position cap: booked when there is room again.
alter table reconciliation.city_sent_record add column waits_for_room boolean not null default false;
alter table reconciliation.city_sent_record drop constraint city_sent_record_key;
alter table reconciliation.city_sent_record add constraint city_sent_record_key
  primary key (card_no, business_date, intake_id, record_index, presentment);
alter table reconciliation.city_sent_record add constraint city_sent_record_presentment check (presentment in (1, 2));
create index city_sent_record_waiting on reconciliation.city_sent_record (city, sequence, position) where waits_for_room;

-- Reasons to dispute a refusal, and which refusals each is for; more by configuration.
create table reconciliation.dispute_reason (
  reason_code  text primary key,
  meaning      text not null,
  -- Outcomes it may be said against; empty: any refusal.
  against      text[] not null default '{}',
  constraint dispute_reason_code check (reason_code ~ '^[A-Z][0-9]{2}$')
);
comment on table reconciliation.dispute_reason is 'Reasons to dispute a refusal of another city, and against which outcomes.';
insert into reconciliation.dispute_reason (reason_code, meaning, against) values
  ('T01', 'the record is whole and its TAC was read right: check it again', '{01,05}'),
  ('C01', 'the card is in the issuer''s number range', '{02,0A,0D}'),
  ('D01', 'the other record is of another purchase', '{03,04}'),
  ('H01', 'the hotlist entry was not in force at the terminal', '{06}'),
  ('B01', 'the balance was enough on the card: a load is missing', '{07,08}'),
  ('P01', 'terminal, time or amount were as agreed', '{09,0B,0C,0E,10}'),
  ('Z99', 'another reason, in words', '{}');

create table reconciliation.city_dispute (
  dispute_no    bigint generated always as identity primary key,
  -- out: we dispute their refusal; in: they dispute ours.
  direction     text not null,
  city          text not null,
  -- The refused row: our CCIP and place, or theirs.
  sequence      bigint not null,
  position      integer not null,
  card_no       text not null,
  business_date date not null,
  intake_id     bigint not null,
  record_index  integer not null,
  amount_fen    bigint not null,
  outcome       text not null,
  reason_code   text not null references reconciliation.dispute_reason,
  words         text not null,
  opened_by     text not null,
  opened_at     timestamptz not null default clock_timestamp(),
  answer_due    date not null,
  state         text not null default 'open',
  -- The CCIP in which the record was presented again.
  presented_in  bigint,
  approval_id   bigint,
  ended_at      timestamptz,
  ended_by      text,
  answer_words  text,
  posting_key   text,
  constraint city_dispute_direction check (direction in ('out', 'in')),
  constraint city_dispute_state check (state in ('open', 'presented', 'accepted', 'refused', 'expired')),
  constraint city_dispute_presented check ((state = 'presented') <= (presented_in is not null) and (presented_in is null or direction = 'out')),
  constraint city_dispute_ended check ((state in ('open', 'presented')) = (ended_at is null) and (ended_at is null) = (ended_by is null)
                                       and (ended_at is null) = (answer_words is null)),
  constraint city_dispute_booked check ((state = 'accepted') = (posting_key is not null))
);
comment on table reconciliation.city_dispute is 'Refusals one city disputes with another: the row, the reason, the deadline, whether the record was presented again, how it ended.';
create unique index city_dispute_once on reconciliation.city_dispute (direction, city, sequence, position);
create index city_dispute_open on reconciliation.city_dispute (answer_due) where state in ('open', 'presented');

-- What the centre says of a day: which answers it has netted, and what it comes to for us.
create table reconciliation.city_statement (
  statement_name text primary key references reconciliation.city_file,
  centre         text not null,
  statement_date date not null,
  -- What other cities' cards spent here, what ours spent there, the centre's fee; net is what the centre pays us.
  to_us_fen      bigint not null,
  from_us_fen    bigint not null,
  fee_fen        bigint not null,
  net_fen        bigint not null,
  constraint city_statement_net check (net_fen = to_us_fen - from_us_fen - fee_fen)
);
comment on table reconciliation.city_statement is 'Statements of a centre that nets for several cities.';

create table reconciliation.city_statement_line (
  statement_name text not null references reconciliation.city_statement,
  line_no        integer not null,
  issuer_city    text not null,
  acquirer_city  text not null,
  -- Of the CCIR it counts.
  sequence       bigint not null,
  accepted_fen   bigint not null,
  -- What our books say; none: we know no such answer.
  ours_fen       bigint,
  state          text not null,
  posting_key    text,
  constraint city_statement_line_key primary key (statement_name, line_no),
  constraint city_statement_line_state check (state in ('equal', 'amount', 'only-theirs', 'duplicate')),
  constraint city_statement_line_booked check (posting_key is null or state = 'equal')
);
comment on table reconciliation.city_statement_line is 'Answers a centre counted in a statement, against ours; equal ones were booked over to the centre.';
create unique index city_statement_line_once on reconciliation.city_statement_line (issuer_city, acquirer_city, sequence) where state = 'equal';

alter table reconciliation.city_file drop constraint city_file_kind;
alter table reconciliation.city_file add constraint city_file_kind check (kind in ('ccip', 'ccir', 'statement', 'list'));
alter table reconciliation.city_file drop constraint city_file_count;
alter table reconciliation.city_file add constraint city_file_count check (record_count > 0 or (record_count = 0 and kind in ('statement', 'list')));

-- Files as text rows, for cities that agreed on them: the binary file beside it says the same.
create table reconciliation.city_text_file (
  text_name text primary key,
  file_name text not null references reconciliation.city_file,
  direction text not null,
  content   bytea not null,
  sha256    bytea not null,
  signature bytea,
  constraint city_text_file_direction check (direction in ('out', 'in')),
  constraint city_text_file_signed check (direction = 'out' or signature is not null)
);
comment on table reconciliation.city_text_file is 'Text forms of files exchanged with cities that agreed on CJ/T 332-style rows, as they travelled.';
create index city_text_file_of on reconciliation.city_text_file (file_name);

-- The hotlist of another city's cards as that city published it last.
create table reconciliation.city_hotlist (
  city          text primary key,
  sequence      bigint not null,
  entries       integer not null,
  taken_at      timestamptz not null default clock_timestamp()
);
comment on table reconciliation.city_hotlist is 'The newest hotlist each city has sent of its own cards.';
