import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { HsmStartFailed } from '../errors.ts';

/** Seconds. A bulk command of purse items takes milliseconds, an RSA key seconds. */
const BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30];

/** What `/metrics` reads off the device when it is asked. */
export interface DeviceState {
  links(): number;
  keys(): number;
  authorised(): boolean;
}

/** Counters and latencies of an HSM, per command, in Prometheus' text format. */
export class DeviceMetrics {
  readonly #registry = new Registry();
  readonly #commands: Counter;
  readonly #items: Counter;
  readonly #seconds: Histogram;

  constructor() {
    const registers = [this.#registry];
    this.#commands = new Counter({
      name: 'hsm_commands_total',
      help: 'Commands answered, by their two-character code and two-digit error',
      labelNames: ['command', 'error'],
      registers,
    });
    this.#items = new Counter({
      name: 'hsm_items_total',
      help: 'Items of bulk commands',
      labelNames: ['command'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'hsm_command_seconds',
      help: 'Time from a whole command to its answer, injected latency included',
      labelNames: ['command'],
      buckets: BUCKETS,
      registers,
    });
  }

  /** Adds memory, event loop and the like of this process. */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** Adds the gauges of a device; once. */
  watch(state: DeviceState): void {
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name,
        help,
        registers: [this.#registry],
        collect() {
          this.set(read());
        },
      });
    gauge('hsm_links', 'Links open', () => state.links());
    gauge('hsm_keys', 'Keys in the store', () => state.keys());
    gauge('hsm_authorised', '1 while two custodians have opened commands', () => (state.authorised() ? 1 : 0));
  }

  observe(command: string, error: string, items: number, seconds: number): void {
    this.#commands.inc({ command, error });
    if (items > 0) this.#items.inc({ command }, items);
    this.#seconds.observe({ command }, seconds);
  }

  async text(): Promise<string> {
    return this.#registry.metrics();
  }
}

export interface MetricsServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Serves `/metrics` and `/healthz` over HTTP. Throws HsmStartFailed when the port is taken. */
export async function serveMetrics(
  metrics: DeviceMetrics,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    if (path === '/healthz') response.end('ok\n');
    else if (path === '/metrics')
      void metrics.text().then((text) => response.setHeader('content-type', 'text/plain; version=0.0.4').end(text));
    else response.writeHead(404).end('only /metrics and /healthz are served here\n');
  });
  await listening(server, host, port);
  metrics.watchProcess();
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function listening(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new HsmStartFailed(`cannot serve metrics on ${host}:${port}: ${error.message}`, { cause: error })),
    );
    server.listen(port, host, resolve);
  });
}
