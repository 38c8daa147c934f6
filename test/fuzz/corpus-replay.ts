import { messageMac } from '@citycard/city-sim';
import { assignSam } from '@citycard/clearing';
import { authenticate, transact } from '@citycard/common';
import { Message, registerTerminal, setTerminalMasterKey } from '@citycard/terminal-gateway';
import { beforeAll, describe, expect, it } from 'vitest';
import { sandboxTerminal, type TestCity } from '../installation.ts';
import { CORPUS_TERMINAL, piecesOf, readCorpus, streamOf } from './corpus.ts';
import { runLink } from './link-run.ts';

/** Every stream of the corpus over a link of its own: the answers that its file says, no other, and the link closed. */
export function corpusTests(city: () => TestCity): void {
  describe('streams that were a trouble once, or could be', () => {
    let mak: Buffer;
    beforeAll(async () => {
      mak = await signedOn(city());
    });

    it.each(readCorpus().map((one) => [one.name, one] as const))('%s', async (_, one) => {
      const stream = streamOf(one, (body) => messageMac('ecb', mak, body.subarray(0, -8)));
      const run = await runLink(city().installation.gateway.port, piecesOf(one, stream), 'close');
      const answers = run.answers.map((content) => Message.read(content));
      expect(answers.map((answer) => answer.problem)).toEqual(one.answers.map(() => undefined));
      const codes = answers.sort((a, b) => Number(a.text(11)) - Number(b.text(11))).map((answer) => answer.text(39));
      expect({ codes, hung: run.hung, rest: run.rest }).toEqual({ codes: one.answers, hung: false, rest: 0 });
    });
  });
}

/** Registers the terminal of the corpus and brings its keys into force. */
async function signedOn(city: TestCity): Promise<Buffer> {
  const { db } = city.installation;
  const officer = await authenticate(db, city.people['platform']?.token ?? '');
  if (officer === undefined) throw new Error('the demo has no platform officer');
  const { terminalNo, merchantNo, samNo } = CORPUS_TERMINAL;
  const sandbox = await city.sandbox();
  await transact(db, async (tx) => {
    const validFrom = new Date('2025-01-01T00:00:00+08:00');
    await assignSam(tx, { samNo, participantNo: merchantNo, terminalNo, validFrom });
    await registerTerminal(
      tx,
      officer,
      {
        terminalNo,
        participantNo: merchantNo,
        industry: 1,
        samNo,
        functions: ['load', 'load-bound', 'purchase-upload', 'bill', 'enquiry'],
        macAlgorithm: 'ecb',
      },
      { demo: true },
    );
    await setTerminalMasterKey(tx, terminalNo, { tmk: 'name:SANDBOX-TMK', kcv: '' });
  });
  const terminal = sandboxTerminal({ ...sandbox, terminal: terminalNo, merchant: merchantNo, sam: samNo });
  await terminal.signOn();
  await terminal.echo();
  await terminal.disconnect();
  return Buffer.from(terminal.memory.mak ?? '', 'hex');
}
