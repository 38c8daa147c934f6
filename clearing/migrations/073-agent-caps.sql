-- How far a load agent may go below zero, and what covers that. The cap is the floor of its prefund account, so that the ledger refuses
-- the load beyond it, whoever asks.
create table clearing.agent_cap (
  participant_no text not null references clearing.participant,
  version        integer not null,
  cap_fen        bigint not null,
  -- Guarantee or deposit the agent has given, and where that is written.
  cover_fen      bigint not null,
  cover_note     text not null,
  approval_id    bigint not null,
  set_by         text not null,
  approved_by    text not null,
  set_at         timestamptz not null default clock_timestamp(),
  constraint agent_cap_key primary key (participant_no, version),
  constraint agent_cap_covered check (cap_fen >= 0 and cover_fen >= cap_fen),
  constraint agent_cap_two_people check (approved_by <> set_by)
);
comment on table clearing.agent_cap is 'Net debit caps of load agents and the cover behind them, every version; proposed by the company, approved by a supervisor.';
create trigger agent_cap_guard before update or delete or truncate on clearing.agent_cap
  for each statement execute function clearing.day_record_guard();

-- Puts a cap in force: the floor of the prefund account, sealed anew. An agent already beyond it cannot load until it has paid in.
create function clearing.set_agent_floor(p_participant text, p_floor bigint) returns boolean language sql as $$
  update clearing.account a
     set floor_fen = p_floor, forced_fen = greatest(0, p_floor - a.available_fen),
         terms_sha256 = clearing.account_terms_hash(a.account_code, a.kind, a.normal_side, a.owner, p_floor, a.opened_at)
   where a.account_code = 'agent-prefund:' || p_participant
  returning true
$$;

-- Loads of the last minutes are looked for by time.
create index load_by_time on clearing.load using brin (opened_at) with (pages_per_range = 32, autosummarize = on);
-- Forged and clashing records are rare; they are looked for by day.
create index purchase_record_forged on clearing.purchase_record (business_date, sam_no) where reason_code = '01';
create index purchase_record_clash on clearing.purchase_record (business_date, card_no) where reason_code = '04';
