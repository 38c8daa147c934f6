import { MalformedBytes } from '../errors.ts';

/** What the length prefix counts: TPDU 5 ‖ header 6 ‖ message. */
export interface Frame {
  /** 10 hex digits: 60 ‖ destination ‖ source. */
  readonly tpdu: string;
  /** 12 digits, the first two name the application class. */
  readonly header: string;
  /** MTI to the last field. */
  readonly body: Buffer;
}

/** length 2 ‖ TPDU 5 ‖ header 6 ‖ body */
export function encodeFrame({ tpdu, header, body }: Frame): Buffer {
  const content = Buffer.concat([Buffer.from(tpdu, 'hex'), Buffer.from(header, 'hex'), body]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(content.length);
  return Buffer.concat([length, content]);
}

/** Reads what follows the length prefix. */
export function decodeFrame(content: Buffer): Frame {
  if (content.length < 21) throw new MalformedBytes(`a frame of ${content.length} bytes is too short for a message`);
  return {
    tpdu: content.subarray(0, 5).toString('hex'),
    header: content.subarray(5, 11).toString('hex'),
    body: content.subarray(11),
  };
}

/** Cuts a byte stream into frame contents and keeps the remainder. */
export class FrameSplitter {
  #rest: Buffer = Buffer.alloc(0);

  /** Frame contents (without length prefix) that are complete after these bytes. */
  push(bytes: Buffer): Buffer[] {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const frames: Buffer[] = [];
    while (this.#rest.length >= 2) {
      const end = 2 + this.#rest.readUInt16BE();
      if (this.#rest.length < end) break;
      frames.push(this.#rest.subarray(2, end));
      this.#rest = this.#rest.subarray(end);
    }
    return frames;
  }
}
