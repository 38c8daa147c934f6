import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger, transact } from '@citycard/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startCardWorld } from '../cards/test-cards.ts';
import { endNoticesOfEndedCards, makeNotices, RESIDENTS_CHANNEL, sendNotices } from './notice-work.ts';
import { consentToNotices, withdrawNotices } from './notices.ts';

/** Seals nothing: what is sealed, and that it is, is shown in resident-desk.test.ts. */
const protection = {
  seal: (_: string, clear: Buffer) => Promise.resolve(clear),
  open: (_: string, sealed: Buffer) => Promise.resolve(sealed),
} as never;
const logFile = join(tmpdir(), `citycard-notices-${process.pid}.log`);
const logger = createLogger('test', { level: 'trace', destination: logFile });

interface Taken {
  readonly reference: string;
  readonly to: string;
  readonly text: string;
  readonly key: string | undefined;
  readonly authorization: string | undefined;
}

let world: Awaited<ReturnType<typeof startCardWorld>>;
let gateway: Server;
/** What the gateway was handed, in order. */
const taken: Taken[] = [];
let answer: (message: Taken) => number | Promise<number> = () => 200;
let phones = 0;

beforeAll(async () => {
  world = await startCardWorld();
  gateway = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    const taking = async () => {
      const message = {
        ...(JSON.parse(body) as Pick<Taken, 'reference' | 'to' | 'text'>),
        key: request.headers['idempotency-key'] as string | undefined,
        authorization: request.headers.authorization,
      };
      taken.push(message);
      // Gateways repeat the number in what they answer.
      response.writeHead(await answer(message)).end(`for ${message.to}: ${message.text}`);
    };
    request.on('end', () => void taking());
  });
  await once(gateway.listen(0, '127.0.0.1'), 'listening');
  await goesTo(`http://127.0.0.1:${(gateway.address() as AddressInfo).port}/send`);
});
beforeEach(async () => {
  taken.length = 0;
  answer = () => 200;
  await world.db.query(`update issuer.resident_notice set state = 'failed' where state = 'waiting'`);
});
afterAll(async () => {
  gateway.closeAllConnections();
  gateway.close();
  await world.stop();
  await rm(logFile, { force: true });
});

const goesTo = (endpoint: string) =>
  world.db.query(
    `insert into clearing.notice_channel (channel, kind, endpoint, set_by) values ($1, 'sms', $2, 'generated')
     on conflict (channel) do update set endpoint = excluded.endpoint`,
    [RESIDENTS_CHANNEL, endpoint],
  );
const send = () =>
  sendNotices({ db: world.db, logger, protection, secrets: new Map([[RESIDENTS_CHANNEL, 'generated']]) });
const due = () => world.db.query(`update issuer.resident_notice set next_at = now() where state = 'waiting'`);
const stateOf = async (card: string) =>
  (
    await world.db.query<{ state: string; attempts: number }>(
      'select state, attempts from issuer.resident_notice where card_no = $1 order by notice_no',
      [card],
    )
  ).rows;

/** A card whose holder asked for notices by text message, with this much on it: below 10 yuan, one notice is due. */
async function asked(balance: number) {
  const { number } = await world.cardInHand({ balance });
  const phone = `1380000${String((phones += 1)).padStart(4, '0')}`;
  const wish = { channel: 'sms', kinds: ['low-balance', 'loss'], language: 'zh', lowBalanceFen: 1_000, phone } as const;
  const at = { cardNo: number, place: 'counter' } as const;
  await transact(world.db, (tx) => consentToNotices(tx, protection, world.clerk, at, wish));
  await makeNotices(world.db);
  return { number, phone };
}
/** Another event of the card. */
const reportLoss = (card: string) =>
  world.db.query(
    `insert into issuer.loss_report (card_no, kind, checked, reported_by, lapses_on) values ($1, 'phone', '{}', 'generated', current_date + 7)`,
    [card],
  );

