-- Two parties of whom one settles gross have sheets of their own too, what is owed apart from what is owing.
alter table clearing.settlement_sheet
  drop constraint settlement_sheet_part,
  drop constraint settlement_sheet_counterparty,
  add constraint settlement_sheet_part check (part in ('1', '21', '22', '23', '31', '32', '41', '42', '51', '52', '61', '71', '72')),
  add constraint settlement_sheet_counterparty check ((part in ('61', '71', '72')) = (counterparty <> ''));
comment on column clearing.settlement_sheet.part is
  'What is netted in it: 1 everything; 21 sales, 22 refunds, 23 fees; 31 sales and refunds, 32 fees; 41 sales and fees, 42 refunds; 51 an account of its own that is owed, 52 one that is owing; 61 what is between the participant and one other; 71 what one other owes it, 72 what it owes that other, not set off.';
comment on column clearing.settlement_sheet.counterparty is 'Of parts 61, 71 and 72, the other: a participant by its number, another city as city:<code>; empty else.';
