import { connect, type Socket } from 'node:net';
import { createLogger } from '@citycard/common';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, it } from 'vitest';
import { packAnswer } from '../catalogue/answer.ts';
import { packFrame } from '../codec/frame-writer.ts';
import { envelope } from '../codec/frames.test-data.ts';
import { Message } from '../codec/message.ts';
import { watchLinks } from '../observation/link-metrics.ts';
import { listenForTerminals, type ListenerOptions, type TerminalListener } from './listener.ts';
import type { LinkHandler } from './terminal-link.ts';

const logger = createLogger('link-test', { level: 'silent' });
const listeners: TerminalListener[] = [];
const terminals: Terminal[] = [];

afterEach(async () => {
  for (const terminal of terminals.splice(0)) terminal.socket.destroy();
  await Promise.all(listeners.splice(0).map((listener) => listener.drain()));
});

async function listen(handle: LinkHandler, limits: ListenerOptions['limits'] = {}): Promise<TerminalListener> {
  const listener = await listenForTerminals({
    handle,
    logger,
    port: 0,
    limits: { lingerMs: 50, drainTimeoutMs: 500, ...limits },
  });
  listeners.push(listener);
  return listener;
}

/** The other end of the wire: what came, and whether it is over. */
class Terminal {
  readonly socket: Socket;
  readonly answers: Message[] = [];
  readonly closed: Promise<void>;
  ended = false;
  #wake: () => void = () => {};

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    let rest = Buffer.alloc(0);
    this.socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE()) {
        const end = 2 + rest.readUInt16BE();
        this.answers.push(Message.read(rest.subarray(2, end)));
        rest = rest.subarray(end);
      }
      this.#wake();
    });
    this.socket.on('error', () => {});
    this.socket.on('end', () => {
      this.ended = true;
      this.socket.end();
      this.#wake();
    });
    this.closed = new Promise((resolve) => this.socket.on('close', () => resolve()));
    terminals.push(this);
  }

  send(...frames: Buffer[]): void {
    this.socket.write(Buffer.concat(frames));
  }

  /** The trace numbers answered, once there are so many. */
  async traces(count: number): Promise<string[]> {
    await this.until(() => this.answers.length >= count);
    return this.answers.map((answer) => answer.text(11)!);
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}

function echoFrame(trace: number): Buffer {
  return packFrame(
    { ...envelope, mti: '0820' },
    { 11: trace.toString().padStart(6, '0'), 41: 'T0000001', 42: 'M00000000000001', 60: '00000001301' },
    false,
  ).frame;
}

const answer = (message: Message) =>
  packAnswer(message, { code: message.problem ? '30' : '00', at: new Date(), reference: 'R00000000001' }, false);
const answerAll: LinkHandler = (message) => Promise.resolve(answer(message));
const traceOf = (count: number, from = 1) =>
  Array.from({ length: count }, (_, index) => (from + index).toString().padStart(6, '0'));
