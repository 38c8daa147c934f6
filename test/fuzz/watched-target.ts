import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Report } from './target.ts';

export type TargetName = 'codec' | 'gateway';

export interface FoundFault {
  readonly target: TargetName;
  readonly case: number;
  readonly sentence: string;
  readonly stream?: string;
}

/** A target running in its process, and what it has told so far. */
export interface WatchedTarget {
  readonly name: TargetName;
  readonly cases: number;
  readonly frames: number;
  readonly heapMiB: number;
  readonly details: Readonly<Record<string, unknown>>;
  /** Asks it to end; `ended` resolves when it has. */
  stop(): void;
  readonly ended: Promise<void>;
}

/** Longer than any case may take, its wait for a link that hangs included. */
const SILENT_MS = 120_000;
/** Starting the whole product on a busy machine. */
const STARTING_MS = 300_000;

/** Starts a target and watches it: a process that dies, ends early or falls silent is a fault like any other. */
export function watchTarget(
  name: TargetName,
  cases: { readonly seed: number; readonly first: number; readonly last: number | 'none' },
  onFault: (fault: FoundFault) => void,
): WatchedTarget {
  const main = fileURLToPath(new URL('./target-process.ts', import.meta.url));
  const words = [name, cases.seed, cases.first, cases.last].map(String);
  // A group of its own: Ctrl-C reaches us alone, and we ask it to end.
  const child = fork(main, words, {
    execArgv: ['--expose-gc', '--import', 'tsx'],
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const state = { name, cases: 0, frames: 0, heapMiB: 0, details: {} as Readonly<Record<string, unknown>> };
  let done = false;
  const fault = (sentence: string) => onFault({ target: name, case: cases.first + state.cases, sentence });
  const onSilence = () => {
    fault('nothing was heard of it any more: a case does not end');
    child.kill('SIGKILL');
  };
  let patience = setTimeout(onSilence, STARTING_MS);
  child.on('message', (report: Report) => {
    clearTimeout(patience);
    patience = setTimeout(onSilence, SILENT_MS);
    if (report.kind === 'progress') Object.assign(state, report);
    else if (report.kind === 'finding') {
      onFault({
        target: name,
        case: report.case,
        sentence: report.sentence,
        ...(report.stream === undefined ? {} : { stream: report.stream }),
      });
    } else {
      done = true;
      state.details = report.details;
    }
  });
  const ended = new Promise<void>((resolve) =>
    child.once('exit', (code, signal) => {
      clearTimeout(patience);
      if (!done) fault(`its process ended (${signal ?? `exit code ${code}`})`);
      resolve();
    }),
  );
  return Object.assign(state, {
    stop: () => {
      if (child.connected) child.send('stop');
    },
    ended,
  });
}
