import { createHash } from 'node:crypto';
import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, type Principal, recordAct, transact, type Transaction } from '@citycard/common';
import { ledgerErrors } from './errors.ts';
import { verifyLedger } from './verify.ts';

/** Chunks read and written at once: some megabytes. */
const CHUNKS_PER_STEP = 500n;

export interface LedgerArchive {
  readonly year: number;
  readonly transfers: bigint;
  readonly chunks: bigint;
  readonly file: string;
  readonly fileSha256: string;
  /** What the archive is sealed with, in the chunk of this number. */
  readonly seal: string;
  readonly sealChunk: bigint;
}

/** The file of a year: a line per chunk, each followed by the lines of its transfers, as JSON. */
export const archiveFile = (directory: string, year: number): string => join(directory, `ledger-${year}.ndjson`);

/**
 * Archives a closed year: proves the ledger, writes the year's chunks and transfers to a file and to disk, carries forward
 * what they came to, detaches their partitions, and seals all of it in the chain. Either all of it happens in the database,
 * or none. The detached tables stay in the schema `ledger_archive` until somebody who holds the file drops them.
 *
 * @throws CityCardError `clearing-ledger.year-not-closed`, `.year-archived`, `.disproved`
 */
export async function archiveYear(
  db: Database,
  principal: Principal,
  year: number,
  directory: string,
): Promise<LedgerArchive> {
  await assertClosed(db, year);
  const proof = await verifyLedger(db);
  if (proof.firstFault) throw ledgerErrors.disproved({ what: proof.firstFault.what });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = archiveFile(directory, year);
  // Nothing of a closed year changes, so it is written while others post.
  const written = await transact(db, (tx) => exportYear(tx, year, file));
  return transact(db, async (tx) => {
    const sealed = await detachAndSeal(tx, principal, year, written);
    const fileSha256 = written.sha256.toString('hex');
    const { transfers, chunks } = written;
    await recordAct(tx, principal, {
      act: 'ledger.archive',
      subject: String(year),
      detail: { transfers, chunks, fileSha256 },
    });
    return { year, transfers, chunks, file, fileSha256, seal: sealed.seal.toString('hex'), sealChunk: sealed.chunk };
  });
}

/** Archives there are, oldest first. */
export async function listArchives(db: Database): Promise<Omit<LedgerArchive, 'file'>[]> {
  const { rows } = await db.query<{
    year: number;
    transfers: bigint;
    chunks: bigint;
    file: Buffer;
    seal: Buffer;
    chunk: bigint;
  }>(
    `select year, transfer_count as transfers, chunk_count as chunks, file_sha256 as file, seal_sha256 as seal, seal_chunk as chunk
       from clearing.ledger_archive order by year`,
  );
  return rows.map((row) => ({
    year: row.year,
    transfers: row.transfers,
    chunks: row.chunks,
    fileSha256: row.file.toString('hex'),
    seal: row.seal.toString('hex'),
    sealChunk: row.chunk,
  }));
}

/** A year may leave when nothing of it can change any more. */
async function assertClosed(db: Database | Transaction, year: number): Promise<void> {
  const { rows } = await db.query<{
    archived: boolean;
    open: string | null;
    later: boolean;
    days: bigint;
    earlier: number | null;
    pending: bigint;
  }>(
    `select exists (select from clearing.ledger_archive where year = $1) as archived,
            (select min(business_date)::text from clearing.business_day where extract(year from business_date) = $1 and state <> 'closed') as open,
            exists (select from clearing.business_day where extract(year from business_date) > $1) as later,
            (select count(*) from clearing.business_day where extract(year from business_date) = $1) as days,
            (select min(extract(year from business_date))::integer from clearing.ledger_transfer where business_date < make_date($1, 1, 1)) as earlier,
            (select count(*) from clearing.ledger_pending p join clearing.ledger_posting k on k.card_no = p.card_no and k.posting_key = p.posting_key
              where p.state = 'pending' and extract(year from k.business_date) = $1) as pending`,
    [year],
  );
  const found = rows[0];
  if (found === undefined) return;
  const refuse = (why: string) => ledgerErrors.yearNotClosed({ year, why });
  if (found.archived) throw ledgerErrors.yearArchived({ year });
  if (found.days === 0n) throw refuse('it has no business day');
  if (found.open !== null) throw refuse(`business day ${found.open} is not closed`);
  if (!found.later) throw refuse('no business day of a later year is open, so days of it may still come');
  if (found.earlier !== null) throw refuse(`transfers of ${found.earlier} come before it`);
  if (found.pending > 0n) throw refuse(`${found.pending} pending legs of it wait to be posted or voided`);
}

