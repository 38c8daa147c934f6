-- Purchases are decided card by card now (078), no longer in the order they came: an index that begins with the SAM is written all over, one that
-- begins with the card where the last purchase was written. Of 600 000 purchases in sets of 5 000, their keys cost a fifth less CPU and a
-- fifth less log this way, and the more there are the more it is. Whoever looks a key up names the card.
alter table clearing.purchase_identity drop constraint purchase_identity_transaction;
alter table clearing.purchase_identity add constraint purchase_identity_transaction unique (card_no, issuer_city, sam_no, sam_transaction_no);
