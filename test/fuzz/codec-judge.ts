import { decodeFrame, decodeMessage, type Message as OtherMessage } from '@citycard/city-sim';
import {
  contentHash,
  type FieldValues,
  FrameParser,
  Message,
  packAnswer,
  packFrame,
  readRequest,
  repackAnswer,
  requestFields,
  type TextField,
} from '@citycard/terminal-gateway';
import { splitStream } from './splitting.ts';

/** Something that must not be: what was expected, and what was. */
export class Finding extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'Finding';
  }
}

const at = new Date('2026-03-09T20:05:06Z');
const MTI_OFFSET = 11;

/**
 * What is looked at: reading only; also answers and the hash of the content; also what the codec of the city simulator,
 * which shares no line with the product's, makes of it.
 */
export type Depth = 'reading' | 'answering' | 'comparing';

/**
 * Gives a stream to the codec in pieces and looks at what comes of it. Throws a {@link Finding}, or whatever the codec
 * throws; answers with the number of frames.
 */
export function judgeStream(stream: Buffer, pieces: readonly Buffer[], depth: Depth): number {
  const expected = splitStream(stream);
  const parser = new FrameParser();
  const frames: Buffer[] = [];
  for (const piece of pieces) {
    parser.push(piece);
    for (let frame = parser.next(); frame !== undefined; frame = parser.next()) frames.push(frame);
  }
  if ((parser.fault !== undefined) !== expected.broken) {
    throw new Finding(
      `the parser says ${parser.fault ?? 'nothing'}, the stream is ${expected.broken ? '' : 'not '}broken`,
    );
  }
  if (!expected.broken && parser.isInsideFrame !== expected.rest > 0) {
    throw new Finding(
      `${expected.rest} bytes of a next frame, the parser is ${parser.isInsideFrame ? '' : 'not '}inside one`,
    );
  }
  if (
    frames.length !== expected.frames.length ||
    frames.some((frame, index) => !frame.equals(expected.frames[index]!))
  ) {
    throw new Finding(`the parser found other frames than the ${expected.frames.length} there are`);
  }
  for (const frame of frames) judgeFrame(frame, depth);
  return frames.length;
}

/** Reads a frame as the gateway does and holds what comes of it: a message or a path, never anything else. */
function judgeFrame(frame: Buffer, depth: Depth): void {
  const message = Message.read(frame);
  const { problem } = message;
  if (problem !== undefined && !/^(bitmap|frame|end of message|field \d+)$/.test(problem.path)) {
    throw new Finding(`"${problem.path}" is no path to a field`);
  }
  const reading = readRequest(message);
  if (!reading.ok && !/^(MTI|bitmap|frame|end of message|field \d+( \/ [a-z0-9 ]+)*)$/.test(reading.problem.path)) {
    throw new Finding(`"${reading.problem.path}" is no path to a part`);
  }
  if (problem === undefined) judgeRepacked(message);
  if (reading.ok) judgeValues(reading.request.name, reading.request.values, message);
  if (depth === 'reading') return;
  if (problem === undefined) contentHash(message);
  if (message.has(11) && message.has(41)) judgeAnswer(message);
  if (depth === 'comparing') judgeAgainstOther(frame, message);
}

/** A right message has one encoding: written again it is the same bytes. */
function judgeRepacked(message: Message): void {
  const mac = message.bytes(64);
  const packed = packFrame(message, valuesOf(message), mac !== undefined);
  if (mac !== undefined) packed.setMac(mac);
  if (!packed.frame.subarray(2).equals(message.frame)) throw new Finding('written again, the message is other bytes');
}

function valuesOf(message: Message): FieldValues {
  const values: Record<number, string | Buffer | undefined> = {};
  for (const field of message.fields()) {
    if (field !== 64) values[field] = message.text(field as TextField) ?? message.bytes(field as 62);
  }
  return values;
}

/** What was understood of a request, encoded again, is what came. */
function judgeValues(name: Parameters<typeof requestFields>[0], values: object, message: Message): void {
  const fields = requestFields(name, values as never) as Record<number, string | Buffer>;
  for (const [field, value] of Object.entries(fields)) {
    const came = message.text(Number(field) as TextField) ?? message.bytes(Number(field) as 62) ?? '';
    if (typeof came === 'string' ? came !== value : !came.equals(value as Buffer)) {
      throw new Finding(`field ${field} of ${name}: understood and encoded again it is something else`);
    }
  }
}

/** The shortest answer, and a stored one, can be made for whatever can be answered, and another codec reads it. */
function judgeAnswer(message: Message): void {
  const packed = packAnswer(message, { code: '30', at, reference: '0068ABCDEFGH' }, true);
  const again = repackAnswer(message, Buffer.from(packed.macInput), true);
  if (!again.frame.equals(packed.frame)) throw new Finding('an answer given again is other bytes');
  const read = Message.read(packed.frame.subarray(2));
  if (read.problem !== undefined) throw new Finding(`our answer: ${read.problem.path} ${read.problem.reason}`);
  if (read.text(11) !== message.text(11) || read.text(41) !== message.text(41)) {
    throw new Finding('the answer is not for the terminal and trace number of the request');
  }
}

/** Where the simulator's codec is laxer than the interface, for good reasons of its own. */
const LAXER = /printable ASCII|filling nibble|packed decimal|length \d+ is above/;
const OTHER_FIELD_60 = 29;

function judgeAgainstOther(frame: Buffer, message: Message): void {
  const other = otherReading(frame);
  const long = (message.text(60)?.length ?? 0) > OTHER_FIELD_60;
  if (message.problem === undefined) {
    if (other === undefined && !long) throw new Finding('another codec does not read what ours reads');
    if (other !== undefined) judgeSameFields(message, other);
  } else if (other !== undefined && !LAXER.test(message.problem.reason)) {
    throw new Finding(`another codec reads it; ours says ${message.problem.path} ${message.problem.reason}`);
  }
}

function otherReading(frame: Buffer): OtherMessage | undefined {
  try {
    return decodeMessage(decodeFrame(frame).body);
  } catch {
    return undefined;
  }
}

function judgeSameFields(message: Message, other: OtherMessage): void {
  if (message.mti !== other.mti) throw new Finding(`MTI ${message.mti}, another codec reads ${other.mti}`);
  const fields = message.fields();
  if (fields.join() !== [...other.fields.keys()].join()) throw new Finding('another codec finds other fields');
  for (const field of fields) {
    const theirs = other.fields.get(field) ?? '';
    const ours = message.text(field as TextField) ?? message.bytes(field as 62)?.toString('latin1') ?? '';
    if ((typeof theirs === 'string' ? theirs : theirs.toString('latin1')) !== ours) {
      throw new Finding(`field ${field}: another codec reads other content`);
    }
  }
  if (!message.macInput.equals(message.frame.subarray(MTI_OFFSET, message.frame.length - (message.has(64) ? 8 : 0)))) {
    throw new Finding('the MAC would cover other bytes than those before field 64');
  }
}