describe('notices to residents', () => {
  it('leave once through the gateway, with its token and a reference that stays', async () => {
    const { number, phone } = await asked(300);
    expect(await send()).toBe(1);
    expect(await send()).toBe(0);
    await makeNotices(world.db);
    expect(await send()).toBe(0);
    expect(taken).toEqual([
      {
        reference: expect.stringMatching(/^resident-notice-\d+$/) as string,
        to: phone,
        text: `【居民卡】尾号${number.slice(-4)}的卡余额为3.00元，请及时充值。`,
        key: taken[0]?.reference,
        authorization: 'Bearer generated',
      },
    ]);
    expect(await stateOf(number)).toEqual([{ state: 'told', attempts: 1 }]);
  });

  it('wait while the gateway is down, are tried less and less often, and then go out in the order in which they happened', async () => {
    const { number } = await asked(200);
    answer = () => 503;
    expect(await send()).toBe(0);
    await reportLoss(number);
    await makeNotices(world.db);
    expect(await send(), 'what came later does not overtake what waits').toBe(0);
    expect(taken).toHaveLength(1);
    const pause = async () =>
      Number(
        (
          await world.db.query<{ wait: string }>(
            `select round(extract(epoch from max(next_at) - clock_timestamp())) as wait from issuer.resident_notice where card_no = $1`,
            [number],
          )
        ).rows[0]?.wait,
      );
    expect(await pause()).toBe(30);
    await due();
    await send();
    expect(await pause()).toBe(60);
    answer = () => 200;
    await due();
    expect(await send()).toBe(2);
    expect(taken.slice(-2).map(({ text }) => /挂失|余额/.exec(text)?.[0])).toEqual(['余额', '挂失']);
    expect(new Set(taken.slice(0, -1).map(({ reference }) => reference)).size, 'the same one each time').toBe(1);
  });

  it('of others are not used up on a gateway that is away, and a number it never takes does not hold them up', async () => {
    const all = [];
    for (let each = 0; each < 5; each += 1) all.push(await asked(100 + each));
    answer = () => 503;
    await send();
    expect(taken).toHaveLength(3);
    const [bad] = all;
    answer = ({ to }) => (to === bad?.phone ? 422 : 200);
    await due();
    expect(await send()).toBe(4);
    for (let attempt = 3; attempt <= 10; attempt += 1) {
      await due();
      await send();
    }
    expect(await stateOf(bad?.number ?? '')).toEqual([{ state: 'failed', attempts: 10 }]);
    const alarms = await world.db.query(
      `select evidence from clearing.alarm where kind = 'messages-undeliverable' and subject like 'channel residents %'`,
    );
    expect(alarms.rows).toEqual([{ evidence: { channel: 'residents', attempts: 10 } }]);
  });

  it('stop with the withdrawal, also for what is due while others are being sent', async () => {
    const first = await asked(250);
    const { number } = await asked(251);
    answer = async () => {
      await transact(world.db, (tx) => withdrawNotices(tx, world.clerk, { cardNo: number, place: 'counter' }));
      return 200;
    };
    expect(await send()).toBe(1);
    expect(taken.map(({ to }) => to)).toEqual([first.phone]);
    await reportLoss(number);
    await makeNotices(world.db);
    expect(await send()).toBe(0);
    expect(await stateOf(number)).toEqual([{ state: 'withdrawn', attempts: 0 }]);
  });

  it('end with the card, and with them how its holder is reached; what waited is told before', async () => {
    const { number, phone } = await asked(260);
    const consent = async () =>
      (
        await world.db.query<{ open: boolean; reached: boolean }>(
          `select withdrawn_at is null as open, contact_sealed is not null as reached from issuer.notice_consent where card_no = $1`,
          [number],
        )
      ).rows;
    await world.db.query(`update issuer.card set state = 'returned' where card_no = $1`, [number]);
    await endNoticesOfEndedCards(world.db);
    expect(await consent()).toEqual([{ open: true, reached: true }]);
    await send();
    expect(taken.map(({ to }) => to)).toEqual([phone]);
    await endNoticesOfEndedCards(world.db);
    expect(await consent()).toEqual([{ open: false, reached: false }]);
  });

  it('that were taken by the gateway before the sender was killed go out again under the same reference, by which it can drop them', async () => {
    await asked(150);
    let child: ChildProcess | undefined;
    answer = () => {
      child?.kill('SIGKILL');
      return 200;
    };
    const script = fileURLToPath(new URL('./sending-process.ts', import.meta.url));
    child = spawn(process.execPath, ['--import', 'tsx', script, world.url], { stdio: 'ignore' });
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    child = undefined;
    expect(await send(), 'left alone while it may still be on its way').toBe(0);
    await due();
    expect(await send()).toBe(1);
    expect(taken).toHaveLength(2);
    expect(taken[1]?.reference).toBe(taken[0]?.reference);
  }, 60_000);

  it('leave neither numbers, cards nor words in the log', async () => {
    const log = await readFile(logFile, 'utf8');
    expect(log).toContain('not taken by the gateway');
    expect(log).not.toMatch(/1380000|居民卡|310\d{16}/);
  });
});
