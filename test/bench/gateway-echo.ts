import { spawn } from 'node:child_process';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@citycard/common';
import { FrameParser, startObservation } from '@citycard/terminal-gateway';
import { type Bench, interleaved, result } from './bench.ts';
import { type ProcessTree, processTree } from './cpu-time.ts';
import type { EchoOrder } from './echo-terminals.ts';
import { startGatewayCity } from './gateway-city.ts';

const TERMINALS = 32;
/** As many as a link may have in flight. */
const WINDOW = 64;

/**
 * Echoes (message 3) of signed-on terminals, pipelined over many links: MAC of the request checked and MAC of the answer made
 * in the HSM, the terminal looked up, the message counted, as in an installation. `echo` counts the gateway's process alone, the
 * server the terminals speak to; `echo with HSM, PostgreSQL` counts those two as well. The baseline gives the same bytes back, cut into frames.
 */
export const gatewayEchoBench: Bench = {
  name: 'gateway-echo',
  help: 'pipelined echoes with MACs over TCP, beside a bare echo of the same frames [--messages 100000 --window 64 --terminals 32 --runs 3]',
  async run(context) {
    const messages = context.count('messages', 100_000);
    const window = context.count('window', WINDOW);
    const runs = context.count('runs', 3);
    const city = await startGatewayCity({ terminals: context.count('terminals', TERMINALS) });
    const observation = startObservation({ db: city.db, logger: createLogger('bench', { level: 'warn' }) });
    const bare = await startBareEcho();
    const clients = startClients();
    try {
      const listener = await city.listen({ observeMessage: observation.observeMessage });
      const order = { terminals: city.terminals, messages, window };
      const product = () => clients.ask({ ...order, port: listener.port, product: true });
      const same = () => clients.ask({ ...order, port: (bare.address() as AddressInfo).port, product: false });
      const everything = processTree(process.pid, () => [clients.pid]);
      const alone = ownTime();
      context.progress('gateway, HSM and PostgreSQL together');
      const all = await interleaved(everything, { product, same }, { runs });
      context.progress('the process of the gateway alone');
      const own = await interleaved(alone, { product, same }, { runs });
      const beside = (measured: typeof all.same) => ({ name: 'bare echo of the same frames', measured });
      return [
        result('echo', 'per CPU-second of gateway', own.product, beside(own.same)),
        result('echo with HSM, PostgreSQL', 'per CPU-second of all', all.product, beside(all.same)),
      ];
    } finally {
      clients.stop();
      bare.close();
      await observation.stop();
      await city.stop();
    }
  },
};

/** The time of this process only. */
function ownTime(): ProcessTree {
  return {
    resolutionSeconds: 1e-6,
    cpuSeconds: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
  };
}

function startBareEcho(): Promise<Server> {
  const server = createServer({ noDelay: true }, (socket) => {
    const parser = new FrameParser();
    const length = Buffer.alloc(2);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      parser.push(chunk);
      const out: Buffer[] = [];
      for (let frame = parser.next(); frame !== undefined; frame = parser.next()) {
        length.writeUInt16BE(frame.length);
        out.push(Buffer.concat([length, frame]));
      }
      if (out.length > 0) socket.write(Buffer.concat(out));
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function startClients() {
  const main = fileURLToPath(new URL('./echo-terminals.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', main], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    pid: child.pid ?? 0,
    ask: async (order: EchoOrder): Promise<number> => {
      child.stdin.write(`${JSON.stringify(order)}\n`);
      const line = await lines.next();
      if (line.done === true) throw new Error('the process of the terminals ended');
      return (JSON.parse(line.value) as { answered: number }).answered;
    },
    stop: () => child.stdin.end(),
  };
}
