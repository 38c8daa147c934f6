/** What needs no quotes inside a PostgreSQL array. */
const PLAIN = /^[\w:.+-]+$/;
const NULL = /^null$/i;

/**
 * A parameter of type `text[]` as PostgreSQL reads it. The driver takes arrays as they are, but looks at every element for what it
 * could be; for sets of thousands of keys and card numbers that takes longer than all else a set costs its caller.
 */
export function textArray(values: readonly (string | null)[]): string {
  return `{${values.map(element).join(',')}}`;
}

function element(value: string | null): string {
  if (value === null) return 'NULL';
  return PLAIN.test(value) && !NULL.test(value) ? value : `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** A parameter of a type of whole numbers, `integer[]`, `bigint[]` or `smallint[]`; see {@link textArray}. */
export function numberArray(values: readonly (number | bigint | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}
