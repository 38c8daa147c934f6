import { fen, type Fen } from '@citycard/common';
import type { BytesField, FieldNumber, TextField } from '../codec/field-table.ts';
import { decodeOriginalMessage, encodeOriginalMessage, type OriginalMessage } from '../codec/management-field.ts';
import type { Message } from '../codec/message.ts';
import { Misfit, type Part } from '../codec/parts.ts';
import { EncodingError } from '../codec/problem.ts';

/** One field that a message carries besides those every message has, and what its content means. */
export interface Slot<T> {
  readonly field: FieldNumber;
  readonly optional: boolean;
  /** Field 39 when the content is not what it must be. */
  readonly misfitCode: '12' | '30';
  /** What it must be, for people, and the layout of its bytes where it has one. */
  readonly format: string;
  readonly part?: Part<unknown>;
  /** Called only when the message has the field. */
  decode(message: Message): T | Misfit;
  encode(value: T): string | Buffer;
}

export type Slots = Readonly<Record<string, Slot<unknown>>>;

/** The values of a set of slots; optional ones may be absent. */
export type ValuesOf<S> = {
  readonly [K in keyof S as S[K] extends OptionalSlot<unknown> ? never : K]: SlotValue<S[K]>;
} & {
  readonly [K in keyof S as S[K] extends OptionalSlot<unknown> ? K : never]?: SlotValue<S[K]> | undefined;
};
type SlotValue<S> = S extends Slot<infer T> ? T : never;
type OptionalSlot<T> = Slot<T> & { readonly optional: true };
type RequiredSlot<T> = Slot<T> & { readonly optional: false };

/** A field whose bytes are a payload of ours. */
export function payload<T>(field: Exclude<BytesField, 64>, part: Part<T>): RequiredSlot<T> {
  return withLayout(
    part,
    slot(
      field,
      part.format,
      (message) => fitted(part, message.bytes(field) ?? Buffer.alloc(0)),
      (value) => part.encode(value, `field ${field}`),
    ),
  );
}

/** A field of ASCII whose characters are a payload of ours. */
export function textPayload<T>(field: TextField, part: Part<T>): RequiredSlot<T> {
  return withLayout(
    part,
    slot(
      field,
      part.format,
      (message) => fitted(part, Buffer.from(message.text(field) ?? '', 'latin1')),
      (value) => part.encode(value, `field ${field}`).toString('latin1'),
    ),
  );
}

function withLayout<T>(part: Part<T>, required: RequiredSlot<T>): RequiredSlot<T> {
  return { ...required, part };
}

/** The length is the part's first rule; a part of fixed size is never shown other lengths. */
function fitted<T>(part: Part<T>, bytes: Buffer): T | Misfit {
  if (part.size !== undefined && bytes.length !== part.size) {
    return new Misfit(`has ${bytes.length} bytes, not ${part.size}`);
  }
  return part.decode(bytes);
}

/** A field of digits with at least one digit. */
export function digits(field: TextField): RequiredSlot<string> {
  return slot(
    field,
    'digits, at least one',
    (message) => message.text(field) || new Misfit('is empty'),
    (value) => value,
  );
}

/** Field 4: decimal fen. */
export function amount(field: 4): RequiredSlot<Fen> {
  return slot(
    field,
    'fen',
    (message) => fen(message.text(field) ?? '0'),
    (value) => {
      if (value < 0n || value > 999_999_999_999n)
        throw new EncodingError('field 4', `${value} fen does not fit 12 digits`);
      return value.toString().padStart(12, '0');
    },
  );
}

/** A field that may only have one of these values; anything else is answered with `misfitCode`. */
export function oneOf<const V extends string>(
  field: TextField,
  values: readonly V[],
  misfitCode: '12' | '30',
): RequiredSlot<V> {
  return {
    ...slot<V>(
      field,
      values.join(' or '),
      (message) => {
        const value = message.text(field);
        return values.find((one) => one === value) ?? new Misfit(`is not ${values.join(', ')}`);
      },
      (value) => value,
    ),
    misfitCode,
  };
}

/** Field 61: which message this one is about. */
export function original(): RequiredSlot<OriginalMessage> {
  return slot(
    61,
    'original batch n6 ‖ trace n6 ‖ date n4',
    (message) => {
      const decoded = decodeOriginalMessage(message.text(61) ?? '');
      return decoded.ok ? decoded.value : new Misfit(decoded.problem.reason);
    },
    encodeOriginalMessage,
  );
}

export function optional<T>(required: RequiredSlot<T>): OptionalSlot<T> {
  return { ...required, optional: true };
}

function slot<T>(
  field: FieldNumber,
  format: string,
  decode: (message: Message) => T | Misfit,
  encode: (value: T) => string | Buffer,
): RequiredSlot<T> {
  return { field, optional: false, misfitCode: '30', format, decode, encode };
}
