-- Money given back to a card because something was wrong: it becomes pending credit, paid by the company or by the operator that
-- took too much. A case is corrected once, whoever asks how often.
create table clearing.credit_correction (
  card_no         text not null,
  case_no         text not null,
  amount_fen      bigint not null,
  payer           text not null,
  participant_no  text references clearing.participant,
  -- The purchase that was wrong; its card may have been replaced since.
  purchase_card_no text,
  purchase_date   date,
  purchase_intake bigint,
  purchase_index  integer,
  reason          text not null,
  approval_id     bigint not null,
  proposed_by     text not null,
  proposed_at     timestamptz not null default clock_timestamp(),
  approved_by     text,
  posted_date     date,
  constraint credit_correction_key primary key (card_no, case_no),
  constraint credit_correction_amount check (amount_fen > 0),
  constraint credit_correction_payer check (payer in ('company', 'operator') and (payer = 'operator') = (participant_no is not null)),
  constraint credit_correction_purchase check (num_nulls(purchase_card_no, purchase_date, purchase_intake, purchase_index) in (0, 4)
    and (payer = 'company' or purchase_intake is not null)),
  constraint credit_correction_two_people check (approved_by <> proposed_by),
  constraint credit_correction_posted check ((approved_by is null) = (posted_date is null))
) partition by hash (card_no);
select clearing.create_card_partitions('credit_correction', false);
create index credit_correction_by_purchase on clearing.credit_correction (purchase_intake, purchase_index) where purchase_intake is not null;
comment on table clearing.credit_correction is 'Credits to cards for something that was wrong, proposed by one person and booked by another.';
