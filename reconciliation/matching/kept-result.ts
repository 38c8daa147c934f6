import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '@citycard/common';
import { openDuck } from './duckdb.ts';
import { matchingErrors } from './errors.ts';
import { explain } from './explain.ts';
import { readRows, type RowFilter } from './result-rows.ts';
import { findRun } from './runs.ts';

const FILES = ['main', 'revised'] as const;
export type ResultFile = (typeof FILES)[number];

/** Enough for one question about a result; what is more goes to the directory. */
const MEMORY_MIB = 256;
/** A result that was asked about stays at hand so long, for the next question. */
const STAYS_MS = 60_000;

/** Answers questions about results of matches, whose files are fetched from the database when first asked for. */
export class KeptResults {
  readonly #db: Database;
  readonly #folders = new Map<bigint, { readonly folder: Promise<string>; timer: NodeJS.Timeout }>();

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Rows of a result with the reason of each.
   *
   * @throws CityCardError `reconciliation.matching.run-unknown`, `.run-not-done`
   */
  async rows(runNo: bigint, filter: RowFilter): Promise<readonly Record<string, unknown>[]> {
    const run = await findRun(this.#db, runNo);
    if (run.state !== 'done') throw matchingErrors.runNotDone({ runNo, state: run.state });
    const folder = await this.#folder(runNo);
    const duck = await openDuck({ directory: folder, memoryMiB: MEMORY_MIB, threads: 1 });
    try {
      const files = { main: join(folder, 'main.parquet'), revised: join(folder, 'revised.parquet') };
      const rows = await readRows(duck.connection, files, filter);
      return rows.map((row) => {
        const { pass, ours, theirs, ...rest } = row;
        return {
          ...rest,
          ...(pass !== undefined && { pass: run.terms.passes[pass]?.name }),
          ...(ours !== undefined && { oursFen: ours }),
          ...(theirs !== undefined && { theirsFen: theirs }),
          explanation: explain(run.terms, row),
        };
      });
    } finally {
      duck.close();
    }
  }

  /** A file of a result, Parquet, part by part. @throws as {@link rows} */
  async *file(runNo: bigint, file: ResultFile): AsyncGenerator<Buffer> {
    const run = await findRun(this.#db, runNo);
    if (run.state !== 'done') throw matchingErrors.runNotDone({ runNo, state: run.state });
    for (let partNo = 1; ; partNo += 1) {
      const { rows } = await this.#db.query<{ content: Buffer }>(
        'select content from reconciliation.match_result where run_no = $1 and file = $2 and part_no = $3',
        [runNo, file, partNo],
      );
      if (rows[0] === undefined) return;
      yield rows[0].content;
    }
  }

  /** Forgets what is at hand. */
  async close(): Promise<void> {
    await Promise.all([...this.#folders.keys()].map((runNo) => this.#forget(runNo)));
  }

  #folder(runNo: bigint): Promise<string> {
    const known = this.#folders.get(runNo);
    if (known !== undefined) {
      known.timer.refresh();
      return known.folder;
    }
    const folder = this.#fetch(runNo);
    const timer = setTimeout(() => void this.#forget(runNo), STAYS_MS).unref();
    this.#folders.set(runNo, { folder, timer });
    folder.catch(() => this.#folders.delete(runNo));
    return folder;
  }

  async #fetch(runNo: bigint): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'citycard-result-'));
    for (const file of FILES)
      for await (const part of this.file(runNo, file)) await appendFile(join(folder, `${file}.parquet`), part);
    return folder;
  }

  async #forget(runNo: bigint): Promise<void> {
    const known = this.#folders.get(runNo);
    if (known === undefined) return;
    this.#folders.delete(runNo);
    clearTimeout(known.timer);
    const folder = await known.folder.catch(() => undefined);
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}
