import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { verifyLedger } from '@citycard/clearing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayCity, startGatewayCity } from '../bench/gateway-city.ts';
import { AMOUNT, Link, type LoadOrder, prepare, readAnswer } from '../bench/terminal-side.ts';
import { StubbornTerminals } from './terminals.ts';

/** A cold start of PostgreSQL, HSM and gateways on a busy machine. */
const PATIENCE_MS = 300_000;
const CARDS = 240;

let city: GatewayCity;
beforeAll(async () => {
  city = await startGatewayCity({ terminals: 6, forTest: true });
}, PATIENCE_MS);
afterAll(() => city.stop(), PATIENCE_MS);

async function startGateway(): Promise<{ process: ChildProcess; port: number }> {
  const main = fileURLToPath(new URL('./gateway-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', main], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, DATABASE_URL: city.databaseUrl, HSM_PORT: String(city.hsm.port) },
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { process: child, port: Number(line) };
}

async function orderFor(cards: number, batchNo: string): Promise<LoadOrder> {
  return {
    port: 0,
    results: true,
    window: 1,
    batchNo,
    terminals: city.terminals,
    roots: city.roots,
    cards: await city.cards(cards),
  };
}

/** Loads in the books by card and state. */
async function loadsOf(cards: readonly string[]): Promise<{ card: string; state: string }[]> {
  const { rows } = await city.db.query<{ card: string; state: string }>(
    'select card_no as card, state from clearing.load where card_no = any($1) order by card_no',
    [cards],
  );
  return rows;
}

describe('a gateway that is killed under load', () => {
  it(
    'has every acknowledged fact once and no other, and its successor finishes the rest',
    async () => {
      const order = await orderFor(CARDS, '000001');
      const terminals = new StubbornTerminals(order);
      for (const share of [0.2, 0.6]) {
        const gateway = await startGateway();
        await terminals.play(gateway.port, () => {
          if (terminals.posted.size < CARDS * share) return false;
          gateway.process.kill('SIGKILL');
          return true;
        });
        await once(gateway.process, 'exit');
        const books = new Map((await loadsOf(order.cards)).map(({ card, state }) => [card, state]));
        expect([...terminals.opened].filter((card) => !books.has(card))).toEqual([]);
        expect([...terminals.posted].filter((card) => books.get(card) !== 'posted')).toEqual([]);
      }
      const last = await startGateway();
      await terminals.play(last.port);
      last.process.kill('SIGTERM');

      expect(terminals.refused).toEqual([]);
      expect(terminals.posted.size).toBe(CARDS);
      const loads = await loadsOf(order.cards);
      expect(loads.map(({ card }) => card)).toEqual([...order.cards].sort());
      expect(loads.every(({ state }) => state === 'posted')).toBe(true);
      const { rows } = await city.db.query<{ wrong: bigint }>(
        `select count(*) as wrong from clearing.card_account
          where card_no = any($1) and kind = 'purse' and (credits_posted <> $2 or credits_pending <> 0 or debits_posted <> 0)`,
        [order.cards, AMOUNT],
      );
      expect(rows[0]?.wrong).toBe(0n);
      expect(await verifyLedger(city.db)).toMatchObject({ ok: true });
    },
    PATIENCE_MS,
  );
});

describe('two gateways on one database', () => {
  it(
    'give the same request, sent to both at once, one load and one answer; other content is 94',
    async () => {
      const [first, second] = [await city.listen(), await city.listen()];
      const order = await orderFor(30, '000002');
      const requests = prepare(order);
      const others = prepare(order, AMOUNT + 1);
      const ask = async (port: number, frames: readonly Buffer[]): Promise<Map<string, Buffer>> => {
        const answers = new Map<string, Buffer>();
        let done: () => void = () => undefined;
        const all = new Promise<void>((resolve) => (done = resolve));
        const link = new Link(port, (message) => {
          answers.set(`${message.toString('latin1', 21, 24)}${terminalOf(message)}`, Buffer.from(message));
          if (answers.size === frames.length) done();
        });
        await link.opened();
        for (const frame of frames) link.send(frame);
        await all;
        link.end();
        return answers;
      };
      const frames = requests.map(({ request }) => request);
      const [here, there] = await Promise.all([ask(first.port, frames), ask(second.port, frames)]);
      expect([...here.values()].map((message) => readAnswer(message).code)).toEqual(frames.map(() => '00'));
      expect(new Set([...here].map(([key, message]) => there.get(key)?.equals(message)))).toEqual(new Set([true]));
      expect((await loadsOf(order.cards)).length).toBe(30);

      const changed = await ask(
        second.port,
        others.map(({ request }) => request),
      );
      expect(new Set([...changed.values()].map((message) => readAnswer(message).code))).toEqual(new Set(['94']));
      // A gateway that has just started knows as much.
      const third = await city.listen();
      const again = await ask(third.port, frames);
      expect([...again].every(([key, message]) => here.get(key)?.equals(message) === true)).toBe(true);
    },
    PATIENCE_MS,
  );
});

/** Field 41: where our terminals' numbers begin in the message. */
function terminalOf(message: Buffer): string {
  const at = message.indexOf('BNC');
  return message.toString('latin1', at, at + 8);
}
