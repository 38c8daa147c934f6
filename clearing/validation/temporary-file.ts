import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, unlinkSync, write } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const writeAt = promisify(write);

/** A file without a name, readable by this process alone: whatever ends the process, nothing of it is left. */
export class TemporaryFile {
  readonly #fd: number;
  #length = 0;

  constructor() {
    const path = join(tmpdir(), `citycard-pass-${randomUUID()}`);
    this.#fd = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
  }

  /** Where the next byte goes. */
  get length(): number {
    return this.#length;
  }

  /** One at a time. @throws when the disk is full */
  async append(bytes: Buffer): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await writeAt(this.#fd, bytes, done, bytes.length - done, this.#length);
      done += bytesWritten;
      this.#length += bytesWritten;
    }
  }

  /** The bytes from a place on, which are there. */
  read(at: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    for (let done = 0; done < length;) {
      const read = readSync(this.#fd, bytes, done, length - done, at + done);
      if (read === 0) throw new Error('a temporary file is shorter than what was written to it');
      done += read;
    }
    return bytes;
  }

  close(): void {
    closeSync(this.#fd);
  }
}
