import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startHsm } from '../device/hsm.ts';
import { HsmUnavailable } from '../errors.ts';
import { FrameSplitter } from '../wire/frame.ts';
import { connectHsm } from './connect.ts';
import type { HsmClient } from './hsm-client.ts';

const clients: HsmClient[] = [];
const servers: Server[] = [];
const sockets = new Set<Socket>();

/** A device that does with each message what the test says. */
async function device(answer: (message: Buffer, socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    const splitter = new FrameSplitter();
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      for (const { message } of splitter.push(chunk)) answer(message, socket);
    });
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function reply(socket: Socket, header: string, rest: string): void {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(header.length + rest.length);
  socket.write(Buffer.concat([length, Buffer.from(header + rest, 'latin1')]));
}

function client(port: number, timeoutMs: number, connections = 1): HsmClient {
  const made = connectHsm({ host: '127.0.0.1', port, timeoutMs, connections });
  clients.push(made);
  return made;
}

afterEach(async () => {
  for (const made of clients.splice(0)) await made.close();
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

describe('client', () => {
  it('matches answers to requests by header, whatever their order', async () => {
    const held: Buffer[] = [];
    const port = await device((message, socket) => {
      held.push(message);
      if (held.length < 3) return;
      for (const each of held.reverse())
        reply(socket, each.toString('latin1', 0, 4), `B300${each.toString('latin1', 10)}`);
    });
    const hsm = client(port, 2_000);
    const answers = await Promise.all(['one', 'two', 'six'].map(async (text) => hsm.echo(Buffer.from(text))));
    expect(answers.map(String)).toEqual(['one', 'two', 'six']);
  });

  it('repeats what changes nothing when its link breaks, and nothing else', async () => {
    const seen: string[] = [];
    const port = await device((message, socket) => {
      const command = message.toString('latin1', 4, 6);
      seen.push(command);
      if (seen.filter((other) => other === command).length === 1) socket.destroy();
      else reply(socket, message.toString('latin1', 0, 4), `B300${message.toString('latin1', 10)}`);
    });
    const hsm = client(port, 2_000);
    expect(String(await hsm.echo(Buffer.from('again')))).toBe('again');
    const key = { name: 'K', usage: 'tac', algorithm: '3des', exportable: false } as const;
    await expect(hsm.generateKey(key)).rejects.toBeInstanceOf(HsmUnavailable);
    expect(seen).toEqual(['B2', 'B2', 'K2']);
  });

  it('gives up after its timeout, and a late answer harms nobody', async () => {
    let first = true;
    const port = await device((message, socket) => {
      const answer = () => reply(socket, message.toString('latin1', 0, 4), `B300${message.toString('latin1', 10)}`);
      if (first) setTimeout(answer, 150);
      else answer();
      first = false;
    });
    const hsm = client(port, 100);
    await expect(hsm.echo(Buffer.from('slow'))).rejects.toThrow(/no answer within/);
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(String(await hsm.echo(Buffer.from('fast')))).toBe('fast');
  });

  it('tells a device fault from a refusal', async () => {
    const port = await device((message, socket) => reply(socket, message.toString('latin1', 0, 4), 'B341'));
    await expect(client(port, 1_000).echo(Buffer.from('x'))).rejects.toBeInstanceOf(HsmUnavailable);
  });

  it('waits for an HSM that is not there yet, fails clearly when it never comes, and finds it again', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'hsm-client-'));
    const first = await startHsm({ directory, lmk: 'test' });
    await first.stop();
    const patient = client(first.port, 3_000, 2);
    const waiting = patient.status();
    await expect(client(first.port, 150).status()).rejects.toThrow(/no link: .*not reachable/);
    const second = await startHsm({ directory, lmk: 'test', port: first.port });
    expect((await waiting).keys).toBe(0);
    await second.stop();
    const third = await startHsm({ directory, lmk: 'test', port: first.port });
    expect((await patient.status()).keys).toBe(0);
    await patient.close();
    await expect(patient.status()).rejects.toThrow(/closed/);
    await third.stop();
    rmSync(directory, { recursive: true });
  });
});
