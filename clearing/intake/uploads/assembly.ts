import { createHash, type Hash } from 'node:crypto';
import { type ContentPiece, PIECE_BYTES } from '../content.ts';
import { amountsOf } from '../file.ts';

/**
 * A file being put together: bytes go in as they come, pieces of the stored size come out, and the hash of the whole and the
 * sum of its amounts are there at the end. Holds less than one piece.
 */
export class Assembly {
  readonly #headLength: number;
  readonly #hash: Hash = createHash('sha256');
  #head: Buffer = Buffer.alloc(0);
  #pending: Buffer[] = [];
  #pendingLength = 0;
  #start = 0;
  #amountFen = 0n;
  #received = 0;

  /** `headLength`: bytes before the first record, which are kept apart. */
  constructor(headLength: number) {
    this.#headLength = headLength;
  }

  /** Bytes that have gone in, the head among them. */
  get received(): number {
    return this.#received;
  }

  get head(): Buffer {
    return this.#head;
  }

  get headIsWhole(): boolean {
    return this.#head.length === this.#headLength;
  }

  /** Takes the next bytes and answers the pieces that became whole by them. */
  take(bytes: Buffer): ContentPiece[] {
    this.#hash.update(bytes);
    this.#received += bytes.length;
    let rest = bytes;
    if (!this.headIsWhole) {
      const missing = this.#headLength - this.#head.length;
      this.#head = Buffer.concat([this.#head, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
    }
    const whole: ContentPiece[] = [];
    while (rest.length > 0) {
      const part = rest.subarray(0, PIECE_BYTES - this.#pendingLength);
      rest = rest.subarray(part.length);
      this.#pending.push(part);
      this.#pendingLength += part.length;
      if (this.#pendingLength < PIECE_BYTES) continue;
      const piece = { start: this.#start, bytes: Buffer.concat(this.#pending) };
      this.#amountFen += amountsOf(piece.bytes);
      this.#start += PIECE_BYTES;
      this.#pending = [];
      this.#pendingLength = 0;
      whole.push(piece);
    }
    return whole;
  }

  /** What has come of the piece that is not whole yet. */
  tail(): ContentPiece[] {
    if (this.#pendingLength === 0) return [];
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [bytes];
    return [{ start: this.#start, bytes }];
  }

  /** SHA-256 of what has gone in so far. */
  sha256(): Buffer {
    return this.#hash.copy().digest();
  }

  /** The amounts of all records; asked for when the content is whole records. */
  amountFen(): bigint {
    return this.#amountFen + this.tail().reduce((sum, { bytes }) => sum + amountsOf(bytes), 0n);
  }
}
