import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { HEADER_LENGTH } from '../purchases/purchase-file.ts';
import { RECORD_LENGTH } from '../purchases/purchase-record.ts';

/** A file to take in: in memory, or on disk when it may be large. It is read more than once. */
export type FileContent = Buffer | { readonly path: string };

const AMOUNT_OFFSET = 26;

/** Everything about a file that can be known without understanding single records. */
export interface FileFigures {
  readonly sha256: Buffer;
  readonly length: number;
  readonly header: Buffer;
  /** Over the whole records behind the header. */
  readonly records: number;
  readonly amountFen: bigint;
}

/** The file in pieces, from its beginning. */
export async function* readContent(content: FileContent): AsyncGenerator<Buffer> {
  if (Buffer.isBuffer(content)) yield content;
  else yield* createReadStream(content.path) as AsyncIterable<Buffer>;
}

/** Reads a file once, in constant memory. */
export async function figuresOf(content: FileContent): Promise<FileFigures> {
  const hash = createHash('sha256');
  let length = 0;
  let records = 0;
  let amountFen = 0n;
  let header = Buffer.alloc(0);
  const watched = watch(readContent(content), (piece) => {
    hash.update(piece);
    length += piece.length;
    if (header.length < HEADER_LENGTH) header = Buffer.concat([header, piece]).subarray(0, HEADER_LENGTH);
  });
  for await (const raw of recordsIn(watched)) {
    records += 1;
    amountFen += BigInt(raw.readUInt32BE(AMOUNT_OFFSET));
  }
  return { sha256: hash.digest(), length, header, records, amountFen };
}

async function* watch(pieces: AsyncIterable<Buffer>, see: (piece: Buffer) => void): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    see(piece);
    yield piece;
  }
}

/** The whole 64-byte records behind the header, however the pieces are cut; a rest at the end is left out. */
export async function* recordsIn(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let headerLeft = HEADER_LENGTH;
  for await (const piece of pieces) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let at = Math.min(headerLeft, bytes.length);
    headerLeft -= at;
    for (; bytes.length - at >= RECORD_LENGTH; at += RECORD_LENGTH) yield bytes.subarray(at, at + RECORD_LENGTH);
    rest = bytes.subarray(at);
  }
}
