import { type BulkDay, type BulkFiles, type BulkTarget, writeBulkFiles } from '@citycard/city-sim';

/** What the benchmark asks of a process that writes the files of companies; making the day is not clearing it. */
export interface WriterOrder {
  readonly day: BulkDay;
  readonly target: BulkTarget;
}

export interface WriterAnswer {
  readonly files?: BulkFiles;
  readonly error?: string;
}

process.on('message', ({ day, target }: WriterOrder) => {
  let answer: WriterAnswer;
  try {
    answer = { files: writeBulkFiles(day, target) };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.send?.(answer);
});
