import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { newKeyAndRequest } from '@citycard/clearing';
import { runCommandLine, type Sandbox } from '@citycard/citycard';
import { Message, packFrame } from '@citycard/terminal-gateway';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TestCity } from '../installation.ts';

interface Holder {
  readonly key: string;
  readonly cert: string;
  readonly serial: string;
}

/** Terminals on the encrypted port: their certificate says who they are, and is asked about until the link ends. */
export function secureLinkTests(city: () => TestCity): void {
  describe('links over TLS', () => {
    let sandbox: Sandbox;
    let caPem: string;
    beforeAll(async () => {
      sandbox = await city().sandbox();
      caPem = String((await city().http('auditor', 'GET', '/v1/certificates/ca')).body['caPem']);
    });

    const certificate = async (cn: string, kind: string): Promise<Holder> => {
      const { keyPem, csrPem } = await newKeyAndRequest(cn);
      const { body } = await city().http('platform', 'POST', '/v1/certificates', { csrPem, cn, kind });
      return { key: keyPem, cert: String(body['certificatePem']), serial: String(body['serial']) };
    };

    const open = async (holder: Holder): Promise<TLSSocket | undefined> => {
      const { host, securePort: port } = city().installation.gateway;
      const socket = connect({ host, port, ca: caPem, key: holder.key, cert: holder.cert });
      socket.on('error', () => undefined);
      const outcome = await new Promise<string>((resolve) => {
        socket.once('secureConnect', () => resolve('open'));
        socket.once('close', () => resolve('closed'));
      });
      return outcome === 'open' ? socket : undefined;
    };

    /** Sign-on needs no MAC: what comes back is field 39, or that the link was closed. */
    const signOn = (socket: TLSSocket | undefined, terminal: string): Promise<string> =>
      new Promise((resolve) => {
        if (socket === undefined) return resolve('closed');
        const envelope = { tpdu: Buffer.from('6000030001', 'hex'), header: Buffer.from('622200000000', 'hex') };
        const fields = {
          11: '000901',
          41: terminal,
          42: sandbox.merchant.padEnd(15),
          60: '00000001003',
          63: Buffer.from('001'),
        };
        const frame = packFrame({ ...envelope, mti: '0800' }, { ...fields, 62: Buffer.from('test') }, false).frame;
        socket.once('close', () => resolve('closed'));
        socket.once('data', (bytes: Buffer) => resolve(Message.read(bytes.subarray(2)).text(39) ?? ''));
        socket.write(frame);
      });

    it('know a terminal by its certificate, and answer 97 to another number', async () => {
      const holder = await certificate(sandbox.terminal, 'terminal');
      // The port is open from the start; it has a certificate within seconds of the founding of the CA.
      await expect.poll(() => open(holder), { timeout: 15_000, interval: 500 }).toBeDefined();
      const socket = await open(holder);
      expect(await signOn(socket, sandbox.terminal)).toBe('00');
      expect(await signOn(socket, 'ZZZZ9999')).toBe('97');
      socket?.destroy();
    });

    it('end when the certificate is revoked, and no new one is made with it', async () => {
      const holder = await certificate(sandbox.terminal, 'terminal');
      const socket = await open(holder);
      expect(await signOn(socket, sandbox.terminal)).toBe('00');
      const closed = new Promise((resolve) => socket?.once('close', resolve));
      const path = `/v1/certificates/${holder.serial}/revocation`;
      const revoked = await city().http('platform', 'POST', path, { reason: 'lost in a test' });
      expect(revoked.body['revocationList']).toBeGreaterThan(1);
      await closed;
      expect(await signOn(await open(holder), sandbox.terminal)).toBe('closed');
      expect(await signOn(await open(await certificate(sandbox.terminal, 'terminal')), sandbox.terminal)).toBe('00');
    });

    it('are not for other certificates of the city, whatever their name', async () => {
      expect(await signOn(await open(await certificate(sandbox.terminal, 'operator')), sandbox.terminal)).toBe(
        'closed',
      );
    });

    it('have certificates from the command line: made, listed, renewed, revoked, and the list of those revoked', async () => {
      const folder = await mkdtemp(join(city().varDirectory, 'certificates-'));
      const file = (name: string) => join(folder, name);
      const citycard = async (...words: string[]) => {
        let [out, err] = ['', ''];
        const who = ['--url', city().installation.baseUrl, '--token', city().people['platform']?.token ?? '', '--json'];
        const write = {
          out: { write: (text: string) => (out += text) },
          err: { write: (text: string) => (err += text) },
        };
        const code = await runCommandLine(['certificate', ...words, ...who], {}, write.out, write.err);
        return { code, err, answer: (out === '' ? {} : JSON.parse(out)) as Record<string, string> };
      };
      const made = await citycard('new', 'terminal', 'CMDL0001', file('terminal'));
      expect(made).toMatchObject({ code: 0 });
      expect((await stat(file('terminal.key'))).mode & 0o777).toBe(0o600);
      const again = await citycard('new', 'terminal', 'CMDL0001', file('terminal'));
      expect(again).toMatchObject({ code: 2, err: expect.stringContaining('cannot be written') as string });
      await writeFile(file('request'), (await newKeyAndRequest('CMDL0001')).csrPem);
      const serial = made.answer['serial'] ?? '';
      const renewed = await citycard('renew', serial, file('request'), file('renewed.pem'));
      expect(renewed).toMatchObject({ code: 0 });
      expect(new X509Certificate(await readFile(file('renewed.pem'))).subject).toContain('CN=CMDL0001');
      expect(await citycard('issue', 'terminal', 'CMDL0002', file('request'), file('wrong.pem'))).toMatchObject({
        code: 2,
        err: expect.stringContaining('names "CMDL0001"') as string,
      });
      expect(await citycard('revoke', serial, 'lost', 'in', 'a', 'test')).toMatchObject({ code: 0 });
      expect(JSON.stringify((await citycard('list')).answer)).toContain('lost in a test');
      expect(await citycard('list', '30')).toMatchObject({ code: 0, answer: { certificates: [] } });
      expect(await citycard('crl', file('list.crl'))).toMatchObject({ code: 0 });
      expect((await readFile(file('list.crl'))).includes(Buffer.from(serial, 'hex'))).toBe(true);
      expect(await citycard('revoke', 'nonsense', 'why')).toMatchObject({ code: 2 });
    });

    it('leave a trace and figures', async () => {
      const traces = `/v1/terminals/${sandbox.terminal}/traces/000901`;
      await expect
        .poll(async () => (await city().http('platform', 'GET', traces)).body['messages'], { timeout: 5000 })
        .toMatchObject([{ message: 'sign-on', code: '00', meaning: 'done', encrypted: true }, {}, {}]);
      const metrics = await (await fetch(new URL('/metrics', city().installation.baseUrl))).text();
      expect(metrics).toMatch(/gateway_link_closes_total\{listener="secure",reason="certificate"\} 1/);
      expect(metrics).toMatch(
        /gateway_messages_total\{message="signOn",code="97",operator="unknown",industry="unknown"\} [1-9]/,
      );
    });
  });
}