interface Written {
  readonly transfers: bigint;
  readonly chunks: bigint;
  readonly sha256: Buffer;
  readonly bytes: bigint;
}

async function collectChunks(tx: Transaction, year: number): Promise<void> {
  await tx.query('create temporary table archived_chunk (chunk_no bigint primary key) on commit drop');
  await tx.query(
    `insert into archived_chunk
     select distinct chunk_no from clearing.ledger_transfer where business_date >= ${FIRST_DAY} and business_date < ${NEXT_YEAR}`,
    [year],
  );
}

const FIRST_DAY = 'make_date($1::integer, 1, 1)';
const NEXT_YEAR = 'make_date($1::integer + 1, 1, 1)';

/** Writes beside the name and renames when everything is on disk: a file of this name is whole. */
async function exportYear(tx: Transaction, year: number, file: string): Promise<Written> {
  await collectChunks(tx, year);
  const hash = createHash('sha256');
  const handle = await open(`${file}.part`, 'w', 0o600);
  let [transfers, chunks, bytes] = [0n, 0n, 0n];
  try {
    for (let after = 0n; ;) {
      const { rows } = await tx.query<{ chunk_no: bigint; transfers: bigint; text: string }>(EXPORT_STEP, [
        after,
        CHUNKS_PER_STEP,
      ]);
      for (const row of rows) {
        const text = Buffer.from(`${row.text}\n`);
        hash.update(text);
        await handle.write(text);
        bytes += BigInt(text.length);
        transfers += row.transfers;
        chunks += 1n;
        after = row.chunk_no;
      }
      if (BigInt(rows.length) < CHUNKS_PER_STEP) break;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.part`, file);
  return { transfers, chunks, sha256: hash.digest(), bytes };
}

const EXPORT_STEP = `
  select c.chunk_no, count(*) as transfers,
         json_build_object('chunk', c.chunk_no::text, 'previous', encode(c.previous_sha256, 'hex'), 'sha256', encode(c.chunk_sha256, 'hex'),
                           'count', c.transfer_count, 'sealedAt', c.sealed_at)::text || chr(10) ||
         string_agg(json_build_object('position', t.position, 'card', t.card_no, 'date', t.business_date, 'key', t.posting_key, 'leg', t.leg,
           'debit', t.debit_account, 'credit', t.credit_account, 'fen', t.amount_fen::text, 'phase', t.phase, 'resolves', t.resolves_key,
           'reason', t.reason, 'expiresAt', t.expires_at, 'sha256', encode(t.row_sha256, 'hex'))::text, chr(10) order by t.position) as text
    from (select a.chunk_no from archived_chunk a where a.chunk_no > $1 order by a.chunk_no limit $2) n
    join clearing.ledger_chunk c on c.chunk_no = n.chunk_no
    join clearing.ledger_transfer t on t.chunk_no = n.chunk_no
   group by c.chunk_no order by c.chunk_no`;

async function detachAndSeal(
  tx: Transaction,
  principal: Principal,
  year: number,
  written: Written,
): Promise<{ seal: Buffer; chunk: bigint }> {
  await collectChunks(tx, year);
  await tx.query(CARRY, [year]);
  await tx.query(
    `insert into clearing.ledger_archive (year, transfer_count, chunk_count, file_sha256, file_bytes, carried_sha256, keys_sha256,
                                          archived_at, archived_by, seal_sha256, seal_chunk)
     values ($1, $2, $3, $4, $5, clearing.ledger_carried_digest($1), clearing.ledger_keys_digest($1), clock_timestamp(), $6, '\\x', 0)`,
    [year, written.transfers, written.chunks, written.sha256, written.bytes, principal.id],
  );
  await tx.query(STRETCHES, [year]);
  // The parent first, as every posting does: whoever posts now finishes, whoever comes waits, and from here on it is short.
  await tx.query('lock table clearing.ledger_transfer in access exclusive mode');
  await assertStillClosed(tx, year, written);
  await tx.query('create schema if not exists ledger_archive');
  for (let partition = 0; partition < 8; partition += 1) {
    const name = `ledger_transfer_p${partition}`;
    await tx.query(`alter table clearing.${name} detach partition clearing.${name}_${year}`);
    await tx.query(`alter table clearing.${name}_${year} set schema ledger_archive`);
  }
  await tx.query('delete from clearing.ledger_chunk c using archived_chunk a where c.chunk_no = a.chunk_no');
  // Pending legs of the year are resolved; who resolves them again is known by key.
  await tx.query(
    `delete from clearing.ledger_pending p using clearing.ledger_posting k
      where k.card_no = p.card_no and k.posting_key = p.posting_key and k.business_date >= ${FIRST_DAY} and k.business_date < ${NEXT_YEAR}`,
    [year],
  );
  return seal(tx, year);
}

async function assertStillClosed(tx: Transaction, year: number, written: Written): Promise<void> {
  const { rows } = await tx.query<{ transfers: bigint; open: bigint }>(
    `select (select count(*) from clearing.ledger_transfer where business_date >= ${FIRST_DAY} and business_date < ${NEXT_YEAR}) as transfers,
            (select count(*) from clearing.business_day where extract(year from business_date) = $1 and state <> 'closed') as open`,
    [year],
  );
  if (rows[0]?.transfers !== written.transfers || rows[0].open !== 0n)
    throw ledgerErrors.yearNotClosed({ year, why: 'something was posted to it while it was archived' });
}

/** The chain's next chunk holds no transfer but the seal of the archive. */
async function seal(tx: Transaction, year: number): Promise<{ seal: Buffer; chunk: bigint }> {
  await tx.query('select from clearing.ledger_head for update');
  const { rows } = await tx.query<{ seal: Buffer; chunk: bigint }>(
    `update clearing.ledger_archive set seal_sha256 = clearing.ledger_archive_seal($1), seal_chunk = (select chunk_no + 1 from clearing.ledger_head)
      where year = $1 returning seal_sha256 as seal, seal_chunk as chunk`,
    [year],
  );
  const sealed = rows[0];
  if (sealed === undefined) throw new Error(`the archive of ${year} is not there to be sealed`);
  await tx.query(
    `with chunk as (
       insert into clearing.ledger_chunk (chunk_no, previous_sha256, chunk_sha256, transfer_count, sealed_at)
       select n.chunk_no, n.previous, clearing.ledger_chunk_hash(n.previous, n.chunk_no, 0, n.at, $1), 0, n.at
         from (select h.chunk_no + 1 as chunk_no, h.chunk_sha256 as previous, greatest(clock_timestamp(), h.sealed_at + interval '1 microsecond') as at
                 from clearing.ledger_head h) n
       returning *)
     update clearing.ledger_head h set chunk_no = c.chunk_no, chunk_sha256 = c.chunk_sha256, sealed_at = c.sealed_at from chunk c`,
    [sealed.seal],
  );
  return sealed;
}

const STRETCHES = `
  insert into clearing.ledger_archive_range (first_chunk, last_chunk, year, previous_sha256, last_sha256, last_sealed_at)
  select s.first_chunk, s.last_chunk, $1, f.previous_sha256, l.chunk_sha256, l.sealed_at
    from (select min(n.chunk_no) as first_chunk, max(n.chunk_no) as last_chunk
            from (select chunk_no, chunk_no - row_number() over (order by chunk_no) as stretch from archived_chunk) n group by n.stretch) s
    join clearing.ledger_chunk f on f.chunk_no = s.first_chunk
    join clearing.ledger_chunk l on l.chunk_no = s.last_chunk`;

const CARRY = `
  insert into clearing.ledger_carried (card_no, account, year, debits_posted, credits_posted, debits_pending, credits_pending)
  select case when k.kind is not null then t.card_no else '' end, s.account, $1,
         sum(case when s.side = 'debit' and t.phase in ('posted', 'post') then t.amount_fen else 0 end),
         sum(case when s.side = 'credit' and t.phase in ('posted', 'post') then t.amount_fen else 0 end),
         sum(case when s.side <> 'debit' or t.phase = 'posted' then 0 when t.phase = 'pending' then t.amount_fen else -t.amount_fen end),
         sum(case when s.side <> 'credit' or t.phase = 'posted' then 0 when t.phase = 'pending' then t.amount_fen else -t.amount_fen end)
    from clearing.ledger_transfer t
   cross join lateral (values ('debit', t.debit_account), ('credit', t.credit_account)) as s(side, account)
    left join clearing.account_kind k on k.kind = s.account and k.card_keyed
   where t.business_date >= ${FIRST_DAY} and t.business_date < ${NEXT_YEAR}
   group by 1, 2`;
