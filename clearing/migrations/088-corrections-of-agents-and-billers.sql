-- A load or a bill that was paid for and has not arrived: the agent or biller that has the money pays it back.
alter table clearing.credit_correction
  drop constraint credit_correction_payer,
  drop constraint credit_correction_purchase,
  add constraint credit_correction_payer check (payer in ('company', 'operator', 'agent', 'biller') and (payer = 'company') = (participant_no is null)),
  add constraint credit_correction_purchase check (num_nulls(purchase_card_no, purchase_date, purchase_intake, purchase_index) in (0, 4)
    and (payer <> 'operator' or purchase_intake is not null));
