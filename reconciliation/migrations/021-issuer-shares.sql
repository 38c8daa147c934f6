-- The issuing city's share of fees, agreed between two cities: so many millionths of what each answer accepts, from a day on.
alter table reconciliation.city_agreement
  add column issuer_share_millionths integer not null default 0,
  add column issuer_share_from date not null default '2000-01-01',
  add constraint city_agreement_share check (issuer_share_millionths between 0 and 100000),
  -- Text rows regroup answers on their way, so that the two sides would round other sums.
  add constraint city_agreement_share_form check (issuer_share_millionths = 0 or format = 'binary');
comment on column reconciliation.city_agreement.issuer_share_millionths is 'What the city that issued the cards gets of the amount an answer accepts, in millionths; borne by the city of the terminals.';
comment on column reconciliation.city_agreement.issuer_share_from is 'First business date of answers for which that share holds.';

alter table reconciliation.city_file
  add column share_fen bigint not null default 0,
  add constraint city_file_share check (share_fen >= 0 and (share_fen = 0 or kind = 'ccir'));
comment on column reconciliation.city_file.share_fen is 'Of an answer: the share of the issuing city, booked with it.';

alter table reconciliation.city_statement
  add column share_fen bigint not null default 0,
  drop constraint city_statement_net,
  add constraint city_statement_net check (net_fen = to_us_fen - from_us_fen + share_fen - fee_fen);
comment on column reconciliation.city_statement.share_fen is 'Shares of fees that are ours as the issuing city less those of the other cities.';
alter table reconciliation.city_statement_line
  add column share_fen bigint not null default 0,
  add column our_share_fen bigint not null default 0;
comment on column reconciliation.city_statement_line.share_fen is 'The share of the issuing city as the centre counts it.';
comment on column reconciliation.city_statement_line.our_share_fen is 'The same as our books have it.';

-- What waited for room before anybody told the rules about silent cities.
insert into clearing.accepted_beyond_cap (card_no, business_date, intake_id, record_index)
select card_no, business_date, intake_id, record_index from reconciliation.city_sent_record where waits_for_room
on conflict do nothing;
