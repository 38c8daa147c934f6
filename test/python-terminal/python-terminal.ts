import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { publishedKey } from '@citycard/citycard';
import { openBiller } from '@citycard/city-sim';
import { addHotlistEntry } from '@citycard/clearing';
import { transact } from '@citycard/common';
import { describe, expect, it } from 'vitest';
import type { TestCity } from '../installation.ts';

const bill = { biller: 'PYTH', customer: 'TEST-PYTHON', reference: 'PY-BILL-1', amountFen: 350 } as const;

/** What the terminal says of one run. */
interface Report {
  readonly ok: boolean;
  readonly checks: number;
  readonly failed: readonly { readonly name: string; readonly seen: string; readonly wanted: string }[];
}

const hasPython = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']).status === 0;

/**
 * A terminal that shares nothing with the product, not even the language: written in Python from the terminal interface
 * page and the published facts alone.
 */
export function pythonTerminalTests(city: () => TestCity): void {
  const title = 'a terminal in another language, written from the page alone';
  const reason = hasPython ? title : `${title} (skipped: no python3 of at least 3.9 is installed)`;
  describe.skipIf(!hasPython)(reason, () => {
    it('finds everything as the page says', async () => {
      const { http, installation, sandbox } = city();
      const place = await sandbox();
      const sam = `88${place.sam.slice(2)}`;
      const terminal = `PYX9${place.terminal.slice(-4)}`;
      const ordered = async (method: string, path: string, body: unknown) => {
        const answered = await http('platform', method, path, body);
        expect(answered, path).toMatchObject({ status: method === 'PUT' ? 200 : 201 });
        return answered.body;
      };
      const biller = await openBiller({
        name: 'PYTH',
        secret: 'test-python',
        bills: [bill],
        dueDate: '20991231',
        prepaid: true,
      });
      const utility = '904458049001001';
      await ordered('POST', '/v1/participants', {
        participantNo: utility,
        name: 'Python utility (test)',
        kind: 'biller',
        industry: 3,
      });
      await ordered('PUT', `/v1/billers/${bill.biller}`, { participantNo: utility, baseUrl: biller.baseUrl });
      await ordered('POST', '/v1/sam-assignments', {
        samNo: sam,
        participantNo: place.merchant,
        terminalNo: terminal,
        validFrom: '2026-01-01T00:00:00+08:00',
      });
      await ordered('POST', '/v1/terminals', {
        terminalNo: terminal,
        participantNo: place.merchant,
        industry: 3,
        samNo: sam,
        functions: ['load', 'load-bound', 'purchase-upload', 'bill', 'enquiry'],
        macAlgorithm: 'x9.19',
      });
      const { changeNo } = await ordered('POST', '/v1/terminal-changes', {
        kind: 'hand-over-keys',
        content: { terminals: [terminal], transport: 'TRANSPORT' },
        reason: 'first key of a new terminal',
      });
      const approved = await http('platform-2', 'POST', `/v1/terminal-changes/${String(changeNo)}/approval`);
      const [handed = {}] = approved.body['keys'] as readonly Record<string, unknown>[];
      const [hotCard = '', ...cards] = place.cards;
      await transact(installation.db, (tx) =>
        addHotlistEntry(tx, { action: 'add', applicationSerial: `0${hotCard}`, reason: 'Python terminal (test)' }),
      );
      const played = run({
        ...place,
        cards,
        hotCard,
        billTerminal: {
          ...bill,
          terminal,
          sam,
          ...handed,
          transportKey: publishedKey('TRANSPORT').toString('hex'),
        },
      });
      await played.catch(() => undefined);
      await biller.close();
      const report = await played;
      expect(report.failed).toEqual([]);
      expect(report.checks).toBeGreaterThan(100);
      expect(biller.payments.map(({ reference, outcome }) => [reference, outcome])).toEqual([
        [bill.reference, 'paid'],
        ['NO SUCH BILL', 'refused'],
      ]);
    }, 60_000);
  });
}

/** Plays the terminal to its end; its own words when it cannot even report. */
async function run(setting: unknown): Promise<Report> {
  const child = spawn(
    'python3',
    ['-B', import.meta.dirname, '--vectors', join(import.meta.dirname, '..', 'vectors.json')],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  const said: Record<'out' | 'err', string> = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
  child.stdin.end(JSON.stringify(setting));
  await new Promise((resolve) => child.once('close', resolve));
  if (said.err !== '') throw new Error(said.err);
  return JSON.parse(said.out) as Report;
}
