import type { Output } from '../cli/output.ts';

/** Tells the person at the terminal how far a phase has come: a bar that redraws itself, or plain lines in a log. */
export interface Progress {
  phase(name: string, total?: number): void;
  done(count: number): void;
  end(): void;
  /** Wipes the bar of a phase that failed, so that what is said next stands on a line of its own. */
  abandon(): void;
}

const barWidth = 28;
const linesPerPhase = 4;

export function createProgress(out: Output): Progress {
  let name = '';
  let total = 0;
  let count = 0;
  let lastLine = 0;
  let startedAt = Date.now();
  const seconds = () => `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;

  const draw = () => {
    if (!out.isTTY) return;
    const share = total === 0 ? 0 : Math.min(1, count / total);
    const filled = Math.round(share * barWidth);
    const bar = total === 0 ? '' : `[${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}] ${count}/${total}  `;
    out.write(`\r\x1b[2K  ${name.padEnd(34)} ${bar}${seconds()}`);
  };
  const finish = () => {
    if (name === '') return;
    if (out.isTTY) out.write('\r\x1b[2K');
    out.write(`  ${name.padEnd(34)} ${total === 0 ? '' : `${count} of ${total}, `}${seconds()}\n`);
    name = '';
  };

  return {
    phase(next, of = 0) {
      finish();
      name = next;
      total = of;
      count = 0;
      lastLine = 0;
      startedAt = Date.now();
      draw();
    },
    done(so) {
      count = so;
      draw();
      const quarter = total === 0 ? 0 : Math.floor((count * linesPerPhase) / total);
      if (!out.isTTY && quarter > lastLine && quarter < linesPerPhase) {
        lastLine = quarter;
        out.write(`  ${name.padEnd(34)} ${count} of ${total} …\n`);
      }
    },
    end: finish,
    abandon() {
      if (name !== '' && out.isTTY) out.write('\r\x1b[2K');
      name = '';
    },
  };
}
