-- A closed year leaves the ledger: its transfers and chunks are exported, what they came to is carried forward per account, and the
-- archive is sealed in the chain by a chunk of its own that holds no transfer.
create table clearing.ledger_archive (
  year            integer primary key,
  transfer_count  bigint not null,
  chunk_count     bigint not null,
  -- Of the exported file, byte for byte.
  file_sha256     bytea not null,
  file_bytes      bigint not null,
  -- Over every row of clearing.ledger_carried of the year, and over every posting key of the year, in order.
  carried_sha256  bytea not null,
  keys_sha256     bytea not null,
  archived_at     timestamptz not null,
  archived_by     text not null,
  -- Over all of the above and the ranges; the chunk holds it in place of hashes of transfers.
  seal_sha256     bytea not null,
  seal_chunk      bigint not null unique
);
comment on table clearing.ledger_archive is 'Years of the ledger that were exported and detached.';

-- The chunks of a year are one stretch of the chain, or several where days of two years were posted to in turns.
create table clearing.ledger_archive_range (
  first_chunk     bigint primary key,
  last_chunk      bigint not null unique,
  year            integer not null references clearing.ledger_archive,
  previous_sha256 bytea not null,
  last_sha256     bytea not null,
  last_sealed_at  timestamptz not null,
  constraint ledger_archive_range_order check (last_chunk >= first_chunk)
);
comment on table clearing.ledger_archive_range is 'Stretches of the chain that are in archives, with the hash before and the last hash of each.';

-- What the transfers of an archived year came to, per account: with the transfers that are left, the balances.
create table clearing.ledger_carried (
  card_no         text not null,
  account         text not null,
  year            integer not null,
  debits_posted   bigint not null,
  credits_posted  bigint not null,
  debits_pending  bigint not null,
  credits_pending bigint not null,
  constraint ledger_carried_key primary key (card_no, account, year)
) partition by hash (card_no);
select clearing.create_card_partitions('ledger_carried', false);
comment on table clearing.ledger_carried is 'Turnover of archived years, per account.';

-- Chunks are sealed one after the other: block ranges find those of a time.
create index ledger_chunk_by_time on clearing.ledger_chunk using brin (sealed_at) with (pages_per_range = 16, autosummarize = on);

-- The hash a chunk has to follow: of the chunk before it, or of the end of an archived stretch, or what the chain begins with.
create function clearing.ledger_hash_before(p_chunk bigint) returns bytea language sql stable as $$
  select case when p_chunk = 1 then sha256('city card ledger'::bytea)
              else coalesce((select c.chunk_sha256 from clearing.ledger_chunk c where c.chunk_no = p_chunk - 1),
                            (select r.last_sha256 from clearing.ledger_archive_range r where r.last_chunk = p_chunk - 1)) end
$$;

-- What every account came to by transfers: those in the ledger and those carried.
create view clearing.ledger_turnover as
  select m.card_no, m.account, sum(m.debits_posted) as debits_posted, sum(m.credits_posted) as credits_posted,
         sum(m.debits_pending) as debits_pending, sum(m.credits_pending) as credits_pending
    from (select case when k.kind is not null then t.card_no else '' end as card_no, s.account,
                 case when s.side = 'debit' and t.phase in ('posted', 'post') then t.amount_fen else 0 end as debits_posted,
                 case when s.side = 'credit' and t.phase in ('posted', 'post') then t.amount_fen else 0 end as credits_posted,
                 case when s.side <> 'debit' or t.phase = 'posted' then 0 when t.phase = 'pending' then t.amount_fen else -t.amount_fen end as debits_pending,
                 case when s.side <> 'credit' or t.phase = 'posted' then 0 when t.phase = 'pending' then t.amount_fen else -t.amount_fen end as credits_pending
            from clearing.ledger_transfer t
           cross join lateral (values ('debit', t.debit_account), ('credit', t.credit_account)) as s(side, account)
            left join clearing.account_kind k on k.kind = s.account and k.card_keyed
          union all
          select card_no, account, debits_posted, credits_posted, debits_pending, credits_pending from clearing.ledger_carried) m
   group by 1, 2;
comment on view clearing.ledger_turnover is 'What every account came to by transfers, those in the ledger and those of archived years.';

create function clearing.ledger_carried_digest(p_year integer) returns bytea language sql stable as $$
  select coalesce(sha256(string_agg(d.digest, ''::bytea order by d.place)), sha256(''::bytea))
    from (select 0 as place, sha256(''::bytea) as digest
          union all
          select 1 + row_number() over (order by c.card_no, c.account),
                 sha256(record_send(row(c.card_no, c.account, c.debits_posted, c.credits_posted, c.debits_pending, c.credits_pending)))
            from clearing.ledger_carried c where c.year = p_year) d
$$;

-- Keys of a year, hashed day by day so that no text grows with the year.
create function clearing.ledger_keys_digest(p_year integer) returns bytea language sql stable as $$
  select coalesce(sha256(string_agg(d.digest, ''::bytea order by d.business_date)), sha256(''::bytea))
    from (select k.business_date, sha256(string_agg(sha256(record_send(row(k.card_no, k.posting_key, k.business_date))), ''::bytea order by k.card_no, k.posting_key)) as digest
            from clearing.ledger_posting k
           where k.business_date >= make_date(p_year, 1, 1) and k.business_date < make_date(p_year + 1, 1, 1)
           group by k.business_date) d
$$;

-- Every field of an archive and of its stretches.
create function clearing.ledger_archive_seal(p_year integer) returns bytea language sql stable as $$
  select sha256(record_send(row(a.year, a.transfer_count, a.chunk_count, a.file_sha256, a.file_bytes, a.carried_sha256, a.keys_sha256, a.archived_at, a.archived_by))
                || coalesce((select string_agg(record_send(row(r.first_chunk, r.last_chunk, r.previous_sha256, r.last_sha256, r.last_sealed_at)), ''::bytea order by r.first_chunk)
                               from clearing.ledger_archive_range r where r.year = a.year), ''::bytea))
    from clearing.ledger_archive a where a.year = p_year
$$;
