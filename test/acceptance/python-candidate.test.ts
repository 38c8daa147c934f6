import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTerminalKit, TERMINAL_FUNCTIONS, type TerminalSettings } from '@citycard/citycard';
import { describe, expect, it } from 'vitest';
import { HOT_CARD, testCardNo } from './simulated-terminal.ts';

const CANDIDATE = join(import.meta.dirname, '..', 'python-terminal', 'candidate.py');
const hasPython = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']).status === 0;
const title = 'a terminal in another language, written from the page alone, as a candidate';
const reason = hasPython ? title : `${title} (skipped: no python3 of at least 3.9 is installed)`;

describe.skipIf(!hasPython)(reason, () => {
  it('passes every case, over TLS', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'python-candidate-'));
    const child = spawn('python3', ['-B', CANDIDATE], { stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    // A candidate that fell over is seen by the cases it fails.
    child.stdin.on('error', () => undefined);
    const turns = new Map<string, number>();
    const tell = (line: unknown) => child.stdin.write(`${JSON.stringify(line)}\n`);
    const report = await runTerminalKit({
      model: 'PYTHON',
      softwareVersion: '1.0',
      functions: TERMINAL_FUNCTIONS,
      macAlgorithm: 'x9.19',
      host: '127.0.0.1',
      port: 0,
      otherPort: 0,
      tlsFolder: folder,
      hotCard: HOT_CARD,
      limitMs: 6_000,
      quietMs: 100,
      clockLimitMs: 90_000,
      stopping: new AbortController().signal,
      ready: (to) =>
        tell({
          host: to.host,
          port: to.port,
          terminal: to.terminalNo,
          merchant: to.merchantNo,
          sam: to.samNo,
          tls: filesOf(to.tls),
          other: {
            port: to.other.port,
            terminal: to.other.terminalNo,
            sam: to.other.samNo,
            tls: filesOf(to.other.tls),
          },
          tmk: to.terminalMasterKey,
          dpkRoot: to.rootPurchaseKey,
          dlkRoot: to.rootLoadKey,
          dtkRoot: to.rootTacKey,
          cards: Array.from({ length: 99 }, (_, at) => testCardNo(at + 1)),
          hotCard: HOT_CARD,
          timeout: 0.4,
        }),
      tell: (event) => {
        if (event.event !== 'ask') return;
        const turn = turns.get(event.id) ?? 0;
        turns.set(event.id, turn + 1);
        tell({ id: event.id, turn });
      },
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.stdin.end();
    await ended;
    expect(report.cases.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
    expect(said).toBe('');
    expect(report).toMatchObject({ passed: true, conditions: { transport: 'TLS' } });
    expect(report.cases.filter(({ outcome }) => outcome === 'not-claimed')).toEqual([]);
    await rm(folder, { recursive: true });
  }, 120_000);
});

const filesOf = (tls: TerminalSettings['tls']) => ({
  ca: tls?.caFile,
  certificate: tls?.certificateFile,
  key: tls?.keyFile,
});
