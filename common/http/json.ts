/**
 * The value with every bigint as a JSON number.
 *
 * @throws RangeError for a bigint that a reader's double could not hold exactly.
 */
export function withPlainNumbers(value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new RangeError(`${value} does not fit a JSON number exactly`);
    return number;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withPlainNumbers);
  if ('toJSON' in value && typeof value.toJSON === 'function') return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, withPlainNumbers(field)]));
}
