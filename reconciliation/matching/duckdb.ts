import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

export interface OpenDuck {
  readonly connection: DuckDBConnection;
  /** A second connection, for what can go on beside the first. */
  readonly other: DuckDBConnection;
  close(): void;
}

export interface DuckTerms {
  /** Where it puts what does not fit into memory. */
  readonly directory: string;
  /** What it may hold; the rest of the process comes on top of it. */
  readonly memoryMiB: number;
  readonly threads: number;
}

/** A database in memory for one piece of work. The library, tens of megabytes, is loaded when the first one opens. */
export async function openDuck({ directory, memoryMiB, threads }: DuckTerms): Promise<OpenDuck> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance: DuckDBInstance = await DuckDBInstance.create(':memory:', {
    threads: String(threads),
    memory_limit: `${memoryMiB}MiB`,
    temp_directory: directory,
    // Nothing is ever fetched from elsewhere.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const [connection, other] = [await instance.connect(), await instance.connect()];
  return {
    connection,
    other,
    close: () => {
      connection.closeSync();
      other.closeSync();
      instance.closeSync();
    },
  };
}

/** A text as a literal of SQL. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
