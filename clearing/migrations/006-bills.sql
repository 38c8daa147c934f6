-- Bills paid with a purse (message 12): who can be paid, and what became of each payment.

create table clearing.biller (
  biller_code    text primary key,
  participant_no text not null references clearing.participant,
  base_url       text not null,
  constraint biller_code_form check (biller_code ~ '^[0-9A-Z]{4}$'),
  constraint biller_base_url check (base_url ~ '^https?://')
);

-- Keyed by what the TAC proves of the purchase, not by the message that brought it: however often and by whatever way the
-- record arrives, it pays one bill. The amount is owed to the biller once the record is accepted (settled 'biller'), or to
-- the card when the biller refused (settled 'card'). A purchase that is refused in the end moves no money: with the bill paid that
-- is somebody's loss and an alarm ('loss'), else nothing is owed ('void').
create table clearing.bill_payment (
  card_no            text not null,
  sam_no             text not null,
  sam_transaction_no bigint not null,
  issuer_city        text not null,
  payment_id         text not null,
  biller_code        text not null,
  customer           text not null,
  bill_reference     text not null,
  amount_fen         bigint not null,
  state              text not null default 'asked',
  receipt            text not null default '',
  meter_token        text not null default '',
  refusal            text,
  settled            text,
  asked_at           timestamptz not null,
  decided_at         timestamptz,
  settled_at         timestamptz,
  constraint bill_payment_key primary key (card_no, sam_no, sam_transaction_no),
  constraint bill_payment_state check (state in ('asked', 'paid', 'refused')),
  constraint bill_payment_decided check ((state = 'asked') = (decided_at is null)),
  constraint bill_payment_refusal check ((state = 'refused') = (refusal is not null)),
  constraint bill_payment_settled check ((settled is null) = (settled_at is null) and (settled is null
    or (settled in ('biller', 'loss') and state = 'paid') or (settled in ('card', 'void') and state = 'refused'))),
  constraint bill_payment_amount check (amount_fen >= 0),
  constraint bill_payment_receipt check (char_length(receipt) <= 16 and meter_token ~ '^([0-9]{20})?$')
) partition by hash (card_no);

select clearing.create_card_partitions('bill_payment', false);
create index bill_payment_unsettled on clearing.bill_payment (card_no) where settled is null;
