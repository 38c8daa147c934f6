-- How a participant is settled, by date: what is netted with what, when, from which amount on, and how soon the bank pays.
-- mode: domain F.4 — 1 all netted, 2 none, 3 fees apart, 4 refunds apart. netting: whether its accounts with us are set off.
create table clearing.settlement_terms (
  terms_id               bigint generated always as identity primary key,
  participant_no         text references clearing.participant,
  industry               smallint,
  subject                text generated always as (case when participant_no is not null then 'participant:' || participant_no
                                                        when industry is not null then 'industry:' || industry::text else 'everybody' end) stored,
  mode                   smallint not null,
  netting                text not null,
  rhythm                 jsonb not null,
  refund_rhythm          jsonb,
  fee_rhythm             jsonb,
  threshold_fen          bigint not null,
  carry_at_most_days     integer,
  pay_after_working_days smallint not null,
  valid_from             date not null,
  valid_to               date,
  version                integer not null,
  constraint settlement_terms_subject check (participant_no is null or industry is null),
  constraint settlement_terms_mode check (mode between 1 and 4),
  constraint settlement_terms_netting check (netting in ('multilateral', 'bilateral', 'gross')),
  constraint settlement_terms_threshold check (threshold_fen >= 0 and carry_at_most_days > 0),
  constraint settlement_terms_pay check (pay_after_working_days between 1 and 30),
  constraint settlement_terms_dates check (valid_to >= valid_from),
  constraint settlement_terms_no_overlap exclude using gist (subject with =, daterange(valid_from, valid_to, '[]') with &&)
);
create function clearing.settlement_terms_gap_guard() returns trigger language plpgsql as $$
declare
  v_subject text;
begin
  select t.subject into v_subject
    from (select subject, valid_from, lag(valid_to) over w as ended, row_number() over w as place
            from clearing.settlement_terms window w as (partition by subject order by valid_from)) t
   where t.place > 1 and (t.ended is null or t.ended + 1 <> t.valid_from) limit 1;
  if v_subject is not null then
    raise exception 'the settlement terms of % have a gap', v_subject using errcode = 'check_violation', constraint = 'settlement_terms_no_gap';
  end if;
  return null;
end $$;
create constraint trigger settlement_terms_no_gap after insert or update or delete on clearing.settlement_terms
  deferrable initially deferred for each row execute function clearing.settlement_terms_gap_guard();

-- A sheet for each part that is not netted with the others; which part it is, and when such a part is settled.
alter table clearing.settlement_sheet
  add column part text not null default '1',
  add column rhythm text not null default 'every day',
  drop constraint settlement_sheet_once,
  add constraint settlement_sheet_once unique (business_date, participant_no, part),
  add constraint settlement_sheet_part check (part in ('1', '21', '22', '23', '31', '32', '41', '42', '51', '52'));
comment on column clearing.settlement_sheet.part is
  'What is netted in it: 1 everything; 21 sales, 22 refunds, 23 fees; 31 sales and refunds, 32 fees; 41 sales and fees, 42 refunds; 51 an account of its own that is owed, 52 one that is owing.';
comment on column clearing.settlement_sheet.rhythm is 'When the part is settled, in words.';

-- What has to be settled between parties after netting: with the clearing house for those netted multilaterally, pair by
-- pair for those netted bilaterally, obligation by obligation for the rest.
create table clearing.net_settlement (
  business_date date not null references clearing.business_day,
  from_party    text not null,
  to_party      text not null,
  amount_fen    bigint not null,
  constraint net_settlement_key primary key (business_date, from_party, to_party),
  constraint net_settlement_amount check (amount_fen > 0 and from_party <> to_party)
);

-- The proof of a day's netting: nothing appeared or was lost, before and after. Checked again by the next stage.
create table clearing.netting_proof (
  business_date      date primary key references clearing.business_day,
  obligations        integer not null,
  obligations_fen    bigint not null,
  parties            integer not null,
  before_sum_fen     bigint not null,
  after_sum_fen      bigint not null,
  settlements        integer not null,
  settlements_fen    bigint not null,
  settlement_sum_fen bigint not null,
  proved_at          timestamptz not null default clock_timestamp(),
  constraint netting_proof_zero check (before_sum_fen = 0 and after_sum_fen = 0 and settlement_sum_fen = 0),
  constraint netting_proof_less check (settlements_fen <= obligations_fen)
);
create trigger netting_proof_guard before update or delete or truncate on clearing.netting_proof
  for each statement execute function clearing.day_record_guard();
