import type { KnownProcess } from './processes.ts';

/** Three beats missed. */
export const SILENT_MS = 15_000;

export const WORKING_STATES = ['at-work', 'resting', 'on-call', 'failing', 'overdue'] as const;
type WorkingState = (typeof WORKING_STATES)[number];

/** A part of a process that works by itself, as people see it. */
interface WorkingPart {
  readonly key: string;
  readonly part: string;
  readonly processId: string;
  readonly host: string;
  readonly pid: number;
  /**
   * `on-call`: works when it is given work; `failing`: does its rounds, and the last ones failed; `overdue`: has not given its sign in
   * time, or its process is silent.
   */
  readonly state: WorkingState;
  readonly doneAt: Date | null;
  readonly beganAt: Date | null;
  readonly doing: string | null;
  readonly everySeconds: number | null;
  readonly dueAt: Date | null;
  readonly rounds: number;
  readonly failures: number;
  readonly failure: string | null;
}

/** One failure is tried again; what fails so often in a row does not go away by itself. */
const FAILING_AFTER = 3;

/**
 * The parts of every process that has not ended. Those of a silent process are overdue, unless another process has the same part and
 * is heard: it does the work.
 */
export function workingParts(processes: readonly KnownProcess[]): WorkingPart[] {
  const open = processes.filter(({ endedAt }) => endedAt === null);
  const silent = (one: KnownProcess) => one.silentMs > SILENT_MS;
  const takenOver = new Set(open.filter((one) => !silent(one)).flatMap(({ parts }) => parts.map(({ part }) => part)));
  return open
    .flatMap((process) =>
      process.parts
        .filter(({ part }) => !silent(process) || !takenOver.has(part))
        .map((state): WorkingPart => {
          const { part, everyMs, atWorkForMs, doing, doneBeforeMs, rounds, failures, failure, dueInMs } = state;
          const at = (ms: number | null) => (ms === null ? null : new Date(process.heardAt.getTime() + ms));
          const overdue = silent(process) || (dueInMs !== null && dueInMs < process.silentMs);
          return {
            key: `${process.processId} ${part}`,
            part,
            processId: process.processId,
            host: process.host,
            pid: process.pid,
            state: overdue
              ? 'overdue'
              : failures >= FAILING_AFTER
                ? 'failing'
                : atWorkForMs !== null
                  ? 'at-work'
                  : everyMs === null
                    ? 'on-call'
                    : 'resting',
            doneAt: at(doneBeforeMs === null ? null : -doneBeforeMs),
            beganAt: at(atWorkForMs === null ? null : -atWorkForMs),
            doing,
            everySeconds: everyMs === null ? null : everyMs / 1000,
            dueAt: at(dueInMs),
            rounds,
            failures,
            failure,
          };
        }),
    )
    .sort((one, other) => ORDER[one.state] - ORDER[other.state] || one.part.localeCompare(other.part));
}

const ORDER: Readonly<Record<WorkingState, number>> = {
  overdue: 0,
  failing: 1,
  'at-work': 2,
  resting: 3,
  'on-call': 3,
};

/** Parts nobody does in time: overdue in every process that has them. */
export function standingParts(
  working: readonly WorkingPart[],
): { readonly part: string; readonly since: Date | null }[] {
  const alive = new Set(working.filter(({ state }) => state !== 'overdue').map(({ part }) => part));
  const standing = new Map(working.filter(({ part }) => !alive.has(part)).map(({ part, dueAt }) => [part, dueAt]));
  return [...standing].map(([part, since]) => ({ part, since }));
}
