import type { Transaction } from '@citycard/common';
import { RECORD_LENGTH } from '../purchases/purchase-record.ts';

/**
 * Bytes in one row of what is received: 4 096 records. Larger rows are not cheaper to write or to read (measured from 8 KiB
 * to 1 MiB), and memory holds a few of them.
 */
export const PIECE_BYTES = 4_096 * RECORD_LENGTH;

/** One row of received content. */
export interface ContentPiece {
  /** Place of its first byte. */
  readonly start: number;
  readonly bytes: Buffer;
  /** Lines of text the records were converted from, all of one length. */
  readonly lines?: Buffer;
}

/** A number for content that is about to arrive. */
export async function newContent(tx: Pick<Transaction, 'query'>): Promise<bigint> {
  const { rows } = await tx.query<{ content_id: bigint }>(`select nextval('clearing.content_number') as content_id`);
  const [row] = rows;
  if (row === undefined) throw new Error('a sequence has a next number');
  return row.content_id;
}

/** Stores pieces in one statement; a piece that is there and was shorter is replaced. */
export async function storePieces(
  tx: Pick<Transaction, 'query'>,
  contentId: bigint,
  pieces: readonly ContentPiece[],
): Promise<void> {
  if (pieces.length === 0) return;
  // A row of parameters per piece: bytes alone travel as they are, in an array they would be spelled out.
  const rows = pieces.map((_, n) => `($1::bigint, $${3 * n + 2}::bigint, $${3 * n + 3}::bytea, $${3 * n + 4}::bytea)`);
  await tx.query(
    `insert into clearing.received_content (content_id, start, bytes, lines) values ${rows.join(', ')}
     on conflict (content_id, start) do update set bytes = excluded.bytes, lines = excluded.lines`,
    [contentId, ...pieces.flatMap(({ start, bytes, lines }) => [start, bytes, lines ?? null])],
  );
}

/** What is stored of a content, in its order; one piece in memory at a time. */
export async function* storedPieces(tx: Pick<Transaction, 'query'>, contentId: bigint): AsyncGenerator<ContentPiece> {
  for (let after = -1n; ;) {
    const { rows } = await tx.query<{ start: bigint; bytes: Buffer; lines: Buffer | null }>(
      `select start, bytes, lines from clearing.received_content where content_id = $1 and start > $2 order by start limit 4`,
      [contentId, after],
    );
    for (const { start, bytes, lines } of rows) {
      yield { start: Number(start), bytes, ...(lines === null ? {} : { lines }) };
      after = start;
    }
    if (rows.length === 0) return;
  }
}

/** Forgets content that became nobody's: a refused or abandoned upload. */
export async function dropContent(tx: Pick<Transaction, 'query'>, contentId: bigint): Promise<void> {
  await tx.query('delete from clearing.received_content where content_id = $1', [contentId]);
}
