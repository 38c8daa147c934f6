import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommandLine, runOperatorKit } from '@citycard/citycard';
import {
  createCertificateRequest,
  encodeRecord,
  momentOf,
  signDetached,
  type TapReader,
  writePurchaseFile,
} from '@citycard/city-sim';
import { cityDate, compactDate } from '@citycard/common';
import { describe, expect, it } from 'vitest';
import { sandboxCard, sandboxReader, type TestCity } from '../installation.ts';

const DEPOT = '904458041110077';

/** The acceptance kit for depots, and what becomes of a report: recorded, signed, verified, needed for production. */
export function operatorKitTests(city: () => TestCity): void {
  describe('acceptance of a depot', () => {
    it('passes a good depot; its report is signed and proves itself at the command line', async () => {
      const { http, people, varDirectory, installation } = city();
      const folder = await mkdtemp(join(varDirectory, 'acceptance-'));
      const sandbox = await city().sandbox();
      const reader = sandboxReader(sandbox);
      const { privateKeyPem, requestPem } = createCertificateRequest(DEPOT);
      const issued = await http('platform', 'POST', '/v1/certificates', {
        csrPem: requestPem,
        cn: DEPOT,
        kind: 'operator',
      });
      const certificatePem = String(issued.body['certificatePem']);
      const signer = { certificatePem, privateKeyPem };
      const depot = new Depot(join(folder, 'in'), reader, sandbox.cards, (bytes) => signDetached(bytes, signer));
      const play = (onAsk: (id: string) => Promise<unknown>) =>
        runOperatorKit({
          participantNo: DEPOT,
          door: { folder },
          certificatePem,
          limitMs: 4000,
          quietMs: 50,
          clockLimitMs: 30_000,
          stopping: new AbortController().signal,
          tell: (event) => void (event.event === 'ask' && onAsk(event.id)),
        });

      const report = await play((id) => depot.act(id));
      expect(report.cases.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
      const bad = await play((id) => depot.spoiled(id));
      expect(bad.cases.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id)).toEqual([
        'file',
        'answer-lost',
      ]);

      const file = join(folder, 'report.json');
      await writeFile(file, JSON.stringify(report));
      const run = async (person: string, ...words: string[]) => {
        const said = { out: '', err: '' };
        const write = (to: 'out' | 'err') => ({ write: (text: string) => ((said[to] += text), true) });
        const where = ['--url', installation.baseUrl, '--token', people[person]?.token ?? '', '--json'];
        const code = await runCommandLine([...words, ...where], {}, write('out'), write('err'));
        return { code, ...said };
      };
      expect(await run('platform', 'acceptance', 'sign', file)).toMatchObject({ code: 0, err: '' });
      expect(await run('auditor', 'acceptance', 'verify', file)).toMatchObject({ code: 0, err: '' });
      await writeFile(file, (await readFile(file, 'utf8')).replace(DEPOT, '904458041110078'));
      expect(await run('auditor', 'acceptance', 'verify', file)).toMatchObject({ code: 1 });
      await rm(folder, { recursive: true });
    }, 60_000);
  });
}

/** A depot that delivers into a folder, by rename, signature first. */
class Depot {
  readonly #in: string;
  readonly #reader: TapReader;
  readonly #cards: readonly string[];
  readonly #sign: (bytes: Buffer) => Buffer;
  #sequence = 0;

  constructor(folder: string, reader: TapReader, cards: readonly string[], sign: (bytes: Buffer) => Buffer) {
    this.#in = folder;
    this.#reader = reader;
    this.#cards = cards;
    this.#sign = sign;
  }

  file(records = this.#tap()) {
    const created = momentOf(new Date());
    const businessDate = compactDate(cityDate(new Date()));
    return writePurchaseFile({ participant: DEPOT, businessDate, sequence: (this.#sequence += 1), created, records });
  }

  /** A free ride on a card nobody had before. */
  #tap(): Buffer[] {
    const card = sandboxCard(this.#cards[this.#sequence % this.#cards.length] ?? '');
    return this.#reader.tap(card, { amountFen: 0 }).records.map(encodeRecord);
  }

  async deliver({ name, bytes }: { name: string; bytes: Buffer }, signature = this.#sign(bytes)): Promise<void> {
    for (const [to, content] of [
      [name.replace('.ccpf', '.p7s'), signature],
      [name, bytes],
    ] as const) {
      await writeFile(join(this.#in, `.${to}.part`), content);
      await rename(join(this.#in, `.${to}.part`), join(this.#in, to));
    }
  }

  async act(id: string): Promise<void> {
    const first = this.file();
    await this.deliver(first);
    if (id === 'file') return;
    await taken(join(this.#in, first.name));
    if (id === 'answer-lost') return this.deliver(first);
    if (id.startsWith('refused')) return this.deliver(this.file([first.bytes.subarray(64)]));
    return this.deliver(this.file());
  }

  /** Signs another content in the first case, and changes a file that was not answered. */
  async spoiled(id: string): Promise<void> {
    if (id === 'file') return this.deliver(this.file(), this.#sign(Buffer.from('another file')));
    if (id !== 'answer-lost') return this.act(id);
    const first = this.file();
    await this.deliver(first);
    await taken(join(this.#in, first.name));
    const other = this.file();
    return this.deliver({ name: first.name, bytes: other.bytes });
  }
}

async function taken(file: string): Promise<void> {
  for (let looks = 0; looks < 100; looks += 1) {
    if ((await readFile(file).catch(() => undefined)) === undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
