-- Fees by deal (purchase, load, bill), by the industry the record of a purchase bears, and fees that the company pays.
alter table clearing.tariff drop constraint tariff_no_overlap;
alter table clearing.tariff drop column subject;
alter table clearing.tariff
  add column deal text,
  add column record_industry smallint,
  add column direction text not null default 'in',
  add column subject text generated always as ((case when participant_no is not null then 'participant:' || participant_no
                                                     when industry is not null then 'industry:' || industry::text else 'everybody' end)
                                               || coalesce('/' || product, '') || coalesce('/' || deal, '')
                                               || coalesce('/sold-in:' || record_industry::text, '')) stored,
  add constraint tariff_deal check (deal in ('purchase', 'load', 'bill')),
  add constraint tariff_record_industry check (record_industry is null or record_industry between 1 and 255 and deal is distinct from 'load'),
  add constraint tariff_direction check (direction in ('in', 'out')),
  add constraint tariff_no_overlap exclude using gist (subject with =, daterange(valid_from, valid_to, '[]') with &&);
comment on column clearing.tariff.deal is 'What it prices: purchase, load (cash taken by an agent) or bill; null: purchases and bills.';
comment on column clearing.tariff.record_industry is 'Only purchases whose record bears this industry (byte 55); null: all.';
comment on column clearing.tariff.direction is 'in: the participant pays the fee; out: the company pays it to the participant.';
