import type { Transaction } from '@citycard/common';
import type { LedgerFault, VerifyOptions } from './verify-terms.ts';

/** Chunks per query: enough to keep the server busy, few enough that their hashes fit its memory easily. */
const CHUNKS_PER_STEP = 2_000n;

/** What the chain begins with; migration 002 writes the same. */
const GENESIS = `sha256('city card ledger'::bytea)`;

export interface ChainCheck {
  readonly chunks: bigint;
  readonly transfers: bigint;
  readonly head: string;
  readonly fault?: LedgerFault;
}

interface Head {
  chunk_no: bigint;
  chunk_sha256: Buffer;
  sealed_at: Date;
}

/** Walks the chain in order and stops at the first chunk with a fault; a faulty transfer is named before its chunk. */
export async function findChainFault(tx: Transaction, options: VerifyOptions): Promise<ChainCheck> {
  const { rows: heads } = await tx.query<Head>('select chunk_no, chunk_sha256, sealed_at from clearing.ledger_head');
  const head = heads[0];
  if (head === undefined) {
    return { chunks: 0n, transfers: 0n, head: '', fault: { what: 'the head of the chain is missing' } };
  }
  const start = options.since ?? 0n;
  let transfers = 0n;
  const done = (chunks: bigint, fault?: LedgerFault): ChainCheck => ({
    chunks,
    transfers,
    head: head.chunk_sha256.toString('hex'),
    ...(fault && { fault }),
  });
  for (let from = start; from < head.chunk_no; from += CHUNKS_PER_STEP) {
    const to = from + CHUNKS_PER_STEP < head.chunk_no ? from + CHUNKS_PER_STEP : head.chunk_no;
    const step = await checkStep(tx, from, to);
    transfers += step.transfers;
    if (step.fault) return done(to - start, step.fault);
    options.onProgress?.(to - start, head.chunk_no - start);
  }
  const fault = (await checkHead(tx)) ?? (await findStray(tx));
  return done(head.chunk_no > start ? head.chunk_no - start : 0n, fault);
}

async function checkStep(
  tx: Transaction,
  from: bigint,
  to: bigint,
): Promise<{ transfers: bigint; fault?: LedgerFault }> {
  const row = await findTransferFault(tx, from, to);
  const { rows } = await tx.query<{
    transfers: bigint;
    chunk_no: bigint | null;
    position: number | null;
    what: string;
  }>(CHUNK_FAULTS, [from, to]);
  const chunk = rows[0];
  const transfers = chunk?.transfers ?? 0n;
  const broken = chunk?.chunk_no ?? undefined;
  if (row && (broken === undefined || (row.chunkNo ?? 0n) <= broken)) return { transfers, fault: row };
  if (chunk === undefined || broken === undefined) return { transfers };
  const { position, what } = chunk;
  return { transfers, fault: { chunkNo: broken, ...(position !== null && { position }), what } };
}

interface TransferRow {
  chunk_no: bigint;
  position: number;
  card_no: string;
  posting_key: string;
  leg: number;
}

const transferFault = (row: TransferRow, what: string): LedgerFault => ({
  what,
  chunkNo: row.chunk_no,
  position: row.position,
  cardNo: row.card_no,
  postingKey: row.posting_key,
  leg: row.leg,
});

async function findTransferFault(tx: Transaction, from: bigint, to: bigint): Promise<LedgerFault | undefined> {
  const { rows } = await tx.query<TransferRow>(
    `select chunk_no, position, card_no, posting_key, leg from clearing.ledger_transfer t
      where chunk_no > $1 and chunk_no <= $2
        and row_sha256 <> clearing.ledger_row_hash(card_no, business_date, posting_key, leg, debit_account, credit_account,
          amount_fen, phase, resolves_key, reason, posted_at, chunk_no, position)
      order by chunk_no, position limit 1`,
    [from, to],
  );
  return rows[0] && transferFault(rows[0], 'the transfer differs from its hash');
}

/** One row: how many transfers were seen and, if there is one, the first chunk that does not hold. */
const CHUNK_FAULTS = `
  with held as (
    select chunk_no, count(*)::integer as held, sum(count(*)) over () as all_held, string_agg(row_sha256, ''::bytea order by position) as hashes, array_agg(position order by position) as positions
      from clearing.ledger_transfer where chunk_no > $1 and chunk_no <= $2 group by chunk_no
  ), chunk as (
    select n as chunk_no, c.previous_sha256, c.chunk_sha256, c.transfer_count, c.sealed_at, held.hashes, coalesce(held.held, 0) as held,
           coalesce(held.positions, '{}') as positions,
           case when n = 1 then ${GENESIS} else (select p.chunk_sha256 from clearing.ledger_chunk p where p.chunk_no = n - 1) end as expected
      from generate_series($1::bigint + 1, $2::bigint) as n
      left join clearing.ledger_chunk c on c.chunk_no = n
      left join held on held.chunk_no = n
  ), fault as (
    select chunk_no,
           case when chunk_sha256 is null then 'the chunk is missing'
                when held < transfer_count then 'a transfer of the chunk is missing'
                when held > transfer_count then 'the chunk holds a transfer too many, or its count was changed'
                when previous_sha256 is distinct from expected then 'the chunk does not follow the one before it'
                when chunk_sha256 <> clearing.ledger_chunk_hash(previous_sha256, chunk_no, transfer_count, sealed_at, hashes)
                  then 'the chunk differs from its hash' end as what,
           case when held < transfer_count then (select min(p) from generate_series(1, transfer_count) as p where p <> all (positions))
                when held > transfer_count then (select min(p) from unnest(positions) as p where p > transfer_count) end as position
      from chunk
  )
  select coalesce((select max(all_held) from held), 0)::bigint as transfers, f.chunk_no, f.position, f.what
    from (values (1)) as one left join lateral (select * from fault where what is not null order by chunk_no limit 1) f on true`;

async function checkHead(tx: Transaction): Promise<LedgerFault | undefined> {
  const { rows } = await tx.query<{ chunk_no: bigint; fits: boolean }>(
    `select h.chunk_no,
            case when h.chunk_no = 0 then h.chunk_sha256 = ${GENESIS}
                 else coalesce(h.chunk_sha256 = c.chunk_sha256 and h.sealed_at = c.sealed_at, false) end
            and not exists (select from clearing.ledger_chunk later where later.chunk_no > h.chunk_no) as fits
       from clearing.ledger_head h left join clearing.ledger_chunk c on c.chunk_no = h.chunk_no`,
  );
  const head = rows[0];
  if (head === undefined || head.fits) return undefined;
  return { chunkNo: head.chunk_no, what: 'the head of the chain is not its last chunk' };
}

/** Transfers that claim a chunk which is not in the chain. */
async function findStray(tx: Transaction): Promise<LedgerFault | undefined> {
  const { rows } = await tx.query<TransferRow>(
    `select chunk_no, position, card_no, posting_key, leg from clearing.ledger_transfer
      where chunk_no < 1 or chunk_no > (select h.chunk_no from clearing.ledger_head h)
      order by chunk_no, position limit 1`,
  );
  return rows[0] && transferFault(rows[0], 'the transfer belongs to no chunk of the chain');
}
