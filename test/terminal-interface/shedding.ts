import { type Answer, encodeRecord } from '@citycard/city-sim';
import { createLogger } from '@citycard/common';
import { createHandler, defaultSetLimits, listenForTerminals } from '@citycard/terminal-gateway';
import { describe, expect, it } from 'vitest';
import { sandboxCard, sandboxReader, sandboxTerminal, type TestCity } from '../installation.ts';

const codeOf = (answer: Answer) => (answer.kind === 'unanswered' ? answer.reason : answer.code);
const SENT = 10;
const ROOM = 4;
const DEADLINE_MS = 1500;

/** A gateway that cannot keep up says so (terminal interface, section 4, code 68), and nobody loses anything by it. */
export function shedding(city: () => TestCity): void {
  describe('a gateway that cannot keep up', () => {
    it('answers 68 at once beyond its room and at its deadline within it, and takes every repeat once', async () => {
      const { db, hsm } = city().installation;
      const logger = createLogger('shedding', { level: 'silent' });
      const sets = { ...defaultSetLimits, largestSet: 1, setsAtOnce: 1, waiting: ROOM, deadlineMs: DEADLINE_MS };
      const handle = createHandler({ db, hsm, logger, sets, billers: () => Promise.resolve(undefined) });
      const gateway = await listenForTerminals({ handle, logger, port: 0 });
      const sandbox = await city().sandbox();
      const address = { host: '127.0.0.1', port: gateway.port };
      const terminal = sandboxTerminal(sandbox, { address });
      await terminal.signOn();
      const reader = sandboxReader(sandbox);
      const [cardNo = ''] = sandbox.cards;
      const card = sandboxCard(cardNo);
      const uploads = Array.from({ length: SENT }, () => {
        const [record] = reader.tap(card, { amountFen: 0 }).records;
        if (record === undefined) throw new Error('the tap gave no record');
        const field48 = Buffer.from('00010000000000000000', 'hex');
        const fields = { 3: '000000', 48: field48, 62: encodeRecord(record) };
        return terminal.line.compose('0320', '36', '201', fields);
      });

      // Somebody else holds what the decision needs.
      const holder = await db.connect();
      await holder.query('begin');
      await holder.query('lock table clearing.intake in share row exclusive mode');
      const begun = performance.now();
      const answered: { code: string; afterMs: number }[] = [];
      const flight = uploads.map(async (upload) => {
        const answer = await terminal.exchange(upload, { repeats: 0 });
        answered.push({ code: codeOf(answer), afterMs: performance.now() - begun });
      });
      await expect.poll(() => answered.length, { timeout: DEADLINE_MS - 200, interval: 5 }).toBe(SENT - ROOM);
      // What decides nothing is answered as ever, on the same link.
      expect(codeOf(await terminal.echo())).toBe('00');
      await Promise.all(flight);
      expect(answered.map(({ code }) => code)).toEqual(uploads.map(() => '68'));
      const waited = answered.slice(-ROOM).map(({ afterMs }) => afterMs);
      expect(Math.min(...waited)).toBeGreaterThanOrEqual(DEADLINE_MS);
      expect(Math.max(...waited)).toBeLessThan(DEADLINE_MS * 3);
      await holder.query('rollback');
      holder.release();

      for (const upload of uploads) {
        await expect.poll(async () => codeOf(await terminal.exchange(upload)), { timeout: 3000 }).toBe('00');
      }
      const { result, hostTotals } = await terminal.settleBatch();
      expect([result, hostTotals?.readUInt32BE(20)]).toEqual([expect.any(Number), SENT]);
      await terminal.disconnect();
      await gateway.drain();
    });
  });
}
