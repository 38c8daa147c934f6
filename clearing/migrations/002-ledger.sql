-- Double-entry ledger. The only write is clearing.ledger_post (003): a set of postings, each applied whole or not at all.
-- Accounts of participants, banks and income are few and hot; accounts of cards are many and keyed by card number.

create table clearing.account_kind (
  kind        text primary key,
  normal_side text not null,
  card_keyed  boolean not null,
  constraint account_kind_side check (normal_side in ('debit', 'credit')),
  constraint account_kind_terms unique (kind, normal_side)
);
insert into clearing.account_kind (kind, normal_side, card_keyed) values
  ('bank-custody', 'debit', false), ('bank-receiving', 'debit', false), ('bank-paying', 'debit', false),
  ('bank-card-deposits', 'debit', false), ('bank-own-funds', 'debit', false),
  ('cash-shift', 'debit', false), ('cash-in-transit', 'debit', false), ('settlement-in-transit', 'debit', false),
  ('agent-prefund', 'credit', false), ('operator-pending', 'credit', false), ('operator-payable', 'credit', false),
  ('biller-payable', 'credit', false), ('city-receivable', 'debit', false), ('city-payable', 'credit', false),
  ('concession-receivable', 'debit', false), ('former-issuer-receivable', 'debit', false),
  ('suspense', 'credit', false), ('unclaimed-refund', 'credit', false), ('fee-income', 'credit', false),
  ('rounding', 'credit', false), ('write-off', 'debit', false),
  ('purse', 'credit', true), ('pending-credit', 'credit', true), ('online', 'credit', true), ('card-deposit', 'credit', true);

create table clearing.account (
  account_code    text primary key,
  kind            text not null,
  owner           text,
  normal_side     text not null,
  debits_posted   bigint not null default 0,
  credits_posted  bigint not null default 0,
  debits_pending  bigint not null default 0,
  credits_pending bigint not null default 0,
  -- What may still be taken out, on the account's normal side, is never below floor_fen; null means no floor.
  floor_fen       bigint,
  -- How far a decision that ignores the floor has pushed the account below it; shrinks as the account recovers.
  forced_fen      bigint not null default 0,
  available_fen   bigint generated always as (
    case normal_side when 'credit' then credits_posted - debits_posted - debits_pending
                     else debits_posted - credits_posted - credits_pending end) stored,
  opened_at       timestamptz not null default now(),
  -- What was agreed when the account was opened, sealed: balances follow from transfers, these do not.
  terms_sha256    bytea not null,
  constraint account_code_form check (account_code ~ '^[a-z-]+:[0-9A-Za-z.-]+$' and split_part(account_code, ':', 1) = kind),
  constraint account_kind_terms foreign key (kind, normal_side) references clearing.account_kind (kind, normal_side),
  constraint account_not_of_card check (kind not in ('purse', 'pending-credit', 'online', 'card-deposit')),
  constraint account_sums check (least(debits_posted, credits_posted, debits_pending, credits_pending, forced_fen) >= 0),
  constraint account_floor check (floor_fen is null or
    (case normal_side when 'credit' then credits_posted - debits_posted - debits_pending
                      else debits_posted - credits_posted - credits_pending end) + forced_fen >= floor_fen)
);

create table clearing.card_account (
  card_no         text not null,
  kind            text not null,
  debits_posted   bigint not null default 0,
  credits_posted  bigint not null default 0,
  debits_pending  bigint not null default 0,
  credits_pending bigint not null default 0,
  -- No product of ours has an overdraft yet; the column is where it will stand.
  floor_fen       bigint not null default 0,
  forced_fen      bigint not null default 0,
  available_fen   bigint generated always as (credits_posted - debits_posted - debits_pending) stored,
  constraint card_account_key primary key (card_no, kind),
  constraint card_account_kind check (kind in ('purse', 'pending-credit', 'online', 'card-deposit')),
  constraint card_account_sums check (least(debits_posted, credits_posted, debits_pending, credits_pending, forced_fen) >= 0),
  constraint card_account_floor check (credits_posted - debits_posted - debits_pending + forced_fen >= floor_fen)
) partition by hash (card_no);

