-- What terminals say of their batches (message 14): kept, so that what arrives or is missed afterwards is compared with it.
create table clearing.batch_claim (
  terminal_no    text not null,
  batch_no       text not null,
  claimed_at     timestamptz not null,
  merchant_no    text not null,
  trace_no       text not null,
  load_count     bigint not null,
  load_fen       bigint not null,
  purchase_count bigint not null,
  purchase_fen   bigint not null,
  -- What the terminal was answered.
  equal          boolean not null,
  constraint batch_claim_key primary key (terminal_no, batch_no, claimed_at),
  constraint batch_claim_figures check (load_count >= 0 and load_fen >= 0 and purchase_count >= 0 and purchase_fen >= 0)
);
create index batch_claim_by_time on clearing.batch_claim using brin (claimed_at);
comment on table clearing.batch_claim is 'Totals of their batches as terminals said them, and whether ours were equal at that moment.';
