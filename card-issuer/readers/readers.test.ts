import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  commonMigrations,
  createLogger,
  createPrincipal,
  type Principal,
  startTestDatabase,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type ReaderPort, startReaderPort } from './attach.ts';
import { cardNumberOf, requireCardInReader } from './recognise.ts';

let database: TestDatabase;
let port: ReaderPort;
const tokens = new Map<string, string>();
const clerk: Principal = { id: 'clerk-a', name: 'Clerk A', kind: 'person', roles: ['clerk'] };
const plugged: ReaderPlug[] = [];

beforeAll(async () => {
  database = await startTestDatabase([commonMigrations]);
  for (const person of [clerk, { ...clerk, id: 'clerk-b' }, { ...clerk, id: 'auditor', roles: ['auditor'] } as const]) {
    const { token } = await transact(database.db, (tx) => createPrincipal(tx, person));
    tokens.set(person.id, token);
  }
  port = await startReaderPort(
    { db: database.db, logger: createLogger('test', { level: 'silent' }) },
    { host: '127.0.0.1', port: 0 },
  );
});
afterEach(async () => {
  for (const plug of plugged.splice(0)) plug.socket.destroy();
  while (port.list().length > 0) await sleep(5);
});
afterAll(async () => {
  await port.stop();
  await database.stop();
});

