-- The clearing day: tariffs, the evidence of each stage, pricing lines, net positions, settlement sheets and payments.

-- A day moves to the next state and to no other; a closed day never changes. (The program's own table of transitions is
-- clearing/day/transitions.ts; this holds whatever a program does.)
create function clearing.business_day_guard() returns trigger language plpgsql as $$
declare
  v_states constant text[] := array['open', 'cut-off', 'validated', 'priced', 'netted', 'approved', 'instructed', 'settled', 'closed'];
begin
  if tg_op = 'DELETE' then
    raise exception 'business day % is never deleted', old.business_date;
  end if;
  if new.business_date <> old.business_date or array_position(v_states, new.state) <> array_position(v_states, old.state) + 1 then
    raise exception 'business day % cannot go from % to %', old.business_date, old.state, new.state using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger business_day_guard before update or delete on clearing.business_day
  for each row execute function clearing.business_day_guard();

-- What a stage found and did: canonical JSON as the text that was hashed, chained to the stage before it.
create table clearing.day_stage (
  business_date   date not null references clearing.business_day,
  stage           text not null,
  evidence        text not null,
  evidence_sha256 text not null,
  previous_sha256 text,
  completed_at    timestamptz not null default clock_timestamp(),
  constraint day_stage_key primary key (business_date, stage),
  constraint day_stage_hash check (evidence_sha256 = encode(sha256(convert_to(coalesce(previous_sha256, '') || evidence, 'UTF8')), 'hex'))
);
create function clearing.day_record_guard() returns trigger language plpgsql as $$
begin
  raise exception '% is only ever added to', tg_table_name;
end $$;
create trigger day_stage_guard before update or delete or truncate on clearing.day_stage
  for each statement execute function clearing.day_record_guard();

-- What the company charges, as data. A subject is one participant, one industry, or everybody; the most particular wins.
-- rate: fen per transaction (per-count), millionths of the amount (by-amount), fen per settlement line (fixed).
-- ladder: marginal sections [{"upTo": "100000", "rate": "6000"}, …, {"upTo": null, "rate": …}] in place of the one rate.
create table clearing.tariff (
  tariff_id      bigint generated always as identity primary key,
  participant_no text references clearing.participant,
  industry       smallint,
  subject        text generated always as (case when participant_no is not null then 'participant:' || participant_no
                                                when industry is not null then 'industry:' || industry::text else 'everybody' end) stored,
  kind           text not null,
  rate           numeric(18, 6),
  ladder         jsonb,
  min_fen        bigint,
  max_fen        bigint,
  -- Whether a refund takes its part of the fee back with it.
  fee_returned   boolean not null default true,
  valid_from     date not null,
  valid_to       date,
  constraint tariff_subject check (participant_no is null or industry is null),
  constraint tariff_kind check (kind in ('per-count', 'by-amount', 'fixed')),
  constraint tariff_one_rate check ((rate is null) <> (ladder is null) and (kind <> 'fixed' or ladder is null)),
  constraint tariff_rate check (rate >= 0 and (kind <> 'fixed' or rate = trunc(rate))),
  constraint tariff_bounds check (min_fen >= 0 and max_fen >= coalesce(min_fen, 0)),
  constraint tariff_dates check (valid_to >= valid_from),
  constraint tariff_no_overlap exclude using gist (subject with =, daterange(valid_from, valid_to, '[]') with &&)
);
create function clearing.tariff_gap_guard() returns trigger language plpgsql as $$
declare
  v_subject text;
begin
  select t.subject into v_subject
    from (select subject, valid_from, lag(valid_to) over w as ended, row_number() over w as place
            from clearing.tariff window w as (partition by subject order by valid_from)) t
   where t.place > 1 and (t.ended is null or t.ended + 1 <> t.valid_from) limit 1;
  if v_subject is not null then
    raise exception 'the tariffs of % have a gap', v_subject using errcode = 'check_violation', constraint = 'tariff_no_gap';
  end if;
  return null;
end $$;
create constraint trigger tariff_no_gap after insert or update or delete on clearing.tariff
  deferrable initially deferred for each row execute function clearing.tariff_gap_guard();

-- One line per participant and day. period_from is earlier than the day when days before it waited for a tariff.
create table clearing.pricing_line (
  business_date  date not null references clearing.business_day,
  participant_no text not null references clearing.participant,
  period_from    date not null,
  tariff_id      bigint not null references clearing.tariff,
  sales_count    bigint not null,
  sales_fen      bigint not null,
  refund_count   bigint not null,
  refund_fen     bigint not null,
  gross_fen      bigint not null,
  fee_fen        bigint not null,
  net_fen        bigint not null,
  constraint pricing_line_key primary key (business_date, participant_no),
  constraint pricing_line_gross check (gross_fen = sales_fen - refund_fen),
  constraint pricing_line_parts check (net_fen + fee_fen = gross_fen)
);

