/** What a receiver should make of a byte stream, written from section 1 of the terminal interface without the product's parser. */
export interface Split {
  /** Contents of the whole frames, without their lengths, up to the first that is none. */
  readonly frames: readonly Buffer[];
  /** A length out of range or no MTI: the stream ends there. */
  readonly broken: boolean;
  /** The first bytes of a frame that is not whole. */
  readonly rest: number;
}

const SMALLEST = 21;
const LARGEST = 4096;
const MTI_OFFSET = 11;

export function splitStream(stream: Buffer): Split {
  const frames: Buffer[] = [];
  let at = 0;
  while (stream.length - at >= 2) {
    const length = stream.readUInt16BE(at);
    if (length < SMALLEST || length > LARGEST) return { frames, broken: true, rest: 0 };
    if (stream.length - at - 2 < length) break;
    const frame = stream.subarray(at + 2, at + 2 + length);
    if (!isRequestType(frame)) return { frames, broken: true, rest: 0 };
    frames.push(frame);
    at += 2 + length;
  }
  return { frames, broken: false, rest: stream.length - at };
}

/** A request: version 0, class 1–8, an even function up to 4, origin up to 5. */
function isRequestType(frame: Buffer): boolean {
  return /^0[1-8][024][0-5]$/.test(frame.toString('hex', MTI_OFFSET, MTI_OFFSET + 2));
}
