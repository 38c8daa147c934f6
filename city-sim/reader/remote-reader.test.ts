import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SELECT_PURSE, testCard } from '../card/simulated-issuer.test-data.ts';
import { FrameSplitter } from '../iso8583/frame.ts';
import { RemoteReader } from './remote-reader.ts';

describe('a card in a remote reader', () => {
  const server = createServer();
  let address: { host: string; port: number };
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  });
  afterAll(() => server.close());

  /** The driver's side: sends length and payload in two writes, as the real one does, and reads one answer. */
  function driver(socket: Socket) {
    const splitter = new FrameSplitter();
    const answers: Buffer[] = [];
    const waiting: ((answer: Buffer) => void)[] = [];
    socket.on('data', (bytes: Buffer) => {
      for (const answer of splitter.push(bytes)) (waiting.shift() ?? ((late) => answers.push(late)))(answer);
    });
    const write = (payload: string) => {
      const bytes = Buffer.from(payload, 'hex');
      socket.write(Buffer.from([0, bytes.length]));
      socket.write(bytes);
    };
    const ask = (payload: string) =>
      new Promise<string>((resolve) => {
        waiting.push((answer) => resolve(answer.toString('hex').toUpperCase()));
        write(payload);
      });
    return { write, ask };
  }

  it('gives its ATR, answers APDUs after power on, forgets on reset, and leaves when pulled', async () => {
    const card = testCard(71);
    card.powerOff();
    const connected = once(server, 'connection') as Promise<[Socket]>;
    const reader = await RemoteReader.insert(card, address);
    const [socket] = await connected;
    const { write, ask } = driver(socket);
    write('01');
    expect(await ask('04')).toBe('3B8880014349545953494D3168');
    expect(await ask(SELECT_PURSE)).toMatch(/9000$/);
    expect(await ask('805C000204')).toBe('000000009000');
    write('02');
    expect(await ask('805C000204')).toBe('6A82');
    const gone = once(socket, 'close');
    await reader.remove();
    await gone;
    expect(() => card.transmit(Buffer.from('0084000008', 'hex'))).toThrow('no power');
  });

  it('leaves the reader when its power is cut', async () => {
    const card = testCard(72);
    const connected = once(server, 'connection') as Promise<[Socket]>;
    const reader = await RemoteReader.insert(card, address);
    const [socket] = await connected;
    socket.resume();
    const { write } = driver(socket);
    card.powerOff();
    write('0084000008');
    await reader.removed;
    await expect(RemoteReader.insert(card, { host: '127.0.0.1', port: 1 })).rejects.toThrow('closed');
  });
});