-- The identity of a posting, for life: the same key with the same content is the same posting, with other content an error.
-- card_no is '' for postings that concern no card.
create table clearing.ledger_posting (
  card_no        text not null,
  posting_key    text not null,
  content_sha256 bytea not null,
  business_date  date not null,
  constraint ledger_posting_key primary key (card_no, posting_key),
  constraint ledger_posting_card check (card_no ~ '^([0-9]{19,20})?$'),
  constraint ledger_posting_key_form check (posting_key <> '' and posting_key !~ '[[:cntrl:]]')
) partition by hash (card_no);

create table clearing.ledger_transfer (
  card_no        text not null,
  business_date  date not null,
  posting_key    text not null,
  leg            smallint not null,
  debit_account  text not null,
  credit_account text not null,
  amount_fen     bigint not null,
  phase          text not null,
  resolves_key   text,
  reason         text not null,
  posted_at      timestamptz not null,
  chunk_no       bigint not null,
  position       integer not null,
  row_sha256     bytea not null,
  constraint ledger_transfer_key primary key (card_no, business_date, posting_key, leg),
  constraint ledger_transfer_amount check (amount_fen > 0),
  constraint ledger_transfer_sides check (debit_account <> credit_account),
  constraint ledger_transfer_phase check (phase in ('posted', 'pending', 'post', 'void')),
  constraint ledger_transfer_resolves check ((phase in ('post', 'void')) = (resolves_key is not null)),
  constraint ledger_transfer_text check (reason !~ '[[:cntrl:]]')
) partition by hash (card_no);

-- What is pending now or was: narrow, for finding and resolving it.
create table clearing.ledger_pending (
  card_no        text not null,
  posting_key    text not null,
  leg            smallint not null,
  debit_account  text not null,
  credit_account text not null,
  amount_fen     bigint not null,
  state          text not null default 'pending',
  constraint ledger_pending_key primary key (card_no, posting_key, leg),
  constraint ledger_pending_state check (state in ('pending', 'posted', 'void'))
) partition by hash (card_no);

create table clearing.ledger_chunk (
  chunk_no        bigint primary key,
  previous_sha256 bytea not null,
  chunk_sha256    bytea not null,
  transfer_count  integer not null,
  sealed_at       timestamptz not null
);

-- The head of the chain: one row, locked last and only until the commit.
create table clearing.ledger_head (
  only_row     boolean primary key default true,
  chunk_no     bigint not null,
  chunk_sha256 bytea not null,
  sealed_at    timestamptz not null,
  constraint ledger_head_single check (only_row)
);
insert into clearing.ledger_head (chunk_no, chunk_sha256, sealed_at) values (0, sha256('city card ledger'::bytea), now());

-- Eight hash partitions; history below them by year, so that a closed year detaches.
create function clearing.create_year_partitions(p_parent text, p_year integer) returns void language plpgsql as $$
begin
  for i in 0..7 loop
    execute format('create table if not exists clearing.%I partition of clearing.%I for values from (%L) to (%L)',
      p_parent || '_p' || i || '_' || p_year, p_parent || '_p' || i, make_date(p_year, 1, 1), make_date(p_year + 1, 1, 1));
  end loop;
end $$;

create function clearing.create_card_partitions(p_parent text, p_by_year boolean) returns void language plpgsql as $$
begin
  for i in 0..7 loop
    execute format('create table clearing.%I partition of clearing.%I for values with (modulus 8, remainder %s)%s',
      p_parent || '_p' || i, p_parent, i, case when p_by_year then ' partition by range (business_date)' else '' end);
  end loop;
end $$;

select clearing.create_card_partitions('card_account', false), clearing.create_card_partitions('ledger_posting', false),
       clearing.create_card_partitions('ledger_pending', false), clearing.create_card_partitions('ledger_transfer', true);
select clearing.create_year_partitions('ledger_transfer', year) from generate_series(2026, 2027) as year;
create index ledger_transfer_by_chunk on clearing.ledger_transfer (chunk_no, position);
create index ledger_transfer_by_day on clearing.ledger_transfer (business_date, credit_account);
