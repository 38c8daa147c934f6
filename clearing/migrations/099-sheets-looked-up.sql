-- Sheets are looked up by participant over many days, and by the sheet they were carried into.
create index settlement_sheet_of_participant on clearing.settlement_sheet (participant_no, business_date);
create index settlement_sheet_carried_into on clearing.settlement_sheet (carried_into) where carried_into is not null;
