import { createHash } from 'node:crypto';

/**
 * One text for one content: keys sorted, no spaces, bigints as whole numbers, dates as ISO texts, undefined left out.
 * The same content hashes the same whether it comes from the program or back from somebody's JSON.
 *
 * @throws TypeError for what has no JSON form (functions, NaN, a circle).
 */
export function canonicalJson(value: unknown): string {
  return write(value, []);
}

/** SHA-256 over {@link canonicalJson}. */
export function contentSha256(content: unknown): Buffer {
  return createHash('sha256').update(canonicalJson(content)).digest();
}

function write(value: unknown, above: readonly object[]): string {
  if (value === null || value === undefined) return 'null';
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'bigint':
      return value.toString();
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON form`);
      return JSON.stringify(value);
    case 'object':
      return writeObject(value, above);
    default:
      throw new TypeError(`a ${typeof value} has no JSON form`);
  }
}

function writeObject(value: object, above: readonly object[]): string {
  if (above.includes(value)) throw new TypeError('an object inside itself has no JSON form');
  const path = [...above, value];
  if (Buffer.isBuffer(value)) return JSON.stringify(value.toString('hex'));
  if (Array.isArray(value)) return `[${value.map((item) => write(item, path)).join(',')}]`;
  if ('toJSON' in value && typeof value.toJSON === 'function') return write(value.toJSON(), path);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${write(field, path)}`);
  return `{${fields.join(',')}}`;
}
