import { open } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { literal } from './duckdb.ts';
import { matchingErrors } from './errors.ts';
import { KEY_COLUMNS, type KeyColumn, type MatchPass } from './terms.ts';

export type Side = 'ours' | 'theirs';

/** Columns of a file and how they are read; `doubt` is empty, `false` or `true`. */
const TYPES: Readonly<Record<string, string>> = {
  amountFen: 'BIGINT',
  day: 'DATE',
  doubt: 'BOOLEAN',
  reference: 'VARCHAR',
  group: 'VARCHAR',
  card: 'VARCHAR',
  terminal: 'VARCHAR',
};
/** Columns of files we write ourselves: how many records a line stands for, and what is known of it, as JSON. */
const OWN_TYPES: Readonly<Record<string, string>> = { records: 'INTEGER', about: 'VARCHAR' };
export const LONGEST_KEY = 150;
/** Line numbers take four bytes, and nobody waits for more in one match. */
const MOST_LINES = 100_000_000;
const LONGEST_HEADER = 1_000;

/** What a side holds once it is read. */
export interface ReadSide {
  readonly lines: number;
  readonly amountFen: bigint;
  readonly doubt: boolean;
  readonly records: boolean;
  readonly about: boolean;
}

/** The key of a pass as SQL; null where a column of it is empty. */
export const keyOf = ({ on }: MatchPass): string => on.map((column) => `"${column}"`).join(' || chr(31) || ');

/**
 * Reads a file of lines (CSV, UTF-8, a header, amounts in whole fen, days as YYYY-MM-DD) into the table of its side, in the order of
 * the file: the number of a line is its `rowid` and one.
 *
 * @throws CityCardError `reconciliation.matching.header-bad`, `.column-unknown`, `.unreadable`, `.key-too-long`, `.too-many-lines`
 */
export async function readSide(
  connection: DuckDBConnection,
  side: Side,
  file: string,
  passes: readonly MatchPass[],
  written: 'by us' | 'by others',
): Promise<ReadSide> {
  const header = await headerOf(file);
  const wanted = new Set<string>([...passes.flatMap(({ on }) => on), 'amountFen', 'day']);
  const missing = [...wanted].filter((column) => !header.includes(column));
  if (missing.length > 0 || new Set(header).size !== header.length)
    throw matchingErrors.headerBad({ side, wanted: [...wanted].join(','), found: header.join(',').slice(0, 200) });
  const types = written === 'by us' ? { ...TYPES, ...OWN_TYPES } : TYPES;
  const unknown = header.find((column) => !(column in types));
  if (unknown !== undefined)
    throw matchingErrors.columnUnknown({ side, column: unknown.slice(0, 40), known: Object.keys(TYPES).join(', ') });
  const type = (column: string) => (column === 'amountFen' && written === 'by others' ? 'VARCHAR' : types[column]);
  const columns = header.map((column) => `${literal(column)}: '${type(column) ?? ''}'`).join(', ');
  const [doubt, records, about] = ['doubt', 'records', 'about'].map((column) => header.includes(column)) as [
    boolean,
    boolean,
    boolean,
  ];
  const [first, ...later] = passes;
  const kept = KEY_COLUMNS.filter((column) => later.some(({ on }) => on.includes(column)));
  const values = [
    first === undefined ? 'null' : keyOf(first),
    // Numbers are read leniently: 1.5 would become 2. What we wrote ourselves came out of whole numbers.
    written === 'by us'
      ? '"amountFen" as amount'
      : `case when regexp_full_match("amountFen", '-?[0-9]{1,18}') then "amountFen"::bigint end as amount`,
    'day',
    ...kept.map((column: KeyColumn) => `"${column}"`),
    ...(doubt ? ['coalesce(doubt, false) as doubt'] : []),
    ...(records ? ['coalesce(records, 0) as records'] : []),
    ...(about ? ['about'] : []),
  ];
  await run(
    connection,
    side,
    `create table ${side} as select ${values[0] ?? 'null'} as key, ${values.slice(1).join(', ')}
       from read_csv(${literal(file)}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', nullstr = '',
                     dateformat = '%Y-%m-%d', columns = {${columns}})`,
  );
  const reader = await connection.runAndReadAll(
    `select count(*)::bigint, count(amount)::bigint, count(day)::bigint, coalesce(max(strlen(key)), 0)::bigint,
            coalesce(sum(amount), 0)::varchar from ${side}`,
  );
  const [lines = 0n, amounts = 0n, days = 0n, longest = 0n, sum = '0'] = (reader.getRowsJS()[0] ?? []) as [
    bigint,
    bigint,
    bigint,
    bigint,
    string,
  ];
  if (amounts !== lines)
    throw await unreadableLine(connection, side, 'amount', 'amountFen is not a whole number of fen');
  if (days !== lines) throw await unreadableLine(connection, side, 'day', 'it has no day');
  if (longest > LONGEST_KEY) throw matchingErrors.keyTooLong({ side, limit: LONGEST_KEY });
  if (lines > MOST_LINES) throw matchingErrors.tooManyLines({ side, limit: MOST_LINES });
  return { lines: Number(lines), amountFen: BigInt(sum), doubt, records, about };
}

/** The first line that has no value where one has to be. */
async function unreadableLine(
  connection: DuckDBConnection,
  side: Side,
  column: string,
  reason: string,
): Promise<Error> {
  const reader = await connection.runAndReadAll(
    `select (min(rowid) + 2)::integer from ${side} where ${column} is null`,
  );
  return matchingErrors.unreadable({ side, line: reader.getRowsJS()[0]?.[0], reason });
}

async function headerOf(file: string): Promise<string[]> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(LONGEST_HEADER), 0, LONGEST_HEADER, 0);
    const [line = ''] = buffer
      .subarray(0, bytesRead)
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .split(/\r\n|\n|\r/);
    return line.split(',').map((column) => column.trim().replaceAll('"', ''));
  } finally {
    await handle.close();
  }
}

async function run(connection: DuckDBConnection, side: Side, sql: string): Promise<void> {
  try {
    await connection.run(sql);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const line = /Line: (\d+)/.exec(message)?.[1];
    if (line === undefined) throw error;
    // What stands in the line stays there; people look it up in the file.
    const column = /Column: (\w+)|column (?:at position: )?"?(\w+)"?/.exec(message);
    const name = column?.[1] ?? column?.[2];
    const reason = /encod|utf-?8|unicode/i.test(message)
      ? 'it is not UTF-8'
      : name !== undefined && name in TYPES
        ? `${name} is not what it has to be`
        : 'it has another number of columns, or an open quotation mark';
    throw matchingErrors.unreadable({ side, line, reason }, error);
  }
}
