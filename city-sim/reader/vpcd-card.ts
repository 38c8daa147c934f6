import { parseArgs } from 'node:util';
import { VirtualCard } from '../card/virtual-card.ts';
import { publishedKey } from '../day/published-keys.ts';
import { RemoteReader } from './remote-reader.ts';

/**
 * `vpcd-card.ts [--host 127.0.0.1] [--port 35963] [--algorithm sm4]`: a blank chip of the demo's chip maker in the slot of a
 * virtual PC/SC reader (vpcd), until the process is told to end or the reader goes. Prints one line of JSON once it is in.
 */
const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '35963' },
    algorithm: { type: 'string', default: '3des' },
  },
});
const card = new VirtualCard({
  transportKey: publishedKey('CHIP'),
  algorithm: values.algorithm === 'sm4' ? 'sm4' : '3des',
});
try {
  const reader = await RemoteReader.insert(card, { host: values.host, port: Number(values.port) });
  const said = {
    inserted: true,
    serial: card.serial.toString('hex').toUpperCase(),
    atr: card.atr.toString('hex').toUpperCase(),
  };
  process.stdout.write(`${JSON.stringify(said)}\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void reader.remove());
  await reader.removed;
} catch (error) {
  process.stderr.write(
    `No virtual reader at ${values.host}:${values.port}. ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = 1;
}
