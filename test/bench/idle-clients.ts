import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** Connections that say nothing, from several loopback addresses because one has too few ports; in a process of their own. */
const PER_ADDRESS = 20_000;
const AT_ONCE = 200;
const sockets: Socket[] = [];

function open(port: number, localAddress: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    socket.once('connect', () => resolve());
    socket.once('error', reject);
    sockets.push(socket);
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  const { port, count } = JSON.parse(line) as { port: number; count: number };
  for (let at = 0; at < count; at += AT_ONCE) {
    const few = Math.min(AT_ONCE, count - at);
    const address = `127.0.0.${2 + Math.floor(at / PER_ADDRESS)}`;
    await Promise.all(Array.from({ length: few }, () => open(port, address)));
  }
  process.stdout.write(`${JSON.stringify({ open: sockets.length })}\n`);
}
