import type { Database } from '@citycard/common';
import type { ContentPiece } from '../content.ts';
import { checkLength, headerOf, Refused } from '../file-checks.ts';
import { PIECES_AT_ONCE } from '../file.ts';
import type { Assembly } from './assembly.ts';
import { assemblyOf, keepAssembly } from './assembly-store.ts';
import { endRefused } from './end-refused.ts';
import { uploadErrors } from './errors.ts';
import { namedFile } from './named-file.ts';
import { explainingFullDisk, type OpenedUpload, readUpload, type Upload } from './upload.ts';

/**
 * Carries an upload on from a byte, storing what comes as it comes: every 4 MiB are on disk before more is read, and what the
 * answer counts survives everything. A stream that breaks off leaves what had come. Memory holds one such step.
 *
 * @throws CityCardError `clearing.uploads.offset-differs`, also when somebody else carries the same upload on at the same
 *   moment; `.unknown`, `.too-long`, `.storage-full`
 */
export async function appendToUpload(
  db: Database,
  from: { readonly uploadId: bigint; readonly participantNo?: string; readonly offset: number },
  stream: AsyncIterable<Buffer>,
): Promise<Upload> {
  const upload = await readUpload(db, from.uploadId, from.participantNo);
  if (upload.state !== 'receiving') return upload;
  if (from.offset !== upload.receivedBytes) throw uploadErrors.offsetDiffers({ offset: upload.receivedBytes });
  const writer = new Writer(db, upload, await assemblyOf(db, upload));
  try {
    for await (const bytes of stream) await writer.take(bytes);
  } catch (error) {
    if (error instanceof Refused) return endRefused(db, upload.uploadId, error);
    if (error instanceof Error && error.name === 'CityCardError') throw error;
    // The sender is gone, or the server is: whatever had come is kept, if it can be.
    await writer.flush().catch(() => undefined);
    throw error;
  }
  await writer.flush();
  keepAssembly(upload.uploadId, writer.assembly);
  return readUpload(db, upload.uploadId);
}

class Writer {
  readonly #db: Database;
  readonly #upload: OpenedUpload;
  readonly assembly: Assembly;
  #step: ContentPiece[] = [];
  #stored: number;
  #headChecked: boolean;

  constructor(db: Database, upload: OpenedUpload, assembly: Assembly) {
    this.#db = db;
    this.#upload = upload;
    this.assembly = assembly;
    this.#stored = upload.receivedBytes;
    this.#headChecked = assembly.headIsWhole && upload.head.length > 0;
  }

  async take(bytes: Buffer): Promise<void> {
    if (this.assembly.received + bytes.length > this.#upload.bytes) {
      await this.flush();
      throw uploadErrors.tooLong({ bytes: this.#upload.bytes, offset: this.#stored });
    }
    this.#step.push(...this.assembly.take(bytes));
    this.#checkHead();
    if (this.#step.length >= PIECES_AT_ONCE) await this.flush(false);
  }

  /** A header that is wrong ends the file before the rest of it has travelled. */
  #checkHead(): void {
    if (this.#headChecked || !this.assembly.headIsWhole) return;
    this.#headChecked = true;
    const named = namedFile(this.#upload.fileName);
    if (named.source !== 'ccpf') return;
    checkLength(headerOf(this.#upload.fileName, 'CCPF', this.assembly.head), this.#upload.bytes);
  }

  /** Stores what has come and moves the upload's offset in one statement, unless somebody else has moved it. */
  async flush(withTail = true): Promise<void> {
    const tail = withTail ? this.assembly.tail() : [];
    const pieces = [...this.#step, ...tail];
    const left = withTail ? 0 : this.assembly.tail().reduce((sum, { bytes }) => sum + bytes.length, 0);
    const reached = this.assembly.received - left;
    if (reached === this.#stored) return;
    const moved = await explainingFullDisk(() => this.#store(pieces, reached));
    if (!moved) {
      const { receivedBytes } = await readUpload(this.#db, this.#upload.uploadId);
      throw uploadErrors.offsetDiffers({ offset: receivedBytes });
    }
    this.#stored = reached;
    this.#step = [];
  }

  async #store(pieces: readonly ContentPiece[], reached: number): Promise<boolean> {
    const move = `update clearing.upload set received_bytes = $2, head = $3, changed_at = clock_timestamp()
                   where upload_id = $1 and received_bytes = $4 and state = 'receiving'`;
    const values = [this.#upload.uploadId, reached, this.assembly.head, this.#stored];
    if (pieces.length === 0) return (await this.#db.query(move, values)).rowCount === 1;
    const rows = pieces.map((_, n) => `($${5 + 2 * n}::bigint, $${6 + 2 * n}::bytea)`);
    const stored = await this.#db.query(
      `with moved as (${move} returning content_id)
       insert into clearing.received_content (content_id, start, bytes)
       select content_id, start, bytes from moved, (values ${rows.join(', ')}) as piece(start, bytes)
       on conflict (content_id, start) do update set bytes = excluded.bytes`,
      [...values, ...pieces.flatMap(({ start, bytes }) => [start, bytes])],
    );
    return stored.rowCount === pieces.length;
  }
}
