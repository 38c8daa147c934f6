-- Fewer and nearer places to write for each purchase of a day of millions.
--
-- Records and keys of SAMs come in the order they were made, so indexes that begin with intake or SAM are written at their ends;
-- those that begin with the card are written all over. One index by card remains for all purchases (their counters, in
-- purchase_identity), and one for the few records that are not accepted. Days are found through block ranges: records of a day lie
-- together. What a purchase leaves on its card stands beside its counter, so that neighbours are compared in one look-up.

alter table clearing.purchase_record drop constraint purchase_record_key;
drop index clearing.purchase_record_by_intake, clearing.purchase_record_by_posted_date, clearing.purchase_record_open;
alter table clearing.purchase_record add constraint purchase_record_key primary key (intake_id, record_index, card_no, business_date);
create index purchase_record_by_day on clearing.purchase_record
  using brin (business_date, posted_date) with (pages_per_range = 32, autosummarize = on);
create index purchase_record_apart on clearing.purchase_record (card_no, offline_counter)
  where state in ('routed', 'suspicious', 'rejected');
create index purchase_record_free on clearing.purchase_record (card_no, posted_date) where amount_fen = 0 and state = 'accepted';

alter table clearing.purchase_identity drop constraint purchase_identity_transaction;
alter table clearing.purchase_identity add constraint purchase_identity_transaction
  unique (sam_no, sam_transaction_no, card_no, issuer_city);

-- Null where nobody told them: the record tells.
alter table clearing.purchase_identity add column balance_before_fen bigint, add column amount_fen bigint, add column tapped_at timestamptz;
update clearing.purchase_identity i set balance_before_fen = r.balance_before_fen, amount_fen = r.amount_fen, tapped_at = r.tapped_at
  from clearing.purchase_record r
 where r.intake_id = i.intake_id and r.record_index = i.record_index and r.card_no = i.card_no and r.business_date = i.business_date;
