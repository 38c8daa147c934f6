import type { Transaction } from '@citycard/common';
import { findArchiveFault } from './verify-archives.ts';
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
  const fault = (await checkHead(tx)) ?? (await findStray(tx)) ?? (await findArchiveFault(tx));
  return done(head.chunk_no > start ? head.chunk_no - start : 0n, fault);
}

async function checkStep(
  tx: Transaction,
  from: bigint,
  to: bigint,
): Promise<{ transfers: bigint; fault?: LedgerFault }> {
  const { rows } = await tx.query<{ transfers: bigint; broken: bigint | null }>(BROKEN_CHUNK, [from, to]);
  const { transfers = 0n, broken = null } = rows[0] ?? {};
  if (broken === null) return { transfers };
  return { transfers, fault: await chunkFault(tx, broken) };
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

const ROW_HOLDS = `t.row_sha256 = clearing.ledger_row_hash(t.card_no, t.business_date, t.posting_key, t.leg, t.debit_account, t.credit_account,
  t.amount_fen, t.phase, t.resolves_key, t.reason, t.expires_at, t.position)`;
const EXPECTED = 'clearing.ledger_hash_before(n.chunk_no)';
/** Hashes of a chunk's transfers; a chunk without any holds the seal of an archive in their place. */
const SEAL = `(select a.seal_sha256 from clearing.ledger_archive a where a.seal_chunk = n.chunk_no)`;

/** One row: how many transfers were seen and, if there is one, the first chunk of which anything does not hold. */
const BROKEN_CHUNK = `
  with held as (
    select t.chunk_no, count(*)::integer as held, string_agg(t.row_sha256, ''::bytea order by t.position) as hashes, bool_and(${ROW_HOLDS}) as rows_hold,
           min(t.posted_at) as first_at, max(t.posted_at) as last_at, min(t.position) as first_position, max(t.position) as last_position
      from clearing.ledger_transfer t where t.chunk_no > $1 and t.chunk_no <= $2 group by t.chunk_no
  )
  select coalesce(sum(h.held), 0)::bigint as transfers,
         min(n.chunk_no) filter (where not coalesce(
           (h.rows_hold and h.held = c.transfer_count and h.first_position = 1 and h.last_position = h.held and h.first_at = c.sealed_at and h.last_at = c.sealed_at
            or h.held is null and c.transfer_count = 0)
           and c.previous_sha256 = ${EXPECTED}
           and c.chunk_sha256 = clearing.ledger_chunk_hash(c.previous_sha256, n.chunk_no, c.transfer_count, c.sealed_at, coalesce(h.hashes, ${SEAL})), false)) as broken
    from generate_series($1::bigint + 1, $2::bigint) as n(chunk_no)
    left join clearing.ledger_chunk c on c.chunk_no = n.chunk_no
    left join held h on h.chunk_no = n.chunk_no
   where not exists (select from clearing.ledger_archive_range r where n.chunk_no between r.first_chunk and r.last_chunk)`;

/** What is wrong with a chunk: a transfer of it where one can be named, then what the chunk says of itself. */
async function chunkFault(tx: Transaction, chunkNo: bigint): Promise<LedgerFault> {
  const { rows } = await tx.query<TransferRow & { holds: boolean; in_time: boolean }>(
    `select t.chunk_no, t.position, t.card_no, t.posting_key, t.leg, ${ROW_HOLDS} as holds, coalesce(t.posted_at = c.sealed_at, false) as in_time
       from clearing.ledger_transfer t left join clearing.ledger_chunk c on c.chunk_no = t.chunk_no
      where t.chunk_no = $1 order by t.position, t.posted_at = c.sealed_at desc, t.card_no, t.posting_key, t.leg`,
    [chunkNo],
  );
  const { rows: chunks } = await tx.query<{ transfer_count: number; follows: boolean; holds: boolean }>(
    `select n.transfer_count, n.previous_sha256 = ${EXPECTED} as follows,
            n.chunk_sha256 = clearing.ledger_chunk_hash(n.previous_sha256, n.chunk_no, n.transfer_count, n.sealed_at,
              coalesce((select string_agg(t.row_sha256, ''::bytea order by t.position) from clearing.ledger_transfer t where t.chunk_no = n.chunk_no), ${SEAL})) as holds
       from clearing.ledger_chunk n where n.chunk_no = $1`,
    [chunkNo],
  );
  const chunk = chunks[0];
  const damaged = rows.find((row) => !row.holds);
  if (damaged) return transferFault(damaged, 'the transfer differs from its hash');
  if (chunk === undefined) return { chunkNo, what: 'the chunk is missing' };
  // When no transfer carries the chunk's time, it is the chunk's time that was changed, unless the chunk's hash says otherwise.
  const outOfTime = rows.find((row) => !row.in_time);
  if (outOfTime && (chunk.holds || rows.some((row) => row.in_time)))
    return transferFault(outOfTime, 'the transfer does not carry the time of its chunk');
  const twice = rows.find((row, index) => index > 0 && rows[index - 1]?.position === row.position);
  if (twice) return transferFault(twice, 'two transfers have one position in the chunk');
  if (rows.length < chunk.transfer_count) {
    const gap = rows.findIndex((row, index) => row.position !== index + 1);
    return { chunkNo, position: (gap < 0 ? rows.length : gap) + 1, what: 'a transfer of the chunk is missing' };
  }
  const beyond = rows.find((row) => row.position > chunk.transfer_count);
  if (beyond) return transferFault(beyond, 'the chunk holds a transfer too many, or its count was changed');
  if (!chunk.follows) return { chunkNo, what: 'the chunk does not follow the one before it' };
  return { chunkNo, what: 'the chunk differs from its hash' };
}

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
         or exists (select from clearing.ledger_archive_range r where chunk_no between r.first_chunk and r.last_chunk)
      order by chunk_no, position limit 1`,
  );
  return rows[0] && transferFault(rows[0], 'the transfer belongs to no chunk of the chain');
}
