/** How one field stands in a message. Lengths of BCD fields count digits, all others bytes. */
export type FieldFormat =
  | { readonly kind: 'digits'; readonly length: number; readonly align: 'left' | 'right' }
  | { readonly kind: 'text'; readonly length: number }
  | { readonly kind: 'bytes'; readonly length: number }
  | { readonly kind: 'digits-var'; readonly prefix: 2 | 3; readonly max: number }
  | { readonly kind: 'text-var'; readonly prefix: 2 | 3; readonly max: number }
  | { readonly kind: 'bytes-var'; readonly prefix: 2 | 3; readonly max: number };

const digits = (length: number, align: 'left' | 'right' = 'left'): FieldFormat => ({ kind: 'digits', length, align });
const text = (length: number): FieldFormat => ({ kind: 'text', length });
const digitsVar = (prefix: 2 | 3, max: number): FieldFormat => ({ kind: 'digits-var', prefix, max });
const textVar = (prefix: 2 | 3, max: number): FieldFormat => ({ kind: 'text-var', prefix, max });
const bytesVar = (prefix: 2 | 3, max: number): FieldFormat => ({ kind: 'bytes-var', prefix, max });

/** The dialect of the interface page: the field table of domain page C.3, with 48, 58 and 62 counting bytes. */
export const FIELDS: Readonly<Record<number, FieldFormat>> = {
  2: digitsVar(2, 19),
  3: digits(6),
  4: digits(12),
  11: digits(6),
  12: digits(6),
  13: digits(4),
  14: digits(4),
  15: digits(4),
  22: digits(3, 'left'),
  23: digits(3, 'right'),
  25: digits(2),
  26: digits(2),
  32: digitsVar(2, 11),
  35: digitsVar(2, 37),
  36: digitsVar(3, 104),
  37: text(12),
  38: text(6),
  39: text(2),
  41: text(8),
  42: text(15),
  44: textVar(2, 25),
  48: bytesVar(3, 999),
  49: text(3),
  52: { kind: 'bytes', length: 8 },
  53: digits(16),
  54: textVar(3, 40),
  55: bytesVar(3, 255),
  58: bytesVar(3, 999),
  59: bytesVar(3, 999),
  60: digitsVar(3, 29),
  61: digitsVar(3, 29),
  62: bytesVar(3, 999),
  63: textVar(3, 163),
  64: { kind: 'bytes', length: 8 },
};
