import { fenNumber, fenOf, yuan } from '../../../../parts/money.ts';

/** What is typed into a form, by field; nothing is a number before it is sent. */
export type Fields = Record<string, string>;

/** What is wrong with what was typed: a sentence under `finance.form.fault`, with what it names. */
export interface Fault {
  readonly key: string;
  readonly values?: Readonly<Record<string, string | number>>;
}
export type Faults = Readonly<Record<string, Fault>>;

/** How a field is typed, and what it becomes in the document. */
type FieldKind =
  | 'choice'
  | 'yuan'
  | 'whole'
  /** A decimal number, kept as it was typed. */
  | 'decimal'
  | 'day'
  | 'text'
  | 'participant'
  | 'industry'
  | 'weekdays'
  /** Days of a month, 32 for its last. */
  | 'monthDays';

export interface Field {
  readonly key: string;
  readonly kind: FieldKind;
  /** Key of its label and words when several fields share them; its own when left out. */
  readonly words?: string;
  readonly options?: readonly string[];
  readonly optional?: boolean;
  /** What is meant when the document says nothing: it is not written there. */
  readonly usual?: string;
  readonly least?: number;
  readonly most?: number;
  /** Amounts above zero only. */
  readonly positive?: boolean;
  readonly digits?: number;
  readonly pattern?: RegExp;
  readonly longest?: number;
  /** Whether it is asked, as the other fields stand. */
  readonly when?: (fields: Fields) => boolean;
}

const MOST_FEN = 1_000_000_000_000n;
const WHOLE = /^\d{1,9}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
export const LAST_DAY = '32';

/** A day that a calendar has. */
export function isDay(text: string): boolean {
  if (!DAY.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10) === text;
}

/** The day after, or so many days on. */
export const dayAfter = (day: string, days = 1): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

export const asked = (field: Field, fields: Fields): boolean => field.when === undefined || field.when(fields);
export const textOf = (field: Field, fields: Fields): string => (fields[field.key] ?? '').trim();

/** What is wrong with one field, or undefined. */
export function faultOf(field: Field, fields: Fields): Fault | undefined {
  if (!asked(field, fields)) return undefined;
  const text = textOf(field, fields);
  if (text === '') return field.optional === true ? undefined : { key: 'wanted' };
  switch (field.kind) {
    case 'choice':
      return field.options?.includes(text) === true ? undefined : { key: 'wanted' };
    case 'yuan':
      return yuanFault(field, text);
    case 'whole':
      return wholeFault(field, text);
    case 'decimal':
      return new RegExp(`^\\d{1,12}(\\.\\d{1,${field.digits ?? 6}})?$`).test(text)
        ? undefined
        : { key: 'decimal', values: { digits: field.digits ?? 6 } };
    case 'day':
      return isDay(text) ? undefined : { key: 'day' };
    case 'text':
      if (text.length > (field.longest ?? 200)) return { key: 'long', values: { most: field.longest ?? 200 } };
      return field.pattern === undefined || field.pattern.test(text) ? undefined : { key: `shape.${field.key}` };
    case 'monthDays':
      return daysFault(text);
    case 'participant':
    case 'industry':
    case 'weekdays':
      return undefined;
  }
}

function yuanFault({ positive, most }: Field, text: string): Fault | undefined {
  const fen = fenOf(text);
  if (fen === undefined || fen > MOST_FEN) return { key: 'amount' };
  if (positive === true && fen === 0n) return { key: 'positive' };
  if (most !== undefined && fen > BigInt(most)) return { key: 'mostYuan', values: { most: yuan(most) } };
  return undefined;
}

function wholeFault({ least = 0, most = 999_999_999 }: Field, text: string): Fault | undefined {
  if (WHOLE.test(text) && Number(text) >= least && Number(text) <= most) return undefined;
  return { key: 'whole', values: { least, most } };
}

function daysFault(text: string): Fault | undefined {
  const days = listOf(text);
  const right = days.every((day) => /^\d{1,2}$/.test(day) && Number(day) >= 1 && Number(day) <= Number(LAST_DAY));
  return right && new Set(days.map(Number)).size === days.length ? undefined : { key: 'monthDays' };
}

/** Every field that is wrong, by its key. */
export function faultsOf(fields: readonly Field[], typed: Fields): Faults {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const fault = faultOf(field, typed);
      return fault === undefined ? [] : [[field.key, fault] as const];
    }),
  );
}

/** Several values in one field, however they are set apart. */
export const listOf = (text: string): string[] => text.split(/[\s,，、;；]+/).filter((part) => part !== '');
/** Fen of a typed amount that is right. */
export const fenTyped = (text: string): number => fenNumber(fenOf(text) ?? 0n);

/** A field of a document as it is typed; empty when it is not there. */
export function typedValue(field: Field, value: unknown): string {
  if (value === undefined || value === null) return field.usual ?? '';
  if (field.kind === 'yuan') return yuan(typeof value === 'string' ? value : Number(value)).replaceAll(',', '');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return Array.isArray(value) ? value.join(',') : String(value);
}

/** A typed field as the document has it; undefined when the document says nothing. */
export function documentValue(field: Field, fields: Fields): unknown {
  if (!asked(field, fields)) return undefined;
  const text = textOf(field, fields);
  if (text === '' || sameAsUsual(field, text)) return undefined;
  switch (field.kind) {
    case 'yuan':
      return fenTyped(text);
    case 'whole':
      return Number(text);
    case 'choice':
      return text === 'yes' ? true : text === 'no' ? false : text;
    case 'weekdays':
    case 'monthDays':
      return listOf(text).map(Number);
    default:
      return text;
  }
}

const sameAsUsual = ({ kind, usual }: Field, text: string): boolean =>
  usual !== undefined && (kind === 'yuan' ? fenOf(usual) === fenOf(text) : text === usual);

/** A decimal text times a power of ten, digit by digit: `0.5` by 4 is `5000`, `5000` by −4 is `0.5`. */
export function shiftDecimal(text: string, by: number): string {
  const [whole = '', part = ''] = text.split('.');
  const digits = whole + part;
  const point = whole.length + by;
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0');
  const at = Math.max(point, 1);
  const fraction = padded.slice(at).replace(/0+$/, '');
  const integer = padded.slice(0, at).replace(/^0+(?=\d)/, '');
  return fraction === '' ? integer : `${integer}.${fraction}`;
}
