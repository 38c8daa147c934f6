-- Cancelled loads ("500 for 50"): the card is debited at a counter, the money goes back where the load took it from.

-- The debit of a cancellation takes its place in the card's chain of offline counters like a purchase, so it has a record and
-- an intake of its own; it is never paid to anybody a second time.
alter table clearing.intake drop constraint intake_source;
alter table clearing.intake add constraint intake_source check (source in ('message', 'bill', 'ccpf', 'xf', 'ccip', 'cancellation'));

-- One cancellation per load, for life. While it is 'debiting', nobody knows yet whether the card has paid: the row was
-- committed before the card was asked to, and only the card itself can end the doubt.
create table clearing.load_cancellation (
  card_no            text not null,
  load_id            bigint not null,
  amount_fen         bigint not null,
  state              text not null default 'proposed',
  approval_id        bigint not null,
  proposed_by        text not null,
  approved_by        text,
  proposed_at        timestamptz not null default clock_timestamp(),
  approved_at        timestamptz,
  counter            text,
  participant_no     text,
  sam_no             text,
  sam_transaction_no bigint,
  offline_counter    integer,
  balance_before_fen bigint,
  card_random        bytea,
  key_version        smallint,
  algorithm_byte     smallint,
  debit_date         text,
  debit_time         text,
  debited_by         text,
  debit_begun_at     timestamptz,
  tac                bytea,
  recovered          boolean,
  posting_key        text,
  posted_date        date,
  posted_at          timestamptz,
  constraint load_cancellation_key primary key (card_no, load_id),
  constraint load_cancellation_amount check (amount_fen > 0),
  constraint load_cancellation_state check (state in ('proposed', 'approved', 'debiting', 'posted')),
  constraint load_cancellation_two_people check (approved_by <> proposed_by),
  constraint load_cancellation_approved check ((state = 'proposed') = (approved_by is null) and (approved_by is null) = (approved_at is null)),
  constraint load_cancellation_debit check ((state in ('debiting', 'posted')) = (sam_no is not null)
    and num_nulls(counter, participant_no, sam_no, sam_transaction_no, offline_counter, balance_before_fen, card_random, key_version,
                  algorithm_byte, debit_date, debit_time, debited_by, debit_begun_at) in (0, 13)),
  constraint load_cancellation_posted check ((state = 'posted') = (posted_at is not null)
    and num_nulls(tac, recovered, posting_key, posted_date, posted_at) in (0, 5))
) partition by hash (card_no);

select clearing.create_card_partitions('load_cancellation', false);
create index load_cancellation_open on clearing.load_cancellation (debit_begun_at) where state = 'debiting';
create index load_cancellation_by_day on clearing.load_cancellation (posted_date) where posted_date is not null;
