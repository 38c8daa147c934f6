import { SW } from './status-words.ts';

/** A command APDU in its parts; `le` is 256 when the byte is 00 and undefined when absent. */
export interface Command {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  readonly data: Buffer;
  readonly le: number | undefined;
  /** CLA INS P1 P2 Lc ‖ data: what a secure-messaging MAC covers, the MAC itself included at the end. */
  readonly raw: Buffer;
}

/** What a chip answers. */
export interface Response {
  readonly data: Buffer;
  readonly sw: number;
}

const EMPTY = Buffer.alloc(0);

/** Splits a short APDU (cases 1 to 4); undefined when the lengths do not agree. */
export function parseCommand(apdu: Buffer): Command | undefined {
  if (apdu.length < 4) return undefined;
  const [cla = 0, ins = 0, p1 = 0, p2 = 0, third = 0] = apdu;
  const header = { cla, ins, p1, p2 };
  if (apdu.length === 4) return { ...header, data: EMPTY, le: undefined, raw: apdu };
  if (apdu.length === 5) return { ...header, data: EMPTY, le: third === 0 ? 256 : third, raw: apdu };
  const end = 5 + third;
  if (third === 0 || (apdu.length !== end && apdu.length !== end + 1)) return undefined;
  const last = apdu[end];
  const le = last === undefined ? undefined : last === 0 ? 256 : last;
  return { ...header, data: apdu.subarray(5, end), le, raw: apdu.subarray(0, end) };
}

/** An answer 9000 with or without data. */
export function done(data: Buffer = EMPTY): Response {
  return { data, sw: SW.done };
}

/** An answer that carries only a status word. */
export function refuse(sw: number): Response {
  return { data: EMPTY, sw };
}

/** data ‖ SW1 SW2 */
export function encodeResponse(response: Response): Buffer {
  return Buffer.concat([response.data, Buffer.from([response.sw >> 8, response.sw & 0xff])]);
}

/** Splits what came back from a chip. Throws RangeError when there is not even a status word. */
export function decodeResponse(bytes: Buffer): Response {
  if (bytes.length < 2) throw new RangeError('a response has at least a status word');
  return { data: bytes.subarray(0, bytes.length - 2), sw: bytes.readUInt16BE(bytes.length - 2) };
}

/** Builds a command APDU; pass `le` to ask for data. */
export function command(cla: number, ins: number, p1: number, p2: number, data: Buffer = EMPTY, le?: number): Buffer {
  const parts: Buffer[] = [Buffer.from([cla, ins, p1, p2])];
  if (data.length > 0) parts.push(Buffer.from([data.length]), data);
  if (le !== undefined) parts.push(Buffer.from([le & 0xff]));
  return Buffer.concat(parts);
}