/** The terminal's end of a connection is over a moment before ours. */
const gone = async (listener: TerminalListener, left = 0) => {
  while (listener.statistics().connections > left) await pause(5);
};
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('frames on a link', () => {
  it('come one, many in a chunk, torn, and byte by byte', async () => {
    const listener = await listen(answerAll);
    const terminal = new Terminal(listener.port);
    terminal.send(echoFrame(1));
    await terminal.traces(1);
    terminal.send(...[2, 3, 4, 5].map(echoFrame), echoFrame(6).subarray(0, 30));
    await terminal.traces(5);
    terminal.send(echoFrame(6).subarray(30));
    await terminal.traces(6);
    for (const byte of Buffer.concat([echoFrame(7), echoFrame(8)])) {
      terminal.send(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    expect(await terminal.traces(8)).toEqual(traceOf(8));
    expect(listener.statistics()).toMatchObject({ connections: 1, accepted: 1, frames: 8, answers: 8, badFrames: 0 });
  });

  it('are answered with swapped addresses and the same header', async () => {
    const listener = await listen(answerAll);
    const terminal = new Terminal(listener.port);
    terminal.send(echoFrame(1));
    await terminal.traces(1);
    expect(terminal.answers[0]!.mti).toBe('0830');
    expect(terminal.answers[0]!.tpdu.toString('hex')).toBe('6000010003');
    expect(terminal.answers[0]!.header).toEqual(envelope.header);
  });

  it('may be answered in any order', async () => {
    const release = new Map<string, () => void>();
    const listener = await listen(async (message) => {
      await new Promise<void>((resolve) => release.set(message.text(11)!, resolve));
      return answer(message);
    });
    const terminal = new Terminal(listener.port);
    terminal.send(echoFrame(1), echoFrame(2), echoFrame(3));
    while (release.size < 3) await pause(2);
    for (const trace of ['000003', '000001', '000002']) {
      release.get(trace)!();
      await terminal.until(() => terminal.answers.at(-1)?.text(11) === trace);
    }
    expect(await terminal.traces(3)).toEqual(['000003', '000001', '000002']);
  });

  it('that do not parse reach the handler when 11 and 41 could be read, and are answered 30', async () => {
    const listener = await listen(answerAll);
    const terminal = new Terminal(listener.port);
    const frame = Buffer.from(echoFrame(1));
    frame[frame.length - 2] = 0xff;
    terminal.send(frame, echoFrame(2));
    await terminal.traces(2);
    expect(terminal.answers.map((one) => one.text(39))).toEqual(['30', '00']);
    expect(listener.statistics()).toMatchObject({ malformed: 1, badFrames: 0 });
  });
});

describe('a link is closed', () => {
  const withoutTerminal = packFrame({ ...envelope, mti: '0820' }, { 11: '000009' }, false).frame;
  const notAMessage = Buffer.from(echoFrame(9));
  notAMessage.writeUInt16BE(0x9999, 13);

  it.each<[string, Buffer]>([
    ['a length that is too short', Buffer.from('0014', 'hex')],
    ['a length that is too long', Buffer.from('1001', 'hex')],
    ['an MTI that is none', notAMessage],
    ['a message without a terminal number', withoutTerminal],
  ])('after %s, when what came before is answered', async (_, bad) => {
    const listener = await listen(async (message) => {
      await pause(20);
      return answer(message);
    });
    const terminal = new Terminal(listener.port);
    terminal.send(echoFrame(1), echoFrame(2), bad, echoFrame(3));
    await terminal.closed;
    await gone(listener);
    expect(await terminal.traces(2)).toEqual(traceOf(2));
    expect(listener.statistics()).toMatchObject({ badFrames: 1, answers: 2 });
  });

  it('when a frame is not complete in time, however busily it trickles', async () => {
    const listener = await listen(answerAll, { frameTimeoutMs: 120, idleTimeoutMs: 5000 });
    const terminal = new Terminal(listener.port);
    terminal.send(echoFrame(1));
    await terminal.traces(1);
    const started = Date.now();
    const frame = echoFrame(2);
    for (let index = 0; index < frame.length - 1 && !terminal.ended; index++) {
      terminal.send(frame.subarray(index, index + 1));
      await pause(10);
    }
    await terminal.closed;
    await gone(listener);
    expect(Date.now() - started).toBeGreaterThanOrEqual(110);
    expect(listener.statistics()).toMatchObject({ slowFrames: 1, frames: 1 });
  });

  it('not when each of many torn frames is complete in time', async () => {
    const listener = await listen(answerAll, { frameTimeoutMs: 400 });
    const terminal = new Terminal(listener.port);
    const stream = Buffer.concat([1, 2, 3, 4, 5, 6].map(echoFrame));
    const step = Math.ceil(stream.length / 8);
    for (let offset = 0; offset < stream.length; offset += step) {
      terminal.send(stream.subarray(offset, offset + step));
      await pause(60);
    }
    expect(await terminal.traces(6)).toEqual(traceOf(6));
    expect(listener.statistics().slowFrames).toBe(0);
  });

  it('when it is idle, and an echo keeps it open', async () => {
    const listener = await listen(answerAll, { idleTimeoutMs: 400 });
    const terminal = new Terminal(listener.port);
    for (let trace = 1; trace <= 4; trace++) {
      terminal.send(echoFrame(trace));
      await pause(150);
    }
    expect(await terminal.traces(4)).toEqual(traceOf(4));
    expect(terminal.ended).toBe(false);
    await terminal.closed;
    await gone(listener);
    expect(listener.statistics().idle).toBe(1);
  });

  it('when the handler asks for it', async () => {
    const listener = await listen(() => Promise.resolve('close'));
    const terminal = new Terminal(listener.port);
    terminal.send(echoFrame(1));
    await terminal.closed;
    expect(terminal.answers).toEqual([]);
  });

  it.each<[string, LinkHandler]>([
    [
      'throws',
      () => {
        throw new Error('generated failure');
      },
    ],
    ['rejects', () => Promise.reject(new Error('generated failure'))],
  ])('when the handler %s, and other links go on', async (_, fail) => {
    const listener = await listen((message, link) =>
      message.text(11) === '000666' ? fail(message, link) : answerAll(message, link),
    );
    const [unlucky, other] = [new Terminal(listener.port), new Terminal(listener.port)];
    unlucky.send(echoFrame(1), echoFrame(666));
    await unlucky.closed;
    await gone(listener, 1);
    expect(await unlucky.traces(1)).toEqual(traceOf(1));
    other.send(echoFrame(2));
    expect(await other.traces(1)).toEqual(['000002']);
    expect(listener.statistics()).toMatchObject({ failures: 1, connections: 1 });
  });

  it('by the terminal, which still gets the answers it is owed', async () => {
    const listener = await listen(async (message) => {
      await pause(30);
      return answer(message);
    });
    const terminal = new Terminal(listener.port);
    terminal.send(echoFrame(1), echoFrame(2), echoFrame(3).subarray(0, 9));
    terminal.socket.end();
    await terminal.closed;
    await gone(listener);
    expect(await terminal.traces(2)).toEqual(traceOf(2));
  });
});

describe('back-pressure', () => {
  it('lets 64 requests of a link in, and the next when one is answered', async () => {
    let deciding = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const listener = await listen(async (message) => {
      most = Math.max(most, ++deciding);
      await new Promise<void>((resolve) => waiting.push(resolve));
      deciding--;
      return answer(message);
    });
    const terminal = new Terminal(listener.port);
    terminal.send(...traceOf(500).map((trace) => echoFrame(Number(trace))));
    while (waiting.length < 64) await pause(2);
    await pause(50);
    expect(listener.statistics().frames).toBe(64);
    waiting.shift()!();
    await terminal.traces(1);
    expect(listener.statistics().frames).toBe(65);
    while (terminal.answers.length < 500) {
      for (const release of waiting.splice(0)) release();
      await pause(2);
    }
    expect((await terminal.traces(500)).sort()).toEqual(traceOf(500));
    expect(most).toBe(64);
  });

  it('stops reading from a terminal that does not read its answers', async () => {
    const fields = { 62: Buffer.alloc(999) };
    const at = new Date();
    const listener = await listen(
      (message) => Promise.resolve(packAnswer(message, { code: '00', at, reference: 'R00000000001', fields }, false)),
      { idleTimeoutMs: 400 },
    );
    const terminal = new Terminal(listener.port);
    await new Promise((resolve) => terminal.socket.once('connect', resolve));
    terminal.socket.pause();
    const chunk = Buffer.concat(traceOf(1000).map((trace) => echoFrame(Number(trace))));
    let sent = 0;
    while (terminal.socket.write(chunk) || terminal.socket.writableLength < 4_000_000) {
      sent += 1000;
      await new Promise(setImmediate);
    }
    await pause(100);
    const { frames } = listener.statistics();
    await pause(100);
    expect(listener.statistics().frames).toBe(frames);
    expect(frames).toBeLessThan(sent);
    // It sends no frame that we could take, so in the end it is idle.
    await gone(listener);
    expect(listener.statistics().idle).toBe(1);
  });

  it('turns away connections beyond the limit, and takes new ones when there is room again', async () => {
    const listener = await listen(answerAll, { connections: 2 });
    const [first, second] = [new Terminal(listener.port), new Terminal(listener.port)];
    first.send(echoFrame(1));
    second.send(echoFrame(2));
    await Promise.all([first.traces(1), second.traces(1)]);
    const third = new Terminal(listener.port);
    await third.closed;
    expect(listener.statistics()).toMatchObject({ refused: 1, connections: 2 });
    first.socket.destroy();
    await gone(listener, 1);
    const fourth = new Terminal(listener.port);
    fourth.send(echoFrame(4));
    expect(await fourth.traces(1)).toEqual(['000004']);
  });
});

describe('draining', () => {
  it('stops accepting, answers what it has, closes', async () => {
    let begun = 0;
    const listener = await listen(
      async (message) => {
        begun++;
        await pause(60);
        return answer(message);
      },
      { requestsInFlight: 2 },
    );
    const [busy, quiet] = [new Terminal(listener.port), new Terminal(listener.port)];
    // Five whole frames have arrived, only two of them are being decided; the sixth is torn.
    busy.send(...[1, 2, 3, 4, 5].map(echoFrame), echoFrame(6).subarray(0, 20));
    quiet.send(echoFrame(7));
    while (begun < 3) await pause(2);
    const drained = listener.drain();
    const late = new Terminal(listener.port);
    await Promise.all([drained, busy.closed, quiet.closed, late.closed]);
    expect((await busy.traces(5)).sort()).toEqual(traceOf(5));
    expect(await quiet.traces(1)).toEqual(['000007']);
    expect(late.answers).toEqual([]);
    expect(listener.statistics().connections).toBe(0);
  });

  it('does not wait for ever for an answer that never comes', async () => {
    const listener = await listen(() => new Promise(() => {}), { drainTimeoutMs: 100 });
    const terminal = new Terminal(listener.port);
    terminal.send(echoFrame(1));
    while (listener.statistics().frames < 1) await pause(2);
    await listener.drain();
    await terminal.closed;
    expect(listener.statistics().connections).toBe(0);
  });
});

it('says which port is in use', async () => {
  const { port } = await listen(answerAll);
  await expect(listenForTerminals({ handle: answerAll, logger, port })).rejects.toMatchObject({
    code: 'terminal-gateway.port-in-use',
    message: `Port ${port} on 127.0.0.1 is in use; stop the other program or choose another terminal port.`,
  });
});

it('is read off as metrics: links, requests in flight, and why links ended', async () => {
  const listener = await listen(() => new Promise(() => {}), { drainTimeoutMs: 50 });
  const registry = new Registry();
  watchLinks(registry, { plain: listener });
  const [waiting, bad] = [new Terminal(listener.port), new Terminal(listener.port)];
  waiting.send(echoFrame(1), echoFrame(2));
  bad.send(Buffer.from('0000', 'hex'));
  await bad.closed;
  await gone(listener, 1);
  const lines = (await registry.metrics()).split('\n');
  for (const line of [
    'gateway_link_connections{listener="plain"} 1',
    'gateway_link_in_flight{listener="plain"} 2',
    'gateway_link_accepted_total{listener="plain"} 2',
    'gateway_link_bad_frames_total{listener="plain"} 1',
    'gateway_link_closes_total{listener="plain",reason="bad-frame"} 1',
    'gateway_link_closes_total{listener="plain",reason="idle"} 0',
  ]) {
    expect(lines).toContain(line);
  }
});
