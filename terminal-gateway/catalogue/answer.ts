import type { FieldValues } from '../codec/field-table.ts';
import { OutgoingFrame, packFrame, type Envelope } from '../codec/frame-writer.ts';
import { Message } from '../codec/message.ts';
import { Misfit } from '../codec/parts.ts';
import { EncodingError, type Decoded } from '../codec/problem.ts';
import { clockDigits } from './clock-digits.ts';
import { messages, type MessageName } from './messages.ts';
import { packPlainAnswer } from './plain-answer.ts';
import type { ResponseCode } from './response-codes.ts';
import type { Slot, ValuesOf } from './slots.ts';

export type AnswerValues<N extends MessageName> = ValuesOf<(typeof messages)[N]['answer']>;

export interface Answer {
  readonly code: ResponseCode;
  /** The host's clock: fields 12 and 13 in city time. */
  readonly at: Date;
  /** Field 37, 12 characters. */
  readonly reference: string;
  /** What the message has of its own, from {@link answerFields}. */
  readonly fields?: FieldValues;
}

/**
 * The fields an answer has of its own, from their values.
 *
 * @throws EncodingError with the path of the value that does not fit.
 */
export function answerFields<N extends MessageName>(name: N, values: AnswerValues<N>): FieldValues {
  return encodeSlots(messages[name].answer, values);
}

/** The fields a request has of its own: what a terminal, or a test of one, sends. */
export function requestFields<N extends MessageName>(
  name: N,
  values: ValuesOf<(typeof messages)[N]['request']>,
): FieldValues {
  return encodeSlots(messages[name].request, values);
}

/** Reads the answer's own fields back; those an answer with another code than 00 leaves out are simply not there. */
export function readAnswer<N extends MessageName>(name: N, message: Message): Decoded<Partial<AnswerValues<N>>> {
  if (message.problem !== undefined) return { ok: false, problem: message.problem };
  const values: Record<string, unknown> = {};
  for (const [key, slot] of Object.entries<Slot<unknown>>(messages[name].answer)) {
    if (!message.has(slot.field)) continue;
    const value = slot.decode(message);
    if (value instanceof Misfit) {
      return {
        ok: false,
        problem: { path: [`field ${slot.field}`, ...value.steps].join(' / '), reason: value.reason },
      };
    }
    values[key] = value;
  }
  return { ok: true, value: values as Partial<AnswerValues<N>> };
}

function encodeSlots(slots: object, values: object): FieldValues {
  const fields: Record<number, string | Buffer> = {};
  const given = values as Record<string, unknown>;
  for (const [key, slot] of Object.entries<Slot<unknown>>(slots as Record<string, Slot<unknown>>)) {
    const value = given[key];
    if (value === undefined && slot.optional) continue;
    if (value === undefined) throw new EncodingError(`field ${slot.field}`, `${key} is missing`);
    fields[slot.field] = slot.encode(value);
  }
  return fields;
}

/**
 * Packs the answer to a request: 11, 41, 42 and 60 as they came, 12, 13, 37, 39, and the message's own fields; with
 * `mac`, a place for field 64. TPDU addresses swapped, header repeated, MTI + 10 (terminal interface, sections 1 and 3).
 *
 * Serves a request with a problem as well: what could not be read of it is left out.
 */
export function packAnswer(request: Message, answer: Answer, mac: boolean): OutgoingFrame {
  if (answer.fields === undefined) {
    const plain = packPlainAnswer(request, answer, mac);
    if (plain !== undefined) return plain;
  }
  const { time, day } = clockDigits(answer.at);
  const fields: FieldValues = {
    ...answer.fields,
    11: request.text(11),
    12: time,
    13: day,
    37: answer.reference,
    39: answer.code,
    41: request.text(41),
    42: request.text(42),
    60: request.text(60),
  };
  return packFrame(answerEnvelope(request), fields, mac);
}

/** Where field 64 is announced in a body (MTI 2 ‖ bitmap 8 ‖ fields): the last bit of the bitmap. */
const LAST_BITMAP_BYTE = 9;

/**
 * A stored answer once more, for a repeat: the body (MTI to the last byte before field 64, as
 * {@link OutgoingFrame.macInput} gave it) under the envelope of the repeat, with or without a place for field 64.
 */
export function repackAnswer(request: Message, body: Buffer, mac: boolean): OutgoingFrame {
  const { tpdu, header } = answerEnvelope(request);
  const content = Buffer.concat([Buffer.alloc(2), tpdu, header, body, Buffer.alloc(mac ? 8 : 0)]);
  content.writeUInt16BE(content.length - 2);
  const flags = 2 + tpdu.length + header.length + LAST_BITMAP_BYTE;
  content.writeUInt8((content.readUInt8(flags) & 0xfe) | (mac ? 1 : 0), flags);
  return new OutgoingFrame(content, mac);
}

function answerEnvelope(request: Message): Envelope {
  const { tpdu } = request;
  return {
    tpdu: Buffer.concat([tpdu.subarray(0, 1), tpdu.subarray(3, 5), tpdu.subarray(1, 3)]),
    header: request.header,
    mti: (Number(request.mti) + 10).toString().padStart(4, '0'),
  };
}
