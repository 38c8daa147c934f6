/** Header ‖ command ‖ fields together; a longer message is read to its end and answered 80. */
export const MAX_MESSAGE_BYTES = 49_152;
export const LENGTH_BYTES = 2;
export const HEADER_BYTES = 4;
export const COMMAND_BYTES = 2;
export const ERROR_BYTES = 2;
/** Bytes before the fields: of a command, and of an answer. */
export const COMMAND_PREFIX = HEADER_BYTES + COMMAND_BYTES;

const NO_LENGTH = Buffer.alloc(LENGTH_BYTES);

export interface Frame {
  /** Header ‖ command or answer code ‖ fields, without the length. Of an over-long message only the first 6 bytes. */
  readonly message: Buffer;
  readonly overlong: boolean;
}

/** Length 2 ‖ message. Throws RangeError when the message is longer than `MAX_MESSAGE_BYTES`. */
export function frameOf(...parts: readonly Uint8Array[]): Buffer {
  const message = Buffer.concat([NO_LENGTH, ...parts]);
  const length = message.length - LENGTH_BYTES;
  if (length > MAX_MESSAGE_BYTES) throw new RangeError(`an HSM message of ${length} bytes is too long`);
  message.writeUInt16BE(length, 0);
  return message;
}

/** The answer code of a command: its second letter plus one (A0 → A1, RA → RB). */
export function answerCode(command: string): string {
  return command.charAt(0) + String.fromCharCode(command.charCodeAt(1) + 1);
}

/** Cuts a byte stream into frames, whatever way TCP has split or joined them. */
export class FrameSplitter {
  #rest: Buffer = Buffer.alloc(0);
  #overlongHead: Buffer | undefined;
  #skip = 0;

  /** Whether part of a frame has come and the rest has not. */
  get incomplete(): boolean {
    return this.#rest.length > 0 || this.#skip > 0;
  }

  push(chunk: Buffer): Frame[] {
    const frames: Frame[] = [];
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, bytes.length);
        this.#skip -= skipped;
        bytes = bytes.subarray(skipped);
        if (this.#skip > 0) break;
      }
      if (this.#overlongHead) {
        frames.push({ message: this.#overlongHead, overlong: true });
        this.#overlongHead = undefined;
      }
      if (bytes.length < LENGTH_BYTES) break;
      const length = bytes.readUInt16BE(0);
      if (length > MAX_MESSAGE_BYTES) {
        if (bytes.length < LENGTH_BYTES + COMMAND_PREFIX) break;
        this.#overlongHead = Buffer.from(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + COMMAND_PREFIX));
        this.#skip = LENGTH_BYTES + length;
        continue;
      }
      if (bytes.length < LENGTH_BYTES + length) break;
      frames.push({ message: bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length), overlong: false });
      bytes = bytes.subarray(LENGTH_BYTES + length);
    }
    this.#rest = bytes;
    return frames;
  }
}
