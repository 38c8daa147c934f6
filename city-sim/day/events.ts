/** Tells whoever started the day how it goes, as lines of JSON on standard output. */
export interface DayEvents {
  phase(name: string, total?: number): void;
  /** One more of the total is done. */
  step(): void;
  result(result: object): void;
}

/** Progress is told this often at most. */
const TELL_EVERY_MS = 100;

export function lineEvents(write: (line: string) => void): DayEvents {
  let done = 0;
  let total = 0;
  let toldAt = 0;
  const tell = (event: object) => write(`${JSON.stringify(event)}\n`);
  return {
    phase: (name, of = 0) => {
      done = 0;
      total = of;
      toldAt = 0;
      tell({ event: 'phase', name, total: of });
    },
    step: () => {
      done += 1;
      if (done < total && Date.now() - toldAt < TELL_EVERY_MS) return;
      toldAt = Date.now();
      tell({ event: 'progress', done });
    },
    result: (result) => tell({ event: 'result', ...result }),
  };
}
