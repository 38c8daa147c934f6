import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDatabase } from './pool.ts';
import { startTestDatabase, type TestDatabase } from './test-database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await startTestDatabase([]);
});
afterAll(() => test.stop());

const changed = (change: (url: URL) => void) => {
  const url = new URL(test.url);
  change(url);
  return url.href;
};

/** A message of the PostgreSQL protocol: type, length including itself, body. */
const message = (type: string, body: Buffer) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
};

/** Speaks just enough of the protocol to say "SHOW server_version_num: 140009". */
function oldServer(): Promise<net.Server> {
  const ready = message('Z', Buffer.from('I'));
  const column = Buffer.concat([
    Buffer.from('\0\x01server_version_num\0'),
    Buffer.from('000000000000000000190000ffffffff0000'.padStart(36, '0'), 'hex'),
  ]);
  const row = Buffer.concat([Buffer.from([0, 1, 0, 0, 0, 6]), Buffer.from('140009')]);
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', Buffer.alloc(4)), ready]));
      socket.on('data', (data) => {
        if (data[0] !== 'Q'.charCodeAt(0)) return socket.end();
        return socket.write(
          Buffer.concat([message('T', column), message('D', row), message('C', Buffer.from('SHOW\0')), ready]),
        );
      });
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

describe('checkDatabase', () => {
  it('is content with a PostgreSQL it can use', async () => {
    await expect(checkDatabase(test.url)).resolves.toBeUndefined();
  });

  it('says where nobody answers', async () => {
    await expect(checkDatabase('postgres://me:secret@127.0.0.1:1/shop')).rejects.toMatchObject({
      code: 'database.unreachable',
      message: expect.stringMatching(/127\.0\.0\.1:1 \(.*ECONNREFUSED.*\).*unset DATABASE_URL/),
    });
    const error: unknown = await checkDatabase('postgres://me:secret@no-such-host.invalid/shop').catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ code: 'database.unreachable' });
    expect((error as Error).message).not.toContain('secret');
  });

  it('says which user is refused, and which database is missing', async () => {
    await expect(checkDatabase(changed((url) => (url.password = 'wrong')))).rejects.toMatchObject({
      code: 'database.login-refused',
    });
    await expect(checkDatabase(changed((url) => (url.pathname = '/nothing')))).rejects.toMatchObject({
      code: 'database.no-such-database',
      message: expect.stringContaining('"nothing"'),
    });
  });

  it('refuses a version that is too old', async () => {
    const server = await oldServer();
    const { port } = server.address() as net.AddressInfo;
    await expect(checkDatabase(`postgres://me@127.0.0.1:${port}/shop`)).rejects.toMatchObject({
      code: 'database.too-old',
      message: expect.stringContaining('version 14; version 15 or later'),
    });
    await new Promise((resolve) => server.close(resolve));
  });

  it.each(['', 'localhost', 'mysql://localhost/x', 'postgres://'])('refuses %j as an address', async (url) => {
    await expect(checkDatabase(url)).rejects.toMatchObject({ code: expect.stringMatching(/^database\./) });
  });
});
