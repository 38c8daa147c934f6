import { createCipheriv } from 'node:crypto';
import { hotlistPage } from '@citycard/clearing';
import { createLogger, transact, type Transaction } from '@citycard/common';
import { createHandler, HOTLIST_PAGE_ENTRIES, Message, packFrame } from '@citycard/terminal-gateway';
import { type Bench, interleaved, once, result } from './bench.ts';
import { processTree } from './cpu-time.ts';
import { type BenchTerminal, startGatewayCity } from './gateway-city.ts';

/** Requests in the handler at once, as many links would have them. */
const IN_FLIGHT = 64;
const LINK = { id: 1, remoteAddress: '127.0.0.1', secure: false, certificateName: undefined };

/** What terminals ask for, made before the clock runs: a hotlist request may be sent again as it is. */
function frames(
  terminals: readonly BenchTerminal[],
  management: string,
  fields: (n: number) => Buffer | undefined,
  count: number,
): Buffer[] {
  return Array.from({ length: count }, (_, n) => {
    const terminal = terminals[n % terminals.length];
    if (terminal === undefined) throw new RangeError('a bench needs terminals');
    const field = fields(n);
    const frame = packFrame(
      {
        tpdu: Buffer.from('6000030001', 'hex'),
        header: Buffer.from('622200000000', 'hex'),
        mti: field === undefined ? '0820' : '0800',
      },
      {
        11: ((n % 999_999) + 1).toString().padStart(6, '0'),
        41: terminal.terminalNo,
        42: terminal.merchantNo,
        60: `00000001${management}`,
        ...(field !== undefined && { 62: field }),
      },
      true,
    );
    frame.setMac(retailMac(Buffer.from(terminal.mak, 'hex'), frame.macInput));
    return frame.frame.subarray(2);
  });
}

const wanted = (held: number, index: number): Buffer => {
  const field = Buffer.alloc(8);
  field.writeUInt32BE(held, 0);
  field.writeUInt32BE(index, 4);
  return field;
};

/** X9.19 with zero padding. */
function retailMac(key: Buffer, data: Buffer): Buffer {
  const padded = Buffer.concat([data, Buffer.alloc((8 - (data.length % 8)) % 8)]);
  const left = key.subarray(0, 8);
  const single = createCipheriv('des-ede3-cbc', Buffer.concat([left, left, left]), Buffer.alloc(8)).setAutoPadding(
    false,
  );
  const chained = Buffer.concat([Buffer.alloc(8), single.update(padded.subarray(0, -8))]).subarray(-8);
  const last = Buffer.from(padded.subarray(-8).map((byte, index) => byte ^ (chained[index] ?? 0)));
  return createCipheriv('des-ede-ecb', key, null).setAutoPadding(false).update(last);
}

async function fill(tx: Transaction, cards: number): Promise<void> {
  await tx.query(
    `insert into clearing.hotlist_entry (version, action, application_serial, reason)
     select n, 'add', '0310458098' || lpad(n::text, 10, '0'), 'generated' from generate_series(1, $1) n`,
    [cards],
  );
  await tx.query('update clearing.hotlist_head set version = $1', [cards]);
}

/** Pages of the hotlist through the handler of the gateway: MAC checked, terminal looked up, page cut, MAC made. */
export const hotlistBench: Bench = {
  name: 'hotlist',
  help: 'hotlist pages of a list of --cards 300000: the whole list, and a delta for --terminals 10000',
  async run(context) {
    const cards = context.count('cards', 300_000);
    const asked = context.count('terminals', 10_000);
    const city = await startGatewayCity({ terminals: 64 });
    try {
      context.progress(`publishing ${cards} cards`);
      await transact(city.db, (tx) => fill(tx, cards));
      const logger = createLogger('bench', { level: 'warn' });
      const handle = createHandler({
        db: city.db,
        hsm: city.hsm.client,
        logger,
        billers: () => Promise.resolve(undefined),
      });
      const run = async (some: readonly Buffer[], pageBytes: number | undefined): Promise<number> => {
        let next = 0;
        const one = async () => {
          for (let at = next++; at < some.length; at = next++) {
            const answer = await handle(Message.read(some[at] ?? Buffer.alloc(0)), LINK);
            const message = answer === 'close' ? undefined : Message.read(answer.frame.subarray(2));
            if (message?.text(39) !== '00' || message.bytes(62)?.length !== pageBytes)
              throw new Error(`a request was answered ${message?.text(39)} with ${message?.bytes(62)?.length} bytes`);
          }
        };
        await Promise.all(Array.from({ length: IN_FLIGHT }, one));
        return some.length;
      };
      const pages = Math.floor(cards / HOTLIST_PAGE_ENTRIES);
      const full = frames(city.terminals, '390', (n) => wanted(0, n * HOTLIST_PAGE_ENTRIES), pages);
      const delta = frames(city.terminals, '390', () => wanted(cards - 10, 0), asked);
      const echo = frames(city.terminals, '301', () => undefined, Math.min(asked, 5_000));
      const tree = processTree();
      const pageBytes = 10 + 11 * HOTLIST_PAGE_ENTRIES;
      const cold = await once(tree, () => run(full.slice(0, 1), pageBytes));
      context.progress(`the first page, the copy of the log with it: ${cold.wall} s`);
      const measured = await interleaved(
        tree,
        {
          full: () => run(full, pageBytes),
          delta: () => run(delta, 10 + 11 * 10),
          echo: () => run(echo, undefined),
          fromDatabase: async () => {
            for (let page = 0; page < 500; page += 1)
              await hotlistPage(city.db, {
                versionHeld: 0,
                index: page * HOTLIST_PAGE_ENTRIES,
                limit: HOTLIST_PAGE_ENTRIES,
              });
            return 500;
          },
        },
        { runs: 3 },
      );
      const unit = 'pages per CPU-second';
      return [
        result('hotlist full', unit, measured.full, {
          name: 'page read from the database',
          measured: measured.fromDatabase,
        }),
        result('hotlist delta', unit, measured.delta, { name: 'echo', measured: measured.echo }),
      ];
    } finally {
      await city.stop();
    }
  },
};