-- Money of a day that no tariff prices yet: it stays pending and holds up nobody else.
create table clearing.pricing_held (
  business_date  date not null references clearing.business_day,
  participant_no text not null references clearing.participant,
  gross_fen      bigint not null,
  reason         text not null,
  constraint pricing_held_key primary key (business_date, participant_no)
);

-- The day's obligations before netting (who came to owe whom), and the one position per party after it.
create table clearing.net_obligation (
  business_date date not null references clearing.business_day,
  from_party    text not null,
  to_party      text not null,
  amount_fen    bigint not null,
  constraint net_obligation_key primary key (business_date, from_party, to_party),
  constraint net_obligation_amount check (amount_fen > 0 and from_party <> to_party)
);
create table clearing.net_position (
  business_date date not null references clearing.business_day,
  party         text not null,
  receives_fen  bigint not null,
  gives_fen     bigint not null,
  net_fen       bigint not null,
  constraint net_position_key primary key (business_date, party),
  constraint net_position_parts check (net_fen = receives_fen - gives_fen)
);

create table clearing.settlement_sheet (
  sheet_no           text primary key,
  business_date      date not null references clearing.business_day,
  participant_no     text not null references clearing.participant,
  name               text not null,
  pays_from          text not null references clearing.account,
  period_from        date not null,
  sales_count        bigint not null,
  sales_fen          bigint not null,
  refund_count       bigint not null,
  refund_fen         bigint not null,
  fee_fen            bigint not null,
  other_fen          bigint not null,
  carried_in_fen     bigint not null,
  payable_fen        bigint not null,
  disposition        text not null,
  carry_reason       text,
  settlement_account jsonb,
  settle_date        date not null,
  state              text not null default 'made',
  carried_into       text references clearing.settlement_sheet,
  maker              text,
  checker            text,
  constraint settlement_sheet_once unique (business_date, participant_no),
  constraint settlement_sheet_no_length check (char_length(sheet_no) <= 32),
  constraint settlement_sheet_sum check (payable_fen = sales_fen - refund_fen - fee_fen + other_fen + carried_in_fen),
  constraint settlement_sheet_disposition check (disposition in ('pay', 'carry') and (disposition = 'carry') = (carry_reason is not null)),
  constraint settlement_sheet_pays check (disposition = 'carry' or (payable_fen > 0 and settlement_account is not null)),
  constraint settlement_sheet_state check (state in ('made', 'approved', 'carried', 'instructed', 'rejected', 'paid')),
  constraint settlement_sheet_carried check (carried_into is null or state = 'carried'),
  constraint settlement_sheet_two_people check (maker <> checker)
);
create index settlement_sheet_carried_open on clearing.settlement_sheet (participant_no) where state = 'carried' and carried_into is null;

create table clearing.payment_message (
  message_id         text primary key,
  business_date      date not null references clearing.business_day,
  requested_date     date not null,
  payment_count      integer not null,
  amount_fen         bigint not null,
  xml                text not null,
  xml_sha256         text not null,
  made_at            timestamptz not null,
  constraint payment_message_id_length check (char_length(message_id) <= 35),
  constraint payment_message_hash check (xml_sha256 = encode(sha256(convert_to(xml, 'UTF8')), 'hex')),
  constraint payment_message_count check (payment_count > 0 and amount_fen > 0)
);
create index payment_message_by_day on clearing.payment_message (business_date);

-- One instruction to the bank. A rejected one leaves its sheet payable; the next attempt has an id of its own.
create table clearing.payment (
  end_to_end_id  text primary key,
  sheet_no       text not null references clearing.settlement_sheet,
  attempt        integer not null,
  message_id     text not null references clearing.payment_message,
  business_date  date not null references clearing.business_day,
  amount_fen     bigint not null,
  posting_key    text not null unique,
  state          text not null default 'pending',
  reason         text,
  bank_reference text,
  booked_at      timestamptz,
  decided_at     timestamptz,
  constraint payment_id_length check (char_length(end_to_end_id) <= 35),
  constraint payment_attempt unique (sheet_no, attempt),
  constraint payment_amount check (amount_fen > 0),
  constraint payment_state check (state in ('pending', 'posted', 'rejected')),
  constraint payment_decided check ((state = 'pending') = (decided_at is null)),
  constraint payment_proved check ((state = 'posted') = (bank_reference is not null and booked_at is not null))
);
create unique index payment_one_live on clearing.payment (sheet_no) where state <> 'rejected';
create index payment_by_day on clearing.payment (business_date);

-- The reports of a closed day, byte for byte as they were made.
create table clearing.day_report (
  business_date date not null references clearing.business_day,
  name          text not null,
  content       bytea not null,
  sha256        text not null,
  constraint day_report_key primary key (business_date, name),
  constraint day_report_hash check (sha256 = encode(sha256(content), 'hex'))
);
create trigger day_report_guard before update or delete or truncate on clearing.day_report
  for each statement execute function clearing.day_record_guard();
