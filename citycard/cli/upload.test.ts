import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection } from './connection.ts';
import { download, upload } from './upload.ts';

const server = createServer((request, response) => {
  if (request.url === '/list') response.end('a,b');
  else if (request.url === '/broken') response.writeHead(502).end('<html>');
  else response.writeHead(404).end(JSON.stringify({ title: 'There is no group application of this number.' }));
});
let connection: Connection;
beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const never = () => Promise.reject(new Error('not asked here'));
  connection = {
    baseUrl,
    token: 't',
    get: never,
    post: never,
    put: never,
    delete: never,
    close: () => Promise.resolve(),
  };
});
afterAll(() => new Promise((closed) => server.close(closed)));

it('hands on the sentence of a refusal, whatever was asked for', async () => {
  expect(await download(connection, '/list')).toBe('a,b');
  await expect(download(connection, '/none')).rejects.toThrow('There is no group application of this number.');
  await expect(upload(connection, { path: '/none' })).rejects.toThrow('There is no group application of this number.');
  await expect(download(connection, '/broken')).rejects.toThrow('HTTP 502');
});

it('says so when nobody answers', async () => {
  const nobody = { ...connection, baseUrl: 'http://127.0.0.1:1' };
  const notAnswering = expect.objectContaining({ code: 'citycard.not-answering' }) as Error;
  await expect(download(nobody, '/list')).rejects.toThrow(notAnswering);
  await expect(upload(nobody, { path: '/list' })).rejects.toThrow(notAnswering);
});