/** What a reader does, written out by hand: frames of length 2 ‖ payload; `card` answers APDUs, in hex. */
class ReaderPlug {
  readonly socket: Socket;
  card: ((apdu: string) => string | undefined) | undefined;
  #powered = false;
  readonly asked: string[] = [];
  readonly #frames: Buffer[] = [];
  #next: ((frame: Buffer) => void) | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    let received = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE()) {
        const end = 2 + received.readUInt16BE();
        this.#serve(received.subarray(2, end));
        received = received.subarray(end);
      }
    });
  }

  send(payload: Buffer | string): void {
    const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(payload, 'hex');
    this.socket.write(Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]));
  }

  answer(): Promise<Record<string, unknown>> {
    const parse = (frame: Buffer) => JSON.parse(frame.toString()) as Record<string, unknown>;
    const [first] = this.#frames.splice(0, 1);
    return first
      ? Promise.resolve(parse(first))
      : new Promise((resolve) => (this.#next = (frame) => resolve(parse(frame))));
  }

  put(card: ReaderPlug['card']): void {
    this.card = card;
    this.#powered = false;
    this.send(card ? '01' : '00');
  }

  #serve(payload: Buffer): void {
    if (payload[0] === 0x7b) {
      if (this.#next) this.#next(payload);
      else this.#frames.push(payload);
      return;
    }
    const said = payload.toString('hex').toUpperCase();
    this.asked.push(said);
    if (said === '01') this.#powered = this.card !== undefined;
    else if (said === '00') this.#powered = false;
    else if (said === '04') this.send(this.#powered ? '3B00' : '');
    else {
      const answer = this.#powered ? this.card?.(said) : '';
      if (answer !== undefined) this.send(answer);
    }
  }
}

async function plugIn(greeting: unknown): Promise<{ plug: ReaderPlug; said: Record<string, unknown> }> {
  const socket = connect({ host: '127.0.0.1', port: port.port });
  await new Promise((resolve) => socket.once('connect', resolve));
  const plug = new ReaderPlug(socket);
  plugged.push(plug);
  plug.send(Buffer.from(typeof greeting === 'string' ? greeting : JSON.stringify(greeting)));
  return { plug, said: await plug.answer() };
}

async function attached(reader = 'window-1', who = 'clerk-a'): Promise<ReaderPlug> {
  const { plug, said } = await plugIn({ reader, token: tokens.get(who) });
  expect(said).toEqual({ attached: reader });
  return plug;
}

const ok = () => '9000';
const code = (name: string) => expect.objectContaining({ code: `card-issuer.${name}` }) as unknown;

test.each([
  ['{nonsense', 'card-issuer.readers.bad-greeting'],
  ['{"reader":"window-1"}', 'card-issuer.readers.bad-greeting'],
  ['{"reader":"window-1","token":"guessed"}', 'card-issuer.readers.not-authenticated'],
  ['{"reader":"window-1","token":"auditor"}', 'identity.role-missing'],
  ['{"reader":"../window","token":"clerk-a"}', 'card-issuer.readers.bad-name'],
])('who cannot say who they are attach nothing: %s', async (greeting, refusal) => {
  const { plug, said } = await plugIn(greeting.replace(/auditor|clerk-a/, (id) => tokens.get(id) ?? ''));
  expect(said).toMatchObject({ refused: { code: refusal } });
  await new Promise((resolve) => plug.socket.once('close', resolve));
  expect(port.list()).toEqual([]);
});

test('a reader is listed with what lies in it, and leaves the list when it is unplugged', async () => {
  const plug = await attached();
  expect(port.list()).toMatchObject([{ name: 'window-1', clerk: 'clerk-a', state: 'empty' }]);
  plug.put(ok);
  await expect.poll(() => port.list()[0]?.state).toBe('card');
  plug.socket.destroy();
  await expect.poll(() => port.list()).toEqual([]);
});

test('work needs a reader, one’s own, with a card in it, one at a time', async () => {
  const work = () => port.withCard(clerk, 'window-1', (card) => card.expect(Buffer.from('00A40000', 'hex'), 'SELECT'));
  await expect(work()).rejects.toEqual(code('readers.reader-unknown'));
  const plug = await attached();
  await expect(work()).rejects.toEqual(code('readers.no-card'));
  plug.put(ok);
  await expect(port.withCard({ ...clerk, id: 'clerk-b' }, 'window-1', work)).rejects.toEqual(
    code('readers.reader-of-another'),
  );
  await expect(port.withCard(clerk, 'window-1', work)).rejects.toEqual(code('readers.reader-busy'));
  await expect(work()).resolves.toEqual(Buffer.alloc(0));
  await expect.poll(() => plug.asked.slice(-4)).toEqual(['01', '04', '00A40000', '00']);
});

test('the clerk who attaches again takes over a line that broke unseen; nobody else does', async () => {
  const first = await attached();
  const other = await plugIn({ reader: 'window-1', token: tokens.get('clerk-b') });
  expect(other.said).toMatchObject({ refused: { code: 'card-issuer.readers.name-taken' } });
  const second = await attached();
  await new Promise((resolve) => (first.socket.destroyed ? resolve(undefined) : first.socket.once('close', resolve)));
  second.put(ok);
  await port.withCard(clerk, 'window-1', async (card) => {
    const third = await plugIn({ reader: 'window-1', token: tokens.get('clerk-a') });
    expect(third.said).toMatchObject({ refused: { code: 'card-issuer.readers.reader-busy' } });
    await card.expect(Buffer.from('00A40000', 'hex'), 'SELECT');
  });
});

test('a card taken away ends the work, even when another lies there before the next command', async () => {
  const plug = await attached();
  plug.put(ok);
  const done: string[] = [];
  const work = port.withCard(clerk, 'window-1', async (card) => {
    await card.expect(Buffer.from('00A40000', 'hex'), 'SELECT');
    done.push('first');
    plug.put(undefined);
    plug.put(() => '6D00');
    await sleep(20);
    await card.expect(Buffer.from('80500002', 'hex'), 'INITIALIZE');
    done.push('second');
  });
  await expect(work).rejects.toEqual(code('chip-gone'));
  expect(done).toEqual(['first']);
  await expect(
    port.withCard(clerk, 'window-1', (card) => card.transmit(Buffer.from('00000000', 'hex'))),
  ).resolves.toMatchObject({ status: '6D00' });
});

test('a card that falls silent, and a reader that is unplugged, end the work', async () => {
  const plug = await attached();
  plug.put(() => '');
  const ask = () => port.withCard(clerk, 'window-1', (card) => card.transmit(Buffer.from('00A40000', 'hex')));
  await expect(ask()).rejects.toEqual(code('chip-gone'));
  plug.put(() => {
    plug.socket.destroy();
    return undefined;
  });
  await expect(ask()).rejects.toEqual(code('chip-gone'));
  await expect.poll(() => port.list()).toEqual([]);
});

test('an answer nobody asked for, or one too long, ends the line', async () => {
  for (const wrong of ['9000', 'AA'.repeat(259)]) {
    const plug = await attached();
    plug.send(wrong);
    await new Promise((resolve) => plug.socket.once('close', resolve));
    await expect.poll(() => port.list()).toEqual([]);
  }
});

test('a T=0 card that wants to be asked again is', async () => {
  const plug = await attached();
  const answers: Record<string, string> = {
    '805C000204': '6104',
    '00C0000004': '000003E86102',
    '00C0000002': 'AABB9000',
    '00B0950020': '6C1E',
    '00B095001E': '119000',
  };
  plug.put((apdu) => answers[apdu] ?? '6F00');
  await port.withCard(clerk, 'window-1', async (card) => {
    const transmit = async (apdu: string) => {
      const { data, status } = await card.transmit(Buffer.from(apdu, 'hex'));
      return data.toString('hex') + status;
    };
    expect(await transmit('805C000204')).toBe('000003e8aabb9000');
    expect(await transmit('00B0950020')).toBe('119000');
    await expect(card.expect(Buffer.from('00000000', 'hex'), 'NOTHING')).rejects.toThrow('refused NOTHING with 6F00');
  });
});

test('the card in the reader has to be the one the work is for', async () => {
  const plug = await attached();
  const serial = (cardNo: string) => (apdu: string) => (apdu.startsWith('00A4') ? '6A81' : `0${cardNo}9000`);
  const no = '3104580010000000012';
  plug.put(serial(no));
  await port.withCard(clerk, 'window-1', async (card) => {
    await requireCardInReader(card, no);
    await expect(requireCardInReader(card, '3104580019999999993')).rejects.toEqual(code('readers.other-card'));
  });
  plug.put(() => '6A82');
  await port.withCard(clerk, 'window-1', async (card) => {
    expect(await cardNumberOf(card)).toBeUndefined();
    await expect(requireCardInReader(card, no)).rejects.toEqual(code('readers.card-not-ours'));
  });
});
