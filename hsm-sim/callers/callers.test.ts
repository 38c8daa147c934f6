import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectHsm } from '../client/connect.ts';
import type { HsmClient, HsmClientOptions } from '../client/hsm-client.ts';
import { startHsm, type RunningHsm } from '../device/hsm.ts';
import { FrameSplitter, frameOf } from '../wire/frame.ts';
import { addressCheck, type CallerAccess, readCallerAccess } from './access.ts';
import { identityOfTest } from './identity.test-data.ts';

const secret = Buffer.from('a secret of 28 bytes, or so');
let directory: string;
let device: RunningHsm | undefined;
const clients: HsmClient[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hsm-callers-'));
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  await device?.stop();
  device = undefined;
  rmSync(directory, { recursive: true });
});

async function start(callers: CallerAccess, host = '127.0.0.1'): Promise<RunningHsm> {
  device = await startHsm({ directory: join(directory, 'store'), lmk: 'test', callers, host });
  return device;
}

function client(caller: HsmClientOptions['caller'], port = device!.port): HsmClient {
  const made = connectHsm({ host: '127.0.0.1', port, timeoutMs: 700, connections: 1, caller });
  clients.push(made);
  return made;
}

describe('a secret', () => {
  it('lets in who knows it, and nobody else', async () => {
    await start({ secret });
    expect((await client({ secret }).status()).keys).toBe(0);
    await expect(client({ secret: Buffer.from('another one of many bytes') }).status()).rejects.toThrow(
      /no HSM of ours/,
    );
    await expect(client(undefined).status()).rejects.toThrow(/refused N2 with 36/);
  });

  it('is asked for before any command is looked at, and a wrong proof ends the link', async () => {
    const { port } = await start({ secret });
    const say = async (...messages: string[]): Promise<string[]> => {
      const socket = connect(port, '127.0.0.1');
      const splitter = new FrameSplitter();
      const heard: string[] = [];
      socket.on('data', (chunk) => {
        for (const { message } of splitter.push(chunk)) heard.push(message.toString('latin1', 4, 8));
      });
      for (const message of messages) socket.write(frameOf(Buffer.from(`0000${message}`, 'latin1')));
      await once(socket, 'close');
      return heard;
    };
    expect(await say('N2')).toEqual(['N336']);
    expect(await say(`L2${'x'.repeat(32)}`)).toEqual(['L336']);
    expect(await say(`L0${'n'.repeat(16)}`, `L2${'x'.repeat(32)}`, 'N2')).toEqual(['L100', 'L336']);
    expect(await say(`L0${'n'.repeat(16)}`, `L0${'n'.repeat(16)}`)).toEqual(['L100', 'L136']);
    expect(await say('L0')).toEqual(['L136']);
  });

  it('is not given away to a program that has taken the port', async () => {
    const heard: Buffer[] = [];
    const impostor = createServer((socket) => {
      const splitter = new FrameSplitter();
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        for (const { message } of splitter.push(chunk)) {
          heard.push(message);
          socket.write(frameOf(message.subarray(0, 4), Buffer.from('L100', 'latin1'), Buffer.alloc(48)));
        }
      });
    }).listen(0, '127.0.0.1');
    await once(impostor, 'listening');
    const { port } = impostor.address() as AddressInfo;
    await expect(client({ secret }, port).status()).rejects.toThrow(/no HSM of ours/);
    expect(new Set(heard.map((message) => message.toString('latin1', 4, 6)))).toEqual(new Set(['L0']));
    expect(Buffer.concat(heard).includes(secret)).toBe(false);
    impostor.close();
  });

  it('comes from a file that only its owner may read', () => {
    const file = join(directory, 'secret');
    const read = () => readCallerAccess({ HSM_CALLER_SECRET_FILE: file });
    expect(read).toThrow(/secret cannot be used: ENOENT/);
    writeFileSync(file, 'short', { mode: 0o600 });
    expect(read).toThrow(/at least 16/);
    writeFileSync(file, secret);
    expect(read()).toEqual({ secret });
    chmodSync(file, 0o640);
    expect(read).toThrow(/chmod 600/);
  });
});

describe('mutual TLS', () => {
  const ca = identityOfTest('generated test CA');
  const signed = (name: string) => ({ ...identityOfTest(name, ca), ca: ca.cert });

  it('lets in who has a certificate of the CA, to a device that has one for its address', async () => {
    const tls = signed('127.0.0.1');
    await start({ tls, secret });
    expect((await client({ tls: signed('gateway'), secret }).status()).keys).toBe(0);
    const stranger = identityOfTest('another CA');
    const refused = { name: 'HsmUnavailable' };
    await expect(
      client({ tls: { ...identityOfTest('gateway', stranger), ca: ca.cert }, secret }).status(),
    ).rejects.toMatchObject(refused);
    await expect(client({ tls: { ...signed('gateway'), ca: stranger.cert }, secret }).status()).rejects.toMatchObject(
      refused,
    );
    await expect(client({ secret }).status()).rejects.toMatchObject(refused);
  });

  it('is needed wherever others than this machine can reach the port', async () => {
    await expect(start({ secret }, '0.0.0.0')).rejects.toThrow(/^listening on 0\.0\.0\.0 lets others .* HSM_TLS_KEY/);
    await start({ tls: signed('127.0.0.1') }, '0.0.0.0');
    expect((await client({ tls: signed('gateway') }).status()).keys).toBe(0);
  });

  it('takes all three files or none', () => {
    expect(() => readCallerAccess({ HSM_TLS_KEY: 'a' })).toThrow(/belong together/);
    expect(() => readCallerAccess({ HSM_TLS_KEY: 'a', HSM_TLS_CERT: 'b', HSM_TLS_CA: 'c' })).toThrow(/ENOENT/);
  });
});

describe('addresses', () => {
  it('turn others away', async () => {
    await start({ addresses: ['10.0.0.0/8'] });
    await expect(client(undefined).status()).rejects.toMatchObject({
      name: expect.stringMatching(/HsmUnavailable|LinkBroken/) as string,
    });
  });

  it.each([
    [['127.0.0.1'], '127.0.0.1', true],
    [['127.0.0.1'], '::ffff:127.0.0.1', true],
    [['10.1.0.0/16', 'fd00::/8'], '10.1.255.1', true],
    [['10.1.0.0/16', 'fd00::/8'], '10.2.0.1', false],
    [['10.1.0.0/16', 'fd00::/8'], 'fd12::1', true],
    [['10.1.0.0/16'], undefined, false],
    [undefined, '192.0.2.1', true],
  ])('%s let in %s: %s', (list, address, outcome) => {
    expect(addressCheck(list)(address)).toBe(outcome);
  });

  it.each(['', 'host', '10.0.0.0/33', '10.0.0.0/x'])('"%s" is refused with a sentence', (entry) => {
    expect(() => addressCheck([entry])).toThrow(`HSM_CALLERS: "${entry}" is no address and no range of addresses`);
  });
});
