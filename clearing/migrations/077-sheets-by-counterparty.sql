-- Who is netted bilaterally gets a sheet for each counterparty: the difference of what both gave each other.
alter table clearing.settlement_sheet
  add column counterparty text not null default '',
  drop constraint settlement_sheet_once,
  drop constraint settlement_sheet_part,
  add constraint settlement_sheet_once unique (business_date, participant_no, part, counterparty),
  add constraint settlement_sheet_part check (part in ('1', '21', '22', '23', '31', '32', '41', '42', '51', '52', '61')),
  add constraint settlement_sheet_counterparty check ((part = '61') = (counterparty <> ''));
comment on column clearing.settlement_sheet.part is
  'What is netted in it: 1 everything; 21 sales, 22 refunds, 23 fees; 31 sales and refunds, 32 fees; 41 sales and fees, 42 refunds; 51 an account of its own that is owed, 52 one that is owing; 61 what is between the participant and one other.';
comment on column clearing.settlement_sheet.counterparty is 'Of part 61, the other: a participant by its number, another city as city:<code>; empty else.';
