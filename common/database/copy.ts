import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from } from 'pg-copy-streams';
import type { Transaction } from './pool.ts';

/** One write per 64 KiB: a write per row spends more time in the stream than in PostgreSQL. */
const CHUNK_CHARACTERS = 65_536;

/**
 * Writes rows by COPY, the fastest way into PostgreSQL, inside the caller's transaction; resolves to how many. Values
 * are written as `query` parameters would be: null, text, numbers, bigint, boolean, Date, Buffer (bytea), arrays, and
 * other objects as JSON. The table may be schema-qualified.
 */
export async function copyRows(
  tx: Transaction,
  table: string,
  columns: readonly string[],
  rows: AsyncIterable<readonly unknown[]> | Iterable<readonly unknown[]>,
): Promise<number> {
  const target = table.split('.').map(pg.escapeIdentifier).join('.');
  const list = columns.map(pg.escapeIdentifier).join(', ');
  const stream = tx.query(from(`COPY ${target} (${list}) FROM STDIN`));
  // A promise per row costs more than the row.
  const text = Symbol.iterator in rows ? chunks(rows, columns.length) : chunksLater(rows, columns.length);
  await pipeline(Readable.from(text), stream);
  return stream.rowCount ?? 0;
}

function* chunks(rows: Iterable<readonly unknown[]>, width: number): Generator<string> {
  let chunk = '';
  for (const row of rows) {
    chunk += line(row, width);
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}

async function* chunksLater(rows: AsyncIterable<readonly unknown[]>, width: number): AsyncGenerator<string> {
  let chunk = '';
  for await (const row of rows) {
    chunk += line(row, width);
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}

function line(row: readonly unknown[], width: number): string {
  if (row.length !== width) throw new RangeError(`a row of ${row.length} values for ${width} columns`);
  let text = copyField(row[0]);
  for (let at = 1; at < width; at += 1) text += `\t${copyField(row[at])}`;
  return `${text}\n`;
}

const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function copyField(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return '\\N';
    case 'string':
      return escaped(value);
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      if (value === null) return '\\N';
      return Buffer.isBuffer(value) ? `\\\\x${value.toString('hex')}` : escaped(plainText(value));
  }
}

function escaped(text: string): string {
  // Most texts have nothing to escape, and finding that out costs less than replacing nothing.
  return SPECIAL.test(text) ? text.replaceAll(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character) : text;
}

function plainText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return `\\x${value.toString('hex')}`;
  if (Array.isArray(value)) return `{${value.map(arrayItem).join(',')}}`;
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return String(value);
}

function arrayItem(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (Array.isArray(value)) return plainText(value);
  return `"${plainText(value).replaceAll(/["\\]/g, '\\$&')}"`;
}
