import { MalformedBytes } from '../errors.ts';
import { FIELDS, type FieldFormat } from './fields.ts';

/** Digits and text as strings, binary fields as bytes. */
export type FieldValue = string | Buffer;

/** One ISO 8583 message of the dialect. */
export interface Message {
  /** Four digits. */
  readonly mti: string;
  readonly fields: ReadonlyMap<number, FieldValue>;
}

/** Builds a message from an object of fields; undefined values are left out. */
export function message(mti: string, fields: Readonly<Record<number, FieldValue | undefined>>): Message {
  const rows = Object.entries(fields).flatMap(([number, value]) =>
    value === undefined ? [] : [[Number(number), value] as const],
  );
  return { mti, fields: new Map(rows) };
}

/** A text or digits field; empty when absent. */
export function textOf(message: Message, field: number): string {
  const value = message.fields.get(field);
  return typeof value === 'string' ? value : '';
}

/** A binary field; empty when absent. */
export function bytesOf(message: Message, field: number): Buffer {
  const value = message.fields.get(field);
  return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
}

/** MTI ‖ bitmap ‖ fields. Throws MalformedBytes when a value does not fit its field. */
export function encodeMessage({ mti, fields }: Message): Buffer {
  if (!/^[0-9]{4}$/.test(mti)) throw new MalformedBytes(`"${mti}" is not a message type`);
  const bitmap = Buffer.alloc(8);
  const parts: Buffer[] = [Buffer.from(mti, 'hex'), bitmap];
  for (const number of [...fields.keys()].sort((a, b) => a - b)) {
    const format = FIELDS[number];
    if (!format) throw new MalformedBytes(`field ${number} does not exist in this dialect`);
    bitmap[(number - 1) >> 3] = (bitmap[(number - 1) >> 3] ?? 0) | (0x80 >> ((number - 1) & 7));
    parts.push(encodeField(number, format, fields.get(number) ?? ''));
  }
  return Buffer.concat(parts);
}

function encodeField(number: number, format: FieldFormat, value: FieldValue): Buffer {
  const bad = () => new MalformedBytes(`field ${number} cannot hold ${JSON.stringify(value)}`);
  const isDigits = format.kind.startsWith('digits');
  if (format.kind.startsWith('bytes') !== Buffer.isBuffer(value)) throw bad();
  if (typeof value === 'string' && isDigits && !/^[0-9D]*$/.test(value)) throw bad();
  const content = typeof value === 'string' ? (isDigits ? value : Buffer.from(value, 'latin1')) : value;
  if ('length' in format) {
    if (content.length !== format.length) throw bad();
    return packed(content, format.kind === 'digits' ? format.align : 'left');
  }
  if (content.length > format.max) throw bad();
  const prefix = String(content.length).padStart(format.prefix === 2 ? 2 : 4, '0');
  return Buffer.concat([Buffer.from(prefix, 'hex'), packed(content, 'left')]);
}

function packed(content: string | Buffer, align: 'left' | 'right'): Buffer {
  if (typeof content !== 'string') return content;
  const even = content.length % 2 === 0 ? content : align === 'left' ? `${content}0` : `0${content}`;
  return Buffer.from(even, 'hex');
}

/** Reads MTI ‖ bitmap ‖ fields to the last byte. Throws MalformedBytes naming the field that does not parse. */
export function decodeMessage(bytes: Buffer): Message {
  const reader = { bytes, at: 0 };
  const mti = take(reader, 2, 'message type').toString('hex');
  if (!/^[0-9]{4}$/.test(mti)) throw new MalformedBytes(`"${mti}" is not a message type`);
  const bitmap = take(reader, 8, 'bitmap');
  const fields = new Map<number, FieldValue>();
  for (let number = 1; number <= 64; number += 1) {
    if (((bitmap[(number - 1) >> 3] ?? 0) & (0x80 >> ((number - 1) & 7))) === 0) continue;
    const format = FIELDS[number];
    if (!format) throw new MalformedBytes(`field ${number} does not exist in this dialect`);
    fields.set(number, decodeField(reader, number, format));
  }
  if (reader.at !== bytes.length) throw new MalformedBytes(`${bytes.length - reader.at} bytes follow the last field`);
  return { mti, fields };
}

interface Reader {
  readonly bytes: Buffer;
  at: number;
}

function take(reader: Reader, length: number, what: string): Buffer {
  const end = reader.at + length;
  if (end > reader.bytes.length) throw new MalformedBytes(`the message ends inside ${what}`);
  const taken = reader.bytes.subarray(reader.at, end);
  reader.at = end;
  return taken;
}

function decodeField(reader: Reader, number: number, format: FieldFormat): FieldValue {
  const what = `field ${number}`;
  let length: number;
  if ('length' in format) length = format.length;
  else {
    const prefix = take(reader, format.prefix === 2 ? 1 : 2, what).toString('hex');
    length = Number(prefix);
    if (!/^[0-9]+$/.test(prefix) || length > format.max)
      throw new MalformedBytes(`${what} has the length prefix ${prefix}`);
  }
  if (!format.kind.startsWith('digits')) {
    const content = Buffer.from(take(reader, length, what));
    return format.kind.startsWith('text') ? content.toString('latin1') : content;
  }
  const nibbles = take(reader, Math.ceil(length / 2), what)
    .toString('hex')
    .toUpperCase();
  const alignRight = format.kind === 'digits' && format.align === 'right';
  const digits = alignRight ? nibbles.slice(nibbles.length - length) : nibbles.slice(0, length);
  if (!/^[0-9D]*$/.test(digits)) throw new MalformedBytes(`${what} is not decimal: ${digits}`);
  return digits;
}
